"""A draft as an importer makes it: steps, pictures, and a list of what needs a person; written as a folder."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from content.importing.pictures import Picture, PictureWrong, shown
from content.instruction import Instruction
from content.values import LONGEST_LINE, LONGEST_TEXT
from content.writing import write

REPORT = "import-report.md"
MOST_STEPS = 500
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class ImportRefused(Exception):
    """A file that cannot be taken in, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that needs a person: where it stood, and what was or was not done with it."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(slots=True, kw_only=True)
class DraftStep:
    """A step as it was found; `text` is light Markdown."""

    title: str = ""
    text: str = ""
    pictures: list[Picture] = field(default_factory=list[Picture])
    safety: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # level, text
    references: list[str] = field(default_factory=list[str])
    parts: list[str] = field(default_factory=list[str])
    tools: list[str] = field(default_factory=list[str])
    time: str | None = None


@dataclass(slots=True, kw_only=True)
class Draft:
    """A whole document as it was found."""

    title: str
    language: str = "en"
    summary: str = ""
    part_numbers: list[str] = field(default_factory=list[str])
    tools: list[str] = field(default_factory=list[str])
    parts: list[tuple[str, str, int]] = field(
        default_factory=list[tuple[str, str, int]]
    )  # number, name, quantity
    equipment: list[str] = field(default_factory=list[str])
    steps: list[DraftStep] = field(default_factory=list[DraftStep])
    notes: list[Note] = field(default_factory=list[Note])

    def note(self, place: str, message: str) -> None:
        """Remember something that needs a person."""
        self.notes.append(Note(place=place, message=message))


def clean(text: str) -> str:
    """A text without control characters and needless space."""
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in _UNSPEAKABLE.sub("", text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def slug(text: str, fallback: str) -> str:
    """A lasting identifier from a title; `fallback` where it has no Latin letters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return found if re.search("[a-z]", found) else fallback


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def save(draft: Draft, folder: Path) -> Instruction:
    """Write the draft into `folder`, with its pictures and a report; raises ImportRefused when it has no steps."""
    if not draft.steps:
        raise ImportRefused(
            "no steps were found in it; a step begins with a heading, a row, a slide or a page"
        )
    folder.mkdir(parents=True, exist_ok=True)
    document = Instruction.model_validate(_values(draft, folder, slug(folder.name, "draft")))
    write(document, folder)
    (folder / REPORT).write_text(_report(draft), encoding="utf-8")
    return document


def _report(draft: Draft) -> str:
    lines = [f"# What needs a person in “{draft.title}”", ""]
    lines += [f"- **{note.place}**: {note.message}" for note in draft.notes] or ["- nothing"]
    return "\n".join(lines) + "\n"


def _values(draft: Draft, folder: Path, name: str) -> dict[str, Any]:
    tools = _tools(draft)
    if len(draft.steps) > MOST_STEPS:
        draft.note("document", f"it has {len(draft.steps)} steps; only the first {MOST_STEPS} were taken")
        del draft.steps[MOST_STEPS:]
    return {
        "id": name,
        "kind": "work-instruction",
        "title": _line(draft.title, "Untitled", draft, "document", "title"),
        "revision": 1,
        "language": draft.language,
        **({"summary": _text(draft.summary, draft, "document")} if clean(draft.summary) else {}),
        "applies_to": {"part_numbers": [number for number in draft.part_numbers if _is_number(number)]},
        "tools": [{"id": identifier, "name": tool} for tool, identifier in tools.items()],
        "parts": [{"number": number, "name": name, "quantity": count} for number, name, count in draft.parts],
        "protective_equipment": draft.equipment,
        "steps": list(_steps(draft, folder, tools)),
    }


def _tools(draft: Draft) -> dict[str, str]:
    taken: set[str] = set()
    names = dict.fromkeys(clean(tool)[:LONGEST_LINE] for tool in draft.tools)
    return {name: unique(slug(name, "tool"), taken) for name in names if name}


def _steps(draft: Draft, folder: Path, tools: dict[str, str]) -> Iterator[dict[str, Any]]:
    taken: set[str] = {"end"}
    for number, step in enumerate(draft.steps, start=1):
        place = f"step {number}"
        text = clean(step.text)
        title = clean(step.title)
        if not title:
            title = _first_words(text) or place.capitalize()
            draft.note(place, f"it had no title; “{title}” was made from its text")
        if not text:
            text = title
            draft.note(place, "it had no text; its title was taken")
        yield {
            "id": unique(slug(title, f"step-{number}"), taken),
            "title": _line(title, place, draft, place, "title"),
            "text": _text(text, draft, place),
            "media": _media(step, folder, number, draft),
            "safety": [{"level": level, "text": _text(words, draft, place)} for level, words in step.safety],
            "parts": [
                number for number in dict.fromkeys(step.parts) if number in {n for n, *_ in draft.parts}
            ],
            "tools": [tools[name] for name in dict.fromkeys(map(clean, step.tools)) if name in tools],
            **({"standard_time": step.time} if step.time else {}),
            "references": [each[:LONGEST_LINE] for each in step.references],
        }
        if not step.pictures:
            draft.note(place, _without_picture(step))


def _without_picture(step: DraftStep) -> str:
    if step.references:
        return f"its {len(step.references)} pictures are not in the file; their addresses are kept under `references`"
    return "it has no picture"


def _media(step: DraftStep, folder: Path, number: int, draft: Draft) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place, picture in enumerate(step.pictures, start=1):
        try:
            data, ending = shown(picture)
        except PictureWrong as problem:
            draft.note(f"step {number}", f"picture {place} ({picture.name or 'without a name'}): {problem}")
            continue
        name = f"media/step-{number}-{place}{ending}"
        (folder / "media").mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        alt = clean(picture.alt)[:LONGEST_LINE]
        if not alt:
            alt = f"Picture {place} of step {number}"
            draft.note(
                f"step {number}", f"picture {place} says nothing to who cannot see it; write its `alt`"
            )
        found.append({"picture": name, "alt": alt})
    return found


def _first_words(text: str) -> str:
    plain = re.sub(r"[*_#>`\[\]]|^\s*[-\d.]+\s", "", text)
    sentence = re.split(r"(?<=[.!?])\s|\n", plain.strip(), maxsplit=1)[0].rstrip(".")
    words = sentence.split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")


def _line(text: str, fallback: str, draft: Draft, place: str, what: str) -> str:
    found = clean(text).replace("\n", " ") or fallback
    if len(found) > LONGEST_LINE:
        draft.note(place, f"its {what} has {len(found):,} characters and was cut: “{found}”")
        found = found[: LONGEST_LINE - 2] + " …"
    return found


def _text(text: str, draft: Draft, place: str) -> str:
    found = clean(text)
    if len(found) > LONGEST_TEXT:
        draft.note(place, f"its text has {len(found):,} characters and was cut at {LONGEST_TEXT:,}")
        found = found[: LONGEST_TEXT - 2] + " …"
    return found


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_+-]{0,63}", text) is not None


def part_number(name: str, taken: Sequence[str]) -> str:
    """A number for a part that had none."""
    return unique(slug(name, "part").upper()[:60], set(taken))
