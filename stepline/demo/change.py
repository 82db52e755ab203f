"""A change during the shift: released in stages while runs are on, withdrawn under one, and one bench cut off then."""

import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from stepline.demo.cable import Cable
from stepline.demo.office import Office
from stepline.demo.plant import LIBRARY, Bench, Plant
from stepline.demo.watch import GLANCE

DOCUMENT = "label-and-pack"
REASON = "The label of revision 2 names the wrong part number"
PATIENCE = 60  # seconds; the server may be down just then, as it is when the other bench wants that
STEPS = ("released", "rolled out", "withdrawn", "caught up")


@dataclass
class Change:
    """What was released where, and what became of it, with the seconds that it took to reach each bench."""

    plant: Plant
    first: Bench
    second: Bench
    cable: Cable  # that leads to the second bench
    digest: str = ""
    begun: str = ""  # the run that was on when it was released
    seconds: dict[str, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def release(self, run: str) -> None:
        """An engineer changes a document, others sign it, and it goes to the first bench, which is at `run`."""
        self.begun = run
        with tempfile.TemporaryDirectory(prefix="stepline-change-") as place:
            folder = Path(place) / DOCUMENT
            shutil.copytree(LIBRARY / "instructions" / DOCUMENT, folder)
            file = folder / "instruction.yaml"
            text = file.read_text(encoding="utf-8").replace("revision: 1\n", "revision: 2\n", 1)
            file.write_text(
                text.replace("summary: Put", "summary: Clean the cover, put", 1), encoding="utf-8"
            )
            office = self._office()
            self._patiently(lambda: office.publish(folder, first=[[self.first.station]], acknowledge=False))
        self.digest = self._wait("released", self.first, 2)

    def roll_out(self) -> None:
        """It was good there: everybody gets it."""
        office = self._office()
        self._patiently(lambda: office.advance(self.digest))
        self._wait("rolled out", self.second, 2)

    def withdraw(self) -> None:
        """It was wrong: off the first bench with it, which goes back to what it had; the second one is cut off."""
        office = self._office()
        self.cable.cut()
        self._patiently(lambda: office.withdraw(self.digest, REASON))
        self._wait("withdrawn", self.first, 1)

    def mend(self) -> None:
        """The second bench cannot know yet; it hears of it as soon as it is connected again."""
        held = held_of(self.second.data / "kiosk.db")
        if held is None or held[1] != self.digest:
            raise RuntimeError(f"{self.second.station} had the change taken away while it was cut off")
        self.cable.mend()
        self._wait("caught up", self.second, 1)
        self.over.set()

    def _office(self) -> Office:
        office = Office(self.plant)
        self._patiently(office.open)
        return office

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

    def _wait(self, what: str, bench: Bench, revision: int) -> str:
        """Until the bench has that revision in use; its digest."""
        began = time.monotonic()
        while (held := held_of(bench.data / "kiosk.db")) is None or held[0] != revision:
            if time.monotonic() - began > PATIENCE:
                message = f"revision {revision} of {DOCUMENT} did not reach {bench.station}"
                raise TimeoutError(message)
            time.sleep(GLANCE)
        self.seconds[what] = round(time.monotonic() - began, 3)
        return held[1]


def held_of(store: Path) -> tuple[int, str] | None:
    """The revision and digest of the document that a kiosk has in use."""
    query = "SELECT revision, digest FROM releases WHERE active AND document = ?"
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5) as database:
            return database.execute(query, (DOCUMENT,)).fetchone()
    except sqlite3.OperationalError:
        return None
