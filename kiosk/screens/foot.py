"""The foot of the step screen: quiet ways out, the time, and the one large action."""

import time
from collections.abc import Callable
from datetime import timedelta

from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.texts import clock
from kiosk.screens.theme import SMALL, theme
from kiosk.screens.widgets import Action, Panel, Txt
from kiosk.view import StepView
from kiosk.words import say

FULL, LESS = 32, 24  # the primary action's letters
LONG_ACTION = 26  # characters that fit the primary action at its full size
BESIDE = 6  # around the primary action's letters: two lines of them need the rest
FADED = 0.35


class Foot(Panel):
    """Back, Problem, Pause; the step's time against the standard time; what to do, or what is awaited."""

    def __init__(
        self,
        *,
        back: Callable[[], None],
        problem: Callable[[], None],
        pause: Callable[[], None],
        confirm: Callable[[], None],
    ) -> None:
        super().__init__(radius=0, pad=12, size_hint_y=None, height=theme.px(108))
        language, palette = theme.language, theme.palette
        self._back = Action(
            "back", say("back", language), back, icon="back", size_hint_x=None, width=theme.px(172)
        )
        others = (
            Action(
                "problem",
                say("problem", language),
                problem,
                icon="warn",
                size_hint_x=None,
                width=theme.px(180),
            ),
            Action(
                "pause", say("pause", language), pause, icon="pause", size_hint_x=None, width=theme.px(150)
            ),
        )
        times = BoxLayout(orientation="vertical", size_hint_x=None, width=theme.px(230))
        self._clock = Txt(text="", size=36, bold=True, halign="center", fixed=True)
        self._standard = Txt(
            text="", size=SMALL, color=palette.quiet, halign="center", fixed=True, size_hint_y=0.7
        )
        times.add_widget(self._clock)
        times.add_widget(self._standard)
        self._primary = Action("primary", "", confirm, primary=True, size=FULL, pad=BESIDE)
        for widget in (self._back, *others, times, self._primary):
            self.add_widget(widget)

    def show(self, view: StepView) -> None:
        """Bring the actions and the time up to date."""
        palette = theme.palette
        self._primary.enabled = view.can_confirm
        size = theme.px(FULL if len(view.primary) < LONG_ACTION else LESS)
        if self._primary.label.font_size != size:
            self._primary.label.font_size = size
        self._primary.label.say(view.primary)
        self._primary.label.paint(palette.on_primary if view.can_confirm else palette.primary)
        self._primary.tint(palette.primary if view.can_confirm else palette.back)
        self._back.enabled = view.can_go_back
        self._back.opacity = 1 if view.can_go_back else FADED
        self.tell_time(view)

    def tell_time(self, view: StepView) -> None:
        """The time of the step, which runs on between two views."""
        palette = theme.palette
        ran = (
            timedelta(seconds=max(0.0, time.monotonic() - view.since))
            if view.running and view.since
            else timedelta()
        )
        elapsed = view.elapsed + ran
        over = view.expected is not None and elapsed > view.expected
        self._clock.say(clock(elapsed))
        self._clock.paint(palette.amber if over else palette.text)
        word = "over" if over else "standard"
        self._standard.say(
            "" if view.expected is None else say(word, theme.language, time=clock(view.expected))
        )
        self._standard.paint(palette.amber if over else palette.quiet)
