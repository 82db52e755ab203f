"""Regions of a picture made unrecognisable for good, in the picture's own format. Runs in a child.

Of a region at most four colours by four are left, smoothed: too few to tell a letter or a face by.
"""

import math
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from server.errors import Invalid
from server.media.making import Made, MadeMedium, Making, Role
from server.media.pictures import refuse_many_pixels

VERSION = 1  # of how it is done; another one gives other files
CELLS = 4
FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "WebP": "WEBP"}
SAVED: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": False},
    "JPEG": {"quality": 92, "subsampling": 0},
    "WEBP": {"quality": 90, "method": 4},
}


def make(folder: Path, options: dict[str, Any]) -> Making:
    """The picture with each of `options["regions"]` (x, y, width, height as shares) burnt in."""
    name = FORMATS[options["format"]]
    try:
        with Image.open(folder / options["file"], formats=[name]) as opened:
            refuse_many_pixels(*opened.size)
            upright = ImageOps.exif_transpose(opened)
            picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            profile = opened.info.get("icc_profile")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise Invalid(f"the picture is damaged ({problem})", "save it again") from None
    for region in options["regions"]:
        burn(picture, *region)
    clean = Image.new(picture.mode, picture.size)  # nothing of the old file goes along
    clean.paste(picture)
    if name == "JPEG":
        clean = clean.convert("RGB")
    clean.save(folder / "burnt", name, icc_profile=profile, **SAVED[name])
    made = Made(role=Role.KIOSK, file="burnt", width=clean.width, height=clean.height)
    return Making(media=(MadeMedium(what="picture", files=(made,)),))


def burn(picture: Image.Image, x: float, y: float, width: float, height: float) -> None:
    """Leave few colours of a region; its place and size are shares of the picture."""
    left, top = (math.floor(share * side) for share, side in zip((x, y), picture.size, strict=True))
    right = min(picture.width, math.ceil((x + width) * picture.width))
    low = min(picture.height, math.ceil((y + height) * picture.height))
    if right <= left or low <= top:
        return
    region = picture.crop((left, top, right, low))
    cells = (min(CELLS, region.width), min(CELLS, region.height))
    if max(cells) < CELLS or min(region.size) < 2 * CELLS:
        cells = (1, 1)  # so small that four colours would be the region itself
    few = region.resize(cells, Image.Resampling.BOX)
    picture.paste(few.resize(region.size, Image.Resampling.BICUBIC), (left, top))
