"""A change in the middle of the shift: submitted, signed, released to one bench first, and withdrawn again."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from stepline.demo.office import Office
from stepline.demo.plant import Bench, Plant
from stepline.demo.watch import GLANCE

DOCUMENT = "label-and-pack"
LIBRARY = Path(__file__).resolve().parents[2] / "content" / "library"
REASON = "The label of revision 2 names the wrong part number"
PATIENCE = 60  # seconds; the server may be down just then, as it is when the other bench wants that


@dataclass
class Change:
    """What was released where, and what became of it, with the seconds that it took to reach the bench."""

    plant: Plant
    bench: Bench
    digest: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def release(self) -> None:
        """An engineer changes a document, others sign it, and it goes to this bench first."""
        with tempfile.TemporaryDirectory(prefix="stepline-change-") as place:
            folder = Path(place) / DOCUMENT
            shutil.copytree(LIBRARY / "instructions" / DOCUMENT, folder)
            file = folder / "instruction.yaml"
            text = file.read_text(encoding="utf-8").replace("revision: 1\n", "revision: 2\n", 1)
            file.write_text(
                text.replace("summary: Put", "summary: Clean the cover, put", 1), encoding="utf-8"
            )
            office = Office(self.plant)
            self._patiently(office.open)
            self._patiently(lambda: office.publish(folder, first=[[self.bench.station]], acknowledge=False))
        self._wait("released", 2)

    def withdraw(self) -> None:
        """It was wrong: off the bench with it, which goes back to what it had."""
        office = Office(self.plant)
        self._patiently(office.open)
        self._patiently(lambda: office.withdraw(self.digest, REASON))
        self._wait("withdrawn", 1)

    def _patiently(self, call: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                call()
            except httpx2.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(GLANCE * 5)
            else:
                return

    def _wait(self, what: str, revision: int) -> None:
        began = time.monotonic()
        while (held := held_of(self.bench.data / "kiosk.db")) is None or held[0] != revision:
            if time.monotonic() - began > PATIENCE:
                message = f"revision {revision} of {DOCUMENT} did not reach {self.bench.station}"
                raise TimeoutError(message)
            time.sleep(GLANCE)
        self.seconds[what] = round(time.monotonic() - began, 3)
        self.digest = held[1]


def held_of(store: Path) -> tuple[int, str] | None:
    """The revision and digest of the document that a kiosk has in use."""
    query = "SELECT revision, digest FROM releases WHERE active AND document = ?"
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5) as database:
            return database.execute(query, (DOCUMENT,)).fetchone()
    except sqlite3.OperationalError:
        return None
