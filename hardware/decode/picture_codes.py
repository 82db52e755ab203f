"""Codes in a picture: what zxing-cpp finds at once, and what it finds once the picture was helped.

Each pass is a way to help: stripes turned upright, contrast and edges restored, noise taken away. A single picture
gets them all. A live camera takes one look at each frame, for matrix codes or for linear ones, with help at every
second: no frame takes long, and a label that is held for half a second has had them all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Formats = zxingcpp.BarcodeFormats | tuple[()]
LEAST_SIDE = 8  # pixels; no code has fewer modules
MOST_PIXELS = 24_000_000  # a picture beyond that is scaled down first
MOST_STRIPES = 3  # candidates for linear codes that are turned upright in one picture
SIGHT = 640  # pixels; stripes are looked for in a picture of this width
STRIPED = 0.55  # coherence of the gradients, 0 to 1, from which an area counts as stripes
LEAST_AREA = 0.0012  # of the picture
LINEAR = zxingcpp.barcode_formats_from_str("AllLinear,PDF417")
MATRIX = zxingcpp.barcode_formats_from_str("AllMatrix")
# these have no check digit, or one so weak that noise passes: what only a helped picture shows must be shown twice
WEAK = {"PDF417", "ITF", "Codabar", "Code39", "Code93", "EAN8", "UPCE", "DataBarLimited", "Code32", "Telepen"}


@dataclass(frozen=True, slots=True)
class Found:
    """A code: its text, its AIM identifier, and the name of its kind."""

    text: str
    symbology: str | None
    kind: str

    @property
    def weak(self) -> bool:
        """Whether one sight of it is not enough: its kind has no good check digit."""
        return self.kind in WEAK


Pass = Callable[[Gray, Formats], Iterator[zxingcpp.Barcode]]
Look = Callable[[Gray], tuple[Found, ...]]
EVERY: Formats = ()  # of all kinds


def codes_in(picture: NDArray[np.uint8]) -> tuple[Found, ...]:
    """The codes of one picture (rows, columns, or with three colours BGR); passes go on until one finds something."""
    gray = plain(picture)
    if min(gray.shape) < LEAST_SIDE:
        return ()
    found = first_look(gray)
    for help_ in HELPS:
        if found:
            break
        found = helped(gray, help_)
    return found


def first_look(gray: Gray, formats: Formats = EVERY) -> tuple[Found, ...]:
    """What is found without help."""
    return _told(_read(gray, formats))


def helped(gray: Gray, help_: Pass, formats: Formats = EVERY) -> tuple[Found, ...]:
    """What one help brings; codes of weak kinds only when it brings them twice."""
    barcodes = list(help_(gray, formats))
    texts = [barcode.bytes for barcode in barcodes]
    sure = [each for each in barcodes if _kind(each) not in WEAK or texts.count(each.bytes) > 1]
    return _told(sure)


def plain(picture: NDArray[np.uint8]) -> Gray:
    """In shades of grey, and not larger than is good for anybody."""
    gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if gray.size > MOST_PIXELS:
        share = 0.999 * (MOST_PIXELS / gray.size) ** 0.5
        gray = cv2.resize(gray, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(gray, dtype=np.uint8)


def _read(gray: Gray, formats: Formats, **how: object) -> list[zxingcpp.Barcode]:
    barcodes = zxingcpp.read_barcodes(
        gray,
        formats=formats,  # pyright: ignore[reportArgumentType] - none named: all
        text_mode=zxingcpp.TextMode.Plain,
        **how,  # pyright: ignore[reportArgumentType]
    )
    return [each for each in barcodes if each.valid and each.bytes]


def _kind(barcode: zxingcpp.Barcode) -> str:
    """`EAN-8` and `Data Matrix` as the library's own names: EAN8, DataMatrix."""
    return str(barcode.format).rpartition(".")[2].replace(" ", "").replace("-", "")


def _told(barcodes: list[zxingcpp.Barcode]) -> tuple[Found, ...]:
    found = tuple(
        dict.fromkeys(
            Found(barcode.text, barcode.symbology_identifier or None, _kind(barcode)) for barcode in barcodes
        )
    )
    return tuple(each for each in found if not any(_is_piece(each, other) for other in found))


def _is_piece(found: Found, other: Found) -> bool:
    """Whether it is a part of another code that was read too: bars without a check digit end anywhere."""
    return (
        found.kind in WEAK
        and found.kind == other.kind
        and found.text != other.text
        and found.text in other.text
    )


def _upright(gray: Gray, _formats: Formats) -> Iterator[zxingcpp.Barcode]:
    """Stripes are found by their gradients, which all point one way, and turned until they stand."""
    for crop in _stripes(gray):
        for scale in (1.0, 2.0) if max(crop.shape) < SIGHT else (1.0,):
            large = _scaled(crop, scale)
            yield from _read(large, LINEAR, try_rotate=False)
            yield from _read(_sharp(large), LINEAR, try_rotate=False)


