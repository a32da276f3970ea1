"""What the words of a cue stand for: families of phrases, `…` between them for a few characters of anything."""

from functools import lru_cache

from service.core.scope import squeeze
from service.core.templates import GAP as GAP  # noqa: PLC0414 - a word of cues as well
from service.core.templates import family

MOST_PARTS = 3


@lru_cache(maxsize=16384)
def parts(words: str) -> tuple[tuple[str, ...], ...]:
    """The phrases of each part, squeezed; a cue without `…` has one part.

    Raises ValueError for a template that does not close what it opens, is tied to an edge, or has an empty part.
    """
    if words.startswith("^") or words.endswith("$"):
        raise ValueError(f"'{words}': a cue stands anywhere in a message; `within` says how long that may be")
    found = tuple(tuple(dict.fromkeys(map(squeeze, family(part)))) for part in words.split("…"))
    if len(found) > MOST_PARTS or any("" in phrases for phrases in found):
        raise ValueError(f"'{words}' has an empty part, or more than {MOST_PARTS}")
    return found
