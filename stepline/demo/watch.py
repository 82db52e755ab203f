"""What a kiosk has committed, read from its store beside it: the player's eyes, and the latest word on each run."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from content import package, wire
from content.instruction import Instruction
from content.record import DeviceChanged, OperatorSignedIn, OperatorSignedOut, RunFact, RunStarted
from content.run import Run, evolve
from content.values import Digest

GLANCE = 0.02  # seconds between two looks at the store; an operator looks less often


class KioskRecord:
    """Follows one kiosk's store, read only, through restarts of the kiosk."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._seq = 0
        self.runs: dict[str, Run] = {}
        self.latest: str | None = None
        self.signed_in: str | None = None
        self.lost: set[str] = set()  # devices
        self.types: list[str] = []

    @property
    def run(self) -> Run | None:
        """The run that was started last."""
        return None if self.latest is None else self.runs[self.latest]

    def look(self) -> None:
        """Take in what was committed since the last look."""
        for seq, body in self._rows():
            self._seq = seq
            fact, _cause = wire.read_body(body)
            self.types.append(wire.type_of(fact))
            match fact:
                case OperatorSignedIn():
                    self.signed_in = fact.by
                case OperatorSignedOut():
                    self.signed_in = None
                case DeviceChanged(state="lost"):
                    self.lost.add(fact.device)
                case DeviceChanged():
                    self.lost.discard(fact.device)
                case _:
                    pass
            if isinstance(fact, RunFact):
                self._follow(fact)

    def _follow(self, fact: RunFact) -> None:
        self.runs[fact.run] = evolve(self.runs.get(fact.run), fact)
        if isinstance(fact, RunStarted):
            self.latest = fact.run

    def _rows(self) -> list[tuple[int, str]]:
        if not self._database.is_file():
            return []
        try:
            with sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(
                    "SELECT seq, body FROM entries WHERE seq > ? ORDER BY seq", (self._seq,)
                ).fetchall()
        except sqlite3.OperationalError:  # the kiosk is just making its store
            return []

    def until(self, wanted: Callable[[], bool], what: str, seconds: float = 40) -> None:
        """Look until `wanted`; raises TimeoutError that says what did not happen."""
        deadline = time.monotonic() + seconds
        while True:
            self.look()
            if wanted():
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._database.parent.parent.name}: {what} did not happen")
            time.sleep(GLANCE)


class KioskLibrary:
    """The instructions that a kiosk holds, read from its store beside it: what its runs really play."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.held: dict[Digest, Instruction] = {}
        self.assigned: tuple[Digest, ...] = ()

    def look(self) -> None:
        """Take in what changed since the last look."""
        if not self._database.is_file():
            return
        try:
            with sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=5) as store:
                found = store.execute(
                    "SELECT digest, active FROM releases WHERE kind = 'work-instruction'"
                ).fetchall()
                for digest in {digest for digest, _ in found} - self.held.keys():
                    self._take_in(store, digest)
        except sqlite3.OperationalError:  # the kiosk is just making its store
            return
        self.assigned = tuple(sorted(digest for digest, active in found if active and digest in self.held))

    def _take_in(self, store: sqlite3.Connection, digest: Digest) -> None:
        (payload,) = store.execute("SELECT payload FROM releases WHERE digest = ?", (digest,)).fetchone()
        document = package.read_payload(payload).document
        if isinstance(document, Instruction):
            self.held[digest] = document
