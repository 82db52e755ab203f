"""A picture laid over the taught scene: found by markers or by features, so that a region is the same place on both."""
# pyright: basic

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from content.vision.cover import other_places
from content.vision.pictures import Picture, gray_of, reduced
from content.vision.taught import Align, Region
from content.vision.verdict import CannotSee, Reason

WORKING = 960  # pixels of the longer side; parts that are told apart at all are told apart in that
FEATURES = 800  # corners that are looked for in one picture
RATIO = 0.78  # the best match must be that much nearer than the second
REACH = 4.0  # pixels; matches that lie farther off are not of the same movement
LEAST_INLIERS = 14  # by chance a handful agree
LEAST_SHARE = 0.2  # of the matches
LEAST_LIKENESS = 0.25  # correlation with the taught scene of a camera that stands fixed
SCALES = (0.6, 1.7)  # the part nearer or farther than taught
SHAPE = 0.03  # by which the picture's proportions may differ
Matrix = NDArray[np.float64]  # 2 × 3
T = TypeVar("T")
Markers = Mapping[int, NDArray[np.float32]]  # number -> its four corners


@lru_cache(maxsize=1)
def _detector() -> Any:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    return cv2.aruco.ArucoDetector(dictionary, cv2.aruco.DetectorParameters())


def markers_in(gray: Picture) -> Markers:
    """The ArUco markers of a picture; one that is there twice is left out, for nobody knows which is meant."""
    corners, numbers, _ = _detector().detectMarkers(gray)
    found = [] if numbers is None else [int(number) for number in np.asarray(numbers).ravel()]
    return {
        number: np.asarray(corner, dtype=np.float32).reshape(4, 2)
        for number, corner in zip(found, corners, strict=True)
        if found.count(number) == 1
    }


