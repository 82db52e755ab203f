"""Where a web annotation stands: W3C selectors (media fragments, SVG) read as plain geometry, and written.

Only numbers are taken from an SVG. It is written as Annotorious 3 reads it: it looks for `<polygon points=` and
`<ellipse ` as they stand here, and finds no shape in an SVG that declares its name space.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from content.errors import AnnotationError

FRAGMENTS = "http://www.w3.org/TR/media-frags/"
LONGEST_SELECTOR = 40_000  # characters; a polygon of a thousand points has about 20,000
MOST_POINTS = 1_000
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
FRAGMENT = re.compile(rf"^xywh=(pixel:|percent:)?({NUMBER}),({NUMBER}),({NUMBER}),({NUMBER})$")
ROTATE = re.compile(rf"^\s*rotate\(\s*({NUMBER})[\s,]+({NUMBER})[\s,]+({NUMBER})\s*\)\s*$")
SHAPES = frozenset({"rect", "circle", "ellipse", "polygon", "polyline", "line", "path"})
GROUPS = frozenset({"svg", "g"})
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A picture's width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """Upright; `x`, `y` are its top left corner. As in all geometry here, lengths are shares of the picture."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Oval:
    """An ellipse about its centre."""

    x: float
    y: float
    rx: float
    ry: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A straight line."""

    start: Pair
    to: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A closed outline."""

    points: tuple[Pair, ...]


Geometry = Rectangle | Oval | Segment | Outline


