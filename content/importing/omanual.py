"""oManual 1.0 (IEEE 1874): guides in, as XML or in a bundle, and work instructions out."""

# pyright: basic
# XML elements have no types

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, register_namespace, tostring

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from content.importing import archives
from content.importing.draft import Draft, DraftStep, ImportRefused, clean, part_number
from content.importing.guides import SAFETY
from content.importing.pictures import Picture
from content.instruction import Instruction, Safety
from content.media import Picture as StepPicture
from content.values import format_duration

NAMESPACE = "http://omanual.com/"
MOST_LINES = 8  # of a step, as the schema has it
MOST_IMAGES = 3
MOST_OF_A_PART = 10_000
DEEPEST_LINE = 3  # of lists in lists
FileOf = Callable[[str], Path]


def bundle(data: bytes) -> list[Draft]:
    """Every guide in a zip bundle; raises ImportRefused."""
    with archives.opened(data) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        held = {name: archive.read(name) for name in names}
        found = [
            guide(held[name], lambda path, base=name: _beside(archive, base, path))
            for name in names
            if re.search(rb"<(?:\w+:)?guide\s[^>]*locale", held[name][:4_000])
        ]
    if not found:
        raise ImportRefused("the bundle holds no guide; a guide is an XML file with a <guide> in it")
    return found


def _beside(archive: zipfile.ZipFile, base: str, path: str) -> bytes | None:
    for name in (path, f"{base.rpartition('/')[0]}/{path}".lstrip("/")):
        if name in archive.namelist():
            return archive.read(name)
    return None


def guide(data: bytes, file: Callable[[str], bytes | None] = lambda _path: None) -> Draft:
    """One guide's XML as a draft; `file` gives the pictures of its bundle. Raises ImportRefused."""
    try:
        root = Safe.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as problem:
        raise ImportRefused(f"the XML cannot be read ({problem})") from None
    if _name(root) != "guide":
        raise ImportRefused(f"the XML holds a <{_name(root)}>, not a guide of oManual")
    draft = Draft(
        title=_words(root, "title") or "Untitled", language=(root.get("locale") or "en").lower()[:2]
    )
    draft.summary = _words(root, "summary")
    for tool in _all(root, "tools/tool"):
        draft.tools.append(" ".join(filter(None, [tool.get("name"), tool.get("notes")])))
    for part in _all(root, "parts/part"):
        name = clean(part.get("name") or "")
        number = part.get("sku") or part_number(name, [each for each, *_ in draft.parts])
        if not part.get("sku"):
            draft.note("parts", f"{name} has no number; {number} was made from its name")
        count = part.get("quantity") or "1"
        draft.parts.append((number, name or number, _whole(count, 1, MOST_OF_A_PART)))
    for number, step in enumerate(_all(root, "steps/step"), start=1):
        draft.steps.append(_step(draft, step, number, file))
    for name in (
        "introduction",
        "conclusion",
        "difficulty",
        "time_required",
        "prerequisites",
        "documents",
        "flags",
    ):
        words = _words(root, name)
        if words:
            draft.note("document", f"{name} was not kept: {words[:300]}")
    return draft


def _step(draft: Draft, step: Element, number: int, file: Callable[[str], bytes | None]) -> DraftStep:
    found = DraftStep(title=step.get("title") or "")
    lines: list[str] = []
    for line in _all(step, "lines/line"):
        words = clean(" ".join("".join(line.itertext()).split()))
        bullet = line.get("bullet") or "black"
        if bullet in SAFETY:
            found.safety.append((SAFETY[bullet], words))
            continue
        if bullet != "black":
            draft.note(
                f"step {number}", f"a line is marked {bullet}, as something on its picture: draw it there"
            )
        lines.append(f"{'  ' * _whole(line.get('level') or '', 0, DEEPEST_LINE)}- {words}")
    found.text = lines[0].removeprefix("- ") if len(lines) == 1 else "\n".join(lines)
    for image in _all(step, "media/image"):
        address = clean("".join(image.itertext()))
        data = file(address)
        if data is None:
            found.references.append(address)
        else:
            found.pictures.append(Picture(data, name=address))
    for name in ("embed", "video"):
        if _all(step, f"media/{name}"):
            draft.note(f"step {number}", f"its {name} was not kept")
    return found


