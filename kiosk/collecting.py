"""Room on the kiosk's disk: what no generation, open run or undelivered record needs goes when it gets scarce."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from content.values import Digest
from kiosk.assignment import Assignment
from kiosk.store.errors import translated
from kiosk.store.library import Needed
from kiosk.store.store import FILE, Store

RESERVE = 128 * 1024 * 1024  # bytes of the disk that documents leave to the record
UNITS = ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))


class NoRoom(Exception):
    """The station's documents do not fit; said to a person. What was in use stays so."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Keeps the store below `limit` bytes (None: as large as the disk)."""

    store: Store
    limit: int | None = None

    def make_room(self, coming: Assignment, lacking: Sequence[Needed]) -> None:
        """Let `lacking` fit beside what is in use; raises NoRoom and StoreError.

        Partial downloads of what is not wanted any more always go.
        """
        wanted = {each.digest: each.size for each in lacking}
        self._drop_partials(wanted)
        began = sum(file.stat().st_size for file in self._partials())
        need = sum(wanted.values()) - began
        if need > self._room():
            self._collect(self.store.library.current() | {each.digest for each in coming.releases})
        if need > self._room():
            raise NoRoom(self._no_room(need))

    def _no_room(self, need: int) -> str:
        """What lacks, and what to do."""
        used, free = size(self._used()), size(shutil.disk_usage(self.store.folder).free)
        uses = f"The station's documents need {size(need)} more, and this kiosk uses {used}"
        if self.limit:
            uses += f" and may use {size(self.limit)} (--disk-limit)"
        return (
            f"{uses}; its disk has {free} free. "
            "The documents in use stay; give it more room, or assign fewer documents to the station."
        )

    def tidy(self) -> None:
        """After a switch: what is neither in use nor was before goes when the limit is exceeded."""
        self._drop_partials({})
        if self.limit is not None and self._used() > self.limit:
            self._collect(self.store.library.current() | self.store.library.previous())

    def _room(self) -> int:
        """Bytes that may still be taken."""
        free = shutil.disk_usage(self.store.folder).free - RESERVE
        return free if self.limit is None else min(free, self.limit - self._used())

    def _used(self) -> int:
        """Bytes of the store: database, media and photographs."""
        folder = self.store.folder
        files = [folder / f"{FILE}{side}" for side in ("", "-wal")]
        files += [*_files(folder / "media"), *_files(folder / "evidence")]
        return sum(file.stat().st_size for file in files if file.exists())

    def _collect(self, keep: Collection[Digest]) -> None:
        """Take away other releases than these and those of open runs, then files of no release, then photographs.

        Photographs that the server does not hold yet always stay.
        """
        library = self.store.library
        library.forget(library.held() - set(keep) - library.running())
        named = {self.store.media.file(each.digest, each.type) for each in library.needed(None)}
        partials = set(self._partials())
        with translated():
            for file in _files(self.store.folder / "media"):
                if file not in named and file not in partials:
                    file.unlink(missing_ok=True)
            for digest in self.store.journal.photos_delivered():
                self.store.photos.file(digest, "image/jpeg").unlink(missing_ok=True)

    def _drop_partials(self, wanted: Collection[Digest]) -> None:
        with translated():
            for file in self._partials():
                if file.name not in wanted:
                    file.unlink(missing_ok=True)

    def _partials(self) -> list[Path]:
        return list((self.store.folder / "media" / "partial").iterdir())


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.glob("*/*") if file.is_file())


def size(count: int | None) -> str:
    """An amount of bytes as a person reads it."""
    count = count or 0
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"
