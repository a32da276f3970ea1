"""The secret of this installation: made once per data folder, readable by its owner alone."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from service.errors import SettingsError

FILE_NAME = "secret"
_BYTES = 32


def read_server_secret(data_dir: Path) -> bytes:
    """The 32 bytes kept in `data_dir`, made when they are not there yet; processes that race get the same ones.

    Raises `SettingsError` when the folder cannot be written or the file is not one of ours.
    """
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        text = path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(f"COACH_DATA_DIR: {path} cannot be used ({type(error).__name__})") from None
    if len(text) != 2 * _BYTES or not all(char in "0123456789abcdef" for char in text):
        raise SettingsError(f"COACH_DATA_DIR: {path} does not hold {2 * _BYTES} hexadecimal digits")
    return bytes.fromhex(text)


def _create(path: Path) -> None:
    """Write the file whole or not at all; whoever links first wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def tenant_secret(server_secret: bytes, tenant: str) -> bytes:
    """The 32 bytes that keep one tenant's cache apart from all others."""
    return hmac.new(server_secret, b"tenant\0" + tenant.encode(), hashlib.sha256).digest()
