"""The bytes of a key: what is kept today is found tomorrow, by another process and another release."""

import hashlib
import hmac

from service.core.cache_key import SCHEMA, cache_key, encode_fields


def test_fields_are_written_by_count_length_and_bytes() -> None:
    """Each field tells its length in bytes, none at all is a dash, and their number comes first."""
    assert encode_fields(()) == b"0;"
    assert encode_fields(("a", None, "中", "")) == "4;1:a-3:中0:".encode()
    assert encode_fields((None,)) == b"1;-"
    assert encode_fields(("\ud800",)) == b"1;3:\xed\xa0\x80"


def test_a_key_is_sealed_with_the_tenants_secret() -> None:
    """The name is an HMAC-SHA-256 over schema, tenant and fields: whoever lacks the secret cannot work it out."""
    key = cache_key("acme", b"secret", ("a", None))
    message = f"4;{len(SCHEMA)}:{SCHEMA}4:acme1:a-".encode()
    assert SCHEMA == "1", "a new schema makes all that was kept unreadable: mean it"
    assert key.name == hmac.new(b"secret", message, hashlib.sha256).hexdigest()
    assert key.secret == b"secret"
