"""Photographs of codes, taken by nobody: drawn, held askew, lit badly, blurred and noisy, from fixed seeds.

There is no large set of real photographs that may be kept here; these have the faults that real ones have, a few at
a time: turn, tilt, distance, motion, focus, glare, shade, low light, noise, low contrast, light on dark, scratched
bars, JPEG. Each can be filmed: more frames of the same scene, with fresh noise and a hand that is never quite still.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
HIGH, WIDE = 816, 1224  # pixels: one megapixel

TEXTS = {
    "Code128": "GP-131-SN{0:06d}",
    "Code39": "GP131-{0:05d}",
    "EAN13": "{1}",
    "ITF": "{0:08d}",
    "DataMatrix": "GP-131;SN{0:06d};LOT7",
    "QRCode": "https://id.example/01/0401234500001{0}/21/SN{0}",
    "PDF417": "GP-131 SN{0:06d} LOT 7 2026-11-24",
    "Aztec": "GP-131;SN{0:06d}",
    "Code93": "GP131-{0:05d}",
    "Codabar": "A{0:06d}B",
    "EAN8": "4012{0:03d}",
    "UPCE": "0{0:03d}175",
    "DataBarOmni": "040123450{0:04d}",
    "DataBarLtd": "040123450{0:04d}",
    "DataBarExp": "(01)04012345000016(21)SN{0:03d}",
    "MicroQRCode": "GP{0:05d}",
    "RMQRCode": "GP-131-SN{0:06d}",
    "MicroPDF417": "GP-131-{0:05d}",
    "MaxiCode": "GP-131 SN{0:06d} LOT 7",
}
STILL = 1.2  # pixels that a hand wanders between two frames
DARK = 0.12  # share that is taken in low light: little contrast, much noise


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture and what is written in it; no text: there is no code in it."""

    symbology: str
    text: str
    picture: Picture
    scene: Picture  # before light, lens and sensor
    seed: tuple[int, ...]

    def frame(self, number: int) -> Picture:
        """One more picture of the same scene, in the same light; the first is `picture`."""
        if number == 0:
            return self.picture
        grain = np.random.default_rng([*self.seed, 77, number])
        wander = grain.normal(0, STILL, 2)
        shift = np.array([[1, 0, wander[0]], [0, 1, wander[1]]], np.float32)
        moved = cv2.warpAffine(self.scene, shift, (WIDE, HIGH), borderMode=cv2.BORDER_REPLICATE)
        light = np.random.default_rng([*self.seed, 78])
        return _finished(np.asarray(moved, dtype=np.uint8), light, grain)


def photographs(each: int, seed: int = 7) -> Iterator[Photograph]:
    """So many of each symbology."""
    for symbology, spelling in TEXTS.items():
        for number in range(each):
            place = (seed, number, *symbology.encode())
            dice = np.random.default_rng(place)
            drawn = _drawn(symbology, spelling.format(100 + number, _ean(40123450000 + number)))
            yield _shot(symbology, _read(drawn), _scene(drawn, dice), place)


def empty_ones(count: int, seed: int = 11) -> Iterator[Photograph]:
    """Pictures without a code, with much that looks like one: stripes, grids, text, screws in rows."""
    for number in range(count):
        place = (seed, number)
        yield _shot("", "", _clutter(np.random.default_rng(place)), place)


def _shot(symbology: str, text: str, scene: Picture, place: tuple[int, ...]) -> Photograph:
    light, grain = np.random.default_rng([*place, 78]), np.random.default_rng([*place, 77, 0])
    return Photograph(symbology, text, _finished(scene, light, grain), scene, place)


def _read(drawn: Picture) -> str:
    """What is written in a code, as a reader spells it: check digits and application identifiers are its own."""
    (code,) = zxingcpp.read_barcodes(
        np.pad(drawn, 40, constant_values=255), text_mode=zxingcpp.TextMode.Plain
    )
    return code.text


def _ean(twelve: int) -> str:
    digits = f"{twelve:012d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return digits + str(-(odd + 3 * even) % 10)


def _drawn(symbology: str, text: str) -> Picture:
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    return np.array(zxingcpp.write_barcode_to_image(code, scale=8, add_quiet_zones=True), dtype=np.uint8)


