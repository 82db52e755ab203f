"""A bench as a camera sees it: a part with screws, a bracket, a coloured cap, pins, a dial, a label, between markers.

The same scene and shake always give the same pixels, so that a set of pictures with known truth is a list of numbers.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
HIGH, WIDE = 864, 1152  # a picture of one megapixel
Box = tuple[float, float, float, float]
COLOURS = {"red": (40, 40, 190), "blue": (180, 90, 30), "green": (70, 150, 50), "yellow": (40, 200, 225)}
SCREWS = ((260, 220), (892, 220), (260, 644), (892, 644))  # pixels
HEAD = 30  # pixels, radius of a screw's head
PLACES: dict[str, Box] = {  # left, top, width and height as shares of the picture
    "bracket": (0.36, 0.22, 0.16, 0.20),
    "cap": (0.565, 0.25, 0.075, 0.10),
    "pins": (0.27, 0.49, 0.22, 0.18),
    "dial": (0.52, 0.45, 0.15, 0.20),
    "label": (0.335, 0.705, 0.21, 0.06),
    "code": (0.60, 0.665, 0.10, 0.135),
    **{
        f"screw-{number}": ((x - 48) / WIDE, (y - 48) / HIGH, 96 / WIDE, 96 / HIGH)
        for number, (x, y) in enumerate(SCREWS, 1)
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What lies on the bench; as it stands, all is well."""

    screws: tuple[bool, bool, bool, bool] = (True, True, True, True)
    bracket: bool = True
    cap: str | None = "red"
    pins: int = 6
    turned: float = 0.0  # degrees, of the dial with marker 7
    label: str | None = "GP-100 C4"
    code: str | None = "WI-7/GP-100"
    covered: bool = False  # a hand lies over the part
    markers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shake:
    """How the picture was taken."""

    seed: int = 0
    across: float = 0.0  # pixels
    down: float = 0.0
    turned: float = 0.0  # degrees
    light: float = 1.0
    slope: float = 0.0  # of the light from left to right
    noise: float = 3.0  # grey levels
    blur: float = 0.0  # pixels


def shaken(seed: int) -> Shake:
    """A usual picture: a little moved, the light a little other, some noise."""
    numbers = np.random.default_rng(seed)
    across, down, turned, slope = (float(each) for each in numbers.uniform(-1, 1, 4))
    return Shake(
        seed=seed,
        across=14 * across,
        down=14 * down,
        turned=2.0 * turned,
        light=float(numbers.uniform(0.82, 1.15)),
        slope=0.08 * slope,
        noise=float(numbers.uniform(2, 6)),
        blur=float(numbers.uniform(0, 0.8)),
    )


def draw(scene: Scene, shake: Shake | None = None) -> Picture:
    """The bench through the camera."""
    how = shake or Shake()
    still = _bench(replace(scene, covered=False), how.seed)
    if scene.covered:
        still = still.copy()
        cv2.ellipse(still, (560, 430), (430, 300), 20, 0, 360, (120, 150, 205), -1)
    return _taken(still, how)


