"""Pictures from bytes and back, with a ceiling on what is opened at all."""
# pyright: basic

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from content.vision.errors import NoPicture

Picture = NDArray[np.uint8]  # rows, columns, blue-green-red
MOST_BYTES = 30_000_000
MOST_PIXELS = 50_000_000  # the largest sensors of industrial cameras have about as many
LEAST_SIDE = 32
MOST_STRETCHED = 8  # times as wide as high, or as high as wide
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
QUALITY = 92  # of the JPEG, 0..100


def read_picture(data: bytes) -> Picture:
    """The picture of a file; raises NoPicture, before its pixels are opened where there are too many."""
    if len(data) > MOST_BYTES:
        raise NoPicture(f"the picture has {len(data):,} bytes; at most {MOST_BYTES:,}")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            wide, high = opened.size
    except Image.DecompressionBombError:
        raise NoPicture(f"the picture has far too many pixels; at most {MOST_PIXELS:,}") from None
    except Image.DecompressionBombWarning:
        raise NoPicture(f"the picture has too many pixels; at most {MOST_PIXELS:,}") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, EOFError):
        raise NoPicture("it is no picture; use PNG, JPEG, WebP or BMP") from None
    _refuse_size(wide, high)
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        decoded = None
    if decoded is None:
        raise NoPicture("the picture is broken; take it again")
    return np.asarray(decoded, dtype=np.uint8)


def accepted(picture: NDArray[np.generic]) -> Picture:
    """A camera's frame as a picture in three colours; raises NoPicture when it is none."""
    if picture.dtype != np.uint8 or picture.ndim not in {2, 3}:
        raise NoPicture("the frame is no picture of 8 bits")
    _refuse_size(picture.shape[1], picture.shape[0])
    if picture.ndim == 2:
        return np.ascontiguousarray(np.stack([picture] * 3, axis=-1), dtype=np.uint8)
    if picture.shape[2] not in {3, 4}:
        raise NoPicture(f"the frame has {picture.shape[2]} channels")
    return np.ascontiguousarray(picture[:, :, :3], dtype=np.uint8)


def as_jpeg(picture: Picture, quality: int = QUALITY) -> bytes:
    """The picture as a JPEG file."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def as_png(picture: Picture) -> bytes:
    """The picture as a PNG file, nothing lost."""
    return cv2.imencode(".png", picture)[1].tobytes()


def reduced(picture: Picture, longest: int) -> Picture:
    """The picture so that its longer side has at most so many pixels."""
    share = longest / max(picture.shape[:2])
    if share >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def gray_of(picture: Picture) -> Picture:
    """In shades of grey."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def lab_of(picture: Picture) -> NDArray[np.float32]:
    """In CIELAB: lightness 0..100, a and b about -128..127."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), dtype=np.float32)


def _refuse_size(wide: int, high: int) -> None:
    if wide * high > MOST_PIXELS:
        raise NoPicture(f"the picture has {wide} × {high} pixels; at most {MOST_PIXELS:,} in all")
    if min(wide, high) < LEAST_SIDE:
        raise NoPicture(f"the picture has {wide} × {high} pixels; at least {LEAST_SIDE} each way")
    if max(wide, high) > MOST_STRETCHED * min(wide, high):
        raise NoPicture(f"the picture has {wide} × {high} pixels; that is a strip, not a picture")
