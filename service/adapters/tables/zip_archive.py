"""Zip archives from strangers: refused when they could do harm, and copied raw but for one member."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.errors import BadTable

CHUNK = 1 << 16
MAX_MEMBERS = 2000
MAX_TOTAL = 300_000_000
"""Bytes that all members may unpack to."""
MAX_RATIO, RATIO_FROM = 400, 1_000_000
"""A member that unpacks to more than `RATIO_FROM` bytes may not be packed tighter than this."""
_REFUSED = {
    "vbaproject.bin": "The workbook has macros; save it as .xlsx without them.",
    "externallinks/": "The workbook links to other files; break the links and save it again.",
}
_BROKEN = "The workbook is broken: it cannot be unpacked."
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), 46, 22


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was found harmless."""

    zip: zipfile.ZipFile
    file: BinaryIO

    def chunks(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of a member; never more than the archive's directory says."""
        try:
            with self.zip.open(name) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as broken:
            raise BadTable(_BROKEN) from broken


@contextmanager
def opened(source: Path) -> Iterator[Archive]:
    """The archive, after its directory was looked through. Raises `BadTable` for one that could do harm."""
    with source.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as broken:
            raise BadTable("The file is no .xlsx workbook.") from broken
        with archive:
            _look_through(archive.infolist())
            yield Archive(archive, file)


def _look_through(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL:
        raise BadTable(f"The workbook unpacks to more than {MAX_MEMBERS} parts or {MAX_TOTAL:,} bytes.")
    if len({member.filename for member in members}) != len(members):
        raise BadTable(_BROKEN)
    for member in members:
        if member.flag_bits & 1:
            raise BadTable("The workbook is locked with a password.")
        if member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):
            raise BadTable("The workbook is packed too tightly to be one: it may be a trap.")
        for part, said in _REFUSED.items():
            if part in member.filename.lower():
                raise BadTable(said)


def copy_with(archive: Archive, name: str, pieces: Iterator[bytes], out: BinaryIO) -> None:
    """The archive once more, the named member made of these pieces and every other copied as it is packed."""
    members = sorted(archive.zip.infolist(), key=lambda member: member.header_offset)
    directory_at, directory, tail = _directory(archive)
    ends = [member.header_offset for member in members[1:]] + [directory_at]
    moved: dict[int, int] = {}
    sizes = (0, 0, 0)
    for member, end in zip(members, ends, strict=True):
        moved[member.header_offset] = out.tell()
        if member.filename == name:
            sizes = _pack(archive.file, member, pieces, out)
        else:
            archive.file.seek(member.header_offset)
            _copy(archive.file, end - member.header_offset, out)
    changed = archive.zip.getinfo(name).header_offset
    start = out.tell()
    out.write(_moved(directory, moved, changed, sizes))
    out.write(tail[:16] + struct.pack("<I", start) + tail[20:])


def _copy(file: BinaryIO, length: int, out: BinaryIO) -> None:
    while length > 0:
        chunk = file.read(min(CHUNK, length))
        if not chunk:
            raise BadTable(_BROKEN)
        out.write(chunk)
        length -= len(chunk)


def _directory(archive: Archive) -> tuple[int, bytearray, bytes]:
    """Where the central directory begins, its bytes, and the record that ends the file."""
    file = archive.file
    length = file.seek(0, 2)
    file.seek(max(0, length - _END - 0xFFFF))
    tail = file.read()
    tail = tail[tail.rfind(b"PK\5\6") :]
    size, at = struct.unpack_from("<2I", tail, 12)
    file.seek(at)
    directory = bytearray(file.read(size))
    # Prepended bytes and the 64-bit form are no workbook's: the offsets would have to be guessed.
    if at + size != length - len(tail) or directory[:4] != b"PK\1\2":
        raise BadTable(
            "The workbook is packed in a way that cannot be written back; save it once more in Excel."
        )
    return at, directory, tail


def _pack(
    file: BinaryIO, member: zipfile.ZipInfo, pieces: Iterator[bytes], out: BinaryIO
) -> tuple[int, int, int]:
    """Writes one member; its check sum, packed and unpacked size."""
    file.seek(member.header_offset)
    head = list(_LOCAL.unpack(file.read(_LOCAL.size)))
    raw_name = file.read(head[9])
    at = out.tell()
    out.write(bytes(_LOCAL.size) + raw_name)
    packer, crc, unpacked = zlib.compressobj(6, zlib.DEFLATED, -15), 0, 0
    for piece in pieces:
        crc, unpacked = zlib.crc32(piece, crc), unpacked + len(piece)
        out.write(packer.compress(piece))
    out.write(packer.flush())
    end = out.tell()
    packed = end - at - _LOCAL.size - len(raw_name)
    head[2], head[3], head[6], head[7], head[8], head[10] = head[2] & ~8, 8, crc, packed, unpacked, 0
    out.seek(at)
    out.write(_LOCAL.pack(*head))
    out.seek(end)
    return crc, packed, unpacked


def _moved(directory: bytearray, moved: dict[int, int], changed: int, sizes: tuple[int, int, int]) -> bytes:
    """The central directory with new offsets, and the changed member's sizes."""
    at = 0
    while directory[at : at + 4] == b"PK\1\2":
        (offset,) = struct.unpack_from("<I", directory, at + 42)
        if offset == changed:
            (flags,) = struct.unpack_from("<H", directory, at + 8)
            struct.pack_into("<2H", directory, at + 8, flags & ~8, 8)
            struct.pack_into("<3I", directory, at + 16, *sizes)
        if offset not in moved:
            raise BadTable(_BROKEN)
        struct.pack_into("<I", directory, at + 42, moved[offset])
        at += _CENTRAL + sum(struct.unpack_from("<3H", directory, at + 28))
    return bytes(directory)
