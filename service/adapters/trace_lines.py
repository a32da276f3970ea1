"""What may be written of an exception: classes and places, never its message or a local."""

import traceback
from pathlib import Path

_KEPT_FRAMES = 12
_ROOTS = (str(Path(__file__).resolve().parents[2]) + "/",)


def describe(error: BaseException) -> tuple[str, list[str]]:
    """The class of an exception with those of its causes, and the places it came through, the deepest last."""
    names = [type(error).__qualname__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(names) < 4:
        names.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.walk_tb(error.__traceback__)
    places = [
        f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_qualname}"[:120]
        for frame, line in frames
    ]
    return " < ".join(names)[:200], places[-_KEPT_FRAMES:]


def _short(path: str) -> str:
    """A path without the folders that only this machine has."""
    _, found, package = path.rpartition("site-packages/")
    if found:
        return package
    for root in _ROOTS:
        path = path.removeprefix(root)
    return path if not path.startswith("/") else path.rsplit("/", 1)[-1]
