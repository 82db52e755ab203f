"""The small design system: texts, panels, buttons and icons that every screen is made of."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics import SmoothLine as Line
from kivy.graphics import SmoothRoundedRectangle as RoundedRectangle
from kivy.graphics import SmoothTriangle as Triangle
from kivy.properties import StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.screens import shaping
from kiosk.screens.fonts import is_simple
from kiosk.screens.texts import flowing, font, inked, markup
from kiosk.screens.theme import BODY, GAP, TOUCH, theme
from kiosk.screens.theme import Color as Rgba

touchable: dict[str, Widget] = {}  # by the name that tests and the demonstration touch them by


class Txt(Label):
    """A text that wraps in its width and takes the height it needs; `fixed` fills the place it is given."""

    def __init__(self, *, size: float = BODY, bold: bool = False, color: Rgba | None = None, **more: Any) -> None:
        self._bold = bold
        fixed = more.pop("fixed", False)
        super().__init__(
            font_size=theme.px(size),
            font_name=font(bold=bold),
            color=color or theme.palette.text,
            halign=more.pop("halign", "left"),
            valign=more.pop("valign", "middle"),
            **more,
        )
        if fixed:
            self.bind(size=self._box)
        else:
            self.size_hint_y = None
            self.bind(width=self._wrap, texture_size=self._grow)
            self._grow()

    def say(self, text: str) -> None:
        """Show another text; nothing is drawn anew when it is the same."""
        if text == self.text:
            return
        self.text = text
        if self.size_hint_y is None:
            self._grow()

    def tell(self, markdown: str) -> None:
        """Show light markdown; for a text that was made with `markup`."""
        self.say(markup(markdown) if is_simple(markdown) else flowing(markdown))

    def paint(self, color: Rgba) -> None:
        """Show it in another colour."""
        if tuple(self.color) != color:
            self.color = color

    def texture_update(self, *more: Any) -> None:
        """Letters that the plain font does not hold are shaped by `shaping`."""
        if is_simple(self.text):
            super().texture_update(*more)
            return
        width, height = self.text_size
        letters = shaping.paint(
            self.text,
            size=round(self.font_size),
            bold=self._bold,
            width=width,
            halign=self.halign,
            most_lines=1 if self.shorten else None,
        )
        self.texture = inked(letters, self.color)
        self.texture_size = list(self.texture.size)

    def _wrap(self, *_: Any) -> None:
        self.text_size = (self.width, None)

    def _box(self, *_: Any) -> None:
        self.text_size = self.size

    def _grow(self, *_: Any) -> None:
        self.height = self.texture_size[1] if self.text else 0


class Panel(BoxLayout):
    """A box with a ground, rounded corners and room inside."""

    def __init__(self, *, ground: Rgba | None = None, radius: float = 14, pad: float = GAP, **more: Any) -> None:
        super().__init__(padding=theme.px(pad), spacing=theme.px(more.pop("gap", GAP)), **more)
        with self.canvas.before:
            self._color = Color(*(ground or theme.palette.panel))
            self._ground = RoundedRectangle(radius=[theme.px(radius)])
        self.bind(pos=self._place, size=self._place)

    def tint(self, color: Rgba) -> None:
        """Another ground."""
        if tuple(self._color.rgba) != color:
            self._color.rgba = color

    def _place(self, *_: Any) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size


class Rows(BoxLayout):
    """Things below one another, as high as they are together."""

    def __init__(self, *, gap: float = GAP, **more: Any) -> None:
        super().__init__(orientation="vertical", spacing=theme.px(gap), size_hint_y=None, height=0, **more)
        self.bind(minimum_height=self.setter("height"))


class Tap(ButtonBehavior, Panel):
    """Something large that can be touched; `name` is what tests and the demonstration call it."""

    def __init__(self, name: str, act: Callable[[], None], **more: Any) -> None:
        super().__init__(**more)
        self.name = name
        self.enabled = True  # Kivy's `disabled` would fade the texts below 7:1
        self._act = act
        touchable[name] = self

    def on_press(self) -> None:
        """Answer within the frame: the ground changes."""
        if self.enabled:
            self._color.a = 0.7

    def on_release(self) -> None:
        """Do it."""
        if self.enabled:
            self._color.a = 1
            self._act()


class Action(Tap):
    """A button with an icon and a word."""

    def __init__(
        self,
        name: str,
        word: str,
        act: Callable[[], None],
        *,
        icon: str = "",
        primary: bool = False,
        size: float = BODY,
        **more: Any,
    ) -> None:
        palette = theme.palette
        color = palette.on_primary if primary else palette.text
        super().__init__(
            name,
            act,
            ground=palette.primary if primary else palette.raised,
            size_hint_y=more.pop("size_hint_y", None),
            height=theme.px(more.pop("tall", TOUCH)),
            gap=10,
            pad=10,
            **more,
        )
        if icon:
            self.icon = Icon(icon, color=color, side=30)
            self.add_widget(self.icon)
        self.label = Txt(text=word, size=size, bold=primary, color=color, halign="center", fixed=True)
        self.add_widget(self.label)


class Icon(Widget):
    """A drawn symbol; no font is needed."""

    name = StringProperty("")

    def __init__(self, name: str, *, color: Rgba | None = None, side: float = 32, **more: Any) -> None:
        super().__init__(size_hint=(None, None), size=(theme.px(side), theme.px(side)), **more)
        self.pos_hint = {"center_y": 0.5}
        self.name = name
        self._color = color or theme.palette.text
        self.bind(pos=self._draw, size=self._draw, name=self._draw)
        self._draw()

    def become(self, name: str, color: Rgba) -> None:
        """Another symbol in another colour."""
        if (name, color) != (self.name, self._color):
            self._color = color
            self.name = name
            self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.clear()
        with self.canvas:
            Color(*self._color)
            SHAPES.get(self.name, _dot)(self)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the symbol, shares of its square."""
        return self.x + x * self.width, self.y + y * self.height

    def stroke(self, *points: tuple[float, float], close: bool = False) -> None:
        """A line through points of the symbol."""
        flat = [value for point in points for value in self.at(*point)]
        Line(points=flat, width=max(1.4, self.width * 0.06), cap="round", joint="round", close=close)


