"""The files that are written by code: `write NAME` makes them anew, `check` says which are behind the code.

`python -m tests.kit.generated check` is part of `make lint`; `make openapi`, `schema`, `golden` and `docs` write.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.kit.lock import lock_mistakes

ROOT = Path(__file__).parents[2]
Files = dict[str, str]


# Each imports its maker only when it is called: one broken module must not hide what the others have to say.
def _openapi() -> Files:
    from service.web.documents import render_openapi, render_problems  # noqa: PLC0415

    return {"openapi.yaml": render_openapi(), "docs/problems.md": render_problems()}


def _schema() -> Files:
    from service.adapters.policy_files import schemas  # noqa: PLC0415

    return {f"policy/schema/{name}": text for name, text in schemas().items()}


def _golden() -> Files:
    from tests.golden.prompts import rendered  # noqa: PLC0415

    return {f"tests/golden/prompts/{name}": text for name, text in rendered().items()}


def _settings() -> Files:
    from tests.kit.readme import READMES, with_settings  # noqa: PLC0415

    return {name: with_settings((ROOT / name).read_text(encoding="utf-8")) for name in READMES}


MADE: dict[str, Callable[[], Files]] = {
    "openapi": _openapi,
    "schema": _schema,
    "golden": _golden,
    "docs": _settings,
}


def _behind(files: Files) -> list[str]:
    """The names whose file is not there or says something else."""
    return [
        name
        for name, text in files.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text
    ]


def write(name: str) -> None:
    """Make one kind of file anew; only what changes is touched."""
    files = MADE[name]()
    for path in _behind(files):
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(files[path], encoding="utf-8")
        print(f"written: {path}")


def check() -> list[str]:
    """What is behind, one line each with the command that mends it."""
    lines = [f"{path} is behind the code: make {name}" for name in MADE for path in _behind(MADE[name]())]
    return lines + [f"{line}: make lock" for line in lock_mistakes(ROOT)]


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 when `check` finds something, 2 for a wrong call."""
    match arguments:
        case ["check"]:
            lines = check()
            print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr)
            return 1 if lines else 0
        case ["write", name] if name in MADE:
            write(name)
            return 0
    print(f"usage: generated check | write {'|'.join(MADE)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
