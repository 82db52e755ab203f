"""SVG drawings: sanitised, kept, and drawn as pictures. Runs in a child."""

from pathlib import Path
from typing import Any

import pyvips

from server.errors import Invalid
from server.media.making import LONGEST_KIOSK, Made, MadeMedium, Making, Role
from server.media.pictures import SIZES, allow, damaged, save
from server.media.svg import sanitised, unpacked

NAME = "drawing.svg"
MOST_STRETCHED = 10_000  # how much longer than wide, or wider than long, a drawing may be


def make(folder: Path, options: dict[str, Any]) -> Making:
    """The sanitised drawing and its renditions."""
    data, notes = sanitised(unpacked(folder / options["file"], options["format"]))
    (folder / NAME).write_bytes(data)
    allow("SVG")
    try:
        header: Any = pyvips.Image.svgload_buffer(data)
        longest = max(header.width, header.height)
        if longest > MOST_STRETCHED * min(header.width, header.height):
            raise Invalid("the drawing is far longer than wide", "give it a sensible page size")
        drawn: Any = pyvips.Image.svgload_buffer(data, scale=LONGEST_KIOSK / longest)
        files = tuple(
            save(drawn.thumbnail_image(size, height=size, size="down"), folder, role, quality)
            for role, size, quality in SIZES
        )
    except pyvips.Error as problem:
        raise damaged("SVG", problem) from None
    kept = Made(role=Role.DRAWING, file=NAME, width=header.width, height=header.height)
    return Making(media=(MadeMedium(what="picture", files=(*files, kept)),), notes=notes)
