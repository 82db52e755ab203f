"""Teaching a camera in the portal: regions on a picture, good and bad pictures, scores, threshold, and trying it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse

from content.vision import differing
from content.vision.taught import KINDS, MOST_REGIONS, ONE_REGION, Code, Count, Orientation, TaughtCheck, Text
from server.errors import Invalid
from server.library import from_stations, measuring, teaching
from server.library.teaching import Judge, Lesson
from server.media.kinds import LARGEST, Kind
from server.portal.guard import Engineer, ThePortal
from server.portal.pages.editing import Writer, held_draft, told
from server.portal.pages.picturing import received
from server.store.engine import reading

router = APIRouter()


@router.get("/drafts/{draft}/vision")
def overview(request: Request, here: ThePortal, _visitor: Engineer, draft: str) -> HTMLResponse:
    """Every check of the draft that a camera judges, and what each was taught."""
    held = held_draft(here, draft)
    return here.looks.page(
        request,
        "cameras.html",
        draft=held,
        judges=teaching.judges(here.house, held),
        band=differing.band,
        sources=differing.sources,
    )


@router.get("/drafts/{draft}/vision/{step}/{check}")
def page(
    request: Request, here: ThePortal, _visitor: Engineer, draft: str, step: str, check: str
) -> HTMLResponse:
    """The page on which one check is taught."""
    held = held_draft(here, draft)
    return here.looks.page(
        request,
        "teaching.html",
        draft=held,
        judge=teaching.judge(here.house, held, step, check),
        kinds=KINDS,
        one_region=sorted(ONE_REGION),
        most_regions=MOST_REGIONS,
        most_samples=teaching.MOST_SAMPLES,
        most_labelled=measuring.MOST_LABELLED,
        largest=LARGEST[Kind.PICTURE],
    )


@router.get("/drafts/{draft}/vision/{step}/{check}/state")
def state(here: ThePortal, _visitor: Engineer, draft: str, step: str, check: str) -> JSONResponse:
    """What the check was taught, for the page's scripts."""
    judge = teaching.judge(here.house, held_draft(here, draft), step, check)
    return JSONResponse(
        {
            "check": judge.check.get("check"),
            "ask": judge.check.get("ask", "operator"),
            "path": judge.path,
            "trouble": judge.trouble,
            "taught": _known(judge),
        }
    )


def _known(judge: Judge) -> dict[str, Any] | None:
    if judge.taught is None or judge.digest is None:
        return None
    return _spelled(judge.digest, judge.taught, judge.pictures)


def _spelled(digest: str, check: TaughtCheck, held: frozenset[str]) -> dict[str, Any]:
    """A taught check as the page shows it."""
    return {
        "digest": digest,
        "name": check.name,
        "kind": check.kind,
        "note": check.note,
        "ask": check.ask,
        "align": check.align,
        "regions": [each.plain() for each in check.regions],
        "settings": _settings(check),
        "frame": f"data:image/jpeg;base64,{check.frame}",
        "pictures": [
            {"picture": each.sha256, "good": each.good, "held": each.sha256 in held}
            for each in check.taught_from
        ],
        **_cut(check),
    }


def _cut(check: TaughtCheck) -> dict[str, Any]:
    return {"threshold": check.threshold, "low": check.undecided.low, "high": check.undecided.high}


def _settings(check: TaughtCheck) -> dict[str, Any]:
    match check.model:
        case Count(expected=count):
            return {"count": count}
        case Code(expected=expected) | Text(expected=expected):
            return {"expected": expected}
        case Orientation(by=by, marker=marker, tolerance=tolerance):
            return {"by": by, "marker": marker, "tolerance": tolerance}
        case _:
            return {}


# --- what the page's scripts ask ------------------------------------------------


@router.put("/drafts/{draft}/vision/pictures")
async def picture(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Take in one picture to learn from, or to try."""
    held_draft(here, draft)
    with tempfile.TemporaryDirectory(dir=here.house.settings.data, prefix=".upload-") as place:
        sent = Path(place) / "sent"
        name = await received(request, sent)
        taken = await run_in_threadpool(teaching.take_picture, here.house, sent, name, visitor.id)
    return JSONResponse({"picture": taken.digest, "width": taken.width, "height": taken.height})


@router.get("/drafts/{draft}/vision/from-stations")
def station_pictures(here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """The pictures to teach from that were taken at stations."""
    held_draft(here, draft)
    return JSONResponse(
        {
            "stations": [
                {
                    "name": shelf.name,
                    "pictures": [
                        {
                            "picture": digest,
                            "device": sent.device,
                            "good": sent.good,
                            "at": sent.at.isoformat(),
                        }
                        for digest, sent in shelf.pictures
                    ],
                }
                for shelf in from_stations.shelves(here.house)
            ]
        }
    )


@router.put("/drafts/{draft}/vision/file")
async def file(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """Take in a check that was taught on a terminal."""
    held_draft(here, draft)
    with tempfile.TemporaryDirectory(dir=here.house.settings.data, prefix=".upload-") as place:
        sent = Path(place) / "sent"
        await received(request, sent)
        digest, check = await run_in_threadpool(teaching.take_file, here.house, sent)
    with reading(here.house.engine) as tx:
        held = teaching.held_pictures(tx, check)
    return JSONResponse(_spelled(digest, check, held))


@router.put("/drafts/{draft}/vision/teach")
async def teach(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """Learn from the pictures; nothing of the draft changes."""
    held_draft(here, draft)
    asked = teaching.wanted(await told(request))
    lesson = await run_in_threadpool(teaching.teach, here.house, asked)
    return JSONResponse(_learned(lesson))


def _learned(lesson: Lesson) -> dict[str, Any]:
    return {
        "digest": lesson.digest,
        "align": lesson.check.align,
        "settings": _settings(lesson.check),
        "separate": lesson.separate,
        "remarks": list(lesson.remarks),
        "scores": [dict(each) for each in lesson.scores],
        **_cut(lesson.check),
    }


@router.put("/drafts/{draft}/vision/look")
async def look(request: Request, here: ThePortal, _visitor: Writer, draft: str) -> JSONResponse:
    """What a taught check says to pictures, with the threshold that the page shows."""
    held_draft(here, draft)
    given = await told(request)
    digest, where = _taught(given)
    pictures = given.get("pictures")
    if not isinstance(pictures, list) or not pictures:
        raise Invalid("there is no picture to look at", "choose one")
    named = [str(each) for each in cast("list[Any]", pictures)]
    return JSONResponse(
        {"verdicts": await run_in_threadpool(teaching.look, here.house, digest, where, named)}
    )


@router.put("/drafts/{draft}/vision/measure")
async def measure(request: Request, here: ThePortal, _visitor: Engineer, draft: str) -> JSONResponse:
    """How well what was taught does on a labelled set, with the threshold that the page shows."""
    held_draft(here, draft)
    given = await told(request)
    digest, where = _taught(given)
    pictures = measuring.labelled(given.get("pictures"))
    return JSONResponse(await run_in_threadpool(measuring.measure, here.house, digest, where, pictures))


@router.put("/drafts/{draft}/vision/use")
async def use(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Have the draft's check judge by what was taught."""
    given = await told(request)
    digest, where = _taught(given)
    step, check = str(given.get("step", "")), str(given.get("check", ""))
    path = await run_in_threadpool(teaching.use, here.house, draft, step, check, digest, where, visitor.id)
    return JSONResponse({"path": path})


def _taught(given: Mapping[str, Any]) -> tuple[str, teaching.Cut]:
    where = teaching.cut({name: given.get(name) for name in ("threshold", "low", "high")})
    return str(given.get("digest", "")), where
