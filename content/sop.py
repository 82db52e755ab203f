"""The standard operating procedure: what and why, and the flow of work instructions that carry it out."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from content.instruction import RiskClass
from content.values import DocumentId, Duration, Language, Line, Piece, Slug, Text


class Role(Piece):
    """Who answers for what."""

    role: Line
    responsibility: Text


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


class End(Piece):
    """Where the flow ends."""

    id: Slug
    kind: Literal["end"]
    title: Line
    next: tuple[()] = ()


Box = Annotated[Task | Decision | End, Field(discriminator="kind")]


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
    definitions: tuple[Definition, ...] = ()
    policy: tuple[Text, ...] = ()
    inputs: tuple[Text, ...] = ()
    outputs: tuple[Text, ...] = ()
    records: tuple[Text, ...] = ()
    references: tuple[Text, ...] = ()
    review_interval: Duration
    flow: Annotated[tuple[Box, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _flows_to_an_end(self) -> "Sop":
        repeated = [name for name, count in Counter(box.id for box in self.flow).items() if count > 1]
        if repeated:
            message = f"box identifiers must differ; repeated: {', '.join(repeated)}"
            raise ValueError(message)
        ways = {box.id: successors(box) for box in self.flow}
        for box, targets in ways.items():
            missing = [target for target in targets if target not in ways]
            if missing:
                message = f"box {box} leads to {', '.join(missing)}, which is not in the flow"
                raise ValueError(message)
        stuck = sorted(set(ways) - _reaching({box.id for box in self.flow if box.kind == "end"}, ways))
        if stuck:
            message = f"the end cannot be reached from {', '.join(stuck)}; it is a cycle or a dead end"
            raise ValueError(message)
        return self

    @property
    def instructions(self) -> tuple[DocumentId, ...]:
        """The work instructions it links, in the order of the flow."""
        named = (box.instruction for box in self.flow if isinstance(box, Task))
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def files(self) -> tuple[str, ...]:
        """A procedure has no media of its own."""
        return ()


def successors(box: Task | Decision | End) -> tuple[str, ...]:
    """The boxes that can come after `box`."""
    if isinstance(box, Decision):
        return tuple(way.to for way in box.next)
    return tuple(box.next)


def _reaching(ends: set[str], ways: dict[str, tuple[str, ...]]) -> set[str]:
    """Every box from which one of `ends` can be reached."""
    reached = set(ends)
    while True:
        grown = reached | {box for box, targets in ways.items() if reached.intersection(targets)}
        if grown == reached:
            return reached
        reached = grown
