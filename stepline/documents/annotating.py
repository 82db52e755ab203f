"""`stepline content annotations`."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from content import blocks, webannotation
from content.errors import DocumentError
from content.folder import load
from content.instruction import Instruction
from content.media import Picture
from content.selector import Size
from stepline.documents.saying import counted, plainly


def run(folder: Path, out: Console, problems: Console, *, file: Path, pixels: bool) -> int:
    """Write the annotations of every picture of a work instruction as one W3C AnnotationPage; 1 when it cannot be."""
    try:
        document = load(folder)
    except DocumentError as problem:
        for finding in problem.findings:
            plainly(problems, str(finding))
        return 1
    if not isinstance(document, Instruction):
        plainly(problems, f"{folder}: a procedure has no pictures; name the folder of a work instruction")
        return 1
    pictures = [each for step in document.steps for each in step.media if isinstance(each, Picture)]
    items: list[dict[str, Any]] = []
    for picture in pictures:
        size = _size(blocks.file_of(picture.picture, folder)) if pixels else None
        items += webannotation.write(picture.annotations, picture.picture, size)
    try:
        file.write_text(
            json.dumps(webannotation.page(items), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except OSError as problem:
        plainly(problems, f"{file} cannot be written: {problem.strerror}; name another file")
        return 1
    plainly(out, f"{counted(len(items), 'annotation')} of {counted(len(pictures), 'picture')}: {file}")
    return 0


def _size(file: Path) -> Size:
    from PIL import Image

    with Image.open(file) as picture:
        return Size(width=picture.width, height=picture.height)
