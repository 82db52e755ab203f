"""Projections: runs, step times, measurements and deviations, as rows that follow from facts alone."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from content.record import (
    CheckFailed,
    CheckPassed,
    DeviationRaised,
    Fact,
    RunAborted,
    RunCompleted,
    RunContinued,
    RunHeld,
    RunStarted,
    StepCompleted,
    StepEntered,
    StepLeft,
    Tightening,
    Value,
)
from content.run import RunState
from content.values import RunId
from server.store import tables
from server.store.bulk import insert_new_rows

Row = dict[str, Any]


class Projector:
    """Collects the rows that a batch of one kiosk's facts makes; writes them in the caller's transaction."""

    def __init__(self, tx: Connection, kiosk: str, facts: Iterable[Fact]) -> None:
        self._tx = tx
        self._kiosk = kiosk
        self._facts = list(facts)
        self._known = self._read_runs()
        self._new: dict[str, Row] = {}
        self._changed: set[str] = set()
        self._steps: list[Row] = []
        self._measured: list[Row] = []
        self._deviations: list[Row] = []
        self._completed: dict[str, set[str]] = {}  # steps by run, as far as they were asked for
        self.strangers: list[Fact] = []  # facts of a run that this kiosk never started

    def write(self) -> set[str]:
        """Take in every fact and write the rows; the stations that something happened at."""
        for fact in self._facts:
            self._take(fact)
        insert_new_rows(self._tx, tables.runs, list(self._new.values()))
        changed = [_as_update(self._known[run]) for run in self._changed - self._new.keys()]
        if changed:
            self._tx.execute(_UPDATE_RUN, changed)
        insert_new_rows(self._tx, tables.step_times, self._steps)
        insert_new_rows(self._tx, tables.measurements, self._measured)
        insert_new_rows(self._tx, tables.deviations, self._deviations)
        return {self._known[run]["station"] for run in self._changed}

    def _read_runs(self) -> dict[str, Row]:
        wanted = list({run for fact in self._facts if (run := getattr(fact, "run", None)) is not None})
        found: dict[str, Row] = {}
        for start in range(0, len(wanted), 500):
            rows = self._tx.execute(
                select(tables.runs).where(tables.runs.c.id.in_(wanted[start : start + 500]))
            )
            found |= {row["id"]: dict(row) for row in rows.mappings()}
        return found

    def _take(self, fact: Fact) -> None:
        name = getattr(fact, "run", None)
        if name is None:
            return
        if isinstance(fact, RunStarted) and name not in self._known:
            self._known[name] = self._new[name] = self._started(fact)
        run = self._known.get(name)
        if run is None or run["kiosk"] != self._kiosk:
            self.strangers.append(fact)
            return
        self._changed.add(name)
        if fact.by is not None:
            run["by"] = fact.by
        self._follow(run, fact)

    def _started(self, fact: RunStarted) -> Row:
        unit = fact.unit
        return {
            "id": fact.run,
            "kiosk": self._kiosk,
            "station": fact.station,
            "release": fact.release,
            "document": fact.document,
            "revision": fact.revision,
            "state": RunState.RUNNING.value,
            "by": fact.by,
            "part_number": unit.part_number,
            "gtin": unit.gtin,
            "serial": unit.serial,
            "lot": unit.lot,
            "work_order": unit.work_order,
            "started_at": fact.at,
            "ended_at": None,
            "step": None,
            "step_since": None,
            "steps_done": 0,
            "elapsed": None,
            "held": None,
            "expected": fact.expected,
            "deviations": 0,
        }

    def _follow(self, run: Row, fact: Fact) -> None:
        match fact:
            case StepEntered():
                run |= {"step": fact.step, "step_since": fact.at}
            case StepCompleted() | StepLeft():
                self._timed(run, fact)
            case CheckPassed() | CheckFailed():
                self._measure(run, fact)
            case DeviationRaised():
                self._deviation(run, fact)
            case RunHeld():
                run["state"] = RunState.HELD.value
            case RunContinued():
                run["state"] = RunState.RUNNING.value
            case RunCompleted():
                run |= {
                    "state": RunState.COMPLETED.value,
                    "ended_at": fact.at,
                    "elapsed": fact.elapsed,
                    "held": fact.held,
                    "step": None,
                }
            case RunAborted():
                run |= {"state": RunState.ABORTED.value, "ended_at": fact.at, "step": None}
            case _:
                return

    def _timed(self, run: Row, fact: StepCompleted | StepLeft) -> None:
        completed = isinstance(fact, StepCompleted)
        if completed and fact.step not in (done := self._done(fact)):
            done.add(fact.step)
            run["steps_done"] += 1
        self._steps.append(
            {
                "run": fact.run,
                "step": fact.step,
                "visit": fact.visit,
                "completed": completed,
                "document": run["document"],
                "release": run["release"],
                "station": run["station"],
                "by": fact.by or run["by"],
                "at": fact.at,
                "elapsed": fact.elapsed,
                "held": fact.held,
                "expected": fact.expected if isinstance(fact, StepCompleted) else None,
            }
        )

    def _done(self, fact: StepCompleted) -> set[str]:
        """The steps of the fact's run that were completed before, however often they were entered."""
        if fact.run not in self._completed:
            # a run that began in this batch has nothing earlier
            began_here = fact.run in self._new
            self._completed[fact.run] = set() if began_here else self._completed_before(fact.run)
        return self._completed[fact.run]

    def _completed_before(self, run: RunId) -> set[str]:
        s = tables.step_times.c
        return set(self._tx.scalars(select(s.step).where(s.run == run, s.completed)))

    def _measure(self, run: Row, fact: CheckPassed | CheckFailed) -> None:
        evidence = fact.evidence
        if isinstance(evidence, Value):
            kind, value, angle = "measure", evidence.value, None
        elif isinstance(evidence, Tightening):
            kind, value, angle = "torque", evidence.torque, evidence.angle
        else:
            return
        self._measured.append(
            {
                "run": fact.run,
                "step": fact.step,
                "check_id": fact.check,
                "attempt": fact.attempt,
                "kind": kind,
                "document": run["document"],
                "station": run["station"],
                "by": fact.by or run["by"],
                "device": evidence.device,
                "value_text": str(value),
                "value": float(value),
                "unit": evidence.unit,
                "angle_text": None if angle is None else str(angle),
                "good": isinstance(fact, CheckPassed),
                "at": fact.at,
            }
        )

    def _deviation(self, run: Row, fact: DeviationRaised) -> None:
        run["deviations"] += 1
        self._deviations.append(
            {
                "id": fact.deviation,
                "run": fact.run,
                "kind": fact.kind.value,
                "step": fact.step,
                "check_id": fact.check,
                "document": run["document"],
                "release": run["release"],
                "station": run["station"],
                "by": fact.by or run["by"],
                "expected": fact.expected,
                "came": fact.came,
                "category": fact.category,
                "photo": fact.photo,
                "at": fact.at,
            }
        )


_MOVING = ("state", "by", "ended_at", "step", "step_since", "steps_done", "elapsed", "held", "deviations")
_UPDATE_RUN = (
    update(tables.runs)
    .where(tables.runs.c.id == bindparam("_id"))
    .values({name: bindparam(f"_{name}") for name in _MOVING})
)


def _as_update(run: Row) -> Row:
    return {"_id": run["id"], **{f"_{name}": run[name] for name in _MOVING}}
