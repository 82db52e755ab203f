"""Tables: CSV files and spreadsheets whose rows are steps, told by the names of their columns."""

# pyright: basic
# the library that reads spreadsheets has no types

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from content.importing import archives
from content.importing.draft import Draft, DraftStep, ImportRefused, clean, part_number
from content.importing.pictures import Picture
from content.values import parse_duration

MOST_ROWS = 5_000
MOST_COLUMNS = 200  # a cell far away is no column of a table, and each one between would be made
MOST_SPANNED = 200_000  # cells that are merged or linked together; the reader makes each of them
SPAN = re.compile(
    rb"""<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']"""
)
NAMES = {  # what a column is for -> what it is called
    "title": {
        "title",
        "name",
        "step",
        "step name",
        "operation",
        "titel",
        "schritt",
        "arbeitsschritt",
        "bezeichnung",
    },
    "text": {
        "text",
        "body",
        "description",
        "instruction",
        "instructions",
        "beschreibung",
        "anweisung",
        "tätigkeit",
    },
    "more": {"detailed body", "details", "note", "notes", "remark", "bemerkung", "hinweis"},
    "parts": {"parts", "part", "components", "teile", "teil", "material"},
    "tools": {"tools", "tool", "werkzeug", "werkzeuge", "hilfsmittel"},
    "media": {"primary media", "secondary media", "media", "picture", "image", "bild", "foto"},
    "time": {"time", "standard time", "duration", "zeit", "vorgabezeit", "dauer"},
    "number": {"no", "no.", "nr", "nr.", "#", "number", "nummer", "order", "pos", "pos."},
    "safety": {"safety", "warning", "caution", "sicherheit", "warnung"},
}
TITLES = {"instruction", "title", "titel", "document", "work instruction", "arbeitsanweisung"}
_PART = re.compile(r"\(([^,()]+),\s*([^,()]+)(?:,[^()]*)?\)")


