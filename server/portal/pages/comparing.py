"""Any two releases of a document, or revisions of a shared block, side by side."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from content.package import Release
from server.errors import NotThere
from server.library import shared
from server.portal.beside import beside, compared
from server.portal.guard import Supervisor, ThePortal
from server.portal.reviewed import as_instruction
from server.reports import library as shelf
from server.store.engine import reading

router = APIRouter()


@router.get("/library/compare/{document}")
def page(request: Request, here: ThePortal, _visitor: Supervisor, document: str) -> HTMLResponse:
    """What changed from the release `before` to the release `after`; the newest against the one before it."""
    with reading(here.house.engine) as tx:
        earlier, later = (request.query_params.get(name) for name in ("before", "after"))
        rows = shelf.releases_of(tx, document, also={earlier, later})
        if rows and earlier is None:  # the one before may be older than those that are offered
            own = later or rows[0].digest
            rows = shelf.releases_of(tx, document, also={later, shelf.before(tx, document, own)})
        digests = [row.digest for row in rows]
        pair = _pair(document, digests, earlier, later)
        found = [shelf.release(tx, digest) for digest in pair]
        releases = [release for release in found if release is not None]
        look = compared(tx, here.house.media, *releases) if len(releases) == 2 else None
    newest = releases[-1]
    return here.looks.page(
        request,
        "compare.html",
        document=newest.document,
        address=_address(newest),
        rows=rows,
        pair=pair,
        look=look,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A revision of a shared block, where the page has a release of a document."""

    digest: str
    revision: int
    withdrawn_at: None = None


@router.get("/library/blocks/{block}/compare")
def of_block(request: Request, here: ThePortal, _visitor: Supervisor, block: str) -> HTMLResponse:
    """What changed from one revision of a shared block to another; they are known by their numbers."""
    with reading(here.house.engine) as tx:
        kept = {str(each.block.revision): each for each in shared.revisions(tx, block)}
        pair = _pair(block, list(kept), request.query_params.get("before"), request.query_params.get("after"))
        found = [kept[number] for number in pair]
        whole = [as_instruction(each.block) for each in found]
        first, last = found[0].media, found[-1].media
        look = beside(tx, here.house.media, whole[0], whole[-1], first, last) if len(found) == 2 else None
    return here.looks.page(
        request,
        "compare.html",
        document=whole[-1],
        address=f"/library/blocks/{block}",
        rows=[BlockRow(digest=number, revision=int(number)) for number in kept],
        pair=pair,
        look=look,
    )


def _pair(document: str, digests: list[str], before: str | None, after: str | None) -> list[str]:
    """The digests that are asked for, the one before first; only one where there is nothing to compare with."""
    for digest in (before, after):
        if not digests or (digest and digest not in digests):
            msg = f"There is no such release of {document}."
            raise NotThere(msg, "Look in the library.")
    later = after or digests[0]
    if before:
        return [before, later]
    place = digests.index(later) + 1  # the newest stands first
    return [*digests[place : place + 1], later]


def _address(release: Release) -> str:
    folder = "sops" if release.document.kind == "sop" else "instructions"
    return f"/library/{folder}/{release.document.id}"
