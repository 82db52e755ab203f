"""Screw in place: what a screw and an empty hole look like at each distance from the middle, however turned."""
# pyright: basic

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from content.vision.colour import levelled
from content.vision.pictures import gray_of
from content.vision.scored import Scored
from content.vision.sight import Sight
from content.vision.taught import Region, Screws
from content.vision.verdict import Reason

SIDE = 96  # pixels of the square that is looked at
RINGS = 12
LENGTH = 2 * RINGS  # of a profile
SEARCH = 8  # pixels by which the middle may be off
STEP = 2
FAR = 3.0  # times the spread of the good ones: farther from both it is neither
LEAST_SPREAD = 0.06
MARGIN = 0.15
Profile = tuple[float, ...]


def learn(regions: Sequence[Region], good: Sequence[Sight], bad: Sequence[Sight]) -> Screws:
    """The profiles of all screws, and of all holes."""
    present = tuple(profile_of(region, sight) for sight in good for region in regions)[:200]
    empty = tuple(profile_of(region, sight) for sight in bad for region in regions)[:200]
    apart = _apart(present)
    if len(present) > 1:
        empty = tuple(each for each in empty if _nearest(each, present) > apart * 1.5)
    return Screws(kind="screws", good=present, bad=empty, spread=round(max(LEAST_SPREAD, apart), 4))


def score(taught: Screws, region: Region, sight: Sight) -> Scored:
    """How much nearer it is to the screws than to the holes."""
    found = profile_of(region, sight)
    good = _nearest(found, taught.good)
    if not taught.bad:
        return Scored(float(np.exp(-0.5 * (good / (4 * taught.spread)) ** 2)))
    bad = _nearest(found, taught.bad)
    apart = min(_nearest(each, taught.good) for each in taught.bad)
    doubt = Reason.LIKE_NEITHER if min(good, bad) > max(FAR * taught.spread, 0.8 * apart) else None
    return Scored(bad / max(1e-6, good + bad), doubt=doubt)


def profile_of(region: Region, sight: Sight) -> Profile:
    """Mean and spread of the brightness in each ring about the roundest middle, beside that of the surroundings."""
    return sight.once(("profile", region), lambda: _profile(region, sight))


def _profile(region: Region, sight: Sight) -> Profile:
    patch = levelled(sight.patch(region, margin=MARGIN), sight, region)
    gray = cv2.resize(gray_of(patch), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), 1.2), dtype=np.float32)
    y, x = _middle(gray)
    reach = SIDE / 2 / (1 + 2 * MARGIN) * 0.95
    rows, columns = np.indices(gray.shape)
    ring = np.asarray(np.hypot(rows - y, columns - x) / reach * RINGS, dtype=np.int64)
    level = float(np.median(gray[(ring >= RINGS - 2) & (ring < RINGS)])) + 8
    values: list[float] = []
    for each in range(RINGS):
        inside = gray[ring == each] / level
        values += [round(float(inside.mean()), 3), round(2 * float(inside.std()), 3)]
    return tuple(values)


def _middle(gray: NDArray[np.float32]) -> tuple[float, float]:
    """Where the picture looks most the same all around."""
    best, where = np.inf, (SIDE / 2, SIDE / 2)
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = np.linspace(SIDE * 0.08, SIDE * 0.34, 7)
    down, across = np.outer(radii, np.sin(angles)), np.outer(radii, np.cos(angles))
    for y in range(SIDE // 2 - SEARCH, SIDE // 2 + SEARCH + 1, STEP):
        for x in range(SIDE // 2 - SEARCH, SIDE // 2 + SEARCH + 1, STEP):
            around = gray[np.rint(y + down).astype(int), np.rint(x + across).astype(int)]
            uneven = float(around.std(axis=1).mean())
            if uneven < best:
                best, where = uneven, (float(y), float(x))
    return where


def _nearest(profile: Profile, others: Sequence[Profile]) -> float:
    away = np.array(others) - np.array(profile)
    return float(np.sqrt((away**2).mean(axis=1)).min())


def _apart(profiles: Sequence[Profile]) -> float:
    """How far the profiles lie from their nearest neighbours: nine of ten lie nearer."""
    if len(profiles) < 2:
        return LEAST_SPREAD
    table = np.array(profiles)
    away = ((table[:, None] - table[None]) ** 2).mean(axis=2)
    np.fill_diagonal(away, np.inf)
    return float(np.percentile(np.sqrt(away.min(axis=1)), 90))
