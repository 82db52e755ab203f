"""A draft's translation: source and target side by side, what is stale and why, XLIFF out and in."""

import difflib
import re
import tempfile
from dataclasses import asdict
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from content import xliff
from server.errors import Invalid
from server.library import drafts, translating
from server.portal.guard import Engineer, ThePortal
from server.portal.pages.editing import Writer, told
from server.portal.pages.picturing import received
from server.store.engine import reading

router = APIRouter()
USUAL = "de"


@router.get("/drafts/{draft}/translation")
def page(request: Request, here: ThePortal, _visitor: Engineer, draft: str) -> HTMLResponse:
    """Every text of the draft beside its translation into one language."""
    with reading(here.house.engine) as tx:
        held = drafts.read(tx, draft)
        document = translating.document_of(held)
        covered = translating.coverage(document)
        usual = next((each.language for each in covered), USUAL if document.language != USUAL else "en")
        language = request.query_params.get("language", "").strip() or usual
        wrong = not xliff.LANGUAGE.fullmatch(language) or language == document.language
        lines = () if wrong else translating.lines(tx, held, language)
    return here.looks.page(
        request,
        "translation.html",
        draft=held,
        source=document.language,
        language=language,
        wrong=wrong,
        covered=covered,
        known={each.language for each in covered},
        lines=lines,
        changes={line.key: differences(line.before, line.source) for line in lines if line.before},
        editable=held.state == "draft",
    )


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Both texts word by word: `same`, `gone` or `new`, and the words."""
    words = [re.findall(r"\s+|[^\s]+", text) for text in (before, after)]
    found: list[tuple[str, str]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(("same", "".join(words[0][a:b])))
            continue
        found += [
            (kind, text)
            for kind, text in (("gone", "".join(words[0][a:b])), ("new", "".join(words[1][c:d])))
            if text
        ]
    return found


@router.put("/drafts/{draft}/translation/{language}")
async def put(request: Request, here: ThePortal, visitor: Writer, draft: str, language: str) -> JSONResponse:
    """Keep translations: key by key."""
    given = await told(request)
    if not all(isinstance(text, str) for text in given.values()):
        raise Invalid("a translation is a text", "load the page again")
    covered = translating.put(here.house, draft, language, given, visitor.id)
    return JSONResponse(asdict(covered))


@router.get("/drafts/{draft}/translation/{language}.xlf")
def export(here: ThePortal, _visitor: Engineer, draft: str, language: str) -> Response:
    """The draft's texts for a translator, as XLIFF 2.1."""
    with reading(here.house.engine) as tx:
        document = translating.document_of(drafts.read(tx, draft))
    if not xliff.LANGUAGE.fullmatch(language):
        raise Invalid(f"{language[:20]!r} is no language", "write it like de, ja or pt-BR")
    name = f"{document.id}.{language}.xlf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(xliff.export(document, language), media_type="application/xliff+xml", headers=headers)


@router.put("/drafts/{draft}/translation")
async def take(request: Request, here: ThePortal, visitor: Writer, draft: str) -> JSONResponse:
    """Take a translator's file: what was taken, and what was not and why."""
    with tempfile.TemporaryDirectory(prefix="stepline-xliff-") as place:
        sent = Path(place) / "sent"
        await received(request, sent)
        if sent.stat().st_size > 4 * xliff.LARGEST:
            raise Invalid("the file is too large for a translation", f"at most {xliff.LARGEST:,} characters")
        try:
            data = sent.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid("the file is not UTF-8 text", "save it as XLIFF 2 in UTF-8") from None
    language, taken, left = translating.take(here.house, draft, data, visitor.id)
    return JSONResponse({"language": language, "taken": taken, "left": list(left)})