def table(data: bytes, name: str) -> Draft:
    """A CSV file as a draft; raises ImportRefused."""
    draft = Draft(title=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        draft.note("document", "it was not UTF-8 and was read as Latin-1; look at its umlauts")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as problem:
        raise ImportRefused(f"the table cannot be read ({problem})") from None
    if len(rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in rows):
        draft.note("document", f"only its first {MOST_COLUMNS} columns and {MOST_ROWS:,} rows were read")
    _rows(draft, [[cell or None for cell in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]], "row", {})
    return draft


def workbook(data: bytes, name: str) -> Draft:
    """An .xlsx file as a draft, from its first sheet with a table of steps; raises ImportRefused."""
    archives.office(data)
    _refuse_wide(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError) as problem:
        raise ImportRefused(
            f"the spreadsheet cannot be read ({type(problem).__name__}); save it again"
        ) from None
    draft = Draft(title=name)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            draft.note(f"sheet {sheet.title}", "it is hidden and was left out")
            continue
        if draft.steps:
            draft.note(f"sheet {sheet.title}", "only the first sheet with steps was taken")
            continue
        rows = [
            list(row)
            for row in sheet.iter_rows(
                values_only=True,
                max_row=min(sheet.max_row, MOST_ROWS),
                max_col=min(sheet.max_column, MOST_COLUMNS),
            )
        ]
        if sheet.max_column > MOST_COLUMNS or sheet.max_row > MOST_ROWS:
            draft.note(
                f"sheet {sheet.title}",
                f"only its first {MOST_COLUMNS} columns and {MOST_ROWS:,} rows were read",
            )
        if sheet.merged_cells.ranges:
            draft.note(f"sheet {sheet.title}", "it has merged cells; each was taken as its first")
        _rows(draft, rows, f"sheet {sheet.title}, row", _pictures(sheet))
    return draft


def _refuse_wide(data: bytes) -> None:
    """No sheet whose merged or linked cells are more than a table has; raises ImportRefused."""
    with archives.opened(data) as archive:
        for name in archive.namelist():
            if not re.match(r"xl/worksheets/[^/]*\.xml$", name):
                continue
            spanned = 0
            for left, top, right, bottom in SPAN.findall(archive.read(name).replace(b"\0", b"")):
                wide = _column(right) - _column(left) + 1
                spanned += max(0, wide) * max(0, int(bottom) - int(top) + 1)
            if spanned > MOST_SPANNED:
                raise ImportRefused(
                    f"its sheet {name} merges or links {spanned:,} cells; at most {MOST_SPANNED:,}: unmerge them"
                )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _pictures(sheet: Any) -> dict[int, list[Picture]]:
    """The pictures that lie on the sheet, by row."""
    found: dict[int, list[Picture]] = {}
    for image in getattr(sheet, "_images", []):
        row = image.anchor._from.row + 1  # noqa: SLF001 - the library has no other way to it
        found.setdefault(row, []).append(Picture(image._data(), name=f"picture in row {row}"))  # noqa: SLF001
    return found


def _rows(
    draft: Draft, rows: Sequence[Sequence[object]], where: str, pictures: dict[int, list[Picture]]
) -> None:
    head = next((number for number, row in enumerate(rows) if len(_columns(row)) >= 2), None)
    if head is None:
        raise ImportRefused(
            "no row names its columns; call them Title and Text (or Name and Body, Titel and Beschreibung)"
        )
    for row in rows[:head]:
        _above(draft, [clean(str(cell)) for cell in row if cell is not None and clean(str(cell))])
    columns = _columns(rows[head])
    for place, name in enumerate(rows[head]):
        if name is not None and clean(str(name)) and place not in columns:
            draft.note(f"{where} {head + 1}", f"the column “{clean(str(name))}” was left out")
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        _row(
            draft,
            {place: row[place] for place in columns if place < len(row)},
            columns,
            f"{where} {number}",
            pictures.get(number, []),
        )


def _columns(row: Sequence[object]) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, cell in enumerate(row):
        name = clean(str(cell)).casefold() if cell is not None else ""
        meaning = next((meaning for meaning, names in NAMES.items() if name in names), None)
        if meaning is not None and (meaning in {"media", "more"} or meaning not in found.values()):
            found[place] = meaning
    return found if {"title", "text"} & set(found.values()) else {}


def _above(draft: Draft, cells: list[str]) -> None:
    """What stands above the table: names and values."""
    if len(cells) >= 2 and cells[0].casefold() in TITLES:
        draft.title = cells[1]
    elif cells:
        draft.note("document", f"not kept: {' – '.join(cells[:2])}")


def _row(
    draft: Draft, cells: dict[int, object], columns: dict[int, str], place: str, pictures: list[Picture]
) -> None:
    held: dict[str, list[str]] = {}
    for column, cell in cells.items():
        text = clean(str(cell)) if cell is not None else ""
        if text:
            held.setdefault(columns[column], []).append(text)
    _parts(draft, held.get("parts", []), place)
    if not (held.get("title") or held.get("text") or pictures):
        return
    title = " ".join(held.get("title", []))
    text = "\n\n".join(_without(title, each) for each in (*held.get("text", []), *held.get("more", [])))
    step = DraftStep(title=title, text=_verdicts(text), pictures=pictures)
    step.references = held.get("media", [])
    step.safety = [("caution", each) for each in held.get("safety", [])]
    for tools in held.get("tools", []):
        step.tools += [clean(tool) for tool in re.split(r"[,;\n]", tools) if clean(tool)]
    draft.tools += [tool for tool in step.tools if tool not in draft.tools]
    step.time = _time(draft, held.get("time", []), place)
    draft.steps.append(step)


def _without(title: str, text: str) -> str:
    """The text without the title that some write before it."""
    return text.removeprefix(title).strip() if title and text != title else text


def _verdicts(text: str) -> str:
    return re.sub(r"\s*(PASS|FAIL):\s*", lambda match: f"\n- {match[1].capitalize()}: ", text).strip()


def _time(draft: Draft, said: Sequence[str], place: str) -> str | None:
    for text in said:
        number = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(s|sec|sek|min|m|h)?", text.casefold())
        if number is None:
            draft.note(place, f"its time “{text}” was not understood")
            continue
        unit = {"sec": "s", "sek": "s", "min": "m", None: "s"}.get(number[2], number[2] or "s")
        seconds = float(number[1].replace(",", ".")) * {"s": 1, "m": 60, "h": 3600}[unit]
        if number[2] is None:
            draft.note(place, f"its time “{text}” has no unit and was taken as seconds")
        spelled = f"{seconds:g}s"
        try:
            parse_duration(spelled)
        except ValueError:
            draft.note(place, f"its time “{text}” was not understood")
        else:
            return spelled
    return None


def _parts(draft: Draft, cells: Sequence[str], place: str) -> None:
    for cell in cells:
        named = _PART.findall(cell) or [(each, "") for each in re.split(r"[,;\n]", cell) if clean(each)]
        for name, number in named:
            known = clean(number)
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_+-]{0,63}", known):
                known = part_number(clean(name), [each for each, *_ in draft.parts])
                draft.note(place, f"the part {clean(name)} has no number; {known} was made from its name")
            if known not in {each for each, *_ in draft.parts}:
                draft.parts.append((known, clean(name)[:300] or known, 1))
    if cells:
        draft.note(place, "the parts are listed for the whole document; name them in their steps")