def write(geometry: Geometry, size: Size | None) -> dict[str, str]:
    """A selector in pixels of a picture of that size, or in percent where no size is given."""
    x, y = (_Scale(size.width), _Scale(size.height)) if size is not None else (_Scale(100), _Scale(100))
    match geometry:
        case Rectangle():
            unit = "percent" if size is None else "pixel"
            numbers = f"{x(geometry.x)},{y(geometry.y)},{x(geometry.width)},{y(geometry.height)}"
            value = f"xywh={unit}:{numbers}"
            return {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": value}
        case Oval():
            place = f'cx="{x(geometry.x)}" cy="{y(geometry.y)}" rx="{x(geometry.rx)}" ry="{y(geometry.ry)}"'
            shape = f"<ellipse {place} />"
        case Segment():
            (x1, y1), (x2, y2) = geometry.start, geometry.to
            shape = f'<line x1="{x(x1)}" y1="{y(y1)}" x2="{x(x2)}" y2="{y(y2)}" />'
        case Outline():
            points = " ".join(f"{x(across)},{y(down)}" for across, down in geometry.points)
            shape = f'<polygon points="{points}" />'
    box = ' viewBox="0 0 100 100" preserveAspectRatio="none"' if size is None else ""
    return {"type": "SvgSelector", "value": f"<svg{box}>{shape}</svg>"}


class _Scale:
    """Spells a share as a length, without the errors of binary fractions."""

    def __init__(self, full: int) -> None:
        self._full = full

    def __call__(self, share: float) -> str:
        spelled = f"{Decimal(f'{share:.6g}') * self._full:f}"
        return spelled.rstrip("0").rstrip(".") if "." in spelled else spelled


def read(selector: Any, size: Size | None) -> Geometry:
    """The geometry of a W3C selector; raises AnnotationError. Pixels need the picture's size."""
    if isinstance(selector, str):
        return _fragment(selector.rpartition("#")[2], size)
    values = cast("dict[str, Any]", selector) if isinstance(selector, dict) else {}
    kind, value = values.get("type"), values.get("value")
    if not isinstance(value, str):
        raise AnnotationError("its selector has no value; select by FragmentSelector or SvgSelector")
    if len(value) > LONGEST_SELECTOR:
        raise AnnotationError(f"its selector has more than {LONGEST_SELECTOR:,} characters; draw it plainer")
    if kind == "FragmentSelector":
        return _fragment(value, size)
    if kind == "SvgSelector":
        return _svg(value, size)
    raise AnnotationError(f"it is selected by {kind!r}; select by FragmentSelector or SvgSelector")


def _fragment(value: str, size: Size | None) -> Rectangle:
    found = FRAGMENT.match(value) if len(value) <= LONGEST_SELECTOR else None
    if found is None:
        raise AnnotationError(f"{value[:60]!r} is no rectangle; write xywh=percent:10,20,30,40")
    numbers = [float(number) for number in found.groups()[1:]]
    across, down = (100.0, 100.0) if found[1] == "percent:" else _pixels(size)
    return _upright(*(number / full for number, full in zip(numbers, (across, down) * 2, strict=True)))


def _upright(x: float, y: float, width: float, height: float) -> Rectangle:
    """A rectangle in shares, cut at the picture's left and upper edge; raises AnnotationError."""
    if min(width, height) < 0 or not all(map(math.isfinite, (x, y, width, height))):
        raise AnnotationError("the rectangle has a size below zero or without end; draw it again")
    left, top = max(x, 0.0), max(y, 0.0)
    width, height = min(width - (left - x), 1.0), min(height - (top - y), 1.0)
    if max(left, top) > 1 or min(width, height) < 0:
        raise AnnotationError("the rectangle lies outside the picture; draw it inside")
    return Rectangle(x=_short(left), y=_short(top), width=_short(width), height=_short(height))


def _pixels(size: Size | None) -> Pair:
    if size is None:
        raise AnnotationError("its place is in pixels; say how large the picture is, or write percent")
    return float(size.width), float(size.height)


def _svg(value: str, size: Size | None) -> Geometry:
    try:
        root: Element = Safe.fromstring(value, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise AnnotationError("its SVG cannot be read; draw the shape again") from None
    shapes = list(_shapes(root))
    if len(shapes) != 1:
        raise AnnotationError(f"its SVG holds {len(shapes)} shapes; draw one shape at a time")
    frame = root.get("viewBox")
    if frame is None:
        origin, (across, down) = (0.0, 0.0), _pixels(size)
    else:
        numbers = _numbers(frame)
        if len(numbers) != 4 or min(numbers[2:]) <= 0:
            raise AnnotationError("the viewBox of its SVG is none; write it like 0 0 100 100")
        origin, (across, down) = (numbers[0], numbers[1]), (numbers[2], numbers[3])
    return _Drawn(shapes[0], origin, (across, down)).geometry()


def _shapes(element: Element, deep: int = 0) -> list[Element]:
    """The shapes of an SVG; raises AnnotationError where a group is moved or nested without need."""
    name = _local(element)
    if name in SHAPES:
        return [element]
    if name not in GROUPS or deep > 5 or element.get("transform"):
        raise AnnotationError(f"its SVG holds <{name[:20]}>, which is no plain shape; draw the shape again")
    return [shape for child in element for shape in _shapes(child, deep + 1)]


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _numbers(text: str) -> list[float]:
    """Every number of a text that holds nothing else."""
    if re.sub(rf"{NUMBER}|[\s,]", "", text):
        raise AnnotationError(f"{text[:40]!r} is no list of numbers; draw the shape again")
    return [float(number) for number in re.findall(NUMBER, text)]


class _Drawn:
    """One shape of an SVG, whose lengths become shares of the picture."""

    def __init__(self, element: Element, origin: Pair, full: Pair) -> None:
        self._element = element
        self._origin = origin
        self._full = full

    def geometry(self) -> Geometry:
        """The shape as geometry; raises AnnotationError."""
        name = _local(self._element)
        if name != "rect" and self._element.get("transform"):
            raise AnnotationError(f"its <{name}> is turned or moved; draw it again")
        match name:
            case "rect":
                return self._rect()
            case "circle" | "ellipse":
                return self._oval(name)
            case "line":
                ends = [(self._number(f"x{end}"), self._number(f"y{end}")) for end in (1, 2)]
                return self._open([self._share(*end) for end in ends])
            case "path":
                points, closed = along(self._element.get("d", ""))
            case _:
                points, closed = pairs(_numbers(self._element.get("points", ""))), name == "polygon"
        shares = [self._share(*point) for point in points]
        return self._closed(shares) if closed else self._open(shares)

    def _rect(self) -> Geometry:
        x, y, width, height = (self._number(name) for name in ("x", "y", "width", "height"))
        turn = self._element.get("transform")
        if not turn:
            return _upright(*self._raw(x, y), width / self._full[0], height / self._full[1])
        found = ROTATE.match(turn)
        if found is None:
            raise AnnotationError("its <rect> is moved or skewed; draw it again")
        degrees, *middle = (float(number) for number in found.groups())
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        return self._closed(
            [self._share(*_turned(corner, (middle[0], middle[1]), degrees)) for corner in corners]
        )

    def _oval(self, name: str) -> Oval:
        radii = ("r", "r") if name == "circle" else ("rx", "ry")
        rx, ry = (self._number(radius) / full for radius, full in zip(radii, self._full, strict=True))
        x, y = self._share(self._number("cx"), self._number("cy"))
        if min(rx, ry) < 0:
            raise AnnotationError(f"its <{name}> has a radius below zero; draw it again")
        return Oval(x=x, y=y, rx=_short(min(rx, 1.0)), ry=_short(min(ry, 1.0)))

    def _open(self, points: list[Pair]) -> Segment:
        if len(points) != 2:
            raise AnnotationError(f"it is an open line of {len(points)} points; draw an arrow or a polygon")
        return Segment(start=points[0], to=points[1])

    def _closed(self, points: list[Pair]) -> Outline:
        if not 3 <= len(points) <= MOST_POINTS:
            raise AnnotationError(f"its outline has {len(points)} points; draw 3 to {MOST_POINTS:,}")
        return Outline(points=tuple(points))

    def _number(self, name: str) -> float:
        numbers = _numbers(self._element.get(name, "0"))
        if len(numbers) != 1 or not math.isfinite(numbers[0]):
            raise AnnotationError(f"{name} of its shape is no number; draw the shape again")
        return numbers[0]

    def _raw(self, x: float, y: float) -> Pair:
        return (x - self._origin[0]) / self._full[0], (y - self._origin[1]) / self._full[1]

    def _share(self, x: float, y: float) -> Pair:
        across, down = self._raw(x, y)
        if not -1 <= across <= 2 or not -1 <= down <= 2:
            raise AnnotationError("its shape lies outside the picture; draw it inside")
        left, top = _within((across, down))
        return _short(left), _short(top)


def pairs(numbers: list[float]) -> list[Pair]:
    """Points of a flat list; raises AnnotationError when one lacks its second number."""
    if len(numbers) % 2 or len(numbers) > 2 * MOST_POINTS:
        raise AnnotationError("its points are not pairs of numbers, or too many; draw the shape again")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def along(path: str) -> tuple[list[Pair], bool]:
    """The corners of a path of straight lines, and whether it is closed; raises AnnotationError for anything else."""
    points: list[Pair] = []
    closed = False
    for letter, rest in re.findall(r"([A-Za-z])([^A-Za-z]*(?:[eE][-+]?\d[^A-Za-z]*)*)", path):
        if closed or letter.upper() not in "MLHVZ" or (letter in "Mm") != (not points):
            raise AnnotationError("its path is curved or has several parts; draw a polygon")
        closed = letter in "Zz"
        across, down = points[-1] if points else (0.0, 0.0)
        numbers = _numbers(rest)
        steps = [(n, None) for n in numbers] if letter in "Hh" else [(None, n) for n in numbers]
        for x, y in steps if letter in "HhVv" else pairs(numbers):
            base = (across, down) if letter.islower() else (0.0, 0.0)
            across = across if x is None else base[0] + x
            down = down if y is None else base[1] + y
            points.append((across, down))
    return points, closed


def _turned(point: Pair, middle: Pair, degrees: float) -> Pair:
    turn = math.radians(degrees)
    x, y = point[0] - middle[0], point[1] - middle[1]
    return (
        middle[0] + x * math.cos(turn) - y * math.sin(turn),
        middle[1] + x * math.sin(turn) + y * math.cos(turn),
    )


def _within(point: Pair) -> Pair:
    return min(max(point[0], 0.0), 1.0), min(max(point[1], 0.0), 1.0)


def _short(share: float) -> float:
    """As documents keep it: six digits."""
    return float(f"{share:.6g}")
