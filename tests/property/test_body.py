"""Whatever bytes arrive, a body is read as every JSON library reads it, or refused in words of ours."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadJson, InputError
from service.web.body import decode
from service.web.mistakes import CODES
from service.web.requests import read_check, read_rewrite

TEXTS = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(
    [
        "draft",
        "context",
        "policy",
        "mode",
        "engine",
        "cache",
        "metadata",
        "customer_message",
        "history",
        "role",
        "text",
    ]
)
BODIES = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=4), max_size=5)


@given(value=VALUES, ascii_only=st.booleans())
def test_json_means_what_it_means_elsewhere(*, value: Any, ascii_only: bool) -> None:
    """A value that another library wrote is read as the same value, escaped or not."""
    assert decode(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Nothing but `BadJson` comes of bytes; what is taken, Python's own reader takes as well."""
    try:
        value = decode(raw)
    except BadJson:
        return
    assert json.loads(raw.decode()) == value


@given(VALUES | BODIES)
@pytest.mark.parametrize("read", [read_check, read_rewrite])
def test_any_value_is_a_draft_or_a_mistake(read: Any, value: Any) -> None:
    """Each JSON value is a draft, or is refused with pointers and closed codes."""
    try:
        draft = read(value)
    except InputError as error:
        problems = getattr(error, "problems", ())
        assert problems
        assert all(problem.code in CODES and problem.pointer[:1] in ("", "/") for problem in problems)
    else:
        assert draft.text == value["draft"]
