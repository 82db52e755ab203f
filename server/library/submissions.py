"""Folders that a person's tool or a pipeline sends: the next revision, on its way through review."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from content import package
from content.errors import DocumentError
from content.folder import load
from content.package import Release
from content.revision import RevisionState
from server.errors import Conflict, Invalid
from server.house import House
from server.library import drafts, releasing, submitting
from server.library.hiding import keep_media
from server.people.sessions import Role
from server.store import tables
from server.store.engine import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a folder: a release, or a draft that waits for its signatures."""

    document: str
    revision: int
    state: str
    draft: str | None = None
    digest: str | None = None


def send(  # noqa: PLR0917 - what comes from whom, and where it came from
    house: House,
    folder: Path,
    by: str,
    role: Role,
    comment: str = "",
    source: Mapping[str, str] | None = None,
) -> Sent:
    """Submit the document in `folder`; it is released at once where the policy asks for no approval.

    Raises:
        Invalid: the document has findings.
        Conflict: its revision was released with other content, or somebody writes in a draft of it.
    """
    try:
        known = _released(house, folder)
    except DocumentError as problem:
        raise Invalid(
            "the document is not in order", "mend what the findings say", problem.findings
        ) from None
    if known is not None:
        return _sent(known)
    draft = drafts.revision_from_folder(house, folder, by, comment, source)
    submitting.submit(house, draft, comment, by)
    with reading(house.engine) as tx:
        held = drafts.read(tx, draft)
    if held.state == RevisionState.APPROVED:
        return _sent(releasing.release(house, draft, by, role))
    return Sent(
        document=held.document, revision=int(held.values.get("revision", 1)), state=held.state, draft=draft
    )


def _sent(release: Release) -> Sent:
    document = release.document
    return Sent(document=document.id, revision=document.revision, state="released", digest=release.digest)


def _released(house: House, folder: Path) -> Release | None:
    """The release that the folder already is; raises Conflict where its number holds something else."""
    document = load(folder)
    r = tables.releases.c
    with reading(house.engine) as tx:
        query = select(r.digest).where(r.document == document.id, r.revision == document.revision)
        held = tx.execute(query).scalar()
        highest = tx.execute(select(func.max(r.revision)).where(r.document == document.id)).scalar()
    if held is None:
        return None
    media = keep_media(house, folder, document, package.describe(folder, document))
    made = Release(digest=package.digest_of(package.payload(document, media)), document=document, media=media)
    if made.digest == held:
        return made
    raise Conflict(
        f"{document.id} revision {document.revision} was released with other content",
        f"set `revision: {int(highest or 0) + 1}` and publish again",
    )
