"""Which file store is meant: a folder, or a bucket that speaks S3."""

from pathlib import Path

from service.adapters.files_folder import FolderFiles
from service.errors import SettingsError
from service.ports import Files


def open_files(url: str | None, folder: Path) -> Files:
    """The file store at `url` (`s3://…`), or in `folder`, which a bucket uses for files on their way.

    Nothing is connected yet. Raises `SettingsError` when the client of a bucket is not installed.
    """
    if url is None:
        return FolderFiles(folder)
    try:
        # Only who keeps files in a bucket installs the client.
        from service.adapters.files_s3 import S3Files  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            "COACH_FILES_URL: the client is not installed; pip install 'script-coach[s3]'"
        ) from None
    return S3Files(url, folder)
