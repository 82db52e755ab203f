"""The checker as the site wants it: rules with their levels, thresholds, the site's words, and all of it as a file."""

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from content.explaining import explain
from content.lint.rules import RULES
from content.lint.settings import LEVELS, LintSettings
from content.lint.site import FILE, spell_settings
from server.errors import Invalid
from server.library import checking
from server.portal.guard import Administrator, Engineer, Posted, PostedFile, ThePortal, text
from server.store.engine import reading

router = APIRouter()
LONGEST = 100_000  # characters of the site's words
PARTED = re.compile(r"[,;\n]")


@router.get("/publishing/checker")
def page(request: Request, here: ThePortal, _visitor: Engineer) -> HTMLResponse:
    """Every rule, explained, and what the site wants of it."""
    with reading(here.house.engine) as tx:
        held = checking.site(tx)
    levels = {name: held.settings.levels.get(name, rule.level) for name, rule in RULES.items()}
    return here.looks.page(
        request,
        "checker.html",
        held=held,
        settings=held.settings,
        usual=checking.USUAL,
        rules=RULES.values(),
        levels=levels,
        known_levels=LEVELS,
        done=request.query_params.get("done", "") == "yes",
    )


@router.post("/publishing/checker")
def decide(here: ThePortal, visitor: Administrator, form: Posted) -> Response:
    """Let what the form says hold from now on."""
    number = text(form, "number")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Invalid("The page did not say what it shows.", "Load the page again.")
    checking.decide(here.house, _settings(form), visitor.id, int(number))
    return RedirectResponse("/publishing/checker?done=yes", status_code=303)


def _settings(form: FormData) -> LintSettings:
    values: dict[str, Any] = {
        "levels": {name: text(form, f"level-{name}") or RULES[name].level for name in RULES},
        "abbreviations": _words(form, "abbreviations"),
        "vague": _words(form, "vague"),
        "preferred": dict(map(_pair, _lines(form, "preferred"))),
    }
    for name, words in checking.NUMBERS.items():
        given = text(form, name)
        if not (given.isascii() and given.isdecimal() and len(given) <= 6):
            raise Invalid(f"“{given}” is no number of {words}.", "Write digits only.")
        values[name] = int(given)
    try:
        return LintSettings.model_validate(values)
    except ValidationError as problem:
        found = explain("", {}, values, problem.errors()[0], LintSettings)
        raise Invalid(f"{found.where}: {found.message}", found.mend) from None


def _words(form: FormData, name: str) -> tuple[str, ...]:
    parts = (part.strip() for part in PARTED.split(text(form, name, longest=LONGEST)))
    return tuple(dict.fromkeys(filter(None, parts)))


def _lines(form: FormData, name: str) -> list[str]:
    return [line.strip() for line in text(form, name, longest=LONGEST).splitlines() if line.strip()]


def _pair(line: str) -> tuple[str, str]:
    """`spanner: wrench`: the word that is not used, and the one that is."""
    word, _, better = line.partition(":")
    if not word.strip() or not better.strip():
        raise Invalid(f"“{line}” does not say which word is used instead.", "Write it as “spanner: wrench”.")
    return word.strip(), better.strip()


@router.get("/publishing/checker/lint.yaml")
def export(here: ThePortal, _visitor: Engineer) -> Response:
    """The settings as the file that the command line reads at the root of a library."""
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(
        spell_settings(checking.site_of(here.house)), media_type="application/yaml", headers=headers
    )


@router.post("/publishing/checker/file")
async def take(here: ThePortal, visitor: Administrator, form: PostedFile) -> Response:
    """Let the settings of a file hold from now on."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Invalid("No file was chosen.", f"Choose a {FILE}.")
    try:
        told = (await sent.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The file is not UTF-8 text.", f"Choose a {FILE}, saved as UTF-8.") from None
    checking.take_file(here.house, told, visitor.id)
    return RedirectResponse("/publishing/checker?done=yes", status_code=303)
