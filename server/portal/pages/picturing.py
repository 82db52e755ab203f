"""Files of a draft: pictures, films, pages of a PDF and views of 3D models taken in; one put in place of another."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from server.errors import Invalid
from server.library import uploads
from server.library.taking import pages_of, take
from server.media.normalising import Wish
from server.portal.guard import Engineer, Portal, ThePortal
from server.portal.pages.editing import Writer, held_draft, told

router = APIRouter()


async def received(request: Request, file: Path) -> str:
    """Write what is sent into `file`, piece by piece; the name that its sender gives it."""
    with file.open("wb") as out:
        async for piece in request.stream():
            out.write(piece)
    return unquote(request.headers.get("X-Name", ""))[:200]


@router.put("/drafts/{draft}/pictures")
async def upload(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Take a file that was pasted, dropped or chosen; everything that can be shown of it.

    `pages` names pages of a PDF, `start` and `end` (s) the part of a film that is kept.
    """
    held_draft(here, draft)
    query = request.query_params
    wish = Wish(
        pages=pages_of(query.get("pages", "")),
        start=_seconds(query.get("start")),
        end=_seconds(query.get("end")),
    )
    with tempfile.TemporaryDirectory(dir=here.house.settings.data, prefix=".upload-") as place:
        sent = Path(place) / "sent"
        name = await received(request, sent)
        return JSONResponse(await run_in_threadpool(_taken, here, draft, sent, name, visitor.id, wish))


def _taken(  # noqa: PLR0917 - what is taken into which draft, for whom, and which part of it
    here: Portal, draft: str, sent: Path, name: str, by: str, wish: Wish
) -> dict[str, object]:
    with sent.open("rb") as stream:
        taken = take(here.house, stream, name, by, wish)
    shown = [asdict(each) for each in uploads.attach(here.house, draft, taken)]
    return {"kind": taken.kind.value, "format": taken.format, "notes": list(taken.notes), "media": shown}


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise Invalid("a film starts and ends at seconds from its beginning", "write them like 12 or 12.5")
    return seconds


@router.put("/drafts/{draft}/attachments")
async def attach(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Take a file that comes with the document, such as a drawing."""
    held_draft(here, draft)
    with tempfile.TemporaryDirectory(dir=here.house.settings.data, prefix=".upload-") as place:
        sent = Path(place) / "sent"
        name = await received(request, sent)
        path = await run_in_threadpool(uploads.attach_file, here.house, draft, sent, name, visitor.id)
    return JSONResponse({"path": path, "name": Path(name).stem[:200]})


@router.get("/drafts/{draft}/uses/{digest}")
def uses(here: ThePortal, _visitor: Engineer, draft: str, digest: str) -> JSONResponse:
    """Where else a picture is used."""
    held_draft(here, draft)
    return JSONResponse([asdict(use) for use in uploads.uses(here.house, digest)])


@router.put("/drafts/{draft}/swap")
async def swap(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Put one picture in place of another in the documents that are named; annotations stay."""
    given = await told(request)
    old, path, documents = given.get("old"), given.get("path"), given.get("documents")
    held = held_draft(here, draft)
    if not (isinstance(old, str) and isinstance(documents, list) and path in held.media):
        raise Invalid("a swap names the old picture, the new one and the documents", "load the page again")
    digest = held.media[str(path)]
    named = tuple(map(str, documents))
    changed = uploads.replace(here.house, old, digest, named, visitor.id, str(path))
    return JSONResponse({"changed": changed})
