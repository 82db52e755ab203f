"""Repair guides as JSON: the lines of the MyFixit data set, and what the API of iFixit and Dozuki answers."""

# pyright: basic
# foreign JSON has no types

import json
from collections.abc import Iterator
from typing import Any

from content.importing import blocks, wiki
from content.importing.draft import Draft, DraftStep, ImportRefused, clean, part_number

SAFETY = {
    "icon_caution": "caution",
    "icon_warning": "warning",
    "icon_danger": "danger",
    "icon_note": "notice",
}
SAFETY |= {"icon_reminder": "notice", "icon_esd": "caution", "caution": "caution", "warning": "warning"}
SAFETY |= {"danger": "danger", "note": "notice", "reminder": "notice"}


def read(text: str) -> Iterator[Draft]:
    """Every guide in the text: one JSON object, a list of them, or one a line; raises ImportRefused."""
    try:
        whole = [json.loads(text)]
    except (ValueError, RecursionError):
        whole = [_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = whole[0] if len(whole) == 1 and isinstance(whole[0], list) else whole
    for guide in found:
        if not isinstance(guide, dict):
            raise ImportRefused("the JSON holds no guide; a guide is an object with a title and steps")
        yield _flat(guide) if "Steps" in guide else _nested(guide.get("guide", guide), guide)


def _line(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise ImportRefused(
            f"line {number} is no JSON; one guide a line, or one object in the file"
        ) from None


def _flat(guide: dict[str, Any]) -> Draft:
    """The data set's form: `Steps` with `Lines`, `Text_raw` and `Images`."""
    draft = Draft(title=str(guide.get("Title") or "Untitled"))
    ancestors = [str(each) for each in guide.get("Ancestors") or [] if each != "Root"]
    draft.summary = " › ".join(filter(None, [*reversed(ancestors), str(guide.get("Category") or "")]))
    for tool in guide.get("Toolbox") or []:
        name = clean(str(tool.get("Name") or ""))
        if name:
            draft.tools.append(name)
            if tool.get("Url"):
                draft.note("tools", f"the address of {name} was not kept: {tool['Url']}")
    steps = guide.get("Steps") or []
    if steps and min(int(step.get("Order", 0)) for step in steps) == 0:
        draft.note("document", "its steps are counted from 0; here they are shown from 1")
    for number, step in enumerate(sorted(steps, key=lambda step: int(step.get("Order", 0))), start=1):
        draft.steps.append(_flat_step(draft, step, number))
    for name in ("Guidid", "Url", "Subject"):
        if guide.get(name):
            draft.note("document", f"{name} was not kept: {guide[name]}")
    return draft


def _flat_step(draft: Draft, step: dict[str, Any], number: int) -> DraftStep:
    place = f"step {number}"
    raw = str(step.get("Text_raw") or "")
    lines = [str(line.get("Text") or "") for line in step.get("Lines") or []]
    # the raw text has its capitals; the lines, in small letters, say how many there are
    text = wiki.plain(raw, lambda message: draft.note(place, message)) if raw else "\n".join(lines)
    if len(lines) > 1 and raw:
        text = _as_list(text, lines) or text
    used = [str(name) for name in step.get("Tools_annotated") or step.get("Tools_extracted") or []]
    found = DraftStep(text=text, references=[str(url) for url in step.get("Images") or []])
    by_name = {tool.casefold(): tool for tool in draft.tools}
    for name in used:
        if name != "NA" and name.casefold() in by_name:
            found.tools.append(by_name[name.casefold()])
        elif name != "NA":
            draft.note(place, f"the tool “{name}” is not in the list of tools")
    return found


def _as_list(text: str, lines: list[str]) -> str:
    """The text cut where the lines end, as a list; empty when they do not fit together."""

    def letters(words: str) -> str:
        return "".join(letter for letter in words.casefold() if letter.isalnum())

    wanted = [letters(line) for line in lines]
    if letters(text) != "".join(wanted):
        return ""
    pieces: list[str] = []
    start, place = 0, 0
    for each in wanted:
        seen = 0
        while seen < len(each) and place < len(text):
            seen += len(letters(text[place]))
            place += 1
        while place < len(text) and not text[place].isalnum() and not text[place].isspace():
            place += 1
        pieces.append(text[start:place].strip())
        start = place
    return "\n".join(f"- {piece}" for piece in pieces if piece)


def _nested(guide: dict[str, Any], around: dict[str, Any]) -> Draft:
    """The API's form: `steps` with `lines` of a bullet, a level and a text."""
    if not isinstance(guide.get("steps"), list):
        raise ImportRefused("the JSON holds no guide; a guide is an object with a title and steps")
    draft = Draft(title=str(guide.get("title") or around.get("title") or "Untitled"))
    draft.language = str(guide.get("locale") or "en").lower().split("_")[0]
    draft.summary = wiki.plain(
        str(guide.get("summary") or ""), lambda message: draft.note("summary", message)
    )
    for tool in guide.get("tools") or []:
        draft.tools.append(
            " ".join(filter(None, [str(tool.get("text") or ""), str(tool.get("notes") or "")]))
        )
    for part in guide.get("parts") or []:
        name = clean(str(part.get("text") or part.get("name") or ""))
        number = part_number(name, [each for each, *_ in draft.parts])
        draft.parts.append((number, name or number, int(part.get("quantity") or 1)))
        draft.note("parts", f"{name} has no number; {number} was made from its name")
    for number, step in enumerate(guide["steps"], start=1):
        draft.steps.append(_nested_step(draft, step, number))
    for name in (
        "introduction",
        "conclusion",
        "difficulty",
        "time_required",
        "prereqs",
        "documents",
        "flags",
    ):
        if guide.get(name):
            draft.note("document", f"{name} was not kept: {clean(str(guide[name]))[:300]}")
    return draft


def _words(draft: Draft, line: dict[str, Any], place: str) -> str:
    """A line's words: from its wiki text, or where it has only that, from its HTML."""

    def note(message: str) -> None:
        draft.note(place, message)

    raw = str(line.get("text_raw") or line.get("text") or "")
    if raw or not line.get("text_rendered"):
        return wiki.plain(raw, note)
    return "\n".join(block.text for block in blocks.read(str(line["text_rendered"]), note) if block.text)


def _nested_step(draft: Draft, step: dict[str, Any], number: int) -> DraftStep:
    place = f"step {number}"
    found = DraftStep(title=str(step.get("title") or ""))
    lines: list[str] = []
    for line in step.get("lines") or []:
        words = _words(draft, line, place)
        bullet = str(line.get("bullet") or "black")
        if bullet in SAFETY:
            found.safety.append((SAFETY[bullet], words))
            continue
        if bullet not in {"black", ""}:
            draft.note(place, f"a line is marked {bullet}, as something on its picture: draw it there")
        lines.append(f"{'  ' * int(line.get('level') or 0)}- {words}")
    found.text = lines[0].removeprefix("- ") if len(lines) == 1 else "\n".join(lines)
    media = step.get("media") or {}
    data = media.get("data") if isinstance(media, dict) else None
    if isinstance(media, dict) and media.get("type") == "image" and isinstance(data, list):
        found.references = [str(each.get("original") or each.get("standard") or "") for each in data]
    elif data:
        draft.note(place, f"its {media.get('type')} was not kept: {clean(str(data))[:200]}")
    return found
