"""A draft's source: its YAML, with every message at its line."""

from dataclasses import asdict
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from content.yaml import LARGEST_FILE
from server.errors import Invalid
from server.library import checking, sourcing
from server.portal.guard import Engineer, ThePortal
from server.portal.pages.editing import Writer, held_draft, told

router = APIRouter()


@router.get("/drafts/{draft}/source")
def page(request: Request, here: ThePortal, _visitor: Engineer, draft: str) -> HTMLResponse:
    """The draft as YAML."""
    held = held_draft(here, draft)
    versions = {name: part.version for name, part in held.parts.items()}
    return here.looks.page(request, "source.html", draft=held, text=sourcing.text_of(held), versions=versions)


@router.put("/drafts/{draft}/source")
async def check(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """What a text would make of the draft; with `versions`, it becomes that."""
    given = await told(request)
    text, versions = given.get("text"), given.get("versions")
    if not isinstance(text, str) or len(text) > LARGEST_FILE:
        raise Invalid("no text was sent, or too long a one", f"at most {LARGEST_FILE:,} characters")
    held = held_draft(here, draft)
    found = sourcing.read(held, text, *checking.wishes(here.house))
    kept: list[Any] = []
    if isinstance(versions, dict) and found.parts is not None:
        kept = sourcing.keep(here.house, held, found.parts, cast("dict[str, Any]", versions), visitor.id)
    return JSONResponse(
        {
            "read": found.parts is not None,
            "kept": len(kept),
            "apart": sum(bool(each.apart) for each in kept),
            "messages": [asdict(each) for each in found.messages],
        }
    )
