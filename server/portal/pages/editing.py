"""The editor: a draft's page, and what its scripts ask while somebody writes."""

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy import select

from content import units
from content.conditions import Type, Wrong
from content.instruction import Instruction
from content.schema import schema
from content.sop import Sop
from content.trying import walk
from server.errors import Conflict, Invalid, NotAllowed, NotThere, Refused
from server.library import drafts, reviewing, submitting, uploads
from server.library.drafts import STEP, EditClash
from server.people.sessions import Visitor
from server.portal.flowchart import lay_out
from server.portal.guard import Engineer, Portal, Posted, ThePortal, text
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading

router = APIRouter()
MOST_TRIED = 3_000  # paths of a dry run from the page


def tokened(request: Request, visitor: Engineer) -> Visitor:
    """Who sends a change from the editor's scripts; raises NotAllowed without the session's token."""
    given = request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(given.encode(), visitor.csrf.encode()):
        raise NotAllowed("This change did not come from the editor.", "Load the page again.")
    return visitor


Writer = Annotated[Visitor, Depends(tokened)]


def _held(here: Portal, draft: str) -> drafts.Draft:
    with reading(here.house.engine) as tx:
        return drafts.read(tx, draft)


# --- pages ----------------------------------------------------------------------


@router.post("/drafts")
def begin(here: ThePortal, visitor: Engineer, form: Posted) -> Response:
    """An empty draft."""
    kind = text(form, "kind")
    if kind not in submitting.KINDS:
        raise Invalid("A draft is a work instruction or a procedure.", "Choose one.")
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
    return here.looks.page(request, "editor.html", draft=_held(here, draft), units=list(units.UNITS))


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
    """The whole draft with its versions, pictures and remarks."""
    held = _held(here, draft)
    return JSONResponse(
        {
            "state": held.state,
            "kind": held.kind,
            "parts": {
                name: {"version": part.version, "body": part.body} for name, part in held.parts.items()
            },
            "media": dict(held.media),
            "remarks": [asdict(each) for each in submitting.remarks(held)],
        }
    )


