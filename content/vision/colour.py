"""Colour: how far the pixels of a region lie from the taught colour in CIELAB, the scene's light evened out."""
# pyright: basic

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from content.vision.pictures import Picture, lab_of
from content.vision.scored import Scored
from content.vision.sight import Sight
from content.vision.taught import Lab, Region

LIGHTNESS = 0.5  # what a difference in lightness counts beside one in hue: light changes, paint does not
LEAST_TOLERANCE = 8.0  # ΔE*ab; cameras of one kind differ by as much
MOST_TOLERANCE = 25.0  # more would let every colour in, where a region is drawn too wide
FARTHEST = 60.0  # ΔE*ab beyond which a colour is simply another
GAINS = (0.55, 1.8)  # within which the light is evened out
Labs = NDArray[np.float32]


def learn(region: Region, good: Sequence[Sight]) -> Lab:
    """The middle colour of the good pictures, and how far their pixels lie from it."""
    pixels = np.concatenate([_pixels(region, sight) for sight in good])
    lightness, a, b = (float(value) for value in np.median(pixels, axis=0))
    middle = Lab(lightness=min(100.0, max(0.0, lightness)), a=a, b=b, tolerance=1)
    far = float(np.percentile(distance(pixels, middle), 75))
    rounded = {"lightness": round(middle.lightness, 2), "a": round(a, 2), "b": round(b, 2)}
    return Lab(**rounded, tolerance=round(min(MOST_TOLERANCE, max(LEAST_TOLERANCE, 1.5 * far)), 2))


def score(taught: Lab, region: Region, sight: Sight) -> Scored:
    """Half by the middle colour's distance, half by the share of pixels within the tolerance."""
    pixels = _pixels(region, sight)
    middle = np.median(pixels, axis=0, keepdims=True)
    away = float(distance(np.asarray(middle, dtype=np.float32), taught)[0])
    share = float(np.mean(distance(pixels, taught) <= taught.tolerance))
    values = {"distance": f"{away:.1f}"}
    return Scored(0.5 * max(0.0, 1 - away / FARTHEST) + 0.5 * share, values)


def distance(pixels: Labs, colour: Lab) -> NDArray[np.float32]:
    """ΔE*ab (CIE 1976) with lightness counted half."""
    to = pixels - np.array([colour.lightness, colour.a, colour.b], dtype=np.float32)
    to[..., 0] *= LIGHTNESS
    return np.linalg.norm(to, axis=-1)


def levelled(patch: Picture, sight: Sight, region: Region) -> Picture:
    """The patch as it would be in the light of the taught scene, judged by what lies around the region."""
    around = _ring(sight, region)
    taught = _ring(Sight(sight.frame, sight.frame.picture, sight.frame.picture, np.eye(2, 3)), region)
    gains = np.clip((taught + 4) / (around + 4), *GAINS)
    return np.asarray(np.clip(patch.astype(np.float32) * gains, 0, 255), dtype=np.uint8)


def _ring(sight: Sight, region: Region) -> NDArray[np.float64]:
    """The middle colour of what lies around the region."""
    wide = sight.patch(region, margin=0.4)
    high, across = wide.shape[:2]
    edge = round(0.4 / 1.8 * 0.8 * min(high, across))
    keep = np.ones((high, across), dtype=bool)
    keep[edge : high - edge, edge : across - edge] = False
    return np.asarray(np.median(wide[keep], axis=0), dtype=np.float64)


def _pixels(region: Region, sight: Sight) -> Labs:
    return lab_of(levelled(sight.patch(region), sight, region)).reshape(-1, 3)
