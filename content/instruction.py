"""The work instruction: ordered steps for one task done by one person or a small team."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from content.asking import MOST_TIMES, Expression, StepName
from content.checks import Check, Vision
from content.conditions import spelled
from content.languages import Translations
from content.media import InnerPath, Medium
from content.refusing import refusal
from content.values import (
    CheckId,
    DocumentId,
    Duration,
    Exact,
    Gtin,
    Language,
    Line,
    PartNumber,
    Piece,
    Slug,
    StepId,
    Text,
)

if TYPE_CHECKING:
    from content.conditions import Scope

END = "end"  # where a rule leads when the run is done


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
    """What the instruction is for: what is scanned to open it, and the families and options it covers."""

    part_numbers: tuple[PartNumber, ...] = ()
    gtins: tuple[Gtin, ...] = ()
    families: tuple[Line, ...] = ()
    options: tuple[Slug, ...] = ()  # without one of them it is not for the unit; none named: for all


class Parameter(Piece):
    """Something that the work order says; without a default the run cannot begin before it is said."""

    id: Slug
    title: Line
    type: Literal["text", "number", "flag", "choice"] = "text"
    choices: tuple[Slug, ...] = ()
    default: str | bool | Exact | None = None

    @model_validator(mode="after")
    def _can_be_given(self) -> "Parameter":
        if (self.type == "choice") != bool(self.choices):
            raise refusal("`choices` belong to `type: choice`", mend="give both or neither", at=("choices",))
        if self.default is not None and self.read(str(self.default)) is None:
            raise refusal(
                f"the default {self.default!r} is no {self.type}",
                mend=f"one of {', '.join(self.choices)}" if self.choices else "mend it or leave it out",
                at=("default",),
            )
        return self

    def read(self, text: str) -> str | bool | Decimal | None:
        """The value that a work order spells as `text`; None when it is none."""
        match self.type:
            case "text":
                return text
            case "choice":
                return text if text in self.choices else None
            case "flag":
                return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
                    text.lower()
                )
            case "number":
                try:
                    number = Decimal(text)
                except ArithmeticError:
                    return None
                return number if number.is_finite() else None


class Option(Piece):
    """An option that a unit may have."""

    id: Slug
    title: Line


class StepGroup(Piece):
    """Steps that belong together, under one heading."""

    id: Slug
    title: Line


class Attachment(Piece):
    """A file that comes with the document, such as a drawing."""

    file: InnerPath
    title: Line


class Suppression(Piece):
    """A rule of the checker that does not hold here, and why."""

    rule: Slug
    reason: Line
    step: StepName | None = None


class BlockUse(Piece):
    """A reusable block whose steps stand in this document, each identifier with the prefix before it."""

    block: DocumentId
    prefix: Slug | None = None
    revision: Annotated[int, Field(ge=1)]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None  # of what the block said


class Rule(Piece):
    """A way on from a step: to `to` when `when` holds; one that leads back says how often."""

    when: Expression | None = None
    to: StepName
    at_most: Annotated[int, Field(ge=1, le=MOST_TIMES)] | None = None


class Group(Piece):
    """Checks of a step that are met together: all of them, any one, or one after the other."""

    id: Slug
    combine: Literal["all", "any", "ordered"]
    checks: Annotated[tuple[CheckId, ...], Field(min_length=2)]


class Drive(Piece):
    """An output of a device that is so while the step is open: a clamp that is closed, a valve that is on."""

    device: Slug
    signal: Slug
    value: bool | Exact | Line = True


class Print(Piece):
    """A label that is printed when the step first comes up; the station's file says how it looks."""

    device: Slug
    label: Slug


