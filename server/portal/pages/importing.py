"""Bring in documents from elsewhere: each file becomes drafts, with a list of what needs a person."""

import secrets
import tempfile
from pathlib import Path
from urllib.parse import unquote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse

from content.errors import DocumentError
from content.importing.draft import ImportRefused, save, slug
from content.importing.files import KINDS, drafts
from server.errors import Invalid, NotAllowed
from server.library.drafts import from_folder
from server.portal.guard import Engineer, Portal, ThePortal

router = APIRouter()
MOST_NOTES = 400  # that stay with a draft


@router.get("/import")
def page(request: Request, here: ThePortal, _visitor: Engineer) -> HTMLResponse:
    """Where files are dropped."""
    return here.looks.page(request, "import.html", kinds=KINDS)


@router.put("/import")
async def take(request: Request, here: ThePortal, visitor: Engineer) -> JSONResponse:
    """One file, its name in the header `X-Name`: the drafts that were made of it."""
    given = request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(given.encode(), visitor.csrf.encode()):
        raise NotAllowed("This file did not come from the page.", "Load the page again.")
    name = unquote(request.headers.get("X-Name", ""))
    data = await request.body()
    return JSONResponse(await run_in_threadpool(_imported, here, name, data, visitor.id))


def _imported(here: Portal, name: str, data: bytes, by: str) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="stepline-import-") as place:
        ending = Path(name).suffix.lower()[:12]
        file = Path(place) / "in" / f"{slug(Path(name).stem, 'document')}{ending}"
        file.parent.mkdir()
        file.write_bytes(data)
        try:
            for number, draft in enumerate(drafts(file)):
                folder = Path(place) / str(number) / slug(draft.title, "draft")
                save(draft, folder)
                notes = [str(note) for note in draft.notes]
                comment = "\n".join(notes[:MOST_NOTES])
                identifier = from_folder(here.house, folder, by, comment)
                made.append(
                    {"id": identifier, "title": draft.title, "steps": len(draft.steps), "notes": notes}
                )
        except (ImportRefused, DocumentError) as problem:
            raise Invalid(str(problem), f"what can be imported: {KINDS}") from None
    return made
