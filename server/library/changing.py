"""What a release changes against the one before it, in a few words for operators; kept, for releases never change."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

from sqlalchemy import Connection, select

from content.comparing import compare, short
from content.package import Release, read_payload
from server.library import tenure
from server.store.tables import releases, terms

KEPT = 1_000  # pairs of releases whose short comparison is held in memory
Change = dict[str, str]


class _Shelf:
    """Short comparisons by the digests of their pair, the longest unused goes first; safe from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[Change, ...]] = OrderedDict()
        self._lock = Lock()

    def get(self, pair: tuple[str, str]) -> tuple[Change, ...] | None:
        with self._lock:
            if pair in self._kept:
                self._kept.move_to_end(pair)
            return self._kept.get(pair)

    def put(self, pair: tuple[str, str], changes: tuple[Change, ...]) -> None:
        with self._lock:
            self._kept[pair] = changes
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_SHELF = _Shelf()


def changes_between(tx: Connection, before: str, after: str) -> list[Change]:
    """What release `after` changed against release `before`, each as `{"step", "title", "what"}`; both are digests.

    Raises PackageError when one of them cannot be read, NoResultFound when one is not there.
    """
    found = _SHELF.get((before, after))
    if found is None:
        query = select(releases.c.digest, releases.c.payload).where(releases.c.digest.in_((before, after)))
        payloads = {row.digest: row.payload.encode() for row in tx.execute(query)}
        found = _compared(read_payload(payloads[before]), read_payload(payloads[after]))
        _SHELF.put((before, after), found)
    return [dict(change) for change in found]


def _compared(before: Release, after: Release) -> tuple[Change, ...]:
    found = compare(
        before.document,
        after.document,
        {file.path: file.digest for file in before.media},
        {file.path: file.digest for file in after.media},
    )
    return tuple(
        {"step": brief.step, "title": brief.title, "what": brief.what}
        for brief in short(found, after.document.language)
    )


def terms_of(tx: Connection, station: str, digests: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What a kiosk is told of each release beyond its content, by digest; one that has nothing to tell is left out.

    `changes` since the one that its station had before, of `from_revision`; whether they are to be acknowledged; and
    `point`, when it takes effect: "next-run", "next-unit" (with `before`, by which units are finished) or "at-once".
    """
    t = terms.c
    given = {
        row.release: row
        for row in tx.execute(select(t.release, t.point, t.acknowledge).where(t.release.in_(digests)))
    }
    found: dict[str, dict[str, Any]] = {}
    before = tenure.before(tx, station, digests)
    for digest in digests:
        told, earlier = given.get(digest), before.get(digest)
        point, acknowledge = (told.point, told.acknowledge) if told else ("next-run", False)
        if earlier is not None or acknowledge or point != "next-run":
            found[digest] = {
                "changes": changes_between(tx, earlier.digest, digest) if earlier else [],
                "from_revision": earlier.revision if earlier else None,
                "acknowledge": acknowledge,
                "point": point,
            }
            if point == "next-unit":
                found[digest]["before"] = earlier.digest if earlier else None
    return found
