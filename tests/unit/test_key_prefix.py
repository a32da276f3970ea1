"""A key is known by the whole of its hash."""

import hashlib
from itertools import count
from pathlib import Path

from service.adapters.keys import KeyFile, key_line


def test_a_key_that_only_begins_alike_is_unknown(tmp_path: Path) -> None:
    """A key whose hash shares its first digits with a known one, or that begins or ends like it, opens nothing."""
    known = "sck_known"
    path = tmp_path / "keys.yaml"
    path.write_text("keys:\n" + key_line("shop", known) + "\n", encoding="utf-8")
    keys = KeyFile(path, b"secret of the server", lambda: 0.0)
    digest = hashlib.sha256(known.encode()).hexdigest()
    alike = next(
        key
        for number in count()
        if hashlib.sha256((key := f"k{number}").encode()).hexdigest()[:3] == digest[:3]
    )
    assert keys.find(known) is not None
    strangers = (alike, known[:-1], known + "x", known.upper(), " " + known, digest, "", None)
    assert [stranger for stranger in strangers if keys.find(stranger) is not None] == []
