"""What the partial `_comparison.html` draws: a comparison, its pictures with their annotations, and both flowcharts.

A page that includes it hands over `look`, and links css/compare.css and js/compare.js.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import Image
from sqlalchemy import Connection

from content.comparing import compare, short
from content.comparison import BoxChange, CheckChange, Comparison, Digests, Shown, StepChange
from content.difference import How
from content.folder import Document
from content.package import Release
from content.sop import Sop
from server.errors import NotThere
from server.library import shared
from server.media import MediaStore
from server.portal import taught
from server.portal.annotating import Overlay, overlay
from server.portal.flowchart import Chart, lay_out

WORDS = {
    How.ADDED: "new",
    How.REMOVED: "removed",
    How.MOVED: "moved",
    How.CHANGED: "changed",
    How.SAME: "the same",
}
UNREADABLE = (1600, 1200)  # pixels, as which a picture is drawn over that cannot be opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Neighbouring steps: those that changed, or those that are the same and are folded."""

    same: bool
    steps: tuple[StepChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A comparison as it is drawn; `charts` are both flows of a procedure, `marks` what became of each box."""

    comparison: Comparison
    stretches: tuple[Stretch, ...]
    counts: Mapping[str, int]
    charts: tuple[Chart, Chart] | None
    marks: Mapping[str, str]
    store: MediaStore
    blocks: Mapping[str, str]  # what shared blocks are called

    @property
    def briefs(self) -> Mapping[str, str]:
        """What changed in each step, in a few words."""
        return {each.step: each.what for each in short(self.comparison)}

    @property
    def words(self) -> Mapping[How, str]:
        """What became of a thing, as a word."""
        return WORDS

    def taught(self, change: CheckChange) -> taught.Anew | None:
        """What a camera was taught otherwise, where it was."""
        return taught.anew(self.store, change.taught)

    def overlay(self, shown: Shown) -> Overlay | None:
        """What is drawn over the picture; None when its file is not here."""
        if not _is_digest(shown.still):
            return None
        try:
            file = self.store.path(shown.still)
        except NotThere:
            return None
        return overlay(getattr(shown.medium, "annotations", ()), *size_of(file))


def page_of(store: MediaStore, comparison: Comparison, blocks: Mapping[str, str]) -> Look:
    """A comparison made ready for the partial; the digests in it say where the pictures lie."""
    before, after = comparison.before, comparison.after
    charts = (lay_out(before), lay_out(after)) if isinstance(before, Sop) and isinstance(after, Sop) else None
    every: tuple[StepChange | BoxChange, ...] = (*comparison.steps, *comparison.boxes)
    return Look(
        comparison=comparison,
        stretches=tuple(_stretches(comparison)),
        counts={how.value: sum(each.how is how for each in every) for how in How},
        charts=charts,
        marks={box.id: box.how.value for box in comparison.boxes},
        store=store,
        blocks=blocks,
    )


def beside(  # noqa: PLR0917 - two documents, their media, and where both lie
    tx: Connection,
    store: MediaStore,
    before: Document,
    after: Document,
    digests_before: Digests,
    digests_after: Digests,
) -> Look:
    """Two documents side by side; a draft brings the digests of its own media."""
    found = compare(before, after, digests_before, digests_after, shared.shares(tx, before, after))
    return page_of(store, found, shared.titles(tx) if found.blocks else {})


def compared(tx: Connection, store: MediaStore, before: Release, after: Release) -> Look:
    """Two releases side by side."""
    return beside(tx, store, before.document, after.document, digests_of(before), digests_of(after))


def digests_of(release: Release) -> Digests:
    """The digests of a release's media by their paths."""
    return {file.path: file.digest for file in release.media}


def _stretches(comparison: Comparison) -> Iterator[Stretch]:
    for same, steps in groupby(comparison.steps, key=lambda step: step.how is How.SAME):
        yield Stretch(same=same, steps=tuple(steps))


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


@lru_cache(maxsize=2_000)
def size_of(file: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels; its name is its digest, so it never changes.

    One that cannot be opened is shown as a broken picture on the page, and not as a broken page.
    """
    try:
        with Image.open(file) as picture:
            return picture.size
    except OSError:  # a pipeline sends what it likes
        return UNREADABLE
