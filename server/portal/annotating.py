"""Annotations of a picture as shapes in its pixels, to be drawn as SVG over the untouched picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from content.media import Annotation, Arrow, Badge, Blur, Box, Caption, Ellipse, Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape: an SVG element's name and attributes."""

    element: str
    attributes: dict[str, str]
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One text: where it begins or, for a number, its middle; `width` of the plate behind it."""

    x: float
    y: float
    text: str
    width: float
    look: str


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
            return [_outline("rect", "outline", x=x, y=y, rx=unit * 0.3, **size)], (x, y - unit * 0.5)
        case Ellipse():
            x, y = annotation.x * width, annotation.y * height
            rx, ry = annotation.rx * width, annotation.ry * height
            return [_outline("ellipse", "outline", cx=x, cy=y, rx=rx, ry=ry)], (x - rx, y - ry - unit * 0.5)
        case Polygon():
            points = [(x * width, y * height) for x, y in annotation.points]
            text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            shape = Shape(element="polygon", attributes={"points": text}, look="outline")
            return [shape], min(points, key=lambda point: point[1])
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
    return [line, Shape(element="polygon", attributes={"points": head}, look="point")], (x, y)


def _outline(element: str, look: str, **numbers: float) -> Shape:
    attributes = {name: f"{value:.1f}" for name, value in numbers.items()}
    return Shape(element=element, attributes=attributes, look=look)


def _labels(
    annotation: Annotation, anchor: tuple[float, float], unit: float, width: int, height: int
) -> list[Label]:
    labels: list[Label] = []
    x, y = anchor
    if isinstance(annotation, Badge):
        labels.append(Label(x=x, y=y, text=str(annotation.number), width=0, look="number"))
        x += unit * 1.4
    if not isinstance(annotation, Blur) and annotation.text:
        plate = sum(map(_width, annotation.text)) * unit + unit
        x = min(max(x, unit * 0.3), max(unit * 0.3, width - plate - unit * 0.3))
        y = min(max(y, unit * 1.1), height - unit * 0.8)
        labels.append(Label(x=x, y=y, text=annotation.text, width=plate, look="plate"))
    return labels


def _width(letter: str) -> float:
    """A letter's width as a share of its size, in a sans-serif like Inter at medium weight."""
    if letter in "iljtfrI.,:;'|!()[] 1":
        return 0.34
    if letter in "mwMW@%":
        return 0.86
    if ord(letter) > 0x2E7F:  # Chinese, Japanese and Korean letters fill a square
        return 1.0
    return 0.66 if letter.isupper() else 0.59