@router.get("/drafts/{draft}/versions")
def versions(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """The version of each part, and who changed the draft last: cheap enough to ask every few seconds."""
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
    told = {"state": row.state, "by": row.changed_by, "parts": {part.part: part.version for part in parts}}
    return JSONResponse(told)


@router.get("/drafts/{draft}/remarks")
def remarks(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """What there is to mend."""
    return JSONResponse([asdict(each) for each in submitting.remarks(_held(here, draft))])


@router.get("/drafts/{draft}/schema")
def checks_schema(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """The shapes of checks, from which the editor makes its forms."""
    _held(here, draft)
    found = schema("work-instruction")
    check = found["$defs"]["Step"]["properties"]["checks"]["items"]
    kinds = {
        kind: found["$defs"][ref.rpartition("/")[2]]
        for kind, ref in check["discriminator"]["mapping"].items()
    }
    return JSONResponse({"kinds": kinds, "units": list(units.UNITS)})


@router.get("/drafts/{draft}/preview/{step}")
def preview(request: Request, here: ThePortal, _visitor: Engineer, draft: str, step: str) -> Response:
    """A step of the draft exactly as a kiosk shows it."""
    held = _held(here, draft)
    files = {path: here.house.media.path(digest) for path, digest in held.media.items()}
    return drawn(here, request, held.values, step, files)


def drawn(
    here: Portal, request: Request, values: dict[str, Any], step: str, files: dict[str, Path]
) -> Response:
    """The picture that a request's size, theme and language ask for."""
    query = request.query_params
    language = query.get("language") or str(values.get("language", ""))
    size, theme = query.get("size", "1280x800"), query.get("theme", "dark")
    data = here.house.previews.draw(values, step, size, theme, language, files)
    return Response(data, media_type="image/png")


@router.put("/drafts/{draft}/parts/{part:path}")
async def save(request: Request, here: ThePortal, visitor: Writer, draft: str, part: str) -> JSONResponse:
    """Keep a part that was changed; others' changes come back in it, or a clash with both texts."""
    given = await _json(request)
    version, body = given.get("version"), given.get("body")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Invalid("a change says the version it was made from", "load the page again")
    if part not in {drafts.HEAD, drafts.ORDER} and not part.startswith(STEP):
        raise NotThere("There is no such part.", "Load the page again.")
    try:
        kept = drafts.change(here.house, draft, part, version, body, visitor.id)
    except EditClash as clash:
        told = {
            "detail": clash.detail,
            "version": clash.version,
            "theirs": clash.theirs,
            "fields": clash.fields,
        }
        return JSONResponse(told, status_code=409)
    return JSONResponse({"version": kept.version, "body": kept.body})


@router.put("/drafts/{draft}/undo")
def undo(here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Take back one's latest change."""
    return _undone(drafts.undo(here.house, draft, visitor.id))


@router.put("/drafts/{draft}/redo")
def redo(here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Make anew what was taken back last."""
    return _undone(drafts.redo(here.house, draft, visitor.id))


def _undone(part: drafts.Part | None) -> JSONResponse:
    return JSONResponse({"done": part is not None})


@router.put("/drafts/{draft}/pictures")
async def upload(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """Take a picture that was pasted, dropped or chosen."""
    _held(here, draft)
    taken = uploads.take(here.house, await request.body())
    path = uploads.attach(here.house, draft, taken)
    return JSONResponse({"path": path, **asdict(taken)})


@router.get("/drafts/{draft}/uses/{digest}")
def uses(here: ThePortal, _visitor: Engineer, draft: str, digest: str) -> JSONResponse:
    """Where else a picture is used."""
    _held(here, draft)
    return JSONResponse([asdict(use) for use in uploads.uses(here.house, digest)])


@router.put("/drafts/{draft}/swap")
async def swap(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Put one picture in place of another in the documents that are named; annotations stay."""
    given = await _json(request)
    old, digest, documents = given.get("old"), given.get("new"), given.get("documents")
    if not (isinstance(old, str) and isinstance(digest, str) and isinstance(documents, list)):
        raise Invalid("a swap names the old picture, the new one and the documents", "load the page again")
    here.house.media.path(digest)
    _held(here, draft)
    taken = uploads.Taken(digest=digest, width=0, height=0)
    changed = uploads.replace(here.house, old, taken, tuple(map(str, documents)), visitor.id)
    return JSONResponse({"changed": changed})


@router.put("/drafts/{draft}/expression")
async def expression(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """Whether an expression fits this draft, what it gives, and what it may name."""
    given = await _json(request)
    wanted = {"flag": Type.FLAG, "number": Type.NUMBER}.get(str(given.get("wanted")))
    try:
        scope = Instruction.model_validate(_without_conditions(_held(here, draft).values)).scope
    except ValueError:
        return JSONResponse({"ok": None, "message": "mend what is marked in red first", "names": {}})
    names = {name: kind.value for name, kind in scope.names.items()}
    try:
        found = scope.compile(str(given.get("text", ""))[:1_200], wanted)
    except Wrong as wrong:
        return JSONResponse(
            {
                "ok": False,
                "message": wrong.message,
                "mend": wrong.mend,
                "column": wrong.column,
                "names": names,
            }
        )
    tested = given.get("values")
    value = found.value({k: v for k, v in tested.items() if k in names}) if isinstance(tested, dict) else None
    return JSONResponse(
        {
            "ok": True,
            "gives": found.gives,
            "names": names,
            "uses": sorted(found.names),
            "value": _shown(value),
        }
    )


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | str) else str(value)


def _without_conditions(values: dict[str, Any]) -> dict[str, Any]:
    """The document without its conditions, of which one may be half typed."""
    steps = []
    for step in values.get("steps", []):
        checks = [
            {k: v for k, v in check.items() if k not in {"when", "on_failure"}}
            for check in step.get("checks", [])
        ]
        for check in checks:
            if "limits" in check:
                check.pop("limits")
                check.setdefault("low", "0")
        steps.append({k: v for k, v in step.items() if k not in {"when", "next"}} | {"checks": checks})
    return {**values, "steps": steps}


@router.put("/drafts/{draft}/flow")
async def flow(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """A procedure's flow, drawn while it is written; what is wrong with it instead."""
    _held(here, draft)
    given = await _json(request)
    try:
        sop = Sop.model_validate(given.get("values"))
    except ValidationError as problem:
        return JSONResponse({"svg": "", "message": problem.errors()[0]["msg"]})
    with reading(here.house.engine) as tx:
        linked = shelf.titles(tx, sop.instructions)
    return JSONResponse(
        {"svg": here.looks.render("_flow.html", chart=lay_out(sop), linked=linked), "message": ""}
    )


@router.get("/drafts/{draft}/try")
def try_out(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """The dry run of the draft."""
    try:
        document = Instruction.model_validate(_held(here, draft).values)
    except ValueError:
        raise Conflict(
            "The draft cannot be tried before it is in order.", "Mend what is marked in red."
        ) from None
    trial = walk(document, MOST_TRIED)
    finished = [path for path in trial.paths if path.end == "completed"]
    return JSONResponse(
        {
            "paths": len(trial.paths),
            "all": trial.all_walked,
            "completed": len(finished),
            "stopped": sum(path.end == "stopped" for path in trial.paths),
            "stuck": [{"why": path.why, "choices": path.choices} for path in trial.stuck[:20]],
            "times": sorted({path.expected.total_seconds() for path in finished})[
                :: max(1, len(finished) - 1)
            ],
            "effort": {
                name: [min(counts), max(counts)]
                for name in ("taps", "scans", "waits")
                if (counts := [getattr(path, name) for path in finished])
            },
        }
    )


async def _json(request: Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except (ValueError, RecursionError):
        raise Refused("this is no JSON", "load the page again") from None
    return drafts.plain(found)