def _taken(still: Picture, how: Shake) -> Picture:
    turn = cv2.getRotationMatrix2D((WIDE / 2, HIGH / 2), how.turned, 1.0)
    turn[:, 2] += (how.across, how.down)
    moved = cv2.warpAffine(still, turn, (WIDE, HIGH), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if how.blur > 0.05:
        moved = cv2.GaussianBlur(moved, (0, 0), how.blur)
    numbers = np.random.default_rng(how.seed + 1000)
    ramp = how.light * (1 + how.slope * np.linspace(-1, 1, WIDE, dtype=np.float32))[None, :, None]
    noise = numbers.normal(0, max(0.01, how.noise), moved.shape).astype(np.float32)
    return np.asarray(np.clip(moved.astype(np.float32) * ramp + noise, 0, 255), dtype=np.uint8)


@lru_cache(maxsize=16)
def _bench(scene: Scene, seed: int) -> Picture:
    numbers = np.random.default_rng(seed + 5)
    picture = _mat().copy()
    cv2.rectangle(picture, (200, 160), (952, 704), (168, 160, 150), -1)
    cv2.rectangle(picture, (200, 160), (952, 704), (110, 102, 96), 4)
    for y in range(180, 212, 8):
        cv2.line(picture, (420, y), (720, y), (140, 132, 124), 2)
    for (x, y), there in zip(SCREWS, scene.screws, strict=True):
        _screw(picture, x, y, float(numbers.uniform(0, 180)), there=there)
    _bracket(picture, there=scene.bracket)
    _cap(picture, scene.cap)
    _pins(picture, scene.pins, numbers)
    _dial(picture, scene.turned)
    _label(picture, scene.label)
    _code(picture, scene.code)
    if scene.markers:
        for number, (x, y) in enumerate(((60, 60), (1012, 60), (60, 724), (1012, 724))):
            _stamp(picture, _marker(number, 80), x, y)
    return picture


@lru_cache(maxsize=1)
def _mat() -> Picture:
    numbers = np.random.default_rng(42)
    coarse = numbers.normal(0, 1, (HIGH // 12, WIDE // 12)).astype(np.float32)
    soft = cv2.resize(coarse, (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
    mat = np.array([92, 108, 88], dtype=np.float32) + 7 * soft[..., None]
    for x in range(0, WIDE, 96):
        mat[:, x : x + 2] += 22
    for y in range(0, HIGH, 96):
        mat[y : y + 2] += 22
    return np.asarray(np.clip(mat, 0, 255), dtype=np.uint8)


def _screw(picture: Picture, x: int, y: int, angle: float, *, there: bool) -> None:
    cv2.circle(picture, (x, y), HEAD + 12, (150, 142, 134), -1, cv2.LINE_AA)
    if not there:
        cv2.circle(picture, (x, y), HEAD - 8, (36, 34, 32), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), HEAD - 8, (90, 86, 80), 2, cv2.LINE_AA)
        return
    cv2.circle(picture, (x, y), HEAD, (205, 205, 202), -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), HEAD, (120, 118, 114), 2, cv2.LINE_AA)
    for turn in (angle, angle + 90):
        reach = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))]) * (HEAD - 10)
        ends = [tuple(int(each) for each in np.array([x, y]) + sign * reach) for sign in (-1, 1)]
        cv2.line(picture, ends[0], ends[1], (70, 70, 72), 7, cv2.LINE_AA)


def _bracket(picture: Picture, *, there: bool) -> None:
    for x in (450, 560):
        cv2.circle(picture, (x, 340), 9, (60, 58, 56), -1, cv2.LINE_AA)
    if not there:
        return
    cv2.rectangle(picture, (430, 210), (585, 350), (70, 76, 84), -1)
    cv2.rectangle(picture, (430, 210), (585, 350), (40, 42, 46), 3)
    cv2.rectangle(picture, (470, 240), (545, 290), (168, 160, 150), -1)
    for x in (450, 565):
        cv2.circle(picture, (x, 330), 11, (190, 190, 186), -1, cv2.LINE_AA)


def _cap(picture: Picture, colour: str | None) -> None:
    cv2.circle(picture, (695, 260), 40, (60, 58, 56), -1, cv2.LINE_AA)
    if colour is not None:
        cv2.circle(picture, (695, 260), 38, COLOURS[colour], -1, cv2.LINE_AA)
        cv2.circle(picture, (684, 248), 8, tuple(min(255, c + 45) for c in COLOURS[colour]), -1, cv2.LINE_AA)


