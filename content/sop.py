"""The standard operating procedure: what and why, and the flow of work instructions that carry it out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from content.instruction import Attachment, RiskClass, Suppression
from content.languages import Translations
from content.refusing import refusal, refuse_all
from content.values import DocumentId, Duration, Language, Line, Piece, Slug, Text


class Role(Piece):
    """Who answers for what."""

    role: Line
    responsibility: Text


class Activity(Piece):
    """Who does what in an activity: RACI, with exactly one who is accountable. The names are those of `roles`."""

    activity: Line
    responsible: Annotated[tuple[Line, ...], Field(min_length=1)]
    accountable: Line
    consulted: tuple[Line, ...] = ()
    informed: tuple[Line, ...] = ()

    def named(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The roles by how they take part."""
        yield "responsible", self.responsible
        yield "accountable", (self.accountable,)
        yield "consulted", self.consulted
        yield "informed", self.informed


class Input(Piece):
    """What the process needs, and from whom it comes."""

    what: Text
    source: Annotated[Line | None, Field(alias="from")] = None


class Output(Piece):
    """What the process gives, and to whom."""

    what: Text
    to: Line | None = None


class Metric(Piece):
    """How one sees whether the process works: what is counted, what it should be, how often one looks."""

    name: Line
    target: Line
    every: Duration | None = None


class RecordKept(Piece):
    """A record that the process leaves: where it lies and how long it is kept."""

    what: Text
    where: Line
    keep: Duration | None = None


class Definition(Piece):
    """A term and what it means here."""

    term: Line
    meaning: Text


class Way(Piece):
    """A way out of a decision, and the answer that takes it."""

    to: Slug
    when: Line


class Task(Piece):
    """A box of the flow that is carried out, by a work instruction where one is named."""

    id: Slug
    kind: Literal["task"]
    title: Line
    instruction: DocumentId | None = None
    next: tuple[Slug, ...] = ()


class Decision(Piece):
    """A box of the flow that chooses the way."""

    id: Slug
    kind: Literal["decision"]
    title: Line
    next: Annotated[tuple[Way, ...], Field(min_length=2)]


class HandOver(Piece):
    """A box of the flow in which somebody else takes over."""

    id: Slug
    kind: Literal["hand-over"]
    title: Line
    role: Line  # who takes over
    next: tuple[Slug, ...] = ()


class End(Piece):
    """Where the flow ends."""

    id: Slug
    kind: Literal["end"]
    title: Line
    next: tuple[()] = ()


Box = Annotated[Task | Decision | HandOver | End, Field(discriminator="kind")]


class Sop(Piece):
    """A standard operating procedure."""

    id: Annotated[DocumentId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: Literal["sop"]
    title: Line
    revision: Annotated[int, Field(ge=1)]
    language: Language
    owner: Line
    purpose: Text
    scope: Text
    risk_class: RiskClass = RiskClass.LOW
    roles: tuple[Role, ...] = ()
    responsibilities: tuple[Activity, ...] = ()
    definitions: tuple[Definition, ...] = ()
    policy: tuple[Text, ...] = ()
    inputs: tuple[Text | Input, ...] = ()
    outputs: tuple[Text | Output, ...] = ()
    metrics: tuple[Metric, ...] = ()
    records: tuple[Text | RecordKept, ...] = ()
    references: tuple[Text, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    lint: tuple[Suppression, ...] = ()
    review_interval: Duration | None = (
        None  # None: as the plant reviews procedures, yearly unless it says otherwise
    )
    translations: Translations = Field(default_factory=dict)
    flow: Annotated[tuple[Box, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_its_roles(self) -> "Sop":
        known = {role.role for role in self.roles}
        refuse_all(
            [
                refusal(
                    f"{name!r} is none of the roles",
                    mend=f"roles: {', '.join(sorted(known)) or 'none; list them under `roles`'}",
                    at=("responsibilities", place, field),
                )
                for place, activity in enumerate(self.responsibilities)
                for field, names in activity.named()
                for name in names
                if name not in known
            ]
        )
        return self

    @model_validator(mode="after")
    def _flows_to_an_end(self) -> "Sop":
        places: dict[str, int] = {}
        for place, box in enumerate(self.flow):
            places.setdefault(box.id, place)
        refuse_all([*_repeated(self.flow, places), *_astray(self.flow, places)])
        ways = {box.id: successors(box) for box in self.flow}
        reaching = _reaching({box.id for box in self.flow if box.kind == "end"}, ways)
        stuck = [name for name in ways if name not in reaching]
        if stuck:
            raise refusal(
                f"the end cannot be reached from {', '.join(sorted(stuck))}",
                mend="it is a cycle or a dead end: lead it on to a box of kind end",
                at=("flow", places[stuck[0]]),
            )
        return self

    @property
    def instructions(self) -> tuple[DocumentId, ...]:
        """The work instructions it links, in the order of the flow."""
        named = (box.instruction for box in self.flow if isinstance(box, Task))
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are attached, relative to its folder."""
        return tuple(dict.fromkeys(attachment.file for attachment in self.attachments))


def successors(box: Task | Decision | HandOver | End) -> tuple[str, ...]:
    """The boxes that can come after `box`."""
    if isinstance(box, Decision):
        return tuple(way.to for way in box.next)
    return tuple(box.next)


def _repeated(flow: Sequence[Box], places: Mapping[str, int]) -> Iterator[PydanticCustomError]:
    for place, box in enumerate(flow):
        if places[box.id] != place:
            yield refusal(
                f"the box {box.id!r} is there twice", mend="give each its own `id`", at=("flow", place, "id")
            )


def _astray(flow: Sequence[Box], places: Mapping[str, int]) -> Iterator[PydanticCustomError]:
    for place, box in enumerate(flow):
        missing = [target for target in successors(box) if target not in places]
        if missing:
            yield refusal(
                f"box {box.id} leads to {', '.join(missing)}, which is not in the flow",
                mend="add that box or lead to another",
                at=("flow", place, "next"),
            )


def _reaching(ends: set[str], ways: dict[str, tuple[str, ...]]) -> set[str]:
    """Every box from which one of `ends` can be reached."""
    reached = set(ends)
    while True:
        grown = reached | {box for box, targets in ways.items() if reached.intersection(targets)}
        if grown == reached:
            return reached
        reached = grown
