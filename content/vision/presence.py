"""Presence and absence: how like the taught patches a region is, light evened out and a small shift allowed."""
# pyright: basic

import base64
from collections.abc import Sequence
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from content.vision.errors import NoPicture, NotTaught
from content.vision.pictures import Picture, as_png, gray_of, read_picture, reduced
from content.vision.scored import Scored
from content.vision.sight import Sight
from content.vision.taught import Appearance, Region
from content.vision.verdict import Reason

Gray = NDArray[np.float32]
MARGIN = 0.12  # of the region: how far the part may have moved
LARGEST = 160  # pixels; a patch is kept that large at most
LEAST = 32  # pixels; what can be taught at all
MOST_LOOKS = 6  # patches of each sort
FLAT = 15.0  # grey levels; in what varies less, only noise would be compared
WORST = 12  # percentile of the likeness map: a small part that is missing is a small part of the region
ALIKE = 0.85  # likeness from which a bad picture shows nothing bad
UNLIKE = 0.2  # likeness below which it is neither the good nor the bad


def embedded(patch: Picture) -> str:
    """A patch as it stands in the file."""
    high, wide = patch.shape[:2]
    small = reduced(patch, LARGEST)
    if min(small.shape[:2]) < LEAST:
        scale = LEAST / min(high, wide)
        size = (max(LEAST, round(wide * scale)), max(LEAST, round(high * scale)))
        small = np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    return base64.b64encode(as_png(small)).decode()


@lru_cache(maxsize=256)
def opened(text: str) -> Picture:
    """A patch from the file; raises NotTaught."""
    try:
        return read_picture(base64.b64decode(text))
    except NoPicture as problem:
        raise NotTaught(f"a picture inside the taught check: {problem}") from None


def learn(region: Region, good: Sequence[Sight], bad: Sequence[Sight]) -> Appearance:
    """The patches of the good pictures, and of the bad ones."""
    looks = tuple(_look(region, sight) for sight in good[:MOST_LOOKS])
    # a picture that is bad for another region's sake shows this one as it should be
    others = [sight for sight in bad if _best(looks, region, sight) < ALIKE]
    return Appearance(good=looks, bad=tuple(_look(region, sight) for sight in others[:MOST_LOOKS]))


def _look(region: Region, sight: Sight) -> str:
    return sight.once(("look", region), lambda: embedded(sight.patch(region)))


def score(looks: Appearance, region: Region, sight: Sight) -> Scored:
    """How like the good patches the region is, beside how like the bad ones."""
    good = _best(looks.good, region, sight)
    if not looks.bad:
        return Scored(good)
    bad = _best(looks.bad, region, sight)
    beside = 0.5 + 0.5 * (good - bad) / max(0.25, 1 - min(good, bad))
    doubt = Reason.LIKE_NEITHER if max(good, bad) < UNLIKE else None
    return Scored(min(1.0, max(0.0, 0.35 * good + 0.65 * beside)), doubt=doubt)


def _best(looks: Sequence[str], region: Region, sight: Sight) -> float:
    wide = sight.once(("wide", region), lambda: sight.patch(region, margin=MARGIN))
    return max(sight.once(("like", region, text), partial(_likeness, text, wide)) for text in looks)


def _likeness(text: str, wide: Picture) -> float:
    """0..1: the mean of a correlation and of the worst places of a local likeness (after SSIM, Wang et al. 2004)."""
    taught = opened(text)
    reach = 1 + 2 * MARGIN * max(taught.shape[:2]) / np.array(taught.shape[:2])
    high, across = (
        max(side, round(side * times)) for side, times in zip(taught.shape[:2], reach, strict=True)
    )
    there = _calm(gray_of(taught))
    here = _calm(
        gray_of(np.asarray(cv2.resize(wide, (across, high), interpolation=cv2.INTER_AREA), np.uint8))
    )
    found = _nearest(there, here)
    ranges = float(there.std()), float(found.std())
    level = found - found.mean() + there.mean()
    if min(ranges) > FLAT / 2:  # a weaker light lowers the contrast too
        gain = min(1.6, max(0.6, ranges[0] / ranges[1]))
        level = (found - found.mean()) * gain + there.mean()
    local = _local(there, np.asarray(level, dtype=np.float32))
    worst, mean = float(np.percentile(local, WORST)), float(local.mean())
    both = 0.5 * worst + 0.5 * mean
    if max(ranges) < FLAT:
        return max(0.0, both)
    whole = float(np.corrcoef(there.ravel(), found.ravel())[0, 1]) if min(ranges) > 0.5 else 0.0
    return max(0.0, 0.5 * whole + 0.5 * both)


def _calm(gray: Picture) -> Gray:
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), 1.2), dtype=np.float32)


def _nearest(there: Gray, here: Gray) -> Gray:
    """The cut of `here` that fits best."""
    found = cv2.matchTemplate(here, there, cv2.TM_CCOEFF_NORMED)
    found = np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)
    _, _, _, (left, top) = cv2.minMaxLoc(found)
    return here[top : top + there.shape[0], left : left + there.shape[1]]


def _local(there: Gray, here: Gray) -> Gray:
    near, floor = (0, 0), FLAT**2

    def mean(values: Gray) -> Gray:
        return np.asarray(cv2.GaussianBlur(values, near, 4.0), dtype=np.float32)

    one, two = mean(there), mean(here)
    spread_one, spread_two = mean(there * there) - one * one, mean(here * here) - two * two
    together = mean(there * here) - one * two
    structure = (2 * together + floor) / (spread_one + spread_two + floor)
    light = 1 - np.minimum(1.0, np.abs(one - two) / 90)
    return np.asarray(structure * light, dtype=np.float32)
