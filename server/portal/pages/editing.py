"""The editor: a draft's page, its moves, and the changes that its scripts send."""

import secrets
from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import Connection, select

from content import units
from server.errors import Invalid, NotAllowed, NotThere, Refused
from server.library import checking, drafts, edits, history, naming, reviewing, shared, submitting, todos
from server.library.edits import Change, EditClash, Kept
from server.library.taking import LARGEST_UPLOAD
from server.people.sessions import Visitor
from server.portal.guard import Engineer, Portal, Posted, ThePortal, text
from server.portal.looks import STATIC
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading

router = APIRouter()
MODULES = sorted(file.name for file in (STATIC / "js" / "editor").glob("*.js"))


def tokened(request: Request, visitor: Engineer) -> Visitor:
    """Who sends a change from the editor's scripts; raises NotAllowed without the session's token."""
    given = request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(given.encode(), visitor.csrf.encode()):
        raise NotAllowed("This change did not come from the editor.", "Load the page again.")
    return visitor


Writer = Annotated[Visitor, Depends(tokened)]


def held_draft(here: Portal, draft: str) -> drafts.Draft:
    """The draft as it is now; raises NotThere."""
    with reading(here.house.engine) as tx:
        return drafts.read(tx, draft)


async def told(request: Request) -> dict[str, Any]:
    """The JSON object that a script sent; raises Refused."""
    try:
        found = await request.json()
    except (ValueError, RecursionError):
        raise Refused("this is no JSON", "load the page again") from None
    return drafts.plain(found)


# --- pages ----------------------------------------------------------------------


@router.post("/drafts")
def begin(here: ThePortal, visitor: Engineer, form: Posted) -> Response:
    """An empty draft."""
    kind = text(form, "kind")
    if kind not in submitting.KINDS:
        raise Invalid("A draft is a work instruction, a procedure or a shared block.", "Choose one.")
    title = text(form, "title", longest=300) or "Untitled"
    return _to(drafts.new(here.house, kind, title, visitor.id))


@router.post("/library/{document}/edit")
def edit(here: ThePortal, visitor: Engineer, _form: Posted, document: str) -> Response:
    """The open draft of a released document; one is begun where there is none."""
    with reading(here.house.engine) as tx:
        release = shelf.newest_release(tx, document)
    if release is None:
        raise NotThere(f"There is no release of {document}.", "Look in the library.")
    return _to(drafts.from_release(here.house, release, visitor.id))


def _to(draft: str) -> Response:
    return RedirectResponse(f"/drafts/{draft}", status_code=303)


@router.get("/drafts/{draft}")
def page(request: Request, here: ThePortal, _visitor: Engineer, draft: str) -> HTMLResponse:
    """The editor."""
    held = held_draft(here, draft)
    return here.looks.page(
        request,
        "editor.html",
        draft=held,
        units=list(units.UNITS),
        largest=LARGEST_UPLOAD,
        modules=MODULES,
    )


@router.get("/drafts/{draft}/history")
def past(request: Request, here: ThePortal, _visitor: Engineer, draft: str) -> HTMLResponse:
    """Every change of the draft: who, when, what it was and what it became."""
    held = held_draft(here, draft)
    found = history.history(here.house, draft, request.query_params.get("part"))
    return here.looks.page(request, "history.html", draft=held, edits=found)


@router.post("/drafts/{draft}/restore")
def restore(here: ThePortal, visitor: Engineer, form: Posted, draft: str) -> Response:
    """Make a part what it was after an earlier change."""
    number = text(form, "edit")
    if not number.isdigit():
        raise Invalid("No change was named.", "Load the page again.")
    kept = history.restore(here.house, draft, int(number), visitor.id)
    step = kept.part.partition(":")[2]
    return RedirectResponse(f"/drafts/{draft}#{step}", status_code=303)


@router.post("/drafts/{draft}/{move}")
def move(here: ThePortal, visitor: Engineer, form: Posted, draft: str, move: str) -> Response:
    """Submit, take back or discard."""
    match move:
        case "submit":
            submitting.submit(here.house, draft, text(form, "comment", longest=2_000), visitor.id)
            return RedirectResponse(f"/drafts/{draft}/review", status_code=303)
        case "take-back":
            reviewing.take_back(here.house, draft, visitor.id)
        case "discard":
            submitting.discard(here.house, draft, visitor.id)
            return RedirectResponse("/library", status_code=303)
        case _:
            raise NotThere("There is no such thing to do with a draft.", "Load the page again.")
    return _to(draft)


# --- what the scripts ask -------------------------------------------------------


