"""Uploaded archives of a document's folder: unpacked under limits, nothing outside the folder."""

import io
import lzma
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from server.errors import Invalid, NoSpace, TooLarge
from server.media import FULL

LARGEST_ARCHIVE = 64 * 1024 * 1024  # bytes as sent
LARGEST_UNPACKED = (
    256 * 1024 * 1024
)  # bytes; a 64 MB archive of pictures grows by little, a bomb by a thousand
MOST_FILES = 2_000
BROKEN = (  # what zipfile and the decompressors say about bytes that are no archive
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
)


def unpack(data: bytes, folder: Path) -> Path:
    """Unpack a zip archive into `folder`; the document's own folder, which may be one level down.

    Raises:
        Invalid: not a zip archive, or an entry that leaves the folder or is no plain file.
        TooLarge: more files or bytes than a document has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise TooLarge(f"the archive holds {len(entries):,} files", f"at most {MOST_FILES:,}")
            budget = LARGEST_UNPACKED
            for entry in entries:
                budget = _unpack_entry(archive, entry, folder, budget)
    except BROKEN as problem:
        raise Invalid(f"the archive cannot be read: {problem}", "send a plain zip archive") from None
    except OSError as problem:
        if problem.errno in FULL:
            raise NoSpace("the server's disk is full", "make space and try again") from None
        raise Invalid(
            f"the archive cannot be unpacked: {problem.strerror}", "pack the folder itself"
        ) from None
    return _document_folder(folder)


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, budget: int) -> int:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or not path.parts:
        raise Invalid(f"the archive's entry {entry.filename!r} leaves the folder", "pack the folder itself")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Invalid(f"the archive's entry {entry.filename!r} is a link", "pack the file itself")
    target = folder.joinpath(*path.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as packed, target.open("wb") as out:
        while chunk := packed.read(65_536):
            budget -= len(chunk)
            if budget < 0:
                raise TooLarge("the archive unpacks to too much", f"at most {LARGEST_UNPACKED:,} bytes")
            out.write(chunk)
    return budget


def _document_folder(folder: Path) -> Path:
    inside = list(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        return inside[0]
    return folder
