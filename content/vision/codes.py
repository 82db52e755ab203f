"""Codes at a region: read as they are, then enlarged, then with contrast restored."""
# pyright: basic

from collections.abc import Iterator

import cv2
import numpy as np
import zxingcpp

from content.vision.pictures import Picture, gray_of
from content.vision.scored import Scored
from content.vision.sight import Sight
from content.vision.taught import Code, Region
from content.vision.verdict import CannotSee, Reason

MARGIN = 0.12  # for the quiet zone
LARGEST = 1600  # pixels; what has more is not enlarged


def read(region: Region, sight: Sight) -> tuple[str, ...]:
    """The texts of the codes there; empty when none can be read."""
    gray = gray_of(sight.fine(region, margin=MARGIN))
    for helped in _helped(gray):
        texts = [found.text for found in zxingcpp.read_barcodes(helped) if found.valid and found.text]
        if texts:
            return tuple(dict.fromkeys(texts))
    return ()


def score(taught: Code, region: Region, sight: Sight) -> Scored:
    """1 when the code reads so, 0 when another is read; without any, a person must look."""
    texts = read(region, sight)
    if not texts:
        raise CannotSee(Reason.NO_CODE)
    values = {"came": ", ".join(texts)[:120], "expected": taught.expected}
    good = taught.expected in texts
    return Scored(1.0 if good else 0.0, values, Reason.READ, Reason.OTHER_CODE)


def _helped(gray: Picture) -> Iterator[Picture]:
    yield gray
    if max(gray.shape) < LARGEST:
        large = cv2.resize(gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        yield np.asarray(large, dtype=np.uint8)
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(gray)
    soft = cv2.GaussianBlur(even, (0, 0), 2.0)
    yield np.asarray(cv2.addWeighted(even, 2.2, soft, -1.2, 0), dtype=np.uint8)
    yield np.asarray(cv2.medianBlur(gray, 3), dtype=np.uint8)
