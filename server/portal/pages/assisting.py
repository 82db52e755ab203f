"""What the editor shows beside a draft: the kiosk's view, its conditions tried on values, its flow, its dry run."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from content import flowtext, gathering
from content.explaining import explain, path_of
from content.instruction import Instruction
from content.sop import Sop
from content.trying.paths import Path as Way
from content.trying.paths import Trial, spelled_count
from server.errors import Conflict
from server.library import checking, conditions, presenting, submitting, trying
from server.portal.flowchart import lay_out
from server.portal.guard import Engineer, Portal, ThePortal
from server.portal.pages.editing import Writer, held_draft, told
from server.reports import library as shelf
from server.store.engine import reading

router = APIRouter()
MOST_SHOWN = 400  # paths of a dry run, in the table
LONGEST_FLOW = 60_000  # characters


@router.get("/drafts/{draft}/preview/{step}")
def preview(request: Request, here: ThePortal, _visitor: Engineer, draft: str, step: str) -> Response:
    """A step of the draft exactly as a kiosk shows it, as far as it is valid."""
    held = held_draft(here, draft)
    shown = presenting.present(held, step)
    files = {path: here.house.media.path(digest) for path, digest in held.media.items()}
    answer = drawn(here, request, shown.values, step, files)
    answer.headers["X-Whole"] = "yes" if shown.whole else "no"
    return answer


def drawn(
    here: Portal, request: Request, values: dict[str, Any], step: str, files: dict[str, Path]
) -> Response:
    """The picture that a request's size, theme and language ask for."""
    query = request.query_params
    language = query.get("language") or str(values.get("language", ""))
    size, theme = query.get("size", "1280x800"), query.get("theme", "dark")
    data = here.house.previews.draw(values, step, size, theme, language, files)
    return Response(data, media_type="image/png")


@router.put("/drafts/{draft}/conditions")
async def tried(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """Every condition of the draft, checked and tried on the values that are given; and the names it may use."""
    given = (await told(request)).get("values")
    values = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    found = conditions.look(held_draft(here, draft), values)
    return JSONResponse(
        {"names": [asdict(each) for each in found.names], "tried": [asdict(e) for e in found.tried]}
    )


@router.put("/drafts/{draft}/flow")
async def flow(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """A procedure's flow, drawn while it is written: its boxes, its chart, and what is wrong at which line.

    Without a text, the text of the flow as it is.
    """
    held = held_draft(here, draft)
    given = (await told(request)).get("text")
    text = given[:LONGEST_FLOW] if isinstance(given, str) else flowtext.write(_boxes(held.head))
    read = flowtext.read(text)
    wrong = [asdict(each) for each in read.wrong]
    svg = ""
    if not wrong:
        shown = _only(read.boxes)
        if isinstance(shown, Sop):
            with reading(here.house.engine) as tx:
                linked = shelf.titles(tx, shown.instructions)
            svg = here.looks.render("_flow.html", chart=lay_out(shown), linked=linked)
        else:
            wrong = [{**each, "line": read.lines[each.pop("place")] if read.lines else 1} for each in shown]
    boxes = [{**box, "line": line} for box, line in zip(read.boxes, read.lines, strict=True)]
    return JSONResponse(
        {"text": text, "boxes": boxes, "understood": not read.wrong, "wrong": wrong, "svg": svg}
    )


def _boxes(head: dict[str, Any]) -> list[dict[str, Any]]:
    held = head.get("flow", [])
    return (
        [each for each in cast("list[Any]", held) if isinstance(each, dict)] if isinstance(held, list) else []
    )


def _only(boxes: tuple[dict[str, Any], ...]) -> Sop | list[dict[str, Any]]:
    """A procedure of nothing but this flow; what is wrong with which of its boxes instead."""
    words = {"title": "-", "owner": "-", "purpose": "-", "scope": "-"}
    values = {"id": "flow", "kind": "sop", "revision": 1, "language": "en", **words, "flow": list(boxes)}
    try:
        return Sop.model_validate(values)
    except ValidationError:
        found: list[dict[str, Any]] = []
        for error in gathering.errors(values, Sop):
            finding, at = explain("", {}, values, error, Sop), path_of(values, error)
            place = at[1] if len(at) > 1 and isinstance(at[1], int) else 0
            found.append({"place": place, "message": finding.message, "mend": finding.mend})
        return found


@router.get("/drafts/{draft}/try")
def try_out(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """The dry run of the draft: every path with what it takes."""
    held = held_draft(here, draft)
    try:
        document = Instruction.model_validate(held.values)
    except ValueError:
        raise Conflict(
            "The draft cannot be tried before it is in order.", "Mend what is marked in red."
        ) from None
    trial = trying.tried(document)
    gate = submitting.gate(
        submitting.remarks(held, *checking.wishes(here.house)), [path.why for path in trial.stuck]
    )
    shown = _shown(trial)
    return JSONResponse(
        {
            "paths": len(trial.paths),
            "more": spelled_count(trial.more),
            "missed": list(trial.missed),
            "completed": sum(path.end == "completed" for path in trial.paths),
            "stopped": sum(path.end == "stopped" for path in trial.paths),
            "stuck": len(trial.stuck),
            "cut": sum(path.end == "cut short" for path in trial.paths),
            "shown": [_way(path) for path in shown],
            "gate": asdict(gate),
        }
    )


def _shown(trial: Trial) -> list[Way]:
    """What stands against a release first, then some of those that end, the longest first; none crowds out others."""
    found: list[Way] = []
    for number, end in enumerate(("stuck", "cut short", "stopped", "completed"), start=1):
        paths = sorted((path for path in trial.paths if path.end == end), key=lambda path: -path.expected)
        found += paths[: number * MOST_SHOWN // 4 - len(found)]
    return found


def _way(path: Way) -> dict[str, Any]:
    return {
        "end": path.end,
        "why": path.why,
        "order": path.order,
        "choices": list(path.choices),
        "steps": len(path.steps),
        "seconds": path.expected.total_seconds(),
        "taps": path.taps,
        "scans": path.scans,
        "waits": path.waits,
        "typed": path.typed,
    }
