"""What the partial `_comparison.html` draws: a comparison, its pictures with their annotations, and both flowcharts.

A page that includes it hands over `look`, and links css/compare.css and js/compare.js.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import Image

from content.comparing import compare
from content.comparison import BoxChange, Comparison, Digests, Shown, StepChange
from content.difference import How
from content.folder import Document
from content.package import Release
from content.sop import Sop
from server.errors import NotThere
from server.media import MediaStore
from server.portal.annotating import Overlay, overlay
from server.portal.flowchart import Chart, lay_out

WORDS = {
    How.ADDED: "new",
    How.REMOVED: "removed",
    How.MOVED: "moved",
    How.CHANGED: "changed",
    How.SAME: "the same",
}


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

    @property
    def words(self) -> Mapping[How, str]:
        """What became of a thing, as a word."""
        return WORDS

    def overlay(self, shown: Shown) -> Overlay | None:
        """What is drawn over the picture; None when its file is not here."""
        if not _is_digest(shown.still):
            return None
        try:
            file = self.store.path(shown.still)
        except NotThere:
            return None
        return overlay(getattr(shown.medium, "annotations", ()), *size_of(file))


def page_of(store: MediaStore, comparison: Comparison) -> Look:
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
    )


def beside(
    store: MediaStore, before: Document, after: Document, digests_before: Digests, digests_after: Digests
) -> Look:
    """Two documents side by side; a draft brings the digests of its own media."""
    return page_of(store, compare(before, after, digests_before, digests_after))


def compared(store: MediaStore, before: Release, after: Release) -> Look:
    """Two releases side by side."""
    return beside(store, before.document, after.document, digests_of(before), digests_of(after))


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
    """Width and height of a picture in pixels; its name is its digest, so it never changes."""
    with Image.open(file) as picture:
        return picture.size
