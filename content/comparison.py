"""What a comparison of two documents found: values that name what was added, removed, moved and changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from content.checks import Check
from content.difference import FieldChange, How
from content.evidence import expected
from content.instruction import Instruction, Safety, Step
from content.media import Medium, Picture
from content.sop import Box, Sop
from content.values import CheckId, DocumentId, Slug, StepId

Digests = Mapping[str, str]  # path in the document -> SHA-256 of the file
Shares = Mapping[tuple[str, str | None], Collection[str]]  # block and prefix -> its steps in the documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture or video of one side: the medium and the digests of its files, the one that is seen last."""

    medium: Medium
    digests: tuple[str, ...]

    @property
    def still(self) -> str:
        """The digest of the picture, or of the video's poster."""
        return self.digests[-1]

    @property
    def moves(self) -> bool:
        """Whether it is a video."""
        return not isinstance(self.medium, Picture)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumChange:
    """A picture or video; CHANGED: `replaced` by another file, `drawn` on otherwise, or other `fields` differ."""

    how: How
    before: Shown | None = None
    after: Shown | None = None
    replaced: bool = False
    drawn: bool = False
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyChange:
    """A safety notice, before and after."""

    how: How
    before: Safety | None = None
    after: Safety | None = None

    @property
    def text(self) -> FieldChange:
        """The words of the notice."""
        old, new = self.before, self.after
        return FieldChange("safety", old.text if old else "", new.text if new else "", prose=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckChange:
    """A check; `check` is it as it stands after, or as it stood where it was removed.

    `taught` are the digests of what a camera was taught, before and after, where they differ; empty on a side without.
    """

    id: CheckId
    how: How
    check: Check
    fields: tuple[FieldChange, ...] = ()
    taught: tuple[str, str] | None = None

    @property
    def asks(self) -> str:
        """What the check asks for, in words."""
        return expected(self.check)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """A text in another language; without `words` only the note of which source text it was made from."""

    language: str
    key: str
    words: FieldChange


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """One step of either side; numbers count from 1 and are None on the side where it is not there.

    `step` is it as it stands after, or as it stood where it was removed. A step that was changed and also stands
    elsewhere is CHANGED and `moved`.
    """

    id: StepId
    how: How
    step: Step
    before: int | None
    after: int | None
    moved: bool = False
    title: FieldChange | None = None
    text: FieldChange | None = None
    media: tuple[MediumChange, ...] = ()
    safety: tuple[SafetyChange, ...] = ()
    checks: tuple[CheckChange, ...] = ()
    flow: tuple[FieldChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()  # standard time, parts, tools and what else there is
    translations: tuple[TextChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxChange:
    """One box of a procedure's flow."""

    id: Slug
    how: How
    box: Box
    moved: bool = False
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockChange:
    """A shared block that one side shows otherwise; the numbers are its revisions, None where it is not used.

    `steps` are those of its steps here that differ, in the order in which they stand.
    """

    block: DocumentId
    prefix: Slug | None
    how: How
    before: int | None
    after: int | None
    steps: tuple[StepChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two documents side by side, in the order of the one after; what was removed stands where it stood."""

    before: Instruction | Sop
    after: Instruction | Sop
    head: tuple[FieldChange, ...]
    translations: tuple[TextChange, ...]  # of what belongs to no step
    steps: tuple[StepChange, ...] = ()
    boxes: tuple[BoxChange, ...] = ()
    blocks: tuple[BlockChange, ...] = ()

    @property
    def changed(self) -> tuple[StepChange, ...]:
        """The steps that are not the same."""
        return tuple(step for step in self.steps if step.how is not How.SAME)

    @property
    def same(self) -> bool:
        """Whether nothing differs but the number of the revision."""
        boxes = any(box.how is not How.SAME for box in self.boxes)
        return not (self.head or self.translations or self.changed or boxes or self.blocks)