class Frame:
    """The taught scene, with what it is recognised by."""

    def __init__(self, picture: Picture) -> None:
        self.picture = reduced(picture, WORKING)
        self.gray = gray_of(self.picture)
        self.high, self.wide = self.gray.shape

    @cached_property
    def markers(self) -> Markers:
        """The markers in it."""
        return markers_in(self.gray)

    @cached_property
    def features(self) -> tuple[NDArray[np.float32], NDArray[np.uint8] | None]:
        """Places and descriptions of its corners."""
        return features_of(self.gray)

    def box(self, region: Region, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Left, top, width and height of a region in its pixels, with so much of its size around."""
        wide, high = region.width * self.wide, region.height * self.high
        edge = margin * max(wide, high)
        return region.x * self.wide - edge, region.y * self.high - edge, wide + 2 * edge, high + 2 * edge


def features_of(
    gray: Picture, mask: Picture | None = None
) -> tuple[NDArray[np.float32], NDArray[np.uint8] | None]:
    """Corners and what is around them (ORB)."""
    orb = cv2.ORB_create(nfeatures=FEATURES, fastThreshold=12)  # pyright: ignore[reportAttributeAccessIssue]
    points, described = orb.detectAndCompute(gray, mask)
    places = np.array([point.pt for point in points], dtype=np.float32).reshape(-1, 2)
    return places, None if described is None else np.asarray(described, dtype=np.uint8)


@dataclass(frozen=True)
class Sight:
    """One picture laid over the scene; `to_work` leads from the frame's pixels to those of `work`."""

    frame: Frame
    picture: Picture
    work: Picture
    to_work: Matrix

    @cached_property
    def gray(self) -> Picture:
        """The reduced picture in shades of grey."""
        return gray_of(self.work)

    @cached_property
    def markers(self) -> Markers:
        """The markers in the reduced picture."""
        return markers_in(self.gray)

    @cached_property
    def _known(self) -> dict[Hashable, Any]:
        return {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` works out of this picture, remembered: teaching asks the same of each picture many times."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    @cached_property
    def others(self) -> NDArray[np.bool_]:
        """Where it looks other than the taught scene, its light evened out; in coarse pixels of the frame."""
        return other_places(self.frame.picture, self.work, self.to_work)

    def patch(self, region: Region, *, margin: float = 0.0, scale: float = 1.0) -> Picture:
        """The region as it lies on the frame, at `scale` times the frame's pixels."""
        return self._cut(self.work, self.to_work, region, margin, scale)

    def fine(self, region: Region, *, margin: float = 0.0) -> Picture:
        """The region with all the pixels that the picture has of it."""
        share = self.picture.shape[1] / self.work.shape[1]
        return self._cut(self.picture, self.to_work * share, region, margin, share)

    def _cut(self, source: Picture, way: Matrix, region: Region, margin: float, scale: float) -> Picture:
        left, top, wide, high = self.frame.box(region, margin)
        inner = np.array([[1 / scale, 0, left], [0, 1 / scale, top], [0, 0, 1]], dtype=np.float64)
        size = (max(4, round(wide * scale)), max(4, round(high * scale)))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cut = cv2.warpAffine(source, way @ inner, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, dtype=np.uint8)

    def corners(self, region: Region) -> tuple[tuple[float, float], ...]:
        """The region's corners as shares of the picture."""
        left, top, wide, high = self.frame.box(region)
        frame = np.array([[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]])
        there = frame @ self.to_work[:, :2].T + self.to_work[:, 2]
        size = np.array([self.work.shape[1], self.work.shape[0]])
        return tuple((round(float(x), 4), round(float(y), 4)) for x, y in there / size)

    def sees(self, region: Region) -> bool:
        """Whether the whole region lies in the picture."""
        return all(-0.01 <= x <= 1.01 and -0.01 <= y <= 1.01 for x, y in self.corners(region))

    @property
    def turned(self) -> float:
        """By how many degrees the scene is turned against the taught one."""
        return float(np.degrees(np.arctan2(self.to_work[1, 0], self.to_work[0, 0])))


def best_way(frame: Frame, but: int | None = None) -> Align:
    """How pictures of this scene are best laid over it: by markers, by features, or not at all."""
    if any(number != but for number in frame.markers):
        return "markers"
    described = frame.features[1]
    return "features" if described is not None and len(described) >= 4 * LEAST_INLIERS else "fixed"


def lay(frame: Frame, picture: Picture, align: Align, but: int | None = None) -> Sight:
    """The picture laid over the scene; `but` is a marker that moves with the part. Raises CannotSee."""
    shape = (picture.shape[1] / picture.shape[0]) / (frame.wide / frame.high)
    if abs(shape - 1) > SHAPE:
        raise CannotSee(Reason.OTHER_FORMAT)
    work = reduced(picture, WORKING)
    gray = gray_of(work)
    match align:
        case "markers":
            way = _by_markers(frame, markers_in(gray), but)
        case "features":
            way = _by_features(frame, gray)
        case "fixed":
            way = _as_it_stands(frame, gray)
    scale = float(np.hypot(way[0, 0], way[1, 0])) * frame.wide / gray.shape[1]
    if not SCALES[0] <= scale <= SCALES[1]:
        raise CannotSee(Reason.NOT_ALIGNED)
    return Sight(frame, picture, work, way)


def _by_markers(frame: Frame, found: Markers, but: int | None) -> Matrix:
    taught = [number for number in frame.markers if number != but]
    common = [number for number in taught if number in found]
    if not common:
        raise CannotSee(Reason.NO_MARKER, marker=", ".join(str(number) for number in sorted(taught)))
    there = np.concatenate([frame.markers[number] for number in common])
    here = np.concatenate([found[number] for number in common])
    way, _ = cv2.estimateAffinePartial2D(there, here, method=cv2.LMEDS)
    return _movement(way)


def _by_features(frame: Frame, gray: Picture) -> Matrix:
    taught_places, taught = frame.features
    places, described = features_of(gray)
    way = movement(taught_places, taught, places, described)
    if way is None:
        raise CannotSee(Reason.NOT_ALIGNED)
    return way


def movement(
    taught_places: NDArray[np.float32],
    taught: NDArray[np.uint8] | None,
    places: NDArray[np.float32],
    described: NDArray[np.uint8] | None,
    least: int = LEAST_INLIERS,
) -> Matrix | None:
    """How the taught corners moved to the found ones; None where too few agree."""
    if taught is None or described is None or min(len(taught), len(described)) < max(2, least):
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(taught, described, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    if len(good) < least:
        return None
    there = taught_places[[match.queryIdx for match in good]]
    here = places[[match.trainIdx for match in good]]
    cv2.setRNGSeed(1)  # the same picture always gets the same verdict
    way, inliers = cv2.estimateAffinePartial2D(there, here, method=cv2.RANSAC, ransacReprojThreshold=REACH)
    agreeing = 0 if inliers is None else int(np.sum(inliers))
    if way is None or agreeing < max(least, LEAST_SHARE * len(good)):
        return None
    return np.asarray(way, dtype=np.float64)


def _as_it_stands(frame: Frame, gray: Picture) -> Matrix:
    size = (frame.wide // 8, frame.high // 8)
    there = cv2.resize(frame.gray, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    here = cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    flat = min(float(there.std()), float(here.std())) < 1.0
    likeness = 0.0 if flat else float(np.corrcoef(there.ravel(), here.ravel())[0, 1])
    if likeness < LEAST_LIKENESS:
        raise CannotSee(Reason.NOT_ALIGNED)
    across, down = gray.shape[1] / frame.wide, gray.shape[0] / frame.high
    return np.array([[across, 0.0, 0.0], [0.0, down, 0.0]], dtype=np.float64)


def _movement(way: Any) -> Matrix:
    if way is None or not np.all(np.isfinite(way)):
        raise CannotSee(Reason.NOT_ALIGNED)
    return np.asarray(way, dtype=np.float64)
