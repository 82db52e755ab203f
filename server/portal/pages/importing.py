"""Bring in documents from elsewhere: each file becomes drafts, with a list of what needs a person."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from content.errors import DocumentError
from content.importing.draft import slug
from content.importing.files import KINDS
from server.errors import NotAllowed, Refused
from server.library.drafts import from_folder
from server.library.taking import LARGEST_UPLOAD
from server.media import documents, limits
from server.media.limits import MEGABYTE, Limits
from server.portal.guard import Engineer, Portal, ThePortal
from server.portal.pages.picturing import received

router = APIRouter()
LIMITS = Limits(seconds=600, memory=3072 * MEGABYTE, output=256 * MEGABYTE)
LINE = "application/x-ndjson"


@router.get("/import")
def page(request: Request, here: ThePortal, _visitor: Engineer) -> HTMLResponse:
    """Where files are dropped."""
    return here.looks.page(request, "import.html", kinds=KINDS, largest=LARGEST_UPLOAD)


@router.put("/import")
async def take(request: Request, here: ThePortal, visitor: Engineer) -> Response:
    """One file, its name in the header `X-Name`: a line of JSON for each draft as it is made.

    The first line says how many there may be, as far as that can be told; `refused` in a line says why nothing follows.
    """
    given = request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(given.encode(), visitor.csrf.encode()):
        raise NotAllowed("This file did not come from the page.", "Load the page again.")
    place = Path(tempfile.mkdtemp(dir=here.house.settings.data, prefix=".import-"))
    try:
        name = await received(request, place / "sent")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return StreamingResponse(_lines(here, name, place, visitor.id), media_type=LINE)


def _lines(here: Portal, name: str, place: Path, by: str) -> Iterator[str]:
    try:
        for told in _imported(here, name, place, by):
            yield json.dumps(told) + "\n"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _imported(here: Portal, name: str, place: Path, by: str) -> Iterator[dict[str, object]]:
    ending = Path(name).suffix.lower()[:12]
    file = place / "in" / f"{slug(Path(name).stem, 'document')}{ending}"
    file.parent.mkdir()
    (place / "sent").rename(file)
    yield {"total": _count(file)}
    done = 0
    try:
        work = limits.run_in_turns("documents", {"file": f"in/{file.name}"}, place, LIMITS)
        for _ in _and_at_last(work):
            for told in documents.so_far(place, done):
                done += 1
                yield _taken(here, place, told, by)
    except (Refused, DocumentError) as problem:
        for told in documents.so_far(place, done):
            yield _taken(here, place, told, by)
        yield {"refused": str(problem), "mend": getattr(problem, "mend", "")}


def _and_at_last(work: Iterator[None]) -> Iterator[None]:
    """The turns, and one more when all is done."""
    yield from work
    yield


def _taken(here: Portal, place: Path, told: dict[str, Any], by: str) -> dict[str, object]:
    """A draft that the child wrote, in the library."""
    folder = place / str(told["folder"])
    identifier = from_folder(here.house, folder, by, told["notes"])
    shutil.rmtree(folder, ignore_errors=True)
    return {"id": identifier, "title": told["title"], "steps": told["steps"], "notes": told["notes"]}


def _count(file: Path) -> int:
    """How many documents a file may hold: lines, where it is a list of guides line by line."""
    if file.suffix not in {".jsonl", ".ndjson"}:
        return 1
    with file.open("rb") as lines:
        return max(1, sum(bool(line.strip()) for line in lines))
