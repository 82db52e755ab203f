"""Publishing: a document's folder becomes an immutable, signed release."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from content import package
from content.errors import DocumentError
from content.folder import Document, folders, load
from content.package import MediaFile, Release
from content.sop import Sop
from server.audit import note
from server.errors import Conflict, Invalid
from server.house import House
from server.library import doubting, numbering, shared
from server.library.hiding import keep_media
from server.store import tables
from server.store.engine import deciding

Conclude = Callable[[Connection, Release], None]


def publish(house: House, folder: Path, by: str, conclude: Conclude | None = None) -> Release:
    """Make the document in `folder` a release; the same content again is the same release.

    Nobody's approval is asked for here: `releasing.release` does that, and adds to the transaction by `conclude`.

    Raises:
        Invalid: the document has findings; they are carried along.
        Conflict: this revision was released with other content.
    """
    try:
        document = load(folder)
    except DocumentError as problem:
        raise Invalid(
            "the document is not in order", "mend what the findings say", problem.findings
        ) from None
    media = keep_media(house, folder, document, package.describe(folder, document))
    payload = package.payload(document, media)
    release = Release(digest=package.digest_of(payload), document=document, media=media)
    with deciding(house.engine) as tx:
        keep(tx, house, release, payload, by)
        shared.keep_of_folder(
            tx, house, folder, document, {file.path: file.digest for file in media}, by, proposed=False
        )
        if conclude is not None:
            conclude(tx, release)
    house.live.say("library")
    return release


def publish_library(house: House, library: Path, by: str) -> list[Release]:
    """Publish every document below `library`, procedures first."""
    return [publish(house, folder, by) for folder in folders(library)]


def keep(tx: Connection, house: House, release: Release, payload: bytes, by: str) -> None:
    """Keep a release, sealed; one that is there already stays as it is. Raises Conflict as `publish` does."""
    document = release.document
    held = tx.execute(
        select(tables.releases.c.digest).where(
            tables.releases.c.document == document.id, tables.releases.c.revision == document.revision
        )
    ).scalar()
    if held == release.digest:
        return
    highest = numbering.highest(tx, document.id)
    if held is not None or _was_given(tx, document):
        raise Conflict(
            f"{document.id} revision {document.revision} was released with other content",
            f"set `revision: {highest + 1}` and publish again",
        )
    now = house.now()
    put_down(tx, house, release, payload, now, by)
    note(tx, now, by, "released", document.id, f"revision {document.revision}, {release.digest}")
    if isinstance(document, Sop) and 0 < highest < document.revision:
        doubting.procedure_changed(tx, house, document, by)


def _was_given(tx: Connection, document: Document) -> bool:
    """Whether kiosks told of the number: its release was lost when this server was restored from an older backup."""
    return numbering.released(tx, document.id) < document.revision <= numbering.told(tx, document.id)


def put_down(  # noqa: PLR0917 - what, and by whom it was released when
    tx: Connection, house: House, release: Release, payload: bytes, at: datetime, by: str
) -> None:
    """Write a release down, sealed by this server, with the document's name and its files."""
    document = release.document
    _name(tx, document)
    for file in release.media:
        _medium(tx, file)
    tx.execute(
        insert(tables.releases).values(
            digest=release.digest,
            document=document.id,
            kind=document.kind,
            revision=document.revision,
            title=document.title,
            payload=payload.decode(),
            envelope=package.seal(payload, package.RELEASE_TYPE, house.signer),
            released_at=at,
            released_by=by,
            risk_class=document.risk_class,
        )
    )
    for file in release.media:
        tx.execute(
            insert(tables.release_media).values(release=release.digest, path=file.path, media=file.digest)
        )


def _name(tx: Connection, document: Document) -> None:
    known = tx.execute(select(tables.documents.c.kind).where(tables.documents.c.id == document.id)).scalar()
    if known is None:
        tx.execute(insert(tables.documents).values(id=document.id, kind=document.kind, title=document.title))
    elif known != document.kind:
        raise Conflict(f"{document.id} is a {known} already", "give the document another `id`")
    else:
        tx.execute(
            tables.documents.update().where(tables.documents.c.id == document.id).values(title=document.title)
        )


def _medium(tx: Connection, file: MediaFile) -> None:
    if tx.execute(select(tables.media.c.size).where(tables.media.c.digest == file.digest)).scalar() is None:
        tx.execute(insert(tables.media).values(digest=file.digest, size=file.size, type=file.type))
