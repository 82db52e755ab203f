"""`stepline content translate`: XLIFF out and in."""

from pathlib import Path

from rich.console import Console

from content import xliff
from content.blocks import BLOCK_FILE, Block
from content.errors import DocumentError
from content.folder import Document, load, load_block
from content.languages import spoken
from content.writing import write_translation
from stepline.documents.saying import counted, plainly


def run(
    folder: Path, out: Console, problems: Console, *, to: str | None, file: Path | None, back: Path | None
) -> int:
    """Write a file for a translator, or take one that came back; 0 when all of it was."""
    if (back is None) == (to is None or file is None):
        plainly(problems, "say --to LANGUAGE and --out FILE, or --from FILE")
        return 2
    try:
        document = load_block(folder) if (folder / BLOCK_FILE).is_file() else load(folder)
    except DocumentError as problem:
        for finding in problem.findings:
            plainly(problems, str(finding))
        return 1
    if back is not None:
        return _take(folder, document, back, out, problems)
    assert to is not None
    assert file is not None
    file.write_text(xliff.export(document, to), encoding="utf-8")
    plainly(out, f"{file}: the texts of {document.id} for a translator into {to}")
    return 0


def _take(folder: Path, document: Document | Block, file: Path, out: Console, problems: Console) -> int:
    try:
        returned = xliff.take(document, file.read_text(encoding="utf-8"))
    except (xliff.XliffWrong, OSError, UnicodeDecodeError) as problem:
        plainly(problems, f"{file}: {problem}")
        return 1
    held = {**spoken(document, returned.language), **returned.texts}
    written = write_translation(folder, returned.language, held)
    plainly(out, f"{written}: {counted(len(returned.texts), 'text')} taken")
    for line in returned.left:
        plainly(problems, f"not taken: {line}")
    return 1 if returned.left else 0