def _pins(picture: Picture, count: int, numbers: np.random.Generator) -> None:
    cv2.rectangle(picture, (316, 430), (560, 572), (58, 54, 50), -1)
    for number in range(count):
        x, y = 346 + 46 * (number % 5), 462 + 40 * (number // 5)
        dx, dy = (int(each) for each in numbers.integers(-4, 5, 2))
        cv2.circle(picture, (x + dx, y + dy), 13, (200, 205, 208), -1, cv2.LINE_AA)


def _dial(picture: Picture, turned: float) -> None:
    side = 160
    face = np.full((side, side, 3), 225, np.uint8)
    _stamp(face, _marker(7, 72), 44, 52)
    cv2.putText(face, "UP", (58, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (30, 30, 30), 2, cv2.LINE_AA)
    cv2.arrowedLine(face, (20, 130), (20, 30), (40, 40, 180), 4, cv2.LINE_AA, tipLength=0.3)
    mask = np.zeros((side, side), np.uint8)
    cv2.circle(mask, (80, 80), 78, 255, -1)
    turn = cv2.getRotationMatrix2D((80, 80), -turned, 1.0)
    face = cv2.warpAffine(face, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    spot = picture[398 : 398 + side, 605 : 605 + side]
    spot[mask > 0] = face[mask > 0]


def _label(picture: Picture, text: str | None) -> None:
    if text is None:
        return
    cv2.rectangle(picture, (384, 606), (632, 664), (238, 238, 236), -1)
    cv2.putText(picture, text, (396, 647), cv2.FONT_HERSHEY_DUPLEX, 1.25, (25, 25, 25), 2, cv2.LINE_AA)


def _code(picture: Picture, text: str | None) -> None:
    if text is None:
        return
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix)
    drawn = np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=5, add_quiet_zones=True))
    side = 100
    square = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA)
    _stamp(picture, np.asarray(square, dtype=np.uint8), 698, 584)


@lru_cache(maxsize=16)
def _marker(number: int, side: int) -> Picture:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    inner = cv2.aruco.generateImageMarker(dictionary, number, side - 16)
    return np.asarray(
        cv2.copyMakeBorder(inner, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=(255,)), dtype=np.uint8
    )


def _stamp(picture: Picture, gray: Picture, x: int, y: int) -> None:
    high, wide = gray.shape
    picture[y : y + high, x : x + wide] = gray[..., None]


FAULTS: dict[str, tuple[tuple[Scene, ...], tuple[str, ...]]] = {  # what is wrong, and where it is seen
    "bracket": ((Scene(bracket=False),), ("bracket",)),
    "cap": ((Scene(cap="blue"), Scene(cap=None), Scene(cap="yellow")), ("cap",)),
    "pins": ((Scene(pins=5), Scene(pins=7)), ("pins",)),
    "dial": ((Scene(turned=12), Scene(turned=-25), Scene(turned=180)), ("dial",)),
    "label": ((Scene(label="GP-101 C4"), Scene(label="GP-100 C1")), ("label",)),
    "code": ((Scene(code="WI-8/GP-100"),), ("code",)),
    "screws": (
        (Scene(screws=(True, False, True, True)), Scene(screws=(False, True, True, False))),
        ("screw-1", "screw-2", "screw-3", "screw-4"),
    ),
}


def places_of(fault: str) -> tuple[str, ...]:
    """The regions of a fault, as `stepline vision teach` takes them."""
    return tuple(f"{name}=" + ",".join(f"{share:.4f}" for share in PLACES[name]) for name in FAULTS[fault][1])


def write_set(folder: Path, fault: str, pictures: int, seed: int = 0) -> None:
    """Write so many good and bad pictures as JPEG files; the first good one was taken with nothing moved."""
    scenes = {"good": (Scene(),), "bad": FAULTS[fault][0]}
    for name, drawn in scenes.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        for number in range(pictures):
            still = name == "good" and number == 0 and seed == 0
            shake = None if still else shaken(seed * 10_000 + number + (5000 if name == "bad" else 0))
            picture = draw(drawn[number % len(drawn)], shake)
            cv2.imwrite(str(place / f"{number:03}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
