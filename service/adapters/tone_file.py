"""`tone.tsv` of a policy: runs of characters and what each weighs, every mistake as `path:line:column`."""

import re

from service.adapters.yaml_text import MAX_BYTES
from service.core.tone import LONGEST_RUN
from service.errors import PolicyError

_HEAD = "run\tweight"
_WEIGHT = re.compile(r"-?[0-9]{1,6}")


def read_tone(raw: bytes, path: str) -> dict[str, int]:
    """What each run weighs, in hundredths of a logit; raises PolicyError with the first mistake."""
    if len(raw) > MAX_BYTES:
        raise PolicyError(f"{path}:1:1: The file is larger than {MAX_BYTES:,} bytes")
    try:
        lines = raw.decode().split("\n")
    except UnicodeDecodeError as mistake:
        row = raw.count(b"\n", 0, mistake.start) + 1
        raise PolicyError(f"{path}:{row}:1: Not UTF-8") from None
    if lines[0] != _HEAD:
        raise PolicyError(f"{path}:1:1: The first line is 'run', a tab and 'weight'")
    if lines[-1] == "":
        lines.pop()
    weights: dict[str, int] = {}
    for number, line in enumerate(lines[1:], 2):
        run, tab, weight = line.partition("\t")
        if not tab or len(run) > LONGEST_RUN:
            raise PolicyError(
                f"{path}:{number}:1: A run of at most {LONGEST_RUN} characters and a tab are missing"
            )
        if _WEIGHT.fullmatch(weight) is None:
            raise PolicyError(f"{path}:{number}:{len(run) + 2}: Invalid weight '{weight}'")
        if run in weights:
            raise PolicyError(f"{path}:{number}:1: '{run}' stands twice")
        weights[run] = int(weight)
    return weights


def write_tone(weights: dict[str, int]) -> str:
    """The file that holds these weights, by weight, so that two versions are read as a diff."""
    ordered = sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))
    return "\n".join([_HEAD, *(f"{run}\t{weight}" for run, weight in ordered)]) + "\n"
