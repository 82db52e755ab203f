"""Pages of a PDF as pictures. Runs in a child."""

from pathlib import Path
from typing import Any

import pypdfium2

from server.errors import Invalid, TooLarge
from server.media.making import LONGEST_KIOSK, MOST_PIXELS, MadeMedium, Making
from server.media.pictures import from_pillow

MOST_PAGES = 30  # of one upload
LONGEST_PDF = 2_000  # pages of the file


def make(folder: Path, options: dict[str, Any]) -> Making:
    """The pages `options["pages"]` (from 1; all of them when it is empty), each as a picture."""
    try:
        document = pypdfium2.PdfDocument(folder / options["file"])
    except pypdfium2.PdfiumError as problem:
        locked = "password" in str(problem).lower()
        what = "is locked by a password" if locked else "is damaged"
        raise Invalid(f"the PDF {what}", "unlock it first" if locked else "save it again") from None
    try:
        wanted = _wanted(len(document), options["pages"])
        media = tuple(_page(document, number, folder) for number in wanted)
    except pypdfium2.PdfiumError:
        raise Invalid("a page of the PDF is damaged", "save it again, or choose other pages") from None
    finally:
        document.close()
    return Making(media=media)


def _wanted(count: int, chosen: list[int]) -> list[int]:
    if not 0 < count <= LONGEST_PDF:
        raise Invalid(f"the PDF has {count:,} pages", f"send one of 1 to {LONGEST_PDF:,} pages")
    beyond = [number for number in chosen if not 1 <= number <= count]
    if beyond:
        raise Invalid(f"the PDF has no page {beyond[0]}", f"choose pages from 1 to {count}")
    wanted = list(dict.fromkeys(chosen)) or list(range(1, count + 1))
    if len(wanted) > MOST_PAGES:
        raise TooLarge(
            f"these are {len(wanted):,} pages", f"choose at most {MOST_PAGES} pages, such as 3,5-8"
        )
    return wanted


def _page(document: pypdfium2.PdfDocument, number: int, folder: Path) -> MadeMedium:
    page = document[number - 1]
    width, height = page.get_size()
    if min(width, height) <= 0 or max(width, height) > 100 * min(width, height):
        raise Invalid(f"page {number} has no sensible size", "save the PDF again")
    scale = LONGEST_KIOSK / max(width, height)
    if width * scale * height * scale > MOST_PIXELS:
        raise TooLarge(f"page {number} is too large", "save it at a smaller size")
    drawn = page.render(scale=scale).to_pil()
    page.close()
    return MadeMedium(what=f"page {number}", files=from_pillow(drawn, folder, f"page-{number}"))