class Step(Piece):
    """One thing to do, with its text, media and checks; its `id` lasts, its number is only shown."""

    id: StepName
    title: Line
    text: Text
    group: Slug | None = None
    when: Expression | None = None  # false: it is skipped
    media: tuple[Medium, ...] = ()
    safety: tuple[Safety, ...] = ()
    parts: tuple[PartNumber, ...] = ()
    tools: tuple[Slug, ...] = ()
    standard_time: Duration | None = None
    checks: tuple[Check, ...] = ()
    combine: Literal["all", "any", "ordered"] = "all"
    groups: tuple[Group, ...] = ()
    next: tuple[Rule, ...] = ()
    drives: tuple[Drive, ...] = ()
    prints: tuple[Print, ...] = ()
    references: tuple[Line, ...] = ()  # where more stands, such as the address of a picture that is not here

    @model_validator(mode="after")
    def _one_id_a_check(self) -> "Step":
        _refuse_repeated("check", "checks", [check.id for check in self.checks])
        taken: set[str] = set()
        known = {check.id for check in self.checks}
        for place, group in enumerate(self.groups):
            wrong = [check for check in group.checks if check not in known or check in taken]
            if wrong:
                raise refusal(
                    f"the group {group.id!r} names the check {wrong[0]!r}, "
                    + ("which is in another group" if wrong[0] in taken else "which the step does not have"),
                    mend=f"checks of the step: {', '.join(sorted(known - taken)) or 'none'}",
                    at=("groups", place, "checks"),
                )
            taken.update(group.checks)
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """The files it needs: its media, and what cameras were taught for its checks."""
        taught = [check.taught for check in self.checks if isinstance(check, Vision) and check.taught]
        return (*(file for medium in self.media for file in medium.files), *taught)

    @property
    def conditional(self) -> bool:
        """Whether anything about its checks depends on the unit or on what came before."""
        return any(check.when is not None or _computed(check) for check in self.checks)


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
    review_interval: Duration | None = None  # None: as its procedure, or as the plant reviews instructions
    applies_to: Applies
    options: tuple[Option, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    qualifications: tuple[Line, ...] = ()
    tools: tuple[Tool, ...] = ()
    parts: tuple[Part, ...] = ()
    protective_equipment: tuple[Slug, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    blocks: tuple[BlockUse, ...] = ()
    step_groups: tuple[StepGroup, ...] = ()
    lint: tuple[Suppression, ...] = ()
    translations: Translations = Field(default_factory=dict)
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _holds_together(self) -> "Instruction":
        for what, field, ids in (
            ("step", "steps", [step.id for step in self.steps]),
            ("option", "options", [option.id for option in self.options]),
            ("parameter", "parameters", [parameter.id for parameter in self.parameters]),
            ("step group", "step_groups", [group.id for group in self.step_groups]),
        ):
            _refuse_repeated(what, field, ids)
        parts = {part.number for part in self.parts}
        tools = {tool.id for tool in self.tools}
        groups = {group.id for group in self.step_groups}
        for place, step in enumerate(self.steps):
            _refuse_unknown("part", ("steps", place, "parts"), step.parts, parts)
            _refuse_unknown("tool", ("steps", place, "tools"), step.tools, tools)
            _refuse_unknown(
                "step group", ("steps", place, "group"), [step.group] if step.group else [], groups
            )
        return self

    @model_validator(mode="after")
    def _leads_to_an_end(self) -> "Instruction":
        from content import flow, scope  # noqa: PLC0415 - both know steps

        scope.refuse_wrong_expressions(self)
        flow.refuse_endless(self)
        return self

    @cached_property
    def scope(self) -> "Scope":
        """The names that its expressions may use."""
        from content.scope import scope  # noqa: PLC0415 - it knows steps

        return scope(self)

    @cached_property
    def names_used(self) -> frozenset[str]:
        """The names that its expressions look at."""
        from content.scope import expressions  # noqa: PLC0415 - it knows steps

        return frozenset(
            name for _, text, wanted in expressions(self) for name in self.scope.compile(text, wanted).names
        )

    @cached_property
    def checks_used(self) -> tuple[tuple[Step, tuple[Check, ...]], ...]:
        """The steps, and of each the checks, that its expressions look at."""
        found: list[tuple[Step, tuple[Check, ...]]] = []
        for step in self.steps:
            checks = tuple(check for check in step.checks if self._uses(step.id, check.id))
            if checks or spelled("visits", step.id) in self.names_used:
                found.append((step, checks))
        return tuple(found)

    def _uses(self, step: StepId, check: CheckId) -> bool:
        name = spelled(step, check)
        names = {name, spelled("passed", step, check), spelled("attempts", step, check)}
        return any(used in names or used.startswith(f"{name}.") for used in self.names_used)

    @cached_property
    def _by_id(self) -> dict[StepId, int]:
        return {step.id: place for place, step in enumerate(self.steps)}

    def step(self, step: StepId) -> Step:
        """The step of that identifier; raises KeyError when there is none."""
        return self.steps[self._by_id[step]]

    def number(self, step: StepId) -> int:
        """The step's number as it is shown, from 1; raises KeyError when there is none."""
        return self._by_id[step] + 1

    @property
    def standard_time(self) -> timedelta | None:
        """The sum of its steps' standard times; None when no step has one."""
        times = [step.standard_time for step in self.steps if step.standard_time is not None]
        return sum(times, timedelta()) if times else None

    @property
    def files(self) -> tuple[str, ...]:
        """Every file it needs, relative to its folder, each once, in order of use."""
        media = [file for step in self.steps for file in step.files]
        return tuple(dict.fromkeys([*media, *(attachment.file for attachment in self.attachments)]))


def _computed(check: Check) -> bool:
    return getattr(check, "limits", None) is not None or any(
        column.limits is not None for column in getattr(check, "columns", ())
    )


def _refuse_repeated(what: str, field: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for place, name in enumerate(ids):
        if name in seen:
            raise refusal(
                f"the {what} {name!r} is there twice", mend="give each its own `id`", at=(field, place, "id")
            )
        seen.add(name)


def _refuse_unknown(what: str, at: tuple[str | int, ...], named: Iterable[str], known: set[str]) -> None:
    unknown = [name for name in named if name not in known]
    if unknown:
        listed = ", ".join(sorted(known)) or "none"
        raise refusal(
            f"the {what} {unknown[0]!r} is not in the document's list", mend=f"listed: {listed}", at=at
        )
