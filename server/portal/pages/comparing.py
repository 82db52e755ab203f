"""Any two releases of a document side by side."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from content.package import Release
from server.errors import NotThere
from server.portal.beside import compared
from server.portal.guard import Supervisor, ThePortal
from server.reports import library as shelf
from server.store.engine import reading

router = APIRouter()


@router.get("/library/compare/{document}")
def page(request: Request, here: ThePortal, _visitor: Supervisor, document: str) -> HTMLResponse:
    """What changed from the release `before` to the release `after`; the newest against the one before it."""
    with reading(here.house.engine) as tx:
        rows = shelf.releases_of(tx, document)
        digests = [row.digest for row in rows]
        pair = _pair(document, digests, request.query_params.get("before"), request.query_params.get("after"))
        found = [shelf.release(tx, digest) for digest in pair]
    releases = [release for release in found if release is not None]
    newest = releases[-1]
    return here.looks.page(
        request,
        "compare.html",
        document=newest.document,
        address=_address(newest),
        rows=rows,
        pair=pair,
        look=compared(here.house.media, *releases) if len(releases) == 2 else None,
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
