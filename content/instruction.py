"""The work instruction: ordered steps for one task done by one person or a small team."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from content.checks import Check
from content.media import Medium
from content.values import DocumentId, Duration, Gtin, Language, Line, PartNumber, Piece, Slug, StepId, Text


class RiskClass(StrEnum):
    """How much care a document's task needs."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class SafetyLevel(StrEnum):
    """The signal words of ISO 3864 and ANSI Z535."""

    DANGER = "danger"
    WARNING = "warning"
    CAUTION = "caution"
    NOTICE = "notice"


class Safety(Piece):
    """A safety notice, shown before the action that it concerns."""

    level: SafetyLevel
    text: Text


class Tool(Piece):
    """A tool that the task needs."""

    id: Slug
    name: Line


class Part(Piece):
    """A part that the task consumes, with how many of it."""

    number: PartNumber
    name: Line
    quantity: Annotated[int, Field(ge=1)] = 1


class Applies(Piece):
    """What is scanned to open the instruction."""

    part_numbers: tuple[PartNumber, ...] = ()
    gtins: tuple[Gtin, ...] = ()


class Step(Piece):
    """One thing to do, with its text, media and checks; its `id` lasts, its number is only shown."""

    id: Annotated[StepId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    title: Line
    text: Text
    media: tuple[Medium, ...] = ()
    safety: tuple[Safety, ...] = ()
    parts: tuple[PartNumber, ...] = ()
    tools: tuple[Slug, ...] = ()
    standard_time: Duration | None = None
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _one_id_a_check(self) -> "Step":
        _refuse_repeated("check", (check.id for check in self.checks))
        return self


class Instruction(Piece):
    """A work instruction as an engineer writes it and as a kiosk plays it."""

    id: Annotated[DocumentId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: Literal["work-instruction"]
    title: Line
    revision: Annotated[int, Field(ge=1)]
    language: Language
    summary: Text | None = None
    governed_by: tuple[DocumentId, ...] = ()
    risk_class: RiskClass = RiskClass.LOW
    applies_to: Applies
    tools: tuple[Tool, ...] = ()
    parts: tuple[Part, ...] = ()
    protective_equipment: tuple[Slug, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _holds_together(self) -> "Instruction":
        _refuse_repeated("step", (step.id for step in self.steps))
        parts = {part.number for part in self.parts}
        tools = {tool.id for tool in self.tools}
        for step in self.steps:
            _refuse_unknown(f"step {step.id}", "part", set(step.parts) - parts, parts)
            _refuse_unknown(f"step {step.id}", "tool", set(step.tools) - tools, tools)
        return self

    def step(self, step: StepId) -> Step:
        """The step of that identifier; raises KeyError when there is none."""
        for candidate in self.steps:
            if candidate.id == step:
                return candidate
        raise KeyError(step)

    def number(self, step: StepId) -> int:
        """The step's number as it is shown, from 1; raises KeyError when there is none."""
        for number, candidate in enumerate(self.steps, start=1):
            if candidate.id == step:
                return number
        raise KeyError(step)

    @property
    def standard_time(self) -> timedelta | None:
        """The sum of its steps' standard times; None when no step has one."""
        times = [step.standard_time for step in self.steps if step.standard_time is not None]
        return sum(times, timedelta()) if times else None

    @property
    def files(self) -> tuple[str, ...]:
        """Every media file it needs, relative to its folder, each once, in order of use."""
        return tuple(
            dict.fromkeys(file for step in self.steps for medium in step.media for file in medium.files)
        )


def _refuse_repeated(what: str, ids: Iterable[str]) -> None:
    repeated = [name for name, count in Counter(ids).items() if count > 1]
    if repeated:
        message = f"{what} identifiers must differ; repeated: {', '.join(repeated)}"
        raise ValueError(message)


def _refuse_unknown(where: str, what: str, unknown: set[str], known: set[str]) -> None:
    if unknown:
        listed = ", ".join(sorted(known)) or "none"
        message = (
            f"{where}: {what} {', '.join(sorted(unknown))} is not in the document's list; listed: {listed}"
        )
        raise ValueError(message)
