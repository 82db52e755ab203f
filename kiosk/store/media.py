"""Files named by their digests: the media of releases, and photographs that belong to the record."""

import hashlib
import os
import threading
from pathlib import Path

from content import picture
from content.disk import settle
from content.errors import PackageError
from content.values import Digest
from kiosk.store.errors import translated

ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "application/vnd.stepline.vision+json": ".vision",
}
BLOCK = 1024 * 1024  # bytes read at a time while hashing


class MediaFolder:
    """A folder that fans out over the first two digits; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._partial = folder / "partial"
        self._unsettled: set[Path] = set()  # folders with names that a power cut may still take
        self._lock = threading.Lock()
        with translated():
            self._partial.mkdir(parents=True, exist_ok=True)

    def file(self, digest: Digest, kind: str) -> Path:
        """Where a file of that media type is or will be; its name ends as its type wants it."""
        return self._folder / digest[:2] / f"{digest}{ENDINGS.get(kind, '.bin')}"

    def partial(self, digest: Digest) -> Path:
        """Where a download grows."""
        return self._partial / digest

    def has(self, digest: Digest, kind: str, size: int) -> bool:
        """Whether the file is there with the size it should have."""
        try:
            return self.file(digest, kind).stat().st_size == size
        except OSError:
            return False

    def accept(self, digest: Digest, kind: str) -> Path:
        """Take a finished download in; raises PackageError when it is not what it should be, and StoreError.

        The bytes are on disk before the name is: a power cut never leaves half a file under a whole name. The name
        itself is sure to be there only after `settle`.
        """
        partial, file = self.partial(digest), self.file(digest, kind)
        hasher = hashlib.sha256()
        with translated(), partial.open("r+b") as stream:
            head = stream.read(picture.HEAD)
            stream.seek(0)
            while block := stream.read(BLOCK):
                hasher.update(block)
            os.fsync(stream.fileno())
        if hasher.hexdigest() != digest:
            partial.unlink()
            raise PackageError(f"media {digest[:12]} arrived changed; it is fetched again")
        if picture.media_type(head) != kind:
            partial.unlink()
            raise PackageError(f"media {digest[:12]} is not the {kind} that its release says")
        with translated():
            file.parent.mkdir(exist_ok=True)
            partial.replace(file)
        with self._lock:
            self._unsettled |= {file.parent, self._folder}
        return file

    def settle(self) -> None:
        """Have the names of all that was accepted on the disk; raises StoreError."""
        with self._lock:
            folders, self._unsettled = self._unsettled, set()
        with translated():
            for folder in folders:
                settle(folder)

    def keep(self, data: bytes, kind: str) -> Digest:
        """Keep a photograph; its digest. Raises StoreError."""
        digest = Digest(hashlib.sha256(data).hexdigest())
        partial = self.partial(digest)
        with translated():
            with partial.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            file = self.file(digest, kind)
            file.parent.mkdir(exist_ok=True)
            partial.replace(file)
            settle(file.parent)
            settle(self._folder)
        return digest

    def read(self, digest: Digest, kind: str) -> bytes:
        """The bytes of a file; raises StoreError."""
        with translated():
            return self.file(digest, kind).read_bytes()
