"""Printed text: one line of characters that stand apart, each known from the good pictures.

It knows only the characters it was taught, in their font and size, and tells whether the expected line stands there.
"""
# pyright: basic

import base64
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from content.vision.errors import NotTaught
from content.vision.pictures import Picture, as_png, gray_of
from content.vision.presence import opened
from content.vision.scored import Scored
from content.vision.sight import Sight
from content.vision.taught import Glyph, Region, Text
from content.vision.verdict import CannotSee, Reason

HIGH, WIDE = 40, 32  # pixels of a character in the file
LINE = 96  # pixels; a region is brought to that height
SPECK = 0.004  # of the line's height squared
MOST_LOOKS = 6
DEPTHS = (0.0, 0.2, 0.35, 0.5, -0.2)  # of the way from the middle grey to the darkest
DOUBT = 0.06  # by which the expected character must be nearer than any other

Glyphs = dict[str, list[NDArray[np.float32]]]


def learn(region: Region, good: Sequence[Sight], expected: str) -> Text:
    """The characters of the good pictures; raises NotTaught where they do not stand apart."""
    wanted = expected.replace(" ", "")
    dark = _dark([gray_of(sight.fine(region)) for sight in good])
    glyphs: dict[str, list[str]] = {}
    read_pictures = 0
    for sight in good:
        cells = _cells(gray_of(sight.fine(region)), len(wanted), dark=dark)
        if len(cells) != len(wanted):
            continue
        read_pictures += 1
        for character, cell in zip(wanted, cells, strict=True):
            looks = glyphs.setdefault(character, [])
            if len(looks) < MOST_LOOKS:
                looks.append(base64.b64encode(as_png(np.asarray(cell * 255, dtype=np.uint8))).decode())
    if not read_pictures or not wanted:
        found = len(_cells(gray_of(good[0].fine(region)), len(wanted), dark=dark))
        raise NotTaught(
            f"{found} characters stand apart in the region where {expected!r} has {len(wanted)}; draw it close "
            "around one line whose characters do not touch, or look for a code instead"
        )
    listed = tuple(Glyph(character=each, looks=tuple(looks)) for each, looks in glyphs.items())
    return Text(kind="text", expected=expected, dark=dark, glyphs=listed)


def score(taught: Text, region: Region, sight: Sight) -> Scored:
    """The likeness of the least likely character to what is expected there."""
    wanted = taught.expected.replace(" ", "")
    cells = _cells(gray_of(sight.fine(region)), len(wanted), dark=taught.dark)
    known = {glyph.character: [_unit(text) for text in glyph.looks] for glyph in taught.glyphs}
    if not cells:
        raise CannotSee(Reason.NOT_FOUND)
    told = [_told(cell, known) for cell in cells]
    came = "".join(character for character, _, _ in told)
    values = {"came": came[:60], "expected": taught.expected}
    if len(cells) != len(wanted):
        return Scored(0.5, values, Reason.READ, Reason.OTHER_CODE, doubt=Reason.NOT_READ)
    if came == wanted:
        return Scored(min(likeness for _, likeness, _ in told), values, Reason.READ, Reason.NOT_READ)
    sure = all(
        margin > DOUBT for (character, _, margin), want in zip(told, wanted, strict=True) if character != want
    )
    least = min(
        max(_likeness(cell, look) for look in known[want]) if want in known else 0.0
        for cell, want in zip(cells, wanted, strict=True)
    )
    doubt = None if sure else Reason.NOT_READ
    return Scored(min(0.45, least), values, Reason.READ, Reason.OTHER_CODE, doubt=doubt)


def _unit(text: str) -> NDArray[np.float32]:
    return np.asarray(gray_of(opened(text)) / 255, dtype=np.float32)


def _told(cell: NDArray[np.float32], known: Glyphs) -> tuple[str, float, float]:
    """The nearest character, its likeness, and how far behind the next one is."""
    near = sorted(
        ((max(_likeness(cell, look) for look in looks), character) for character, looks in known.items()),
        reverse=True,
    )
    behind = near[1][0] if len(near) > 1 else 0.0
    return near[0][1], near[0][0], near[0][0] - behind


