"""The local store as a whole: opened once, by one kiosk; a damaged one is set aside and saved from."""

import logging
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from content.record import Fact
from content.values import Digest
from content.wire import Cause
from kiosk.store import salvage
from kiosk.store.database import Database, Lock, check
from kiosk.store.errors import StoreDamaged, translated
from kiosk.store.journal import Journal
from kiosk.store.library import Library
from kiosk.store.media import MediaFolder
from kiosk.store.meta import Meta
from kiosk.store.teaching import TeachingFolder

log = logging.getLogger(__name__)
FILE = "kiosk.db"


class Store:
    """The open store: `journal` (what happened), `library` (what to do), `meta` (who we are), and folders of files."""

    def __init__(self, folder: Path) -> None:
        """Open what lies in `folder`; raises StoreError."""
        self.folder = folder
        self.message = ""  # what a person should know about how it was opened
        with translated():
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(folder / "kiosk.lock")
        try:
            self._open(folder / FILE)
        except StoreDamaged as damage:
            self._save(folder / FILE, damage)
        except BaseException:
            self._lock.release()
            raise
        self.media = MediaFolder(folder / "media")
        self.photos = MediaFolder(folder / "evidence")
        self.teaching = TeachingFolder(folder / "teaching")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open or create the store in `folder`; raises StoreInUse, StoreFull, StoreUnable."""
        return cls(folder)

    def _open(self, file: Path) -> None:
        check(file)
        self._database = Database(file)
        try:
            self.meta = Meta(self._database)
            self.journal = Journal(self._database, self.meta)
            self.journal.open_runs()
            self.library = Library(self._database)
            self.library.tiles()
        except BaseException:
            self._database.close()
            raise

    def _save(self, file: Path, damage: StoreDamaged) -> None:
        aside = salvage.set_aside(file)
        Database(file).close()
        count = salvage.take_over(aside, file)
        self._open(file)
        self.message = (
            f"The store was damaged and is set aside as {aside.name}; {count} records were saved from it."
        )
        log.error("%s: %s", damage, self.message)

    def keep(self, facts: Sequence[Fact], cause: Cause | None = None, *, photo: Digest | None = None) -> None:
        """Commit all facts of one decision before this returns; raises StoreError. See `Journal.keep`."""
        self.journal.keep(facts, cause, photo=photo)

    def close(self) -> None:
        """Close it and let another kiosk in."""
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
