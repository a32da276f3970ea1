"""What a key of the file store looks like; nothing else ever becomes a path or an object's name."""

import re

_JOB = r"jobs/[A-Za-z0-9_-]{1,64}"
_KEY = re.compile(_JOB + r"/[a-z0-9][a-z0-9._-]{0,63}")
_PREFIX = re.compile(rf"{_JOB}(/[a-z0-9][a-z0-9._-]{{0,63}})?")


def checked_key(key: str) -> str:
    """The key itself; `ValueError` unless it is `jobs/{id}/{name}`."""
    if not _KEY.fullmatch(key):
        raise ValueError("no key of the file store")
    return key


def checked_prefix(prefix: str) -> str:
    """The prefix itself; `ValueError` unless it is a key or `jobs/{id}`."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("no prefix of the file store")
    return prefix
