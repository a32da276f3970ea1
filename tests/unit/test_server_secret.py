"""The secret of an installation is made once, and kept from others."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.adapters.server_secret import FILE_NAME, read_server_secret, tenant_secret
from service.errors import SettingsError


def test_it_is_made_once(tmp_path: Path) -> None:
    """After a restart the cache of before can still be read."""
    folder = tmp_path / "new" / "data"
    first = read_server_secret(folder)
    assert len(first) == 32
    assert read_server_secret(folder) == first
    assert read_server_secret(tmp_path / "other") != first


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """Other users of the machine cannot read it, and nothing half-written is left behind."""
    read_server_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_processes_that_race_agree(tmp_path: Path) -> None:
    """A server and its worker that start together end up with one secret."""
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(read_server_secret, [tmp_path] * 64))) == 1


@pytest.mark.parametrize("content", ["", "short", "z" * 64, "é" * 64])
def test_a_damaged_file_is_not_replaced_silently(tmp_path: Path, content: str) -> None:
    """A secret that was cut short stops the start; the line does not show it."""
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="COACH_DATA_DIR") as raised:
        read_server_secret(tmp_path)
    assert not content or content not in raised.value.detail


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A data folder in an impossible place stops the start."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="COACH_DATA_DIR"):
        read_server_secret(tmp_path / "file" / "data")


def test_tenants_have_their_own() -> None:
    """No two tenants share a secret, however alike their names are."""
    names = ["a", "A", "a ", "a\0", "", "á", "a\u0301"]
    assert len({tenant_secret(b"s", name) for name in names}) == len(names)