def _scene(code: Picture, dice: np.random.Generator) -> Picture:
    """The label somewhere on a bench."""
    code = _worn(code, dice)
    high, wide = code.shape
    share = dice.uniform(0.22, 0.6)
    scale = share * WIDE / max(wide, high)
    angle = np.deg2rad(dice.choice([0.0, 90.0, 180.0]) + dice.normal(0, 18))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = (np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) - [wide / 2, high / 2]) * scale
    corners = corners @ turn.T
    tilt = 1 + dice.uniform(-0.18, 0.18, size=(4, 1))
    middle = [WIDE * dice.uniform(0.4, 0.6), HIGH * dice.uniform(0.4, 0.6)]
    seen = (corners * tilt + middle).astype(np.float32)
    whole = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    warp = cv2.getPerspectiveTransform(whole, seen)
    bench = _ground(dice)
    label = cv2.warpPerspective(code, warp, (WIDE, HIGH), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full_like(code, 255), warp, (WIDE, HIGH), flags=cv2.INTER_AREA)
    share_of = np.asarray(mask, dtype=np.float32) / 255
    return (label * share_of + bench * (1 - share_of)).astype(np.uint8)


def _worn(code: Picture, dice: np.random.Generator) -> Picture:
    """Some are scratched or printed with a poor ribbon, some engraved as dots, some light on dark."""
    worn = code.copy()
    if dice.random() < 0.25:
        for _ in range(int(dice.integers(1, 4))):
            at = [
                int(dice.integers(0, side))
                for side in (worn.shape[1], worn.shape[0], worn.shape[1], worn.shape[0])
            ]
            cv2.line(worn, (at[0], at[1]), (at[2], at[3]), 255, int(dice.integers(1, 5)))
    if dice.random() < 0.12:
        worn = 255 - worn
    if dice.random() < 0.15:
        worn = cv2.erode(worn, np.ones((3, 3), np.uint8))
    return worn


def _ground(dice: np.random.Generator) -> Picture:
    rough = dice.integers(60, 200, size=(12, 18)).astype(np.uint8)
    ground = cv2.resize(rough, (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
    for _ in range(6):
        x, y = int(dice.integers(0, WIDE)), int(dice.integers(0, HIGH))
        cv2.circle(ground, (x, y), int(dice.integers(10, 70)), int(dice.integers(20, 240)), -1)
    return ground


def _clutter(dice: np.random.Generator) -> Picture:
    ground = _ground(dice)
    x, y, pitch = int(dice.integers(100, 500)), int(dice.integers(100, 400)), int(dice.integers(4, 18))
    kind = int(dice.integers(0, 4))
    for place in range(30):
        left, top = x + place * pitch, y + place * pitch
        if kind == 0:
            cv2.line(ground, (left, y), (left, y + 220), 20, int(dice.integers(1, 6)))
        elif kind == 1:
            cv2.rectangle(ground, (left, top), (left + pitch // 2, top + pitch), 230, -1)
        elif kind == 2:
            cv2.circle(ground, (x + place % 6 * 40, y + place // 6 * 40), 12, int(dice.integers(10, 240)), -1)
        else:
            cv2.putText(ground, "M8x20 A2-70", (x, y + place * 30), cv2.FONT_HERSHEY_SIMPLEX, 1, 10, 2)
    return ground


def _finished(picture: Picture, dice: np.random.Generator, grain: np.random.Generator) -> Picture:
    """Light, lens, sensor and JPEG; `grain` is the noise of this one frame."""
    seen = picture.astype(np.float32)
    dark = dice.random() < DARK
    across = np.linspace(dice.uniform(0.45, 1), dice.uniform(0.45, 1), WIDE, dtype=np.float32)
    seen = seen * across * np.float32(dice.uniform(0.5, 1.0)) + np.float32(dice.uniform(0, 45))
    if dice.random() < 0.3:
        glare = np.zeros((HIGH, WIDE), np.float32)
        at = (int(dice.integers(0, WIDE)), int(dice.integers(0, HIGH)))
        cv2.circle(glare, at, int(dice.integers(60, 200)), float(dice.uniform(60, 160)), -1)
        seen += cv2.GaussianBlur(glare, (0, 0), 60)
    blur = dice.random()
    if blur < 0.45:
        seen = cv2.GaussianBlur(seen, (0, 0), float(dice.uniform(0.6, 2.6)))
    elif blur < 0.7:
        long = int(dice.integers(3, 10))
        streak = np.zeros((long, long), np.float32)
        streak[long // 2, :] = 1 / long
        turned = cv2.getRotationMatrix2D((long / 2, long / 2), float(dice.uniform(0, 180)), 1)
        seen = cv2.filter2D(seen, -1, cv2.warpAffine(streak, turned, (long, long)))
    if dark:
        seen = seen * np.float32(0.3) + np.float32(6)
    seen += grain.normal(0, float(dice.uniform(1, 12)), size=seen.shape).astype(np.float32)
    _, data = cv2.imencode(
        ".jpg", np.clip(seen, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(35, 92))]
    )
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
