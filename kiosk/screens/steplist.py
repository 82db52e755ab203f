"""The list of all steps, opened from the rail; the ones that were reached can be gone to."""

from collections.abc import Callable
from functools import partial

from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.checkrows import mark_color
from kiosk.screens.icons import Icon
from kiosk.screens.sheet import Sheet
from kiosk.screens.theme import theme
from kiosk.screens.widgets import Action, Rows, Scroll, Tap, Txt
from kiosk.view import Mark, RailStep
from kiosk.words import say

SYMBOL = {
    Mark.GOOD: "tick",
    Mark.ACTIVE: "dot",
    Mark.WAITING: " ",
    Mark.BAD: "cross",
    Mark.SKIPPED: "skipped",
}


class StepList(Sheet):
    """Every step with its number, title and state."""

    def __init__(
        self,
        steps: tuple[RailStep, ...],
        go_to: Callable[[str], None],
        languages: tuple[str, ...] = (),
        speak: Callable[[str], None] = lambda _language: None,
    ) -> None:
        super().__init__(say("steps_title", theme.language))
        if languages:
            self.body.add_widget(self._languages(languages, speak))
        rows = Rows(gap=10)
        for step in steps:
            rows.add_widget(self._row(step, go_to))
        scroll = Scroll(rows)
        self.body.add_widget(scroll)
        self.body.add_widget(Action("close", say("close", theme.language), self.close))

    def _languages(self, languages: tuple[str, ...], speak: Callable[[str], None]) -> BoxLayout:
        """The languages that the document can be shown in."""
        line = BoxLayout(spacing=theme.px(12), size_hint_y=None, height=theme.px(84))

        def choose(language: str) -> None:
            self.close()
            speak(language)

        for language in languages:
            line.add_widget(Action(f"language:{language}", language.upper(), partial(choose, language)))
        return line

    def _row(self, step: RailStep, go_to: Callable[[str], None]) -> Tap:
        def go() -> None:
            self.close()
            go_to(step.id)

        palette = theme.palette
        ground = palette.raised if step.reachable else palette.panel
        row = Tap(f"rail:{step.id}", go, ground=ground, size_hint_y=None, height=theme.px(80), pad=12)
        row.enabled = step.reachable
        row.add_widget(Icon(SYMBOL[step.mark], color=mark_color(step.mark), side=34))
        color = palette.text if step.reachable or step.mark is Mark.ACTIVE else palette.quiet
        row.add_widget(Txt(text=f"{step.number}   {step.title}", color=color, fixed=True, shorten=True))
        return row
