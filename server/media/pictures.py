"""Pictures: upright, in sRGB, without metadata, as WebP for kiosks and for lists. Runs in a child."""

import re
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image

from server.errors import Invalid, TooLarge
from server.media.ffmpeg import LOCAL, ffmpeg
from server.media.making import (
    LONGEST_KIOSK,
    LONGEST_THUMBNAIL,
    MOST_PIXELS,
    Made,
    MadeMedium,
    Making,
    Role,
)

LOADERS = {  # format -> libvips' classes that may read it, and its header's reader
    "PNG": ("VipsForeignLoadPng", "pngload"),
    "JPEG": ("VipsForeignLoadJpeg", "jpegload"),
    "WebP": ("VipsForeignLoadWebp", "webpload"),
    "GIF": ("VipsForeignLoadNsgif", "gifload"),
    "TIFF": ("VipsForeignLoadTiff", "tiffload"),
    "HEIF": ("VipsForeignLoadHeif", "heifload"),
    "SVG": ("VipsForeignLoadSvg", "svgload"),
}
SIZES = ((Role.KIOSK, LONGEST_KIOSK, 88), (Role.THUMBNAIL, LONGEST_THUMBNAIL, 80))  # pixels, quality
WHITE = [255, 255, 255]


def make(folder: Path, options: dict[str, Any]) -> Making:
    """The renditions of the picture `options["file"]`, which is of `options["format"]`."""
    name = options["format"]
    source = folder / options["file"]
    if name == "BMP":
        source, name = _through_pillow(source, folder), "PNG"
    allow(name)
    try:
        header = getattr(pyvips.Image, LOADERS[name][1])(str(source))
        refuse_many_pixels(header.width, header.height)
        fields = set(header.get_fields())
        if "heif-compression" in fields and header.get("heif-compression") == "hevc":
            shown = _through_ffmpeg(source, folder, header)
        else:
            shown = _within(str(source), LONGEST_KIOSK).copy_memory()
        sized = (shown, shown.thumbnail_image(LONGEST_THUMBNAIL, height=LONGEST_THUMBNAIL, size="down"))
        files = tuple(
            save(each, folder, role, quality) for each, (role, _, quality) in zip(sized, SIZES, strict=True)
        )
    except pyvips.Error as problem:
        raise damaged(name, problem) from None
    many = int(header.get("n-pages")) if "n-pages" in fields else 1
    notes = (f"the file holds {many} pictures; the first one was taken",) if many > 1 else ()
    return Making(media=(MadeMedium(what="picture", files=files),), notes=notes)


def allow(name: str) -> None:
    """Let libvips read this format and no other, whatever the file then claims to be."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    pyvips.operation_block_set(LOADERS[name][0], False)
    pyvips.cache_set_max(0)


def damaged(name: str, problem: pyvips.Error) -> Invalid:
    """A refusal that says what the decoder said, in one line that names no folder."""
    said = [line.strip() for line in str(problem.detail).splitlines() if line.strip()]
    plain = re.sub(r"\S*/", "", (said or ["no reason given"])[0])
    reason = "".join(letter for letter in plain if letter.isprintable())[:120]
    return Invalid(f"the {name} file is damaged ({reason})", "save it again, or take the picture anew")


def refuse_many_pixels(width: int, height: int) -> None:
    """Raise TooLarge for a picture that would fill the memory."""
    if width * height > MOST_PIXELS:
        raise TooLarge(
            f"the picture has {width} × {height} pixels",
            f"at most {MOST_PIXELS:,} in all; make it smaller",
        )


def _within(source: str, longest: int) -> Any:
    """The picture, upright and in sRGB, no longer than that; damage anywhere in it is an error."""
    picture = pyvips.Image.thumbnail
    return picture(source, longest, height=longest, size="down", output_profile="srgb", fail_on="error")


def save(picture: Any, folder: Path, role: Role, quality: int, name: str = "") -> Made:
    """Write a picture as WebP on a white ground, with nothing but its pixels."""
    plain = picture.colourspace("srgb").cast("uchar")
    if plain.hasalpha():
        plain = plain.flatten(background=WHITE)
    file = f"{name or 'picture'}-{role}.webp"
    plain.webpsave(str(folder / file), Q=quality, effort=4, keep="none")
    return Made(role=role, file=file, width=plain.width, height=plain.height)


def _through_pillow(source: Path, folder: Path) -> Path:
    """BMP, which libvips does not read, as PNG."""
    try:
        with Image.open(source, formats=["BMP", "DIB"]) as opened:
            refuse_many_pixels(*opened.size)
            opened.convert("RGB").save(folder / "read.png", compress_level=1)
    except Image.DecompressionBombError:
        raise TooLarge(
            "the picture has far too many pixels", f"at most {MOST_PIXELS:,} in all; make it smaller"
        ) from None
    except (OSError, ValueError, SyntaxError) as problem:
        raise Invalid(f"the BMP file is damaged ({problem})", "save it again as PNG") from None
    return folder / "read.png"


def _through_ffmpeg(source: Path, folder: Path, header: Any) -> Any:
    """HEIC, whose codec libvips' wheel leaves out, tiles put together and turned upright, with its own colours."""
    target = folder / "read.png"
    words = [*LOCAL, "-f", "mov", "-i", f"file:{source}", "-frames:v", "1", "-update", "1"]
    if not ffmpeg([*words, "-map_metadata", "-1", "-compression_level", "1", f"file:{target}"]):
        raise Invalid("the HEIF file is damaged", "save it again as JPEG, or take the picture anew")
    allow("PNG")
    picture: Any = pyvips.Image.pngload(str(target), fail_on="error")
    refuse_many_pixels(picture.width, picture.height)
    picture = picture.copy()
    if "icc-profile-data" in header.get_fields():
        picture.set_type(pyvips.GValue.blob_type, "icc-profile-data", header.get("icc-profile-data"))
    sized = picture.thumbnail_image(LONGEST_KIOSK, height=LONGEST_KIOSK, size="down", output_profile="srgb")
    return sized.copy_memory()


def from_pillow(picture: Image.Image, folder: Path, name: str, role: Role = Role.KIOSK) -> tuple[Made, Made]:
    """A drawn picture and its thumbnail as WebP."""
    made: list[Made] = []
    for each, longest, quality in ((role, LONGEST_KIOSK, 88), (Role.THUMBNAIL, LONGEST_THUMBNAIL, 80)):
        sized = picture.convert("RGB")
        sized.thumbnail((longest, longest))
        file = f"{name}-{each}.webp"
        sized.save(folder / file, "WEBP", quality=quality, method=4)
        made.append(Made(role=each, file=file, width=sized.width, height=sized.height))
    return made[0], made[1]
