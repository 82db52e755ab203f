"""What a kiosk has committed, read from its store beside it: the player's eyes, and the latest word on each run."""

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from content import wire
from content.record import RunFact, RunStarted
from content.run import Run, evolve

GLANCE = 0.02  # seconds between two looks at the store; an operator looks less often


class KioskRecord:
    """Follows one kiosk's store, read only, through restarts of the kiosk."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._seq = 0
        self.runs: dict[str, Run] = {}
        self.latest: str | None = None
        self.signed_in: str | None = None
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
            match self.types[-1]:
                case "operator.signed-in":
                    self.signed_in = fact.by
                case "operator.signed-out":
                    self.signed_in = None
            run = getattr(fact, "run", None)
            if run is not None:
                self._follow(run, fact)  # pyright: ignore[reportArgumentType] - facts with a run are run facts

    def _follow(self, run: str, fact: RunFact) -> None:
        self.runs[run] = evolve(self.runs.get(run), fact)
        if isinstance(fact, RunStarted):
            self.latest = run

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


def last_line(file: Path) -> dict[str, Any]:
    """The last whole JSON line of a file, for messages."""
    lines = file.read_text().splitlines() if file.is_file() else []
    return json.loads(lines[-1]) if lines else {}
