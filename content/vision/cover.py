"""Whether something lies over a region: what is around it no longer looks like the taught scene."""
# pyright: basic

import cv2
import numpy as np
from numpy.typing import NDArray

from content.vision.pictures import Picture, lab_of
from content.vision.verdict import CannotSee, Reason

COARSE = 4  # of the frame's pixels are one here
AROUND = 0.5  # of the region's size is looked at around it
OTHER = 20.0  # ΔE*ab from which a place looks other than taught
MOST_OTHER = 0.6  # share of what is around; parts and shadows change less
GAINS = (0.5, 2.0)


def refuse_covered(box: tuple[float, float, float, float], others: NDArray[np.bool_]) -> None:
    """Raise CannotSee when most of what is around the box (of the frame's pixels) is other than taught."""
    left, top, wide, high = (value / COARSE for value in box)
    edge = max(3.0, AROUND * max(wide, high))
    rows, columns = np.indices(others.shape)
    inner = (columns >= left) & (columns < left + wide) & (rows >= top) & (rows < top + high)
    outer = (columns >= left - edge) & (columns < left + wide + edge)
    outer &= (rows >= top - edge) & (rows < top + high + edge)
    ring = others[outer & ~inner]
    if ring.size and float(np.mean(ring)) > MOST_OTHER:
        raise CannotSee(Reason.COVERED)


def other_places(frame: Picture, work: Picture, way: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where the picture, its light evened out, looks other than the taught scene; in coarse pixels of the frame."""
    size = (frame.shape[1] // COARSE, frame.shape[0] // COARSE)
    there = cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    inner = np.array([[COARSE, 0, 0], [0, COARSE, 0], [0, 0, 1]], dtype=np.float64)
    calm = cv2.blur(work, (COARSE, COARSE))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    here = cv2.warpAffine(calm, way @ inner, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    here = here.astype(np.float32)
    gains = np.clip(np.median((there + 8) / (here + 8), axis=(0, 1)), *GAINS)
    even = np.asarray(np.clip(here * gains, 0, 255), dtype=np.uint8)
    far = lab_of(even) - lab_of(np.asarray(there, dtype=np.uint8))
    return np.asarray(np.linalg.norm(far, axis=-1) > OTHER)