def _likeness(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    if one.shape != two.shape or min(float(one.std()), float(two.std())) < 1e-3:
        return 0.0
    return max(0.0, float(np.corrcoef(one.ravel(), two.ravel())[0, 1]))


def _dark(grays: list[Picture]) -> bool:
    """Whether the letters are the darker and rarer part."""
    shares = []
    for gray in grays:
        level, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        shares.append(float(np.mean(gray <= level)))
    return float(np.mean(shares)) < 0.5


def _cells(gray: Picture, wanted: int, *, dark: bool) -> list[NDArray[np.float32]]:
    """The characters of the line from left to right, each brought to one size.

    Bold print touches: the ink is cut deeper until so many stand apart as are wanted, or as at first.
    """
    line = cv2.resize(
        gray, (max(8, round(gray.shape[1] * LINE / gray.shape[0])), LINE), interpolation=cv2.INTER_CUBIC
    )
    line = np.asarray(cv2.GaussianBlur(line if dark else 255 - line, (0, 0), 1.2), dtype=np.uint8)
    middle, _ = cv2.threshold(line, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    darkest = float(np.percentile(line, 1))
    first: list[NDArray[np.float32]] = []
    for deep in DEPTHS:
        mask = np.asarray(line <= middle - deep * (middle - darkest), dtype=np.uint8) * 255
        boxes = _boxes(mask)
        first = first or _cut(mask, boxes)
        if len(boxes) == wanted:
            return _cut(mask, boxes)
    return first


def _cut(mask: NDArray[np.uint8], boxes: list[tuple[int, int, int, int]]) -> list[NDArray[np.float32]]:
    if not boxes:
        return []
    top, bottom = min(box[1] for box in boxes), max(box[1] + box[3] for box in boxes)
    return [_cell(mask[:, left : left + wide], top, bottom) for left, _, wide, _ in boxes]


def _boxes(mask: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """What stands apart, pieces one above the other (an i) taken together; what touches the edge is not text."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(mask, np.uint8), connectivity=8)
    found = [tuple(int(value) for value in row[:5]) for row in np.asarray(stats)[1:]]
    high, wide = mask.shape
    inner = [
        (left, top, across, down)
        for left, top, across, down, area in found
        if area > SPECK * LINE * LINE and left > 0 and top > 0 and left + across < wide and top + down < high
    ]
    boxes: list[tuple[int, int, int, int]] = []
    for left, top, across, down in sorted(inner):
        if boxes and left < boxes[-1][0] + 0.6 * boxes[-1][2]:
            last = boxes[-1]
            right = max(last[0] + last[2], left + across)
            upper, lower = min(last[1], top), max(last[1] + last[3], top + down)
            boxes[-1] = (last[0], upper, right - last[0], lower - upper)
        else:
            boxes.append((left, top, across, down))
    return boxes


def _cell(strip: NDArray[np.uint8], top: int, bottom: int) -> NDArray[np.float32]:
    """A character in the line's height: so a dot stays a dot and a dash a dash."""
    inner = np.asarray(strip[top:bottom], dtype=np.float32) / 255
    scale = min(HIGH / max(1, inner.shape[0]), WIDE / max(1, inner.shape[1]))
    size = (max(1, round(inner.shape[1] * scale)), max(1, round(inner.shape[0] * scale)))
    small = cv2.resize(inner, size, interpolation=cv2.INTER_AREA)
    cell = np.zeros((HIGH, WIDE), dtype=np.float32)
    left, upper = (WIDE - size[0]) // 2, (HIGH - size[1]) // 2
    cell[upper : upper + size[1], left : left + size[0]] = small
    return np.asarray(cv2.GaussianBlur(cell, (0, 0), 1.0), dtype=np.float32)
