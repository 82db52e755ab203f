"""PowerPoint and PDF: a slide or a page becomes a step."""

# pyright: basic
# the libraries that read these files have no types

import io
import re
from collections.abc import Iterator
from typing import Any

import pptx
import pypdfium2
from pptx.enum.shapes import MSO_SHAPE_TYPE

from content.importing import archives
from content.importing.draft import Draft, DraftStep, ImportRefused, clean
from content.importing.pictures import LONGEST_SIDE, Picture

MOST_PAGES = 500
SCALE = 1.5  # of a page that becomes a picture; 108 dots an inch
LARGEST_PAGE = LONGEST_SIDE  # pixels of a side, as of every picture that is kept
FEW = 20  # letters; a page with fewer was scanned


def slides(data: bytes, name: str) -> Draft:
    """A .pptx file as a draft, a slide a step; raises ImportRefused."""
    archives.office(data)
    try:
        deck = pptx.Presentation(io.BytesIO(data))
        pages = list(deck.slides)
    except Exception as problem:  # noqa: BLE001 - the library raises whatever it meets in a broken file
        raise ImportRefused(
            f"the PowerPoint file cannot be read ({type(problem).__name__}); save it again"
        ) from None
    draft = Draft(title=deck.core_properties.title or name)
    for number, slide in enumerate(pages[:MOST_PAGES], start=1):
        title = slide.shapes.title.text_frame.text if slide.shapes.title is not None else ""
        step = DraftStep(title=title)
        texts: list[str] = []
        for shape in _shapes(slide.shapes):
            _shape(draft, step, texts, shape, slide, f"slide {number}")
        step.text = "\n".join(texts)
        frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if frame is not None and clean(frame.text):
            draft.note(f"slide {number}", f"its notes: {clean(frame.text)[:500]}")
        draft.steps.append(step)
    if len(pages) > MOST_PAGES:
        draft.note("document", f"it has {len(pages)} slides; only the first {MOST_PAGES} were taken")
    return draft


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _shape(  # noqa: PLR0917 - the shape, where it stands, and where it goes
    draft: Draft, step: DraftStep, texts: list[str], shape: Any, slide: Any, place: str
) -> None:
    if shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
        alt = shape._element._nvXxPr.cNvPr.get("descr") or ""  # noqa: SLF001 - the library has no other way to it
        step.pictures.append(Picture(shape.image.blob, name=shape.name, alt=alt))
    elif shape.has_text_frame and shape != slide.shapes.title:
        lines = [
            ("  " * paragraph.level + "- " if len(shape.text_frame.paragraphs) > 1 else "") + paragraph.text
            for paragraph in shape.text_frame.paragraphs
            if clean(paragraph.text)
        ]
        texts += lines
    elif getattr(shape, "has_table", False) and shape.has_table:
        texts += [" | ".join(clean(cell.text) for cell in row.cells) for row in shape.table.rows]
        draft.note(place, "a table was kept as lines of text")
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        draft.note(place, "a chart was left out; save it as a picture")
    elif shape.shape_type == MSO_SHAPE_TYPE.MEDIA:
        draft.note(place, "a film or sound was left out; take it from the file and add it as a video")
    elif shape.shape_type in {MSO_SHAPE_TYPE.AUTO_SHAPE, MSO_SHAPE_TYPE.FREEFORM, MSO_SHAPE_TYPE.LINE}:
        draft.note(place, f"the drawing “{shape.name}” was left out; draw it as an annotation")


def pdf(data: bytes, name: str) -> Draft:
    """A PDF file as a draft, a page a step; raises ImportRefused."""
    try:
        found = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        wrong = (
            "it is protected by a password" if "assword" in str(problem) else f"it cannot be read ({problem})"
        )
        raise ImportRefused(f"the PDF file: {wrong}; save it without") from None
    draft = Draft(title=found.get_metadata_value("Title") or name)
    draft.note(
        "document", "it is a PDF: each page became a step with its picture; cut the texts where they belong"
    )
    try:
        for number in range(min(len(found), MOST_PAGES)):
            draft.steps.append(_page(draft, found, number))
        if len(found) > MOST_PAGES:
            draft.note("document", f"it has {len(found)} pages; only the first {MOST_PAGES} were taken")
    finally:
        found.close()
    return draft


def _page(draft: Draft, found: Any, number: int) -> DraftStep:
    page = found[number]
    place = f"page {number + 1}"
    text = page.get_textpage().get_text_bounded()
    lines = [clean(line) for line in re.split(r"[\r\n]+", text) if clean(line)]
    step = DraftStep(title=lines[0] if lines else "", text="\n".join(lines[1:]))
    if sum(map(len, lines)) < FEW:
        draft.note(place, "it holds hardly any text; if it was scanned, type what it says")
    width, height = page.get_size()
    scale = min(SCALE, LARGEST_PAGE / max(width, height, 1))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "WEBP", quality=80)
    step.pictures.append(Picture(out.getvalue(), name=place, alt=f"Page {number + 1} of the file"))
    return step
