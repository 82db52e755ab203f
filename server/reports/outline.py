"""The outline of a release: what its steps are called. Releases never change, so one read once is kept."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from sqlalchemy import Connection, select

from content.instruction import Instruction
from content.package import Release, read_payload
from server.store.tables import releases

KEPT = 300  # releases whose parsed content is held in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutline:
    """A step's number (from 1), title and standard time."""

    id: str
    number: int
    title: str
    expected: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A release's title and steps, in order."""

    digest: str
    document: str
    title: str
    revision: int
    steps: tuple[StepOutline, ...]

    def step(self, step: str | None) -> StepOutline | None:
        """The step of that identifier; None when there is none."""
        return next((outline for outline in self.steps if outline.id == step), None)


class _Shelf:
    """Parsed releases, the longest unused goes first; safe from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Release] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> Release | None:
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)

    def put(self, release: Release) -> None:
        with self._lock:
            self._kept[release.digest] = release
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_SHELF = _Shelf()


def content_of(tx: Connection, digests: Iterable[str]) -> Mapping[str, Release]:
    """The content of the releases that are held, by digest."""
    wanted = set(digests)
    found = {digest: kept for digest in wanted if (kept := _SHELF.get(digest)) is not None}
    missing = wanted - found.keys()
    if missing:
        rows = tx.execute(select(releases.c.payload).where(releases.c.digest.in_(missing)))
        for (payload,) in rows:
            release = read_payload(payload.encode())
            _SHELF.put(release)
            found[release.digest] = release
    return found


def outlines(tx: Connection, digests: Iterable[str]) -> Mapping[str, Outline]:
    """The outlines of the releases that are held, by digest."""
    return {digest: outline_of(release) for digest, release in content_of(tx, digests).items()}


def outline_of(release: Release) -> Outline:
    """A release's outline; a procedure has no steps."""
    document = release.document
    steps = document.steps if isinstance(document, Instruction) else ()
    return Outline(
        digest=release.digest,
        document=document.id,
        title=document.title,
        revision=document.revision,
        steps=tuple(
            StepOutline(id=step.id, number=number, title=step.title, expected=step.standard_time)
            for number, step in enumerate(steps, start=1)
        ),
    )


def latest_outlines(tx: Connection, documents: Iterable[str]) -> Mapping[str, Outline]:
    """The outline of each document's newest release, by document."""
    query = (
        select(releases.c.document, releases.c.digest)
        .where(releases.c.document.in_(set(documents)))
        .order_by(releases.c.document, releases.c.revision)
    )
    newest = {row[0]: row[1] for row in tx.execute(query)}
    found = outlines(tx, newest.values())
    return {document: found[digest] for document, digest in newest.items() if digest in found}
