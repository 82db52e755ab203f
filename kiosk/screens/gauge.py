"""A bar with limits and target on which a measured value moves, and dots that count fastenings."""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics import SmoothEllipse as Ellipse
from kivy.graphics import SmoothRoundedRectangle as RoundedRectangle
from kivy.uix.widget import Widget

from kiosk.screens.theme import SMALL, theme
from kiosk.screens.widgets import Word
from kiosk.view import GaugeView, Mark

TALL, BAR, TOP = 72, 18, 12  # of the whole, of the bar, and the room above it for the needle
LABEL = 32  # room for a limit below the bar
NEEDLE = 14  # its radius
TICK = 2  # width of a limit


class GaugeBar(Widget):
    """Everything is drawn once; a new value moves the needle and nothing else."""

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=0)
        self._view: GaugeView | None = None
        self._mark = Mark.WAITING
        palette = theme.palette
        with self.canvas:
            self._track_color = Color(*palette.line)
            self._track = RoundedRectangle(radius=[theme.px(BAR) / 2])
            self._band_color = Color(*palette.good[:3], 0.6)
            self._band = Rectangle()
            self._edge_color = Color(*palette.text)
            self._edges = (Rectangle(), Rectangle(), Rectangle())
            self._rim_color = Color(*palette.raised)
            self._rim = Ellipse()
            self._needle_color = Color(*palette.primary)
            self._needle = Ellipse()
        self._words = tuple(
            Word(text="", size=SMALL, color=palette.quiet, size_hint_y=None) for _ in range(3)
        )
        for word in self._words:
            word.height = theme.px(LABEL)
            word.bind(width=self._label)
        self.bind(pos=self._draw, size=self._draw)

    def show(self, view: GaugeView | None, mark: Mark) -> None:
        """Bring the bar up to date; nothing is drawn when nothing changed."""
        if (view, mark) == (self._view, self._mark):
            return
        before, self._view, self._mark = self._view, view, mark
        if view is not None and before is not None and _frame(view) == _frame(before) and self.height:
            self._point(view)
            return
        self.height = theme.px(TALL) if view is not None else 0
        self._say(view)
        self._draw()

    def _say(self, view: GaugeView | None) -> None:
        said = ("", "", "") if view is None else (view.low_text, "", view.high_text)
        places = (None, None, None) if view is None else (view.low, view.target, view.high)
        for word, text, place in zip(self._words, said, places, strict=True):
            shown = bool(text) and place is not None
            word.say(text if shown else "")
            if shown and word.parent is None:
                self.add_widget(word)
            elif not shown and word.parent is not None:
                self.remove_widget(word)

    def _draw(self, *_: Any) -> None:
        view = self._view
        shown = view is not None
        for color in (self._track_color, self._edge_color):
            color.a = 1 if shown else 0
        self._band_color.a = 0.6 if shown else 0
        if view is None:
            self._rim_color.a = self._needle_color.a = 0
            return
        tall, base = theme.px(BAR), self._base()
        low, high = (0.0 if view.low is None else view.low), (1.0 if view.high is None else view.high)
        self._track.pos, self._track.size = (self.x, base), (self.width, tall)
        self._band.pos, self._band.size = (self.x + low * self.width, base), ((high - low) * self.width, tall)
        for edge, place, over in zip(self._edges, (view.low, view.target, view.high), (6, 0, 6), strict=True):
            wide = 0 if place is None else theme.px(TICK)
            edge.pos = (self.x + (place or 0.0) * self.width - wide / 2, base - theme.px(over))
            edge.size = (wide, tall + 2 * theme.px(over))
        self._label()
        self._point(view)

    def _label(self, *_: Any) -> None:
        view = self._view
        if view is None:
            return
        for word, place in zip(self._words, (view.low, view.target, view.high), strict=True):
            if place is not None:
                middle = self.x + place * self.width
                word.x = min(max(middle - word.width / 2, self.x), self.x + self.width - word.width)
                word.y = self._base() - theme.px(7) - word.height

    def _point(self, view: GaugeView) -> None:
        color = {Mark.GOOD: theme.palette.good, Mark.BAD: theme.palette.bad}.get(
            self._mark, theme.palette.primary
        )
        self._rim_color.a = 1 if view.value is not None else 0
        self._needle_color.rgba = (*color[:3], self._rim_color.a)
        x = self.x + min(max(view.value or 0.0, 0.0), 1.0) * self.width
        y = self._base() + theme.px(BAR) / 2
        for shape, radius in ((self._rim, theme.px(NEEDLE) + 3), (self._needle, theme.px(NEEDLE))):
            shape.pos, shape.size = (x - radius, y - radius), (2 * radius, 2 * radius)

    def _base(self) -> float:
        return self.y + self.height - theme.px(TOP + BAR)  # Kivy brings `top` up to date only later


def _frame(view: GaugeView) -> tuple[object, ...]:
    """All but the value."""
    return view.low, view.high, view.target, view.low_text, view.high_text


class Dots(Widget):
    """One dot for each fastening; the good ones are filled, and a word counts them."""

    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=0)
        self._view = (0, 1, "")
        self._word = Word(text="", size=SMALL, color=theme.palette.text, size_hint_y=None)
        self._word.height = theme.px(30)
        self.bind(pos=self._draw, size=self._draw)

    def show(self, count: int, total: int, word: str) -> None:
        """Bring the dots up to date."""
        if (count, total, word) == self._view:
            return
        self._view = (count, total, word)
        self.height = theme.px(34) if total > 1 else 0
        self._word.say(word if total > 1 else "")
        if total > 1 and self._word.parent is None:
            self.add_widget(self._word)
        elif total == 1 and self._word.parent is not None:
            self.remove_widget(self._word)
        self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.before.clear()
        count, total, _word = self._view
        if total == 1:
            return
        room = self.width - theme.px(110)  # for the word
        gap = min(theme.px(34), room / total)
        side = min(theme.px(22), gap * 0.75)
        middle = self.y + self.height / 2
        with self.canvas.before:
            for place in range(total):
                Color(*(theme.palette.good if place < count else theme.palette.line))
                Ellipse(pos=(self.x + place * gap, middle - side / 2), size=(side, side))
        self._word.pos = (self.x + total * gap + theme.px(6), middle - self._word.height / 2)
