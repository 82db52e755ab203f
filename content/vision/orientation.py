"""Orientation: by how many degrees a marker, or the pattern of a region, is turned against the taught picture."""
# pyright: basic

import numpy as np
from numpy.typing import NDArray

from content.vision.pictures import gray_of
from content.vision.scored import Scored
from content.vision.sight import Frame, Markers, Sight, features_of, movement
from content.vision.taught import Orientation, Region
from content.vision.verdict import CannotSee, Reason

LEAST_INLIERS = 8  # in a region there are fewer corners than in the whole scene
ENLARGED = 320  # pixels; a small region is looked at in that size


def angle_of(corners: NDArray[np.float32]) -> float:
    """The direction of a marker's upper edge in degrees."""
    across = (corners[1] - corners[0]) + (corners[2] - corners[3])
    return float(np.degrees(np.arctan2(across[1], across[0])))


def marker_in(frame: Frame, region: Region, markers: Markers) -> int | None:
    """The marker whose middle lies in the region."""
    left, top, wide, high = frame.box(region)
    for number, corners in markers.items():
        x, y = corners.mean(axis=0)
        if left <= x <= left + wide and top <= y <= top + high:
            return number
    return None


def score(taught: Orientation, region: Region, sight: Sight) -> Scored:
    """1 at the taught angle, 0.5 at the tolerance, 0 at twice of it."""
    turned = _by_marker(taught, sight) if taught.by == "marker" else _by_features(region, sight)
    off = abs((turned + 180) % 360 - 180)
    values = {"came": f"{off:.1f}", "expected": f"{taught.tolerance:g}"}
    return Scored(max(0.0, 1 - off / (2 * taught.tolerance)), values, Reason.TURNED, Reason.TURNED)


def _by_marker(taught: Orientation, sight: Sight) -> float:
    assert taught.marker is not None
    here, there = sight.markers.get(taught.marker), sight.frame.markers.get(taught.marker)
    if here is None or there is None:
        raise CannotSee(Reason.NO_MARKER, marker=str(taught.marker))
    return angle_of(here) - angle_of(there) - sight.turned


def _by_features(region: Region, sight: Sight) -> float:
    still = Sight(sight.frame, sight.frame.picture, sight.frame.picture, np.eye(2, 3))
    scale = max(1.0, ENLARGED / max(4.0, min(sight.frame.box(region)[2:])))
    there = features_of(gray_of(still.patch(region, scale=scale)))
    here = features_of(gray_of(sight.patch(region, margin=0.1, scale=scale)))
    way = movement(*there, *here, least=LEAST_INLIERS)
    if way is None:
        raise CannotSee(Reason.NOT_FOUND)
    return float(np.degrees(np.arctan2(way[1, 0], way[0, 0])))
