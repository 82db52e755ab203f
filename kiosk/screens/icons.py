"""The symbols: each a few strokes in a square from 0,0 (lower left) to 1,1, painted once a size and tinted."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget
from PIL import Image, ImageDraw

from kiosk.screens.texts import inked
from kiosk.screens.theme import Color as Rgba
from kiosk.screens.theme import theme

FINER = 8  # times; painted large and made smaller, edges are smooth without multisampling
THICK = 0.085  # of the square

Point = tuple[float, float]


class Pen:
    """Strokes with round ends in a square of 0..1."""

    def __init__(self, side: int) -> None:
        self._side = side * FINER
        self.picture = Image.new("L", (self._side, self._side), 0)
        self._draw = ImageDraw.Draw(self.picture)

    def line(self, *points: Point, thick: float = THICK, close: bool = False, ink: int = 255) -> None:
        """A line through points."""
        corners = [self._at(point) for point in (*points, *points[: int(close)])]
        self._draw.line(corners, fill=ink, width=round(thick * self._side))
        for point in points:
            self.disc(point, thick / 2, ink=ink)

    def disc(self, middle: Point, radius: float, *, ink: int = 255) -> None:
        """A filled circle."""
        (x, y), r = self._at(middle), radius * self._side
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def arc(
        self, middle: Point, radius: float, begin: float = 0, end: float = 360, thick: float = THICK
    ) -> None:
        """Part of a circle, from `begin` to `end` degrees counter-clockwise from the right."""
        steps = max(2, round((end - begin) / 5))
        angles = [math.radians(begin + (end - begin) * step / steps) for step in range(steps + 1)]
        self.line(
            *((middle[0] + radius * math.cos(a), middle[1] + radius * math.sin(a)) for a in angles),
            thick=thick,
        )

    def fill(self, *points: Point) -> None:
        """A filled shape."""
        self._draw.polygon([self._at(point) for point in points], fill=255)

    def block(self, left: float, low: float, right: float, high: float) -> None:
        """A filled rectangle."""
        self.fill((left, low), (right, low), (right, high), (left, high))

    def _at(self, point: Point) -> Point:
        return point[0] * self._side, (1 - point[1]) * self._side


class Icon(Widget):
    """A symbol in a colour; an unknown name is an empty place."""

    def __init__(self, name: str, *, color: Rgba | None = None, side: float = 32, **more: Any) -> None:
        super().__init__(size_hint=(None, None), size=(theme.px(side), theme.px(side)), **more)
        self.pos_hint = {"center_y": 0.5}
        self._shown = (name, color or theme.palette.text)
        with self.canvas:
            self._tint = Color()
            self._picture = Rectangle()
        self.bind(pos=self._place, size=self._place)
        self._place()

    def become(self, name: str, color: Rgba) -> None:
        """Another symbol in another colour."""
        if (name, color) != self._shown:
            self._shown = (name, color)
            self._place()

    def _place(self, *_: Any) -> None:
        name, color = self._shown
        self._tint.rgba = color if name in SHAPES else (0, 0, 0, 0)
        if name in SHAPES:
            self._picture.texture = _texture(name, round(self.width))
        self._picture.pos, self._picture.size = (round(self.x), round(self.y)), self.size


@cache
def _texture(name: str, side: int) -> Texture:
    return inked(painted(name, side))


def painted(name: str, side: int) -> Image.Image:
    """White ink on nothing, `side` pixels wide and high."""
    pen = Pen(side)
    SHAPES[name](pen)
    letters = pen.picture.resize((side, side), Image.Resampling.LANCZOS)
    return Image.merge("LA", (Image.new("L", letters.size, 255), letters))


def _tick(pen: Pen) -> None:
    pen.line((0.14, 0.5), (0.4, 0.24), (0.87, 0.77), thick=0.12)


def _cross(pen: Pen) -> None:
    pen.line((0.2, 0.2), (0.8, 0.8), thick=0.12)
    pen.line((0.2, 0.8), (0.8, 0.2), thick=0.12)


def _ring(pen: Pen) -> None:
    pen.arc((0.5, 0.5), 0.32)


def _square(pen: Pen) -> None:
    pen.line((0.16, 0.16), (0.84, 0.16), (0.84, 0.84), (0.16, 0.84), close=True)


def _now(pen: Pen) -> None:
    pen.arc((0.5, 0.5), 0.36)
    pen.disc((0.5, 0.5), 0.18)


def _back(pen: Pen) -> None:
    pen.line((0.62, 0.86), (0.26, 0.5), (0.62, 0.14), thick=0.11)


def _down(pen: Pen) -> None:
    pen.line((0.14, 0.64), (0.5, 0.3), (0.86, 0.64), thick=0.11)


def _pause(pen: Pen) -> None:
    pen.line((0.34, 0.18), (0.34, 0.82), thick=0.16)
    pen.line((0.66, 0.18), (0.66, 0.82), thick=0.16)


def _play(pen: Pen) -> None:
    pen.fill((0.26, 0.12), (0.26, 0.88), (0.88, 0.5))


def _warn(pen: Pen) -> None:
    pen.line((0.5, 0.9), (0.06, 0.13), (0.94, 0.13), close=True)
    pen.line((0.5, 0.62), (0.5, 0.42), thick=0.1)
    pen.disc((0.5, 0.26), 0.06)


def _alert(pen: Pen) -> None:
    """The safety alert symbol of ANSI Z535: a solid triangle with the mark cut out of it."""
    pen.fill((0.5, 0.97), (-0.04, 0.04), (1.04, 0.04))
    pen.line((0.5, 0.66), (0.5, 0.36), thick=0.12, ink=0)
    pen.disc((0.5, 0.19), 0.065, ink=0)


def _scan(pen: Pen) -> None:
    for x, wide in ((0.16, 0.06), (0.3, 0.04), (0.42, 0.1), (0.6, 0.04), (0.72, 0.06)):
        pen.block(x, 0.26, x + wide, 0.74)
    for x, y, right, up in (
        (0.04, 0.92, 1, -1),
        (0.96, 0.92, -1, -1),
        (0.04, 0.08, 1, 1),
        (0.96, 0.08, -1, 1),
    ):
        pen.line((x, y + 0.18 * up), (x, y), (x + 0.18 * right, y), thick=0.07)


def _measure(pen: Pen) -> None:
    pen.arc((0.5, 0.34), 0.42, 0, 180)
    pen.line((0.5, 0.34), (0.72, 0.6))
    pen.disc((0.5, 0.34), 0.08)


def _torque(pen: Pen) -> None:
    pen.arc((0.5, 0.48), 0.34, -40, 230)
    pen.fill((0.98, 0.42), (0.56, 0.38), (0.76, 0.08))
    pen.disc((0.5, 0.48), 0.1)


def _timer(pen: Pen) -> None:
    pen.arc((0.5, 0.44), 0.36)
    pen.line((0.5, 0.64), (0.5, 0.44), (0.62, 0.36))
    pen.line((0.4, 0.95), (0.6, 0.95))


def _signal(pen: Pen) -> None:
    pen.line((0.06, 0.28), (0.34, 0.28), (0.34, 0.74), (0.66, 0.74), (0.66, 0.28), (0.94, 0.28))


def _hand(pen: Pen) -> None:
    """A finger that touches."""
    pen.line((0.45, 0.74), (0.45, 0.3), thick=0.16)
    pen.line((0.5, 0.32), (0.76, 0.26), (0.72, 0.12), (0.5, 0.12), thick=0.22)
    pen.line((0.45, 0.18), (0.22, 0.38), thick=0.13)
    pen.arc((0.45, 0.74), 0.2, 15, 165, thick=0.06)


def _person(pen: Pen) -> None:
    pen.arc((0.5, 0.7), 0.19)
    pen.arc((0.5, 0.06), 0.37, 5, 175)


def _camera(pen: Pen) -> None:
    outline = (
        (0.05, 0.16),
        (0.95, 0.16),
        (0.95, 0.7),
        (0.7, 0.7),
        (0.62, 0.85),
        (0.38, 0.85),
        (0.3, 0.7),
        (0.05, 0.7),
    )
    pen.line(*outline, close=True, thick=0.07)
    pen.arc((0.5, 0.42), 0.17, thick=0.07)


def _online(pen: Pen) -> None:
    for radius in (0.24, 0.45, 0.66):
        pen.arc((0.5, 0.14), radius, 48, 132, thick=0.08)
    pen.disc((0.5, 0.14), 0.08)


def _offline(pen: Pen) -> None:
    _online(pen)
    pen.line((0.1, 0.02), (0.94, 0.9), thick=0.2, ink=0)
    pen.line((0.1, 0.02), (0.94, 0.9), thick=0.08)


def _choice(pen: Pen) -> None:
    pen.arc((0.2, 0.74), 0.15, thick=0.07)
    pen.disc((0.2, 0.26), 0.18)
    for y in (0.74, 0.26):
        pen.line((0.5, y), (0.94, y))


def _checklist(pen: Pen) -> None:
    for y in (0.74, 0.26):
        pen.line((0.05, y), (0.17, y - 0.13), (0.36, y + 0.14), thick=0.08)
        pen.line((0.55, y), (0.94, y))


def _keypad(pen: Pen) -> None:
    for x in (0.18, 0.5, 0.82):
        for y in (0.18, 0.5, 0.82):
            pen.disc((x, y), 0.1)


def _pencil(pen: Pen) -> None:
    pen.line((0.1, 0.1), (0.16, 0.36), (0.74, 0.94), (0.94, 0.74), (0.36, 0.16), close=True, thick=0.07)
    pen.line((0.6, 0.8), (0.8, 0.6), thick=0.07)


def _skip(pen: Pen) -> None:
    pen.line((0.1, 0.8), (0.5, 0.5), (0.1, 0.2))
    pen.line((0.5, 0.8), (0.9, 0.5), (0.5, 0.2))


def _erase(pen: Pen) -> None:
    pen.line((0.34, 0.8), (0.04, 0.5), (0.34, 0.2), (0.96, 0.2), (0.96, 0.8), close=True, thick=0.07)
    pen.line((0.5, 0.36), (0.78, 0.64), thick=0.08)
    pen.line((0.5, 0.64), (0.78, 0.36), thick=0.08)


def _shift(pen: Pen) -> None:
    arrow = ((0.5, 0.92), (0.1, 0.5), (0.32, 0.5), (0.32, 0.12), (0.68, 0.12), (0.68, 0.5), (0.9, 0.5))
    pen.line(*arrow, close=True, thick=0.08)


SHAPES: dict[str, Callable[[Pen], None]] = {
    "alert": _alert,
    "back": _back,
    "camera": _camera,
    "checklist": _checklist,
    "choice": _choice,
    "confirm": _hand,
    "cross": _cross,
    "down": _down,
    "erase": _erase,
    "measure": _measure,
    "now": _now,
    "number": _keypad,
    "offline": _offline,
    "online": _online,
    "pause": _pause,
    "person": _person,
    "photo": _camera,
    "play": _play,
    "ring": _ring,
    "scan": _scan,
    "shift": _shift,
    "sign-off": _pencil,
    "skip": _skip,
    "skipped": _skip,
    "text": _pencil,
    "signal": _signal,
    "square": _square,
    "table": _keypad,
    "tick": _tick,
    "timer": _timer,
    "torque": _torque,
    "vision": _camera,
    "warn": _warn,
}
