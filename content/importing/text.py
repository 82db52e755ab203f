"""Word files and Markdown: headings become steps, pictures stay in their order."""

# pyright: basic
# the libraries that read these files have no types

import io
from pathlib import Path
from typing import Any

import mammoth
from markdown_it import MarkdownIt

from content.importing import archives, blocks
from content.importing.blocks import Block
from content.importing.draft import Draft, DraftStep, ImportRefused
from content.importing.pictures import Picture

MOST_PICTURES = 500
TITLE_FIRST = "\n".join(  # Word's title is above its headings, each of which moves down by one
    ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"]
    + [f"p[style-name='Heading {level}'] => h{level + 1}:fresh" for level in range(1, 6)]
)


def word(data: bytes, name: str) -> Draft:
    """A .docx file as a draft; raises ImportRefused."""
    archives.office(data)
    draft = Draft(title=name)
    held: list[Picture] = []

    @mammoth.images.img_element
    def keep(image: Any) -> dict[str, str]:
        with image.open() as stream:
            held.append(Picture(stream.read(), name=f"picture {len(held) + 1}", alt=image.alt_text or ""))
        return {"src": f"held:{len(held) - 1}"}

    try:
        found = mammoth.convert_to_html(io.BytesIO(data), convert_image=keep, style_map=TITLE_FIRST)
    except Exception as problem:  # noqa: BLE001 - the library raises whatever it meets in a broken file
        raise ImportRefused(
            f"the Word file cannot be read ({type(problem).__name__}); save it again in Word"
        ) from None
    for message in found.messages:
        draft.note("document", f"Word: {message.message}")

    def place(step: DraftStep, block: Block, _place: str) -> None:
        number = int((block.picture or "held:0").removeprefix("held:"))
        if number < min(len(held), MOST_PICTURES):
            step.pictures.append(held[number])

    blocks.into_steps(draft, blocks.read(found.value, lambda message: draft.note("document", message)), place)
    return draft


def markdown(text: str, name: str, folder: Path) -> Draft:
    """A Markdown text as a draft, HTML within it too; pictures are looked for beside it, in `folder`."""
    draft = Draft(title=name)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)

    def place(step: DraftStep, block: Block, where: str) -> None:
        source = block.picture or ""
        file = folder / source
        if "://" in source:
            step.references.append(source)
            draft.note(where, f"the picture {source} lies elsewhere; its address is kept under `references`")
        elif not file.resolve().is_relative_to(folder.resolve()):
            draft.note(where, f"the picture {source} lies outside of the file's folder and was not taken")
        elif not file.is_file():
            draft.note(where, f"the picture {source} is not there")
        else:
            step.pictures.append(Picture(file.read_bytes(), name=source, alt=block.alt))

    blocks.into_steps(draft, blocks.read(html, lambda message: draft.note("document", message)), place)
    return draft