def _scaled(gray: Gray, scale: float) -> Gray:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=how), dtype=np.uint8)


def _stripes(gray: Gray) -> Iterator[Gray]:
    """The areas that look striped, largest first, each turned so that its stripes stand upright."""
    share = min(1.0, SIGHT / gray.shape[1])
    small = cv2.resize(gray, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    dx = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    near = (17, 17)
    xx, yy, xy = (cv2.boxFilter(product, -1, near) for product in (dx * dx, dy * dy, dx * dy))
    energy = xx + yy
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (energy + 1e-3)
    strong = energy > max(float(np.percentile(energy, 70)), 400.0)
    mask = ((coherence > STRIPED) & strong).astype(np.uint8) * 255
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [each for each in outlines if cv2.contourArea(each) > LEAST_AREA * mask.size]
    for outline in sorted(large, key=cv2.contourArea, reverse=True)[:MOST_STRIPES]:
        inside = np.zeros_like(mask)
        cv2.drawContours(inside, [outline], -1, 255, -1)
        chosen = inside > 0
        across = 0.5 * np.arctan2(2 * float(xy[chosen].sum()), float((xx - yy)[chosen].sum()))
        yield _turned(gray, outline.astype(np.float32) / share, float(np.degrees(across)))


def _turned(gray: Gray, outline: NDArray[np.float32], angle: float) -> Gray:
    """What lies around `outline`, turned by `angle` degrees, with a margin for the quiet zones."""
    (x, y), (wide, high), _ = cv2.minAreaRect(outline)
    reach = round(1.25 * float(np.hypot(wide, high)))
    turn = cv2.getRotationMatrix2D((float(x), float(y)), angle, 1.0)
    turn[:, 2] += np.array([reach / 2 - x, reach / 2 - y])
    turned = cv2.warpAffine(
        gray, turn, (reach, reach), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(turned, dtype=np.uint8)


def _sharp(gray: Gray) -> Gray:
    soft = cv2.GaussianBlur(gray, (0, 0), 2.0)
    return np.asarray(cv2.addWeighted(gray, 2.2, soft, -1.2, 0), dtype=np.uint8)


def _contrast(gray: Gray, formats: Formats) -> Iterator[zxingcpp.Barcode]:
    """Shade evened out, edges restored: for poor light and a lens out of focus."""
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(gray)
    yield from _read(_sharp(np.asarray(even, dtype=np.uint8)), formats, try_downscale=False, try_invert=False)


def _calm(gray: Gray, formats: Formats) -> Iterator[zxingcpp.Barcode]:
    """Noise and scratches taken away, at half the size: for dim light and for dots instead of modules."""
    calm = cv2.medianBlur(gray, 3)
    for each in (cv2.medianBlur(calm, 3), _scaled(np.asarray(calm, dtype=np.uint8), 0.5)):
        yield from _read(np.asarray(each, dtype=np.uint8), formats)


def _closed(gray: Gray, formats: Formats) -> Iterator[zxingcpp.Barcode]:
    """Gaps closed, in both senses: for scratches through the modules and for thin print."""
    for shape in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        closed = cv2.morphologyEx(gray, shape, np.ones((3, 3), np.uint8))
        yield from _read(np.asarray(closed, dtype=np.uint8), formats)


def _large(gray: Gray, formats: Formats) -> Iterator[zxingcpp.Barcode]:
    """The middle at twice the size: for small codes and a camera far off."""
    high, wide = gray.shape
    middle = gray[high // 6 : high - high // 6, wide // 6 : wide - wide // 6]
    yield from _read(_scaled(middle, 1.6), formats)


HELPS: tuple[Pass, ...] = (_upright, _contrast, _calm, _closed, _large)
# each of these costs about half of a look at everything
_HELPED: tuple[Look, ...] = (
    partial(helped, help_=_upright),
    partial(helped, help_=_contrast, formats=MATRIX),
    partial(helped, help_=_contrast, formats=LINEAR),
    partial(helped, help_=_calm, formats=MATRIX),
    partial(helped, help_=_closed, formats=LINEAR),
    partial(helped, help_=_large, formats=MATRIX),
    partial(helped, help_=_closed, formats=MATRIX),
    partial(helped, help_=_large, formats=LINEAR),
    partial(helped, help_=_calm, formats=LINEAR),
    partial(helped, help_=_upright),
)
_PLAIN: tuple[Look, ...] = (partial(first_look, formats=MATRIX), partial(first_look, formats=LINEAR))
LIVE: tuple[Look, ...] = tuple(  # what a camera does at its frames, over and over
    look for number, help_ in enumerate(_HELPED) for look in (_PLAIN[number % 2], help_)
)
