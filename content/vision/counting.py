"""Count: parts are what stands out from the ground, each of about the taught size."""
# pyright: basic

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from content.vision.colour import distance, levelled
from content.vision.errors import NotTaught
from content.vision.pictures import lab_of
from content.vision.scored import Scored
from content.vision.sight import Sight
from content.vision.taught import Count, Lab, Region
from content.vision.verdict import Reason

LEAST_CONTRAST = 7.0  # ΔE*ab; less is noise
SPECK = 0.2  # of a part's area: less is dirt
SMALL, LARGE = 0.5, 1.6  # of a part's area: outside of it is doubtful
CLOSING = 3  # pixels
Areas = NDArray[np.float64]


def learn(region: Region, good: Sequence[Sight], expected: int) -> Count:
    """Ground colour, contrast and size of one part; raises NotTaught when the good pictures do not show so many."""
    ground = _ground(np.concatenate([_pixels(region, sight).reshape(-1, 3) for sight in good]))
    far = np.concatenate([distance(_pixels(region, sight), ground).ravel() for sight in good])
    contrast = max(LEAST_CONTRAST, _split(far))
    areas = [_largest(_pixels(region, sight), ground, contrast, expected) for sight in good]
    short = [len(each) for each in areas if len(each) < expected]
    if short or not expected:
        found = f"only {min(short)} of {expected} parts stand out" if short else "no part is expected"
        raise NotTaught(f"{found} on a good picture; give a ground of another colour, or the right number")
    return Count(
        kind="count",
        expected=expected,
        ground=ground,
        contrast=round(min(200.0, contrast), 2),
        area=round(min(1.0, float(np.median([area for each in areas for area in each]))), 6),
    )


def score(taught: Count, region: Region, sight: Sight) -> Scored:
    """1 for exactly so many, 0 for another number; between, where sizes leave it open."""
    inside, cut = _areas(_pixels(region, sight), taught.ground, taught.contrast)
    parts, cut = inside[inside > SPECK * taught.area] / taught.area, cut / taught.area
    sure = int(np.sum((parts >= SMALL) & (parts <= LARGE)))
    doubtful = [*parts[(parts < SMALL) | (parts > LARGE)], *cut[(cut >= SMALL) & (cut <= LARGE)]]
    least, most = sure, sure + int(sum(max(1, round(float(part))) for part in doubtful))
    values = {"came": str(sure), "expected": str(taught.expected), "doubtful": str(len(doubtful))}
    found = {"good": Reason.COUNTED, "bad": Reason.COUNTED}
    if not doubtful:
        return Scored(1.0 if sure == taught.expected else 0.0, values, **found)
    if least <= taught.expected <= most:
        return Scored(0.5, values, **found, doubt=Reason.DOUBTFUL_COUNT)
    return Scored(0.0, values, **found)


def _pixels(region: Region, sight: Sight) -> NDArray[np.float32]:
    patch = cv2.GaussianBlur(levelled(sight.patch(region), sight, region), (0, 0), 1.0)
    return lab_of(np.asarray(patch, dtype=np.uint8))


def _ground(pixels: NDArray[np.float32]) -> Lab:
    """The commonest colour: where parts lie, more ground than part is seen."""
    lightness, a, b = (float(_mode(pixels[:, channel])) for channel in range(3))
    return Lab(lightness=min(100.0, max(0.0, round(lightness, 2))), a=round(a, 2), b=round(b, 2), tolerance=1)


def _mode(values: NDArray[np.float32]) -> float:
    counts, edges = np.histogram(values, bins=48)
    smooth = np.convolve(counts, np.ones(3), mode="same")
    top = int(np.argmax(smooth))
    near = values[(values >= edges[max(0, top - 1)]) & (values <= edges[min(48, top + 2)])]
    return float(np.median(near))


def _split(far: NDArray[np.float32]) -> float:
    """Where ground and parts part best (Otsu 1979)."""
    top = max(1.0, float(np.percentile(far, 99.5)))
    levels = np.asarray(np.clip(far / top * 255, 0, 255), dtype=np.uint8)
    level, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(level) / 255 * top


def _largest(pixels: NDArray[np.float32], ground: Lab, contrast: float, expected: int) -> list[float]:
    """The areas of the largest things that lie wholly in the region."""
    return sorted((float(area) for area in _areas(pixels, ground, contrast)[0]), reverse=True)[:expected]


def _areas(pixels: NDArray[np.float32], ground: Lab, contrast: float) -> tuple[Areas, Areas]:
    """The areas of all that stands out, as shares of the region: what lies inside, and what its edge cuts."""
    mask = np.asarray(distance(pixels, ground) > contrast, dtype=np.uint8)
    near = np.ones((CLOSING, CLOSING), np.uint8)
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_OPEN, near), cv2.MORPH_CLOSE, near)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    found = np.asarray(stats)[1:]
    left, top, wide, high, area = (found[:, column] for column in range(5))
    edge = (left == 0) | (top == 0) | (left + wide == mask.shape[1]) | (top + high == mask.shape[0])
    shares = area.astype(np.float64) / mask.size
    return shares[~edge], shares[edge]
