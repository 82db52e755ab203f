"""Any file that can be imported, told by what is in it; its name only helps with plain text.

What reads an office file, a PDF or a table brings large libraries along; each is imported when such a file comes.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from content.importing import archives, guides, omanual
from content.importing.draft import Draft, ImportRefused, clean

PLAIN = {".md": "Markdown", ".markdown": "Markdown", ".txt": "Markdown", ".csv": "a table", ".tsv": "a table"}
KINDS = (
    "Word (.docx), PowerPoint (.pptx), PDF, Markdown, CSV, Excel (.xlsx), guide JSON, oManual (XML or zip)"
)


def drafts(file: Path) -> Iterator[Draft]:
    """Every document in the file; raises ImportRefused."""
    try:
        size = file.stat().st_size
        if size > archives.LARGEST_FILE:
            raise ImportRefused(f"it has {size:,} bytes; at most {archives.LARGEST_FILE:,}")
        data = file.read_bytes()
    except OSError as problem:
        raise ImportRefused(f"it cannot be read: {problem.strerror}") from None
    if not data.strip():
        raise ImportRefused("it is empty")
    name = clean(file.stem.replace("_", " ")) or "Untitled"
    yield from _told(data, name, file)


def _told(data: bytes, name: str, file: Path) -> Iterable[Draft]:
    head = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        archives.office(data)
    if data.startswith(b"%PDF-"):
        from content.importing import pages

        return [pages.pdf(data, name)]
    if head.startswith((b"{", b"[")) and file.suffix.lower() not in PLAIN:
        return guides.read(_text(data))
    if head.startswith(b"<"):
        return [omanual.guide(data)]
    if b"\x00" in data[:4_000]:
        raise ImportRefused(f"it is none of the kinds that can be imported: {KINDS}")
    if file.suffix.lower() in {".csv", ".tsv"}:
        from content.importing import sheets

        return [sheets.table(data, name)]
    if file.suffix.lower() in PLAIN:
        from content.importing import text

        return [text.markdown(_text(data), name, file.parent)]
    raise ImportRefused(f"it is none of the kinds that can be imported: {KINDS}")


def _zipped(data: bytes, name: str) -> list[Draft]:
    with archives.opened(data) as archive:
        names = set(archive.namelist())
    if "word/document.xml" in names:
        from content.importing import text

        return [text.word(data, name)]
    if "ppt/presentation.xml" in names:
        from content.importing import pages

        return [pages.slides(data, name)]
    if "xl/workbook.xml" in names:
        from content.importing import sheets

        return [sheets.workbook(data, name)]
    return omanual.bundle(data)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused("it is not UTF-8 text; save it as UTF-8") from None
