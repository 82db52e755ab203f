"""The library: procedures with their flow, and work instructions as the operator sees them."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from PIL import Image

from content.instruction import Instruction
from content.languages import languages, translated
from content.media import Video
from content.package import Release
from content.sop import Sop
from server.errors import NotThere
from server.library import shared
from server.library.drafts import written
from server.people.sessions import Role
from server.portal import ways
from server.portal.annotating import Overlay, overlay
from server.portal.flowchart import lay_out
from server.portal.guard import Portal, Supervisor, ThePortal
from server.portal.pages.assisting import drawn
from server.portal.taught import scenes
from server.reports import library as shelf
from server.store.engine import reading

router = APIRouter()
LONGEST_SEARCH = 200  # characters


@router.get("/library")
def page(request: Request, here: ThePortal, visitor: Supervisor) -> HTMLResponse:
    """Every document, or those that contain the words that are searched for."""
    words = request.query_params.get("search", "").strip()[:LONGEST_SEARCH]
    with reading(here.house.engine) as tx:
        found = shelf.library(tx, words)
    flows = [(sop, lay_out(sop)) for sop in found.sops]
    may_write = visitor.role.may(Role.ENGINEER)
    with reading(here.house.engine) as tx:
        open_drafts = written(tx) if may_write and not words else ()
        blocks = [each for each in shared.newest(tx) if words.casefold() in each.block.title.casefold()]
    return here.looks.page(
        request,
        "library.html",
        found=found,
        flows=flows,
        words=words,
        may_write=may_write,
        drafts=open_drafts,
        blocks=blocks,
    )


@router.get("/library/sops/{document}")
def sop(request: Request, here: ThePortal, visitor: Supervisor, document: str) -> HTMLResponse:
    """A procedure: purpose, roles, policy, and its flow with a link to each work instruction."""
    release, held = _found(here, request, document)
    procedure = release.document
    if not isinstance(procedure, Sop):
        msg = f"{document} is a work instruction, not a procedure."
        raise NotThere(msg, "Look in the library.")
    spoken = languages(procedure)
    language = request.query_params.get("language", procedure.language)
    procedure, fell = translated(procedure, language if language in spoken else procedure.language)
    with reading(here.house.engine) as tx:
        linked = shelf.titles(tx, procedure.instructions)
    return here.looks.page(
        request,
        "sop.html",
        sop=procedure,
        languages=spoken,
        language=language,
        query=dict(request.query_params),
        fell=fell,
        may_write=visitor.role.may(Role.ENGINEER),
        chart=lay_out(procedure),
        linked=linked,
        releases=held.rows,
        hidden=held.hidden,
        shown=release,
    )


@router.get("/library/instructions/{document}")
def instruction(request: Request, here: ThePortal, visitor: Supervisor, document: str) -> HTMLResponse:
    """A work instruction, step by step, as the operator sees it."""
    release, held = _found(here, request, document)
    shown = release.document
    if not isinstance(shown, Instruction):
        msg = f"{document} is a procedure, not a work instruction."
        raise NotThere(msg, "Look in the library.")
    spoken = languages(shown)
    language = request.query_params.get("language", shown.language)
    shown, fell = translated(shown, language if language in spoken else shown.language)
    with reading(here.house.engine) as tx:
        governing = shelf.titles(tx, shown.governed_by)
    return here.looks.page(
        request,
        "instruction.html",
        instruction=shown,
        may_write=visitor.role.may(Role.ENGINEER),
        governing=governing,
        digests={file.path: file.digest for file in release.media},
        overlays=_overlays(here, release, shown),
        scenes=scenes(here.house.media, shown, {file.path: file.digest for file in release.media}),
        step_notes={step.id: ways.of_step(shown, step) for step in shown.steps},
        check_notes={
            (step.id, check.id): ways.of_check(shown, check) for step in shown.steps for check in step.checks
        },
        languages=spoken,
        query=dict(request.query_params),
        language=language,
        fell=fell,
        parts={part.number: part for part in shown.parts},
        tools={tool.id: tool for tool in shown.tools},
        releases=held.rows,
        hidden=held.hidden,
        shown=release,
    )


@router.get("/library/instructions/{document}/preview/{step}")
def preview(request: Request, here: ThePortal, _visitor: Supervisor, document: str, step: str) -> Response:
    """A step of a release exactly as a kiosk shows it."""
    release, _ = _found(here, request, document)
    files = {file.path: here.house.media.path(file.digest) for file in release.media}
    return drawn(here, request, release.document.plain(), step, files)


@router.get("/library/instructions/{document}/captions/{step}/{place}")
def captions(
    request: Request, here: ThePortal, _visitor: Supervisor, document: str, step: str, place: int
) -> Response:
    """The captions of a film, as WebVTT."""
    release, _ = _found(here, request, document)
    shown = release.document
    if not isinstance(shown, Instruction):
        raise NotThere("There is no such film.", "Look in the library.")
    shown, _ = translated(shown, request.query_params.get("language") or shown.language)
    media = next((each.media for each in shown.steps if each.id == step), ())
    film = media[place] if 0 <= place < len(media) else None
    if not isinstance(film, Video):
        raise NotThere("There is no such film.", "Look in the library.")
    return Response(webvtt(film), media_type="text/vtt")


def webvtt(film: Video) -> str:
    """A film's captions as WebVTT (https://www.w3.org/TR/webvtt1)."""
    cues = [f"{_clock(each.start)} --> {_clock(each.end)}\n{_cue(each.text)}\n" for each in film.captions]
    return "\n".join(["WEBVTT\n", *cues])


def _cue(text: str) -> str:
    """A caption's words; an empty line would end it."""
    return "\n".join(line for line in escape(text, quote=False).splitlines() if line.strip())


def _clock(at: timedelta) -> str:
    milliseconds = at // timedelta(milliseconds=1)
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}.{rest:03}"


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases that a document's page lists, and how many earlier ones it does not."""

    rows: tuple[shelf.ReleaseRow, ...]
    hidden: int


def _found(here: Portal, request: Request, document: str) -> tuple[Release, Releases]:
    """The release that is asked for, or the newest one, and the rows of the document's releases."""
    digest, every = request.query_params.get("release"), request.query_params.get("releases") == "all"
    with reading(here.house.engine) as tx:
        count = shelf.how_many(tx, document)
        rows = shelf.releases_of(tx, document, count if every else shelf.SHOWN, {digest})
        if digest is None:
            release = shelf.newest_release(tx, document)
            if release is None and rows:  # all were withdrawn; what was once used can still be read
                release = shelf.release(tx, rows[0].digest)
        else:
            release = shelf.release(tx, digest) if any(row.digest == digest for row in rows) else None
    if release is None:
        msg = f"There is no such release of {document}."
        raise NotThere(msg, "Look in the library.")
    return release, Releases(rows, count - len(rows))


def _overlays(here: Portal, release: Release, shown: Instruction) -> dict[str, Overlay]:
    """For each picture of the release: its size in pixels and what is drawn over it."""
    found: dict[str, Overlay] = {}
    for step in shown.steps:
        for place, medium in enumerate(step.media):
            path = medium.files[-1]
            width, height = picture_size(here.house.media.path(release.file(path).digest))
            annotations = getattr(medium, "annotations", ())
            found[f"{step.id} {place}"] = overlay(annotations, width, height)
    return found


@lru_cache(maxsize=2_000)
def picture_size(file: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels; its name is its digest, so it never changes."""
    with Image.open(file) as picture:
        return picture.size
