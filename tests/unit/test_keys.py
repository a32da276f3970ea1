"""API keys: who is let in, what a change of the file does, and what the file gives away."""

import hashlib
import re
from pathlib import Path

import pytest

from service.adapters.keys import LOOK_EVERY_S, KeyFile, LocalOnly, key_line, new_key
from service.errors import SettingsError

SECRET = b"s" * 32


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _write(path: Path, *entries: str) -> None:
    path.write_text("keys:\n" + "\n".join(entries) + "\n", encoding="utf-8")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file of two tenants."""
    file = tmp_path / "keys.yaml"
    _write(
        file,
        f"  - {{tenant: shop, sha256: {_digest('k1')}, policies: [default, strict], per_minute: 60}}",
        f"  - {{tenant: bank, sha256: {_digest('k2')}}}",
    )
    return file


def test_a_key_says_who_calls(path: Path) -> None:
    """Tenant, policies and rate are those of the key's own line."""
    keys = KeyFile(path, SECRET)
    shop, bank = keys.find("k1"), keys.find("k2")
    assert shop is not None
    assert bank is not None
    assert (shop.tenant, shop.policies, shop.per_minute) == ("shop", frozenset({"default", "strict"}), 60)
    assert (bank.tenant, bank.policies, bank.per_minute) == ("bank", frozenset({"default"}), None)
    assert shop.secret != bank.secret
    assert len(shop.secret) == 32


@pytest.mark.parametrize("key", [None, "", "k", "k3", "K1", _digest("k1"), "\ud800"])
def test_nobody_else_is_let_in(path: Path, key: str | None) -> None:
    """Part of a key, another case or the hash itself opens nothing."""
    assert KeyFile(path, SECRET).find(key) is None


def test_the_secret_of_a_tenant_lasts(path: Path) -> None:
    """Two processes and two keys of one tenant share the tenant's cache; another installation does not."""
    _write(
        path,
        f"  - {{tenant: shop, sha256: {_digest('k1')}}}",
        f"  - {{tenant: shop, sha256: {_digest('k2')}}}",
    )
    keys, again, elsewhere = KeyFile(path, SECRET), KeyFile(path, SECRET), KeyFile(path, b"t" * 32)
    secrets = [
        caller.secret
        for caller in (keys.find("k1"), again.find("k2"), elsewhere.find("k1"))
        if caller is not None
    ]
    assert secrets[0] == secrets[1] != secrets[2]


def test_a_revoked_key_is_out_within_five_seconds(path: Path) -> None:
    """Taking a line out of the file shuts its key out, and lets a new one in, without a restart."""
    clock = Clock()
    keys = KeyFile(path, SECRET, clock)
    assert keys.find("k1") is not None
    _write(path, f"  - {{tenant: bank, sha256: {_digest('k3')}}}")
    assert LOOK_EVERY_S <= 5
    clock.now += LOOK_EVERY_S
    assert keys.find("k1") is None
    assert keys.find("k3") is not None


@pytest.mark.parametrize("damage", ["keys: [", "keys: [{tenant: shop}]", "", None])
def test_a_damaged_file_locks_nobody_out(path: Path, damage: str | None) -> None:
    """A slip while editing keeps the last good keys in force, and is told until it is mended."""
    clock = Clock()
    keys = KeyFile(path, SECRET, clock)
    good = path.read_text(encoding="utf-8")
    if damage is None:
        path.unlink()
    else:
        path.write_text(damage, encoding="utf-8")
    clock.now += LOOK_EVERY_S
    assert keys.find("k1") is not None
    assert keys.error is not None
    path.write_text(good, encoding="utf-8")
    clock.now += LOOK_EVERY_S
    assert keys.find("k1") is not None
    assert keys.error is None


@pytest.mark.parametrize(
    "entry",
    [
        "  - {tenant: shop, sha256: abc}",
        "  - {tenant: shop}",
        f"  - {{tenant: '', sha256: {_digest('k')}}}",
        f"  - {{tenant: 'a b', sha256: {_digest('k')}}}",
        f"  - {{tenant: shop, sha256: {_digest('k')}, per_minute: 0}}",
        f"  - {{tenant: shop, sha256: {_digest('k')}, key: k}}",
        f"  - {{tenant: a, sha256: {_digest('k')}}}\n  - {{tenant: b, sha256: {_digest('k')}}}",
    ],
)
def test_a_wrong_file_stops_the_start(tmp_path: Path, entry: str) -> None:
    """One line says where the mistake stands."""
    file = tmp_path / "keys.yaml"
    _write(file, entry)
    with pytest.raises(SettingsError, match=r"COACH_API_KEYS: .*keys\.yaml") as raised:
        KeyFile(file, SECRET)
    assert "\n" not in raised.value.detail


@pytest.mark.parametrize(
    "entry",
    [
        "{tenant: shop, sha256: sck_canary}",
        "{tenant: shop, sck_canary: 1}",
        "sck_canary",
        "{tenant: shop, sha256: sck_canary: x}",
        "{tenant: sck canary, sha256: 12}",
    ],
)
def test_a_mistake_shows_its_place_and_no_key(tmp_path: Path, entry: str) -> None:
    """A key pasted where its hash belongs is pointed at by line and column, and never shown."""
    file = tmp_path / "keys.yaml"
    _write(file, f"  - {entry}")
    with pytest.raises(SettingsError, match=r"keys\.yaml:2:\d+: Expected ") as raised:
        KeyFile(file, SECRET)
    assert "canary" not in raised.value.detail


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    """A name that leads nowhere must not mean that everybody, or nobody, is let in."""
    with pytest.raises(SettingsError, match="COACH_API_KEYS"):
        KeyFile(tmp_path / "none.yaml", SECRET)


def test_a_new_key_fits_its_line(tmp_path: Path) -> None:
    """`script-coach key` prints a key that works once its line is in the file, and the line does not hold it."""
    key = new_key()
    assert re.fullmatch(r"sck_[\w-]{43}", key)
    assert key != new_key()
    line = key_line("shop", key)
    assert key not in line
    file = tmp_path / "keys.yaml"
    _write(file, line)
    caller = KeyFile(file, SECRET).find(key)
    assert caller is not None
    assert caller.tenant == "shop"


def test_without_a_file_everybody_is_the_local_tenant() -> None:
    """On one's own machine any key or none will do, and the cache is still kept apart by a secret."""
    keys = LocalOnly(SECRET, frozenset({"default", "strict"}))
    caller = keys.find(None)
    assert caller is not None
    assert caller == keys.find("anything")
    assert (caller.tenant, caller.policies) == ("local", frozenset({"default", "strict"}))
    assert caller.secret != SECRET
