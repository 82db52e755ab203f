"""Annotations of a picture as shapes in its pixels, to be drawn as SVG over the untouched picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from content.media import Annotation, Arrow, Badge, Blur, Box, Caption, Ellipse, Polygon

WIDEST = 0.45  # of the picture; a longer text is wrapped
PADDING, LINE = 0.8, 1.3  # of a plate, in letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape: an SVG element's name and attributes."""

    element: str
    attributes: dict[str, str]
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One text about its middle; a plate has room of `width` by `height`, its words in the middle or at a side."""

    x: float
    y: float
    text: str
    look: str
    width: float = 0
    height: float = 0
    side: str = "centre"

    @property
    def left(self) -> float:
        """Where its room begins."""
        return {"start": self.x, "end": self.x - self.width}.get(self.side, self.x - self.width / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What lies over one picture of `width` by `height` pixels; `unit` is the size of its letters."""

    width: int
    height: int
    unit: float
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]


def overlay(annotations: Sequence[Annotation], width: int, height: int) -> Overlay:
    """The shapes and texts of `annotations` on a picture of that size."""
    unit = max(width, height) / 42  # letters of the same share of every picture
    shapes: list[Shape] = []
    labels: list[Label] = []
    for annotation in sorted(
        annotations, key=lambda each: not isinstance(each, Blur)
    ):  # marks lie over plates
        drawn, anchor = _shape(annotation, width, height, unit)
        shapes += drawn
        labels += _labels(annotation, anchor, unit, width, height)
    return Overlay(width=width, height=height, unit=unit, shapes=tuple(shapes), labels=tuple(labels))


def _shape(
    annotation: Annotation, width: int, height: int, unit: float
) -> tuple[list[Shape], tuple[float, float]]:
    """The outline, and the point beside which its text stands."""
    match annotation:
        case Box():
            x, y = annotation.x * width, annotation.y * height
            size = {"width": annotation.width * width, "height": annotation.height * height}
            return [_outline("rect", "outline", x=x, y=y, rx=unit * 0.3, **size)], (
                x + annotation.width * width / 2,
                y - unit,
            )
        case Ellipse():
            x, y = annotation.x * width, annotation.y * height
            rx, ry = annotation.rx * width, annotation.ry * height
            return [_outline("ellipse", "outline", cx=x, cy=y, rx=rx, ry=ry)], (x, y - ry - unit)
        case Polygon():
            points = [(x * width, y * height) for x, y in annotation.points]
            text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            shape = Shape(element="polygon", attributes={"points": text}, look="outline")
            return [shape], (points[0][0], points[0][1] - unit)
        case Arrow():
            return _arrow(annotation, width, height, unit)
        case Badge():
            x, y = annotation.at[0] * width, annotation.at[1] * height
            return [_outline("circle", "badge", cx=x, cy=y, r=unit)], (x, y)
        case Caption():
            return [], (annotation.at[0] * width, annotation.at[1] * height)
        case Blur():
            x, y = annotation.x * width, annotation.y * height
            size = {"width": annotation.width * width, "height": annotation.height * height}
            return [_outline("rect", "blur", x=x, y=y, **size)], (x, y)


def _arrow(
    annotation: Arrow, width: int, height: int, unit: float
) -> tuple[list[Shape], tuple[float, float]]:
    x, y = annotation.start[0] * width, annotation.start[1] * height
    to_x, to_y = annotation.to[0] * width, annotation.to[1] * height
    angle = math.atan2(to_y - y, to_x - x)
    back_x, back_y = to_x - math.cos(angle) * unit, to_y - math.sin(angle) * unit
    side_x, side_y = math.sin(angle) * unit * 0.55, -math.cos(angle) * unit * 0.55
    corners = ((to_x, to_y), (back_x + side_x, back_y + side_y), (back_x - side_x, back_y - side_y))
    head = " ".join(f"{corner_x:.1f},{corner_y:.1f}" for corner_x, corner_y in corners)
    line = _outline("line", "outline", x1=x, y1=y, x2=back_x, y2=back_y)
    tail = (x - math.cos(angle) * unit * 1.1, y - math.sin(angle) * unit * 1.1)
    return [line, Shape(element="polygon", attributes={"points": head}, look="point")], tail


def _outline(element: str, look: str, **numbers: float) -> Shape:
    attributes = {name: f"{value:.1f}" for name, value in numbers.items()}
    return Shape(element=element, attributes=attributes, look=look)


def _labels(
    annotation: Annotation, anchor: tuple[float, float], unit: float, width: int, height: int
) -> list[Label]:
    labels: list[Label] = []
    x, y = anchor
    if isinstance(annotation, Badge):
        labels.append(Label(x=x, y=y, text=str(annotation.number), look="number"))
    if not isinstance(annotation, Blur) and annotation.text:
        room = width * WIDEST
        wanted = sum(map(_width, annotation.text)) * unit + PADDING * unit
        plate = min(wanted, room)
        high = math.ceil(wanted / room) * LINE * unit + 0.5 * unit
        if isinstance(annotation, Badge):
            beside = unit * 1.5 + plate / 2
            x = x + beside if x + beside + plate / 2 <= width else x - beside
        side = "start" if x - plate / 2 < 0 else "end" if x + plate / 2 > width else "centre"
        x = {"start": 0.0, "end": float(width)}.get(side, x)
        y = min(max(y, high / 2), height - high / 2)
        labels.append(
            Label(x=x, y=y, text=annotation.text, look="plate", width=room, height=height, side=side)
        )
    return labels


def _width(letter: str) -> float:
    """A letter's width as a share of its size, in a sans-serif like Inter in bold; it only decides about places."""
    if letter in "iljtfrI.,:;'|!()[] 1":
        return 0.36
    if letter in "mwMW@%":
        return 0.9
    if ord(letter) > 0x2E7F:  # Chinese, Japanese and Korean letters fill a square
        return 1.0
    return 0.7 if letter.isupper() else 0.62