def _tick(icon: Icon) -> None:
    icon.stroke((0.15, 0.5), (0.4, 0.25), (0.85, 0.78))


def _cross(icon: Icon) -> None:
    icon.stroke((0.2, 0.2), (0.8, 0.8))
    icon.stroke((0.2, 0.8), (0.8, 0.2))


def _dot(icon: Icon) -> None:
    Line(circle=(*icon.at(0.5, 0.5), icon.width * 0.3), width=max(1.4, icon.width * 0.05))


def _back(icon: Icon) -> None:
    icon.stroke((0.6, 0.85), (0.25, 0.5), (0.6, 0.15))


def _pause(icon: Icon) -> None:
    for x in (0.25, 0.58):
        Rectangle(pos=icon.at(x, 0.15), size=(icon.width * 0.17, icon.height * 0.7))


def _warn(icon: Icon) -> None:
    icon.stroke((0.5, 0.9), (0.05, 0.12), (0.95, 0.12), close=True)
    icon.stroke((0.5, 0.62), (0.5, 0.4))
    icon.stroke((0.5, 0.26), (0.5, 0.25))


def _scan(icon: Icon) -> None:
    for x, wide in ((0.08, 0.08), (0.24, 0.04), (0.36, 0.12), (0.58, 0.04), (0.7, 0.08), (0.86, 0.06)):
        Rectangle(pos=icon.at(x, 0.15), size=(icon.width * wide, icon.height * 0.7))


def _gauge(icon: Icon) -> None:
    Line(circle=(*icon.at(0.5, 0.35), icon.width * 0.42, -90, 90), width=max(1.4, icon.width * 0.06))
    icon.stroke((0.5, 0.35), (0.72, 0.65))


def _torque(icon: Icon) -> None:
    Line(circle=(*icon.at(0.5, 0.5), icon.width * 0.36, -140, 150), width=max(1.4, icon.width * 0.07))
    Triangle(points=[*icon.at(0.62, 0.06), *icon.at(0.95, 0.2), *icon.at(0.66, 0.38)])


def _timer(icon: Icon) -> None:
    Line(circle=(*icon.at(0.5, 0.45), icon.width * 0.38), width=max(1.4, icon.width * 0.06))
    icon.stroke((0.5, 0.68), (0.5, 0.45), (0.66, 0.38))
    icon.stroke((0.38, 0.95), (0.62, 0.95))


def _signal(icon: Icon) -> None:
    icon.stroke((0.05, 0.3), (0.35, 0.3), (0.35, 0.75), (0.65, 0.75), (0.65, 0.3), (0.95, 0.3))


def _hand(icon: Icon) -> None:
    Line(circle=(*icon.at(0.5, 0.62), icon.width * 0.2), width=max(1.4, icon.width * 0.06))
    icon.stroke((0.5, 0.62), (0.5, 0.1))


def _person(icon: Icon) -> None:
    Line(circle=(*icon.at(0.5, 0.7), icon.width * 0.2), width=max(1.4, icon.width * 0.06))
    Line(circle=(*icon.at(0.5, 0.05), icon.width * 0.4, -90, 90), width=max(1.4, icon.width * 0.06))


def _camera(icon: Icon) -> None:
    icon.stroke((0.05, 0.15), (0.95, 0.15), (0.95, 0.7), (0.68, 0.7), (0.6, 0.85), (0.4, 0.85), (0.32, 0.7), (0.05, 0.7), close=True)
    Line(circle=(*icon.at(0.5, 0.42), icon.width * 0.18), width=max(1.4, icon.width * 0.06))


def _online(icon: Icon) -> None:
    for radius in (0.16, 0.36, 0.56):
        Line(circle=(*icon.at(0.5, 0.2), icon.width * radius, -50, 50), width=max(1.4, icon.width * 0.06))


def _offline(icon: Icon) -> None:
    _online(icon)
    icon.stroke((0.1, 0.1), (0.9, 0.9))


SHAPES: dict[str, Callable[[Icon], None]] = {
    "tick": _tick,
    "cross": _cross,
    "back": _back,
    "pause": _pause,
    "warn": _warn,
    "scan": _scan,
    "measure": _gauge,
    "torque": _torque,
    "timer": _timer,
    "signal": _signal,
    "confirm": _hand,
    "person": _person,
    "camera": _camera,
    "online": _online,
    "offline": _offline,
}