@router.get("/drafts/{draft}/state")
def state(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """The whole draft with its versions, media, remarks, to-dos, and what its fields can name."""
    with reading(here.house.engine) as tx:
        held = drafts.read(tx, draft)
        lasting = naming.lasting(tx, held)
        names = _documents(tx)
        open_todos = todos.of(tx, draft)
        known_blocks = shared.newest(tx)
        site, there = checking.site(tx).settings, checking.known(tx)
    found = submitting.remarks(held, site, there)
    return JSONResponse(
        {
            "state": held.state,
            "kind": held.kind,
            "document": held.document,
            "parts": {
                name: {"version": part.version, "body": part.body} for name, part in held.parts.items()
            },
            "media": dict(held.media),
            "types": dict(held.types),
            "lasting": lasting,
            "documents": names,
            "rules": checking.explained(),
            "todos": [asdict(each) for each in open_todos],
            "blocks": [_block(each) for each in known_blocks],
            "damaged": bool(held.damages),
        }
        | _remarked(found)
    )


def _documents(tx: Connection) -> list[dict[str, str]]:
    """Every document that can be named: released or being written."""
    d, w = tables.documents.c, tables.drafts.c
    rows = list(tx.execute(select(d.id, d.kind, d.title)).all())
    rows += tx.execute(select(w.document.label("id"), w.kind, w.title).where(w.state.in_(drafts.OPEN))).all()
    found = {row.id: {"id": row.id, "kind": row.kind, "title": row.title} for row in rows}
    return sorted(found.values(), key=lambda each: each["title"])


def _block(each: shared.Shared) -> dict[str, Any]:
    block = each.block
    steps = [{"title": step.title, "text": step.text} for step in block.steps]
    return {
        "id": block.id,
        "title": block.title,
        "revision": block.revision,
        "digest": block.digest,
        "steps": steps,
    }


def _remarked(found: tuple[submitting.Remark, ...]) -> dict[str, Any]:
    return {"remarks": [asdict(each) for each in found], "gate": asdict(submitting.gate(found))}


@router.put("/drafts/{draft}/here")
async def look(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Say which step somebody has open; the version of each part, and who else is here: asked every few seconds."""
    given = await told(request)
    here.presence.seen(draft, visitor.id, visitor.name, str(given.get("step", ""))[:80])
    with reading(here.house.engine) as tx:
        parts = tx.execute(
            select(tables.draft_parts.c.part, tables.draft_parts.c.version).where(
                tables.draft_parts.c.draft == draft
            )
        ).all()
        row = tx.execute(
            select(tables.drafts.c.state, tables.drafts.c.changed_by).where(tables.drafts.c.id == draft)
        ).first()
    if row is None:
        raise NotThere("There is no such draft.", "Look in the library.")
    others = here.presence.here(draft, visitor.id)
    versions = {part.part: part.version for part in parts}
    return JSONResponse({"state": row.state, "by": row.changed_by, "others": others, "parts": versions})


@router.get("/drafts/{draft}/remarks")
def remarks(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """What there is to mend, and what that keeps the draft from."""
    return JSONResponse(_remarked(submitting.remarks(held_draft(here, draft), *checking.wishes(here.house))))


@router.put("/drafts/{draft}/changes")
async def save(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Keep the parts that were changed, all or none; others' changes come back in them, and where both differ."""
    given = (await told(request)).get("changes")
    if not isinstance(given, list) or not given:
        raise Invalid("no change was sent", "load the page again")
    wanted = [_change(each) for each in cast("list[Any]", given)]
    kept = edits.changes(here.house, draft, wanted, visitor.id)
    return JSONResponse({"parts": [_kept(each) for each in kept]})


def _change(given: Any) -> Change:
    values = drafts.plain(given)
    part, version = values.get("part"), values.get("version")
    if not isinstance(part, str) or not isinstance(version, int) or isinstance(version, bool):
        raise Invalid("a change names its part and the version it was made from", "load the page again")
    return Change(part=part, version=version, body=values.get("body"), base=values.get("base"))


def _kept(each: Kept) -> dict[str, Any]:
    return asdict(each)


@router.put("/drafts/{draft}/undo")
def undo(here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Take back one's latest change."""
    return _turned(lambda: history.undo(here.house, draft, visitor.id))


@router.put("/drafts/{draft}/redo")
def redo(here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Make anew what was taken back last."""
    return _turned(lambda: history.redo(here.house, draft, visitor.id))


def _turned(turn: Any) -> JSONResponse:
    try:
        kept = turn()
    except EditClash as clash:
        return JSONResponse({"done": False, "why": f"{clash.detail}; {clash.mend}"})
    return JSONResponse({"done": bool(kept), "parts": [each.part for each in kept]})


@router.put("/drafts/{draft}/mend")
def mend(here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Mend a damaged draft."""
    return JSONResponse({"done": edits.mend(here.house, draft, visitor.id)})


@router.put("/drafts/{draft}/name")
async def name(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Give a step or a check another identifier; without one a step is named after its title."""
    given = await told(request)
    step, check, wanted = given.get("step"), given.get("check"), given.get("to")
    if not isinstance(step, str) or not (wanted is None or isinstance(wanted, str)):
        raise Invalid("no step was named", "load the page again")
    if isinstance(check, str):
        called = naming.rename_check(here.house, draft, step, check, wanted or "", visitor.id)
    else:
        called = naming.rename_step(here.house, draft, step, wanted, visitor.id)
    return JSONResponse({"name": called})


@router.put("/drafts/{draft}/todos/{todo}")
async def todo(request: Request, here: ThePortal, visitor: Writer, draft: str, todo: int) -> JSONResponse:
    """Tick off, dismiss or take up again what an import left to a person."""
    given = await told(request)
    todos.settle(here.house, draft, todo, str(given.get("state", "")), visitor.id)
    with reading(here.house.engine) as tx:
        return JSONResponse({"todos": [asdict(each) for each in todos.of(tx, draft)]})
