"""A kiosk's shift without a kiosk: runs decided by the real decider, as the entries a kiosk would send."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from content import chain, wire
from content.chain import Entry
from content.decide import begin, decide
from content.inputs import (
    CodeGiven,
    Continued,
    Input,
    Paused,
    ProblemReported,
    Started,
    Tapped,
    TorqueGiven,
    Unit,
    ValueGiven,
    WentTo,
)
from content.instruction import Instruction
from content.record import Fact, OperatorSignedIn
from content.run import fold
from content.values import Digest, DocumentId, PersonId, RunId, StepId

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
CLOSE_PUMP = Instruction.model_validate(
    {
        "id": "close-pump",
        "kind": "work-instruction",
        "title": "Close the pump",
        "revision": 1,
        "language": "en",
        "applies_to": {"part_numbers": ["GP-100"]},
        "steps": [
            {
                "id": "weigh",
                "title": "Weigh",
                "text": "Weigh the housing.",
                "standard_time": "20s",
                "checks": [
                    {"id": "part", "kind": "scan", "part": "GP-101"},
                    {
                        "id": "mass",
                        "kind": "measure",
                        "quantity": "mass",
                        "unit": "g",
                        "low": "120.0",
                        "high": "130.0",
                    },
                ],
            },
            {
                "id": "bolt",
                "title": "Bolt",
                "text": "Tighten the screws.",
                "standard_time": "30s",
                "checks": [
                    {
                        "id": "bolts",
                        "kind": "torque",
                        "unit": "N.m",
                        "low": "8.5",
                        "high": "9.5",
                        "fastenings": 2,
                    },
                ],
            },
            {"id": "look", "title": "Look", "text": "Look at it."},
        ],
    }
)


def code(part: str) -> tuple[type[Input], dict]:
    return CodeGiven, {"text": part, "part_number": part, "device": "scanner"}


def mass(grams: str) -> tuple[type[Input], dict]:
    return ValueGiven, {"value": Decimal(grams), "unit": "g", "device": "scale"}


def torque(value: str) -> tuple[type[Input], dict]:
    return TorqueGiven, {
        "torque": Decimal(value),
        "unit": "N.m",
        "device": "driver",
        "angle": Decimal("31.5"),
    }


def tap(step: str) -> tuple[type[Input], dict]:
    return Tapped, {"step": StepId(step)}


def back(leaving: str, step: str) -> tuple[type[Input], dict]:
    return WentTo, {"leaving": StepId(leaving), "step": StepId(step)}


PAUSE = (Paused, {"reason": "break"})
CONTINUE = (Continued, {})
PROBLEM = (ProblemReported, {"category": "tool", "comment": "the driver slips"})
GOOD = (code("GP-101"), mass("125.0"), torque("9.0"), torque("9.1"), tap("look"))
# a wrong part, a mass out of limits, a pause, a bad tightening, a reported problem: four deviations
TROUBLED = (
    code("GP-999"),
    code("GP-101"),
    mass("140.2"),
    mass("125.0"),
    PAUSE,
    CONTINUE,
    torque("5.0"),
    PROBLEM,
    torque("9.0"),
    torque("9.1"),
    tap("look"),
)


@dataclass
class Shift:
    """One kiosk's growing record."""

    kiosk: str = "k-1"
    station: str = "bench-1"
    entries: list[Entry] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    at: datetime = AT
    tick: int = 0
    runs: int = 0

    def write(self, facts: Iterator[Fact] | tuple[Fact, ...], cause: Input | Started | None = None) -> None:
        """Append facts as a kiosk does: the cause stands with the first of them."""
        for number, fact in enumerate(facts):
            self.append(wire.body(fact, cause if number == 0 else None))
            self.facts.append(fact)

    def append(self, body: str) -> Entry:
        """Append any body."""
        prev = self.entries[-1].hash if self.entries else chain.FIRST
        entry = chain.link(self.kiosk, len(self.entries) + 1, prev, body)
        self.entries.append(entry)
        return entry

    def sign_in(self, by: str = "anna") -> None:
        self.write((OperatorSignedIn(at=self._pass(), tick=self.tick, by=PersonId(by), pin=False),))

    def run(self, *inputs: tuple[type[Input], dict], by: str = "anna") -> str:
        """Play a run through the real decider; its identifier."""
        self.runs += 1
        name = RunId(f"{self.kiosk}-r{self.runs}")
        start = Started(
            at=self._pass(),
            tick=self.tick,
            by=PersonId(by),
            run=name,
            release=Digest("a" * 64),
            document=DocumentId("close-pump"),
            revision=1,
            station=self.station,
            unit=Unit(part_number="GP-100", serial=f"S{self.runs}"),
        )
        facts = begin(CLOSE_PUMP, start)
        self.write(facts, start)
        state = fold(facts)
        for kind, values in inputs:
            given = kind(at=self._pass(), tick=self.tick, by=PersonId(by), **values)
            assert state is not None
            found = decide(CLOSE_PUMP, state, given)
            self.write(found, given)
            state = fold(found, state)
        return name

    def _pass(self) -> datetime:
        self.at += timedelta(seconds=2)
        self.tick += 2_000_000
        return self.at
