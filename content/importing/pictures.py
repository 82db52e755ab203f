"""Pictures as they come in foreign files: told by their bytes, bounded, and turned into what a step can show."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from content import picture

MOST_PIXELS = 40_000_000
LARGEST = 60_000_000  # bytes
LONGEST_SIDE = 1920  # pixels, of what is kept
_ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp"}


class PictureWrong(Exception):
    """A picture that cannot be shown, and why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture, what it was called, and what it shows."""

    data: bytes
    name: str = ""
    alt: str = ""


def shown(found: Picture) -> tuple[bytes, str]:
    """The picture's bytes and name ending, turned upright and converted where needed; raises PictureWrong."""
    if len(found.data) > LARGEST:
        raise PictureWrong(f"it has {len(found.data):,} bytes; at most {LARGEST:,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(found.data)) as opened:
                return _kept(found.data, opened)
    except UnidentifiedImageError:
        raise PictureWrong("its format cannot be shown (drawings such as EMF: save them as PNG)") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as problem:
        raise PictureWrong(f"it is damaged ({problem})") from None


def _kept(data: bytes, opened: Image.Image) -> tuple[bytes, str]:
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise PictureWrong(f"it has {width} × {height} pixels; at most {MOST_PIXELS:,} in all")
    known = picture.detect(data[: picture.HEAD])
    upright = opened.getexif().get(0x0112, 1) == 1
    if known in _ENDINGS and upright and max(width, height) <= LONGEST_SIDE and opened.format != "MPO":
        opened.load()
        return data, _ENDINGS[known]
    turned = ImageOps.exif_transpose(opened)
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    turned.convert("RGBA" if "A" in turned.getbands() or turned.mode == "P" else "RGB").save(
        out, "WEBP", quality=85
    )
    return out.getvalue(), ".webp"
