"""Which code is mutated, and the tests that have to notice."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
_FACTS = (
    "unit/test_fact_kinds.py",
    "unit/test_fact_values.py",
    "unit/test_fact_names.py",
    "unit/test_facts_same.py",
    "unit/test_facts_found.py",
    "unit/test_masking.py",
    "unit/test_reasons.py",
    "unit/test_sources.py",
    "property/test_masking.py",
    "unit/test_personal_data.py",
    "unit/test_corruptions.py",
)
_MASKING = (
    "unit/test_masking.py",
    "unit/test_judgement.py",
    "property/test_masking.py",
    "unit/test_verifying.py",
    "unit/test_corruptions.py",
)
_VERIFYING = (
    "unit/test_reasons.py",
    "unit/test_reasons_sense.py",
    "unit/test_denials.py",
    "unit/test_bindings.py",
    "unit/test_sources.py",
    "unit/test_judgement.py",
    "unit/test_commitments.py",
    "unit/test_wrapping.py",
    "unit/test_verifying.py",
    "unit/test_segments.py",
    "unit/test_proofs.py",
    "unit/test_corruptions.py",
    "unit/test_injection.py",
)
_KEY = ("unit/test_key_bytes.py", "unit/test_cache_key.py", "property/test_cache_key.py")
_TARGETS = {
    "service/core/facts/": _FACTS,
    "service/core/masking.py": _MASKING,
    "service/core/verifying/": _VERIFYING,
    "service/core/cache_key.py": _KEY,
}


def modules() -> list[str]:
    """The mutated files, as paths from the top of the repository."""
    found: list[str] = []
    for target in _TARGETS:
        path = ROOT / target
        found += (
            [str(one.relative_to(ROOT)) for one in sorted(path.glob("*.py"))] if path.is_dir() else [target]
        )
    return found


def tests_of(module: str) -> tuple[str, ...]:
    """The tests concerned with a module, the quickest first."""
    names = next(tests for target, tests in _TARGETS.items() if module.startswith(target))
    return tuple(f"tests/{name}" for name in names)
