"""No two different requests share a key, whatever stands in their fields."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.cache_key import cache_key, encode_fields

# Few characters, those that could be taken for a border among them, so that near misses are common.
FIELD = st.none() | st.text(alphabet="a:;-1\0\x1fé中\ud800", max_size=6) | st.text(max_size=12)
FIELDS = st.lists(FIELD, max_size=5).map(tuple)


@settings(max_examples=2000)
@given(one=FIELDS, other=FIELDS)
def test_different_fields_are_different_bytes(
    one: tuple[str | None, ...], other: tuple[str | None, ...]
) -> None:
    """Two tuples of fields have the same encoding only when they are the same."""
    assert (encode_fields(one) == encode_fields(other)) == (one == other)


@settings(max_examples=500)
@given(
    fields=FIELDS,
    first=st.text(max_size=6),
    moved=st.text(alphabet="a:;-1\0é中", min_size=1, max_size=6),
    last=st.text(max_size=6),
)
def test_a_border_that_moves_is_another_key(
    fields: tuple[str | None, ...], first: str, moved: str, last: str
) -> None:
    """Characters that move from one field to the next never give the same key."""
    assert encode_fields((*fields, first + moved, last)) != encode_fields((*fields, first, moved + last))


@settings(max_examples=500)
@given(tenants=st.lists(st.text(min_size=1, max_size=6), min_size=2, max_size=2, unique=True), fields=FIELDS)
def test_two_tenants_never_have_one_key(tenants: list[str], fields: tuple[str | None, ...]) -> None:
    """Even with one secret by mistake, the same request of two tenants has two names."""
    names = {cache_key(tenant, b"one secret", fields).name for tenant in tenants}
    assert len(names) == 2
    assert cache_key(tenants[0], b"another", fields).name not in names
