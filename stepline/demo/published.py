"""What became of the change, counted afterwards from the kiosks' own stores and the server's database."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.recalling import WITHDRAWN
from stepline.demo.change import STEPS, Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Runs that finished on the release they began with, runs that the withdrawal held, and what is still shown."""

    seconds: Mapping[str, float] = field(default_factory=dict[str, float])  # until a bench had it
    finished: int = 0
    held: int = 0
    cut_off: str = ""  # the station that could not know
    shown: tuple[str, ...] = ("everywhere",)  # stations that have something withdrawn in use afterwards

    def complaints(self) -> list[str]:
        """What is not as it should be."""
        found = [f"the change was not {what}" for what in STEPS if what not in self.seconds]
        if not self.finished:
            found.append("no run finished on the release that it had begun with when the change came")
        if not self.held:
            found.append("no run was held by the withdrawal")
        found += [f"{station} shows something withdrawn" for station in self.shown]
        return found

    def as_json(self) -> dict[str, Any]:
        """The figures under their published names."""
        return {
            "seconds": dict(self.seconds),
            "runs_finished_as_begun": self.finished,
            "runs_held_by_withdrawal": self.held,
            "cut_off": self.cut_off,
            "showing_something_withdrawn": len(self.shown),
        }


def published(change: Change, server: Path) -> Published:
    """The figures of the change."""
    facts = _facts_of(change.first.data / "kiosk.db")
    began = {fact["run"]: fact["release"] for fact in facts if fact["type"] == "run.started"}
    done = {fact["run"] for fact in facts if fact["type"] == "run.completed"}
    held = {fact["run"] for fact in facts if fact["type"] == "run.held" and fact.get("reason") == WITHDRAWN}
    as_begun = change.begun in done and began.get(change.begun) not in {None, change.digest}
    withdrawn = _withdrawn(server)
    return Published(
        seconds=change.seconds,
        finished=int(as_begun),
        held=sum(began[run] == change.digest for run in held),
        cut_off=change.second.station,
        shown=tuple(
            bench.station
            for bench in (change.first, change.second)
            if withdrawn & _in_use(bench.data / "kiosk.db")
        ),
    )


def _facts_of(store: Path) -> list[dict[str, Any]]:
    return [json.loads(body)["fact"] for (body,) in _asked(store, "SELECT body FROM entries ORDER BY seq")]


def _in_use(store: Path) -> set[str]:
    return {digest for (digest,) in _asked(store, "SELECT digest FROM releases WHERE active")}


def _withdrawn(server: Path) -> set[str]:
    return {digest for (digest,) in _asked(server, "SELECT release FROM withdrawals")}


def _asked(database: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as opened:
        return opened.execute(query).fetchall()
