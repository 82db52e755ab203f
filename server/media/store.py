"""The media store: files on disk named by their SHA-256, written once, never changed."""

import contextlib
import errno
import hashlib
import os
import tempfile
import time
from pathlib import Path

from server.errors import Invalid, NoSpace, NotThere

ON_ITS_WAY = 3_600.0  # s between a file that is taken in and the row that says so, at the very most
FULL = {errno.ENOSPC, errno.EDQUOT}


class MediaStore:
    """Files under two levels of folders; a file is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where the file of that digest stands; raises NotThere."""
        path = self._place(digest)
        if not path.is_file():
            raise NotThere(f"no file {digest[:12]}… is held")
        return path

    def has(self, digest: str) -> bool:
        """Whether the file is held."""
        return self._place(digest).is_file()

    def keep(self, data: bytes, digest: str) -> None:
        """Keep `data` under its digest; raises Invalid when it is not that, NoSpace when the disk is full."""
        if hashlib.sha256(data).hexdigest() != digest:
            raise Invalid("the file does not match its digest", "send it again")
        place = self._place(digest)
        if _is_wanted_again(place):
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(place, data)
        except OSError as problem:
            if problem.errno in FULL:
                raise NoSpace("the server's disk is full", "make space and try again") from None
            raise

    def keep_file(self, path: Path) -> str:
        """Keep a file of the same disk under its digest, and take it away from where it was; the digest.

        Raises NoSpace when the disk is full.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        place = self._place(digest)
        if not _is_wanted_again(place):
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
                _fix_name(place)
            except OSError as problem:
                if problem.errno in FULL:
                    raise NoSpace("the server's disk is full", "make space and try again") from None
                raise
        return digest

    def remove(self, digest: str) -> None:
        """Throw the file away: nothing refers to it. One that was taken in just now stays: its row is on its way."""
        place = self._place(digest)
        with contextlib.suppress(FileNotFoundError):
            if time.time() - place.stat().st_mtime > ON_ITS_WAY:
                place.unlink()

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotThere("a file is named by 64 hexadecimal digits")
        return self._folder / digest[:2] / digest[2:4] / digest


def _is_wanted_again(place: Path) -> bool:
    """Whether the file is held; then it counts as taken in now."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(place)
        return True
    return False


def _write_whole(place: Path, data: bytes) -> None:
    """Write a file under another name and give it its own when all of it is on the disk."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    _fix_name(place)


def _fix_name(place: Path) -> None:
    """The name, too, must outlast a power cut."""
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
