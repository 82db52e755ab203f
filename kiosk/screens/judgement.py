"""What a camera says to a picture, over it, in letters to be read from a metre: symbol, words and colour together."""

from collections.abc import Iterable

from kiosk.screens.icons import Icon
from kiosk.screens.theme import DARK, SMALL, Color, theme
from kiosk.screens.widgets import Panel, Rows, Txt
from kiosk.view import Mark, OutlineView, VerdictView

LARGE = 44  # of the verdict; a metre away it is as large as print in the hand
SAID = 28
GROUND = (0.05, 0.07, 0.09, 0.92)  # dark in either theme, for a picture lies below
WHITE = (1.0, 1.0, 1.0, 1.0)
PALE = (0.82, 0.85, 0.88, 1.0)
BAND = 0.36  # of the picture's height, that the band covers
SYMBOLS = {Mark.GOOD: "tick", Mark.BAD: "cross"}


def verdict_color(mark: Mark) -> Color:
    """Green, red, or amber where the camera cannot decide: on a dark ground, or on a picture with a dark halo."""
    return {Mark.GOOD: DARK.good, Mark.BAD: DARK.bad}.get(mark, DARK.amber)


class Judgement(Panel):
    """A band along the lower edge of the picture, or the upper one where it would lie over a region."""

    def __init__(self) -> None:
        super().__init__(ground=GROUND, pad=16, gap=18, size_hint=(0.96, None))
        self.pos_hint = {"center_x": 0.5, "y": 0.03}
        self._icon = Icon("", side=64)
        self._icon.pos_hint = {"center_y": 0.5}
        texts = Rows(gap=2)
        texts.pos_hint = {"center_y": 0.5}
        self._title = Txt(text="", size=LARGE, bold=True)
        self._why = Txt(text="", size=SAID, color=WHITE)
        self._numbers = Txt(text="", size=SMALL, color=PALE)
        for text in (self._title, self._why, self._numbers):
            texts.add_widget(text)
        texts.bind(height=lambda *_: setattr(self, "height", texts.height + theme.px(32)))
        self.add_widget(self._icon)
        self.add_widget(texts)

    def show(self, verdict: VerdictView, outlines: Iterable[OutlineView]) -> None:
        """Another verdict."""
        heights = [y for each in outlines for _, y in each.corners]
        lower, upper = max(heights, default=0.0) - (1 - BAND), BAND - min(heights, default=1.0)
        self.pos_hint = (
            {"center_x": 0.5, "top": 0.97} if lower > max(0.0, upper) else {"center_x": 0.5, "y": 0.03}
        )
        color = verdict_color(verdict.mark)
        self._icon.become(SYMBOLS.get(verdict.mark, "warn"), color)
        self._title.say(verdict.title)
        self._title.paint(color)
        self._why.say(verdict.why)
        self._numbers.say(verdict.numbers)
