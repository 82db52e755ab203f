"""The checks of a step as live rows: what is awaited, what came, the verdict."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Line, Rectangle
from kivy.graphics import SmoothEllipse as Ellipse
from kivy.graphics import SmoothRoundedRectangle as RoundedRectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.screens.theme import SMALL, theme
from kiosk.screens.widgets import Icon, Rows, Tap, Txt
from kiosk.view import CheckView, GaugeView, Mark

LINE = 24  # text of a row
FLASH = 0.25  # seconds; two frames, not twenty: what comes next must not wait behind an animation


def mark_color(mark: Mark) -> tuple[float, float, float, float]:
    """The colour of a mark; its symbol and word say the same."""
    palette = theme.palette
    return {
        Mark.GOOD: palette.good,
        Mark.BAD: palette.bad,
        Mark.ACTIVE: palette.primary,
        Mark.WAITING: palette.quiet,
    }[mark]


class GaugeBar(Widget):
    """A bar with limits and target on which the measured value moves."""

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=0)
        self._view: GaugeView | None = None
        self._mark = Mark.WAITING
        self._low = Txt(text="", size=18, color=theme.palette.quiet, size_hint=(None, None), halign="center")
        self._high = Txt(text="", size=18, color=theme.palette.quiet, size_hint=(None, None), halign="center")
        self.bind(pos=self._draw, size=self._draw)

    def show(self, view: GaugeView | None, mark: Mark) -> None:
        """Bring the bar up to date; nothing is drawn when nothing changed."""
        if (view, mark) == (self._view, self._mark):
            return
        self._view, self._mark = view, mark
        self.height = theme.px(50) if view is not None else 0
        self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.before.clear()
        view = self._view
        if view is None:
            return
        palette, tall = theme.palette, theme.px(16)
        base = self.y + theme.px(26)
        low, high = (0.0 if view.low is None else view.low), (1.0 if view.high is None else view.high)
        with self.canvas.before:
            Color(*palette.line)
            RoundedRectangle(pos=(self.x, base), size=(self.width, tall), radius=[tall / 2])
            Color(*palette.good[:3], 0.55)
            Rectangle(pos=(self.x + low * self.width, base), size=((high - low) * self.width, tall))
            Color(*palette.text)
            for edge in (view.low, view.high):
                if edge is not None:
                    x = self.x + edge * self.width
                    Line(points=[x, base - theme.px(4), x, base + tall + theme.px(4)], width=1.5)
            if view.target is not None:
                x = self.x + view.target * self.width
                Line(points=[x, base, x, base + tall], width=1.2, dash_length=4, dash_offset=3)
            if view.value is not None:
                self._needle(self.x + min(max(view.value, 0.0), 1.0) * self.width, base + tall / 2)
        self._texts(view, base)

    def _needle(self, x: float, y: float) -> None:
        radius = theme.px(13)
        Color(*theme.palette.panel)
        Ellipse(pos=(x - radius - 3, y - radius - 3), size=(2 * radius + 6, 2 * radius + 6))
        Color(*mark_color(self._mark))
        Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius))

    def _texts(self, view: GaugeView, base: float) -> None:
        self.clear_widgets()
        for label, place, text in ((self._low, view.low, view.low_text), (self._high, view.high, view.high_text)):
            if place is None or not text:
                continue
            label.width = theme.px(90)
            label.say(text)
            middle = self.x + place * self.width
            label.x = min(max(middle - label.width / 2, self.x), self.x + self.width - label.width)
            label.y = base - theme.px(4) - label.height
            self.add_widget(label)


class Dots(Widget):
    """One dot for each fastening; the good ones are filled."""

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=0)
        self._view = (0, 0)
        self.bind(pos=self._draw, size=self._draw)

    def show(self, count: int, total: int) -> None:
        """Bring the dots up to date."""
        self.height = theme.px(30) if total > 1 else 0
        if (count, total) != self._view:
            self._view = (count, total)
            self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.before.clear()
        count, total = self._view
        if total < 2:
            return
        gap = min(theme.px(34), self.width / total)
        side = min(theme.px(22), gap * 0.75)
        with self.canvas.before:
            for place in range(total):
                x = self.x + place * gap
                Color(*(theme.palette.good if place < count else theme.palette.line))
                Ellipse(pos=(x, self.y + theme.px(4)), size=(side, side))


class CheckRow(Tap):
    """One check: icon, prompt, what is awaited or came, verdict; a confirm check can be tapped."""

    def __init__(self, check: CheckView, confirm: Callable[[str], None]) -> None:
        super().__init__(
            f"check:{check.id}",
            lambda: confirm(self.view.id),
            orientation="vertical",
            size_hint_y=None,
            pad=12,
            gap=4,
            radius=10,
        )
        self.view = check
        self._icon = Icon(check.kind, side=34)
        head = BoxLayout(spacing=theme.px(12), size_hint_y=None)
        texts = Rows(gap=0)
        texts.pos_hint = {"center_y": 0.5}
        self._prompt = Txt(text=check.prompt, size=LINE)
        self._line = Txt(text="", size=SMALL, color=theme.palette.quiet)
        texts.add_widget(self._prompt)
        texts.add_widget(self._line)
        self._state = Icon("", side=34)
        for widget in (self._icon, texts, self._state):
            head.add_widget(widget)
        texts.bind(height=lambda _w, height: setattr(head, "height", max(height, theme.px(40))))
        self._gauge, self._dots = GaugeBar(), Dots()
        for widget in (head, self._gauge, self._dots):
            self.add_widget(widget)
        self.bind(minimum_height=self.setter("height"))
        self.show(check)

    def show(self, check: CheckView) -> None:
        """Bring the row up to date."""
        self.view = check
        self.enabled = check.tappable
        color = mark_color(check.mark)
        self._prompt.say(check.prompt)
        self._line.say(self._words(check))
        self._line.paint(color if check.mark in {Mark.GOOD, Mark.BAD} else theme.palette.quiet)
        self._icon.become(check.kind, theme.palette.primary if check.mark is Mark.ACTIVE else theme.palette.quiet)
        symbol = {Mark.GOOD: "tick", Mark.BAD: "cross", Mark.ACTIVE: "dot", Mark.WAITING: "dot"}[check.mark]
        self._state.become(symbol, color)
        self._gauge.show(check.gauge, check.mark)
        self._dots.show(check.count, check.total)
        self._rest()

    def flash(self) -> None:
        """Light up for a moment: this was taken."""
        self._color.rgba = (*mark_color(self.view.mark)[:3], 0.55)
        Clock.schedule_once(lambda _dt: self._rest(), FLASH)

    def _rest(self) -> None:
        self.tint(theme.palette.raised if self.view.mark is Mark.ACTIVE else theme.palette.panel)

    def _words(self, check: CheckView) -> str:
        parts = [check.came or check.awaited, check.verdict]
        if check.total > 1:
            parts.insert(0, f"{check.count}/{check.total}")
        if check.came and check.mark is Mark.BAD and check.awaited:
            parts.append(check.awaited)
        return "  ·  ".join(part for part in parts if part)
