"""Whether a picture can be judged at all: bright enough, not dazzled, sharp enough."""
# pyright: basic

import cv2
import numpy as np

from content.vision.pictures import Picture, gray_of, reduced
from content.vision.taught import Light
from content.vision.verdict import CannotSee, Reason

LOOKED_AT = 640  # pixels of the longer side
DARKEST = 38  # of 255: of the brightest twentieth; below, noise is all there is
LEAST_LIGHT = 0.35  # of the taught brightness
DAZZLED = 0.55  # share of the pixels that are white
WHITE = 250
LEAST_SHARP = 0.45  # of the taught sharpness


def light_of(picture: Picture) -> Light:
    """How bright and how sharp the picture is."""
    gray = gray_of(reduced(picture, LOOKED_AT))
    return Light(brightness=round(_bright(gray), 2), sharpness=round(_sharp(gray), 4))


def refuse_poor(picture: Picture, taught: Light) -> None:
    """Raise CannotSee when the picture is too dark, too bright or too blurred beside the taught ones."""
    gray = gray_of(reduced(picture, LOOKED_AT))
    bright = _bright(gray)
    if bright < max(DARKEST, LEAST_LIGHT * taught.brightness):
        raise CannotSee(Reason.TOO_DARK)
    if float(np.mean(gray >= WHITE)) > DAZZLED:
        raise CannotSee(Reason.TOO_BRIGHT)
    if _sharp(gray) < LEAST_SHARP * taught.sharpness:
        raise CannotSee(Reason.BLURRED)


def _bright(gray: Picture) -> float:
    return float(np.percentile(gray, 95))


def _sharp(gray: Picture) -> float:
    """The steepest edges beside the picture's contrast; noise is smoothed away first."""
    calm = cv2.GaussianBlur(gray, (0, 0), 1.0).astype(np.float32)
    across, down = cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)
    low, high = np.percentile(calm, (2, 98))
    return float(np.percentile(np.hypot(across, down), 99.5)) / max(8.0, float(high - low))
