"""A document's history from another server: its releases as they were, and what was told of them there.

Nobody signs in another's name: what is told stands beside each release as told, and who brought it in answers for that.
Nothing of it reaches a station before somebody places the document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from content import history, package
from content.errors import DocumentError
from content.folder import Document, load
from content.history import History, Released, folder_of
from content.package import Release
from server.audit import note
from server.errors import Conflict, Invalid
from server.house import House
from server.library import settling, shared
from server.library.hiding import keep_media
from server.library.publishing import put_down
from server.library.reasons import insist_on_reason
from server.store import tables
from server.store.engine import deciding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """A release of the history with the folder it lay in and what is told of it."""

    folder: Path
    told: Released
    document: Document
    release: Release
    payload: bytes


def bring(house: House, folder: Path, document: str, because: str, by: str) -> tuple[Release, ...]:
    """Take in the history in `folder`: every release, or none; one that is there already is left as it is.

    Raises:
        Invalid: it is no history of that document, a release is not what its history says, or no reason is given.
        Conflict: the server has other releases of the document.
    """
    because = insist_on_reason(
        because, "say why the history is brought in", "who audits this server reads it"
    )
    try:
        told = history.read(folder)
        if told.document != document:
            raise Invalid(f"this is the history of {told.document}", f"bring it in as {told.document}")
        found = [_read(house, folder, told, each) for each in told.releases]
    except DocumentError as problem:
        raise Invalid(
            "the history is not in order", "take it whole, as it was written", problem.findings
        ) from None
    with deciding(house.engine) as tx:
        if _is_there(tx, document, found):
            return tuple(each.release for each in found)
        for each in found:
            _keep(tx, house, each, because, by)
        _supersede(tx, found)
        detail = f"{len(found)} releases: {because}"
        note(tx, house.now(), by, "history brought in", document, detail)
        grown = settling.settle_in(tx, house, document, by=by)
    settling.tell(house, grown)
    house.live.say("library")
    return tuple(each.release for each in found)


def _read(house: House, folder: Path, told: History, entry: Released) -> _Brought:
    """A release as it lies in the folder; raises Invalid where it is not the one that is told of."""
    place = folder_of(entry.revision, folder)
    document = load(place)
    if (document.id, document.revision) != (told.document, entry.revision):
        raise Invalid(f"{place.name} holds {document.id} r{document.revision}", "take the history whole")
    media = keep_media(house, place, document, package.describe(place, document))
    payload = package.payload(document, media)
    digest = package.digest_of(payload)
    if digest != entry.digest:
        raise Invalid(
            f"{place.name} is not what was released: its digest is {digest[:12]}, the history says {entry.digest[:12]}",
            "take the history as it was written; what was changed since is a new revision",
        )
    made = Release(digest=digest, document=document, media=media)
    return _Brought(folder=place, told=entry, document=document, release=made, payload=payload)


def _is_there(tx: Connection, document: str, found: Sequence[_Brought]) -> bool:
    """Whether all of it is there already; raises Conflict where something else is."""
    held = set(
        tx.execute(select(tables.releases.c.digest).where(tables.releases.c.document == document)).scalars()
    )
    if held and held != {each.release.digest for each in found}:
        raise Conflict(
            f"there are other releases of {document} here",
            "a history is brought in where there is none; publish what is newer as a revision",
        )
    return bool(held)


def _keep(tx: Connection, house: House, each: _Brought, because: str, by: str) -> None:
    told, digest = each.told, each.release.digest
    put_down(tx, house, each.release, each.payload, told.released_at, told.released_by)
    files = {file.path: file.digest for file in each.release.media}
    shared.keep_of_folder(tx, house, each.folder, each.document, files, by, proposed=False)
    row = {"release": digest, "told": told.model_dump_json(by_alias=True, exclude_defaults=True)}
    tx.execute(insert(tables.brought).values(row | {"at": house.now(), "by": by, "because": because}))
    if told.withdrawn_at is not None:
        tx.execute(
            update(tables.releases)
            .where(tables.releases.c.digest == digest)
            .values(withdrawn_at=told.withdrawn_at)
        )
        gone = {"release": digest, "at": told.withdrawn_at, "reason": told.withdrawn_because or "not told"}
        tx.execute(insert(tables.withdrawals).values(gone | {"by": told.withdrawn_by or told.released_by}))


def _supersede(tx: Connection, found: Sequence[_Brought]) -> None:
    """Each was superseded when the next one that still counts was released."""
    newer = None
    for each in reversed(found):
        if each.told.withdrawn_at is not None:
            continue
        if newer is not None:
            where = tables.releases.c.digest == each.release.digest
            tx.execute(update(tables.releases).where(where).values(superseded_at=newer))
        newer = each.told.released_at
