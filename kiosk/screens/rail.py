"""The thin rail: every step of the run with its state; a touch opens the list."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color
from kivy.graphics import SmoothRoundedRectangle as RoundedRectangle

from kiosk.screens.checkrows import mark_color
from kiosk.screens.theme import GAP, theme
from kiosk.screens.widgets import Tap
from kiosk.view import Mark, RailStep

TALL, THIN, THICK = 40, 8, 14  # of the touch area, of a step, of the step that is on
SKIPPED = 3  # of one that is not done for this unit


class Rail(Tap):
    """All steps side by side. The parts are made once for a document; a step done only changes its colour."""

    def __init__(self, open_list: Callable[[], None]) -> None:
        ground = theme.palette.back
        super().__init__("rail", open_list, ground=ground, radius=0, size_hint_y=None, height=theme.px(TALL))
        self._steps: tuple[RailStep, ...] = ()
        self._parts: list[tuple[Color, RoundedRectangle]] = []
        self.bind(pos=self._lay, size=self._lay)

    def show(self, steps: tuple[RailStep, ...]) -> None:
        """Bring the rail up to date."""
        if steps == self._steps:
            return
        self._steps = steps
        if len(steps) != len(self._parts):
            self._make(len(steps))
        self._lay()

    def _make(self, count: int) -> None:
        self.canvas.after.clear()
        with self.canvas.after:
            self._parts = [(Color(), RoundedRectangle()) for _ in range(count)]

    def _lay(self, *_: Any) -> None:
        count = len(self._steps)
        if not count:
            return
        gap, left = theme.px(4), self.x + theme.px(GAP)
        wide = (self.width - 2 * theme.px(GAP) - gap * (count - 1)) / count
        for place, (step, (color, part)) in enumerate(zip(self._steps, self._parts, strict=True)):
            tall = theme.px(
                THICK if step.mark is Mark.ACTIVE else SKIPPED if step.mark is Mark.SKIPPED else THIN
            )
            color.rgba = theme.palette.line if step.mark is Mark.WAITING else mark_color(step.mark)
            part.radius = [tall / 2]
            part.pos, part.size = (
                (left + place * (wide + gap), self.y + self.height / 2 - tall / 2),
                (wide, tall),
            )