def _whole(given: str, least: int, most: int) -> int:
    """A number as it was meant, within what makes sense; the least where it is none."""
    digits = given.strip()[:9]
    return min(max(int(digits), least), most) if digits.isascii() and digits.isdecimal() else least


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Element, path: str) -> list[Element]:
    found = [element]
    for name in path.split("/"):
        found = [child for each in found for child in each if _name(child) == name]
    return found


def _words(element: Element, path: str) -> str:
    return clean(" ".join(" ".join("".join(each.itertext()).split()) for each in _all(element, path)))


def export(instruction: Instruction, file_of: FileOf) -> tuple[bytes, list[str]]:
    """A zip bundle with the guide and its pictures, and what oManual has no place for."""
    register_namespace("", NAMESPACE)
    left: list[str] = []
    root = Element(f"{{{NAMESPACE}}}guide", {"locale": instruction.language})

    def add(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
        child = SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
        child.text = text or None
        return child

    first = next((m.picture for s in instruction.steps for m in s.media if isinstance(m, StepPicture)), "")
    add(root, "title", instruction.title)
    add(root, "summary", instruction.summary or "")
    add(root, "image", first)
    add(root, "author", "")
    time = instruction.standard_time
    add(root, "time_required", "" if time is None else format_duration(time))
    add(root, "difficulty", "")
    add(root, "category", ", ".join(instruction.applies_to.families))
    add(root, "introduction", "")
    tools = add(root, "tools")
    for tool in instruction.tools:
        add(tools, "tool", name=tool.name, quantity="1")
    parts = add(root, "parts")
    for part in instruction.parts:
        add(parts, "part", name=part.name, quantity=str(part.quantity), sku=part.number)
    for name in ("flags", "documents", "prerequisites"):
        add(root, name)
    steps = add(root, "steps")
    for number, step in enumerate(instruction.steps, start=1):
        element = add(steps, "step", number=str(number), title=step.title)
        lines = add(element, "lines")
        for bullet, level, text in _lines(step.text, step.safety, left, step.id):
            add(lines, "line", text, bullet=bullet, level=str(level))
        pictures = [medium for medium in step.media if isinstance(medium, StepPicture)]
        if pictures:
            media = add(element, "media", type="image")
            for place, medium in enumerate(pictures[:MOST_IMAGES], start=1):
                add(media, "image", medium.picture, orderby=str(place))
        if step.checks:
            left.append(f"step {step.id}: its checks")
        if len(pictures) > MOST_IMAGES or len(pictures) < len(step.media):
            left.append(f"step {step.id}: media beyond {MOST_IMAGES} pictures")
    add(root, "conclusion", "")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    add(root, "modified_date", now)
    add(root, "created_date", now)
    indent(root)
    return _packed(instruction, tostring(root, encoding="utf-8", xml_declaration=True), file_of), left


def _lines(text: str, safety: Sequence[Safety], left: list[str], step: str) -> list[tuple[str, int, str]]:
    found = [
        ("icon_caution" if notice.level != "notice" else "icon_note", 0, notice.text) for notice in safety
    ]
    for line in re.split(r"\n+", text):
        level = (len(line) - len(line.lstrip())) // 2
        words = re.sub(r"\*+", "", re.sub(r"^\s*[-*]\s+", "", line)).strip()
        if words:
            found.append(("black", level, words))
    if len(found) > MOST_LINES:
        left.append(f"step {step}: {len(found)} lines were joined to {MOST_LINES}")
        rest = " ".join(words for _, _, words in found[MOST_LINES - 1 :])
        found = [*found[: MOST_LINES - 1], ("black", 0, rest)]
    return found


def _packed(instruction: Instruction, xml: bytes, file_of: FileOf) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{instruction.id}.xml", xml)
        for step in instruction.steps:
            for medium in step.media:
                if isinstance(medium, StepPicture) and medium.picture not in archive.namelist():
                    archive.writestr(medium.picture, file_of(medium.picture).read_bytes())
    return out.getvalue()
