"""What a release changes against the one before it, in a few words for operators; kept, for releases never change."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from sqlalchemy import Connection, select

from content.comparing import compare, short
from content.package import digest_of, read_payload
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


def changes_of(before_payload: str, after_payload: str) -> list[dict[str, str]]:
    """The changed steps of a release, each as `{"step", "title", "what"}`, from the payloads of both releases.

    Raises PackageError when one of them cannot be read.
    """
    pair = (digest_of(before_payload.encode()), digest_of(after_payload.encode()))
    found = _SHELF.get(pair)
    if found is None:
        found = _compared(before_payload, after_payload)
        _SHELF.put(pair, found)
    return [dict(change) for change in found]


def _compared(before_payload: str, after_payload: str) -> tuple[Change, ...]:
    before, after = (read_payload(payload.encode()) for payload in (before_payload, after_payload))
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


def terms_of(tx: Connection, digest: str) -> dict[str, Any]:
    """What a kiosk is told of a release: the changes since the newest earlier one, and whether they are acknowledged.

    `from_revision` is None for the first release of a document. Raises KeyError for an unknown release.
    """
    row = tx.execute(select(releases).where(releases.c.digest == digest)).one_or_none()
    if row is None:
        raise KeyError(digest)
    before = tx.execute(
        select(releases.c.revision, releases.c.payload)
        .where(releases.c.document == row.document, releases.c.revision < row.revision)
        .order_by(releases.c.revision.desc())
        .limit(1)
    ).one_or_none()
    acknowledge = tx.execute(select(terms.c.acknowledge).where(terms.c.release == digest)).scalar()
    return {
        "changes": [] if before is None else changes_of(before.payload, row.payload),
        "acknowledge": bool(acknowledge),
        "from_revision": None if before is None else before.revision,
    }
