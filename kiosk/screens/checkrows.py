"""The checks of a step as live rows: what is awaited, what came, the verdict. The rows serve every step."""

from collections.abc import Callable

from kivy.clock import Clock
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.answers import Answers
from kiosk.screens.gauge import Dots, GaugeBar
from kiosk.screens.icons import Icon
from kiosk.screens.theme import BODY, SMALL, TOUCH, Color, theme
from kiosk.screens.widgets import Rows, Tap, Txt
from kiosk.view import CheckView, Entry, Mark
from kiosk.words import say

WAITS = 24  # size of a row's text while it is not its turn
VALUE = 34  # of what a device said, read from a metre away
FLASH = 0.25  # seconds; two frames, not twenty: what comes next must not wait behind an animation


def mark_color(mark: Mark) -> Color:
    """The colour of a mark; its symbol and word say the same."""
    palette = theme.palette
    return {
        Mark.GOOD: palette.good,
        Mark.BAD: palette.bad,
        Mark.ACTIVE: palette.primary,
        Mark.WAITING: palette.quiet,
        Mark.SKIPPED: palette.line,
    }[mark]


class CheckRow(Tap):
    """One check: icon, prompt, what is awaited or came, verdict; small until it is its turn, and when it is done."""

    def __init__(
        self, touched: Callable[[CheckView], None], answered: Callable[[CheckView, str], None]
    ) -> None:
        super().__init__(
            "",
            lambda: touched(self.view),
            orientation="vertical",
            size_hint_y=None,
            pad=12,
            gap=6,
            radius=10,
        )
        self.view = CheckView(id="", kind="", prompt="")
        self._icon = Icon("", side=34)
        self._state = Icon("", side=34)
        self._prompt = Txt(text="", size=BODY)
        self._value = Txt(text="", size=VALUE, bold=True)
        self._line = Txt(text="", size=SMALL, color=theme.palette.quiet)
        texts = Rows(gap=2)
        texts.pos_hint = {"center_y": 0.5}
        for text in (self._prompt, self._value, self._line):
            texts.add_widget(text)
        self._head = BoxLayout(spacing=theme.px(12), size_hint_y=None)
        for widget in (self._icon, texts, self._state):
            self._head.add_widget(widget)
        self._texts = texts
        texts.bind(height=lambda *_: self._grow())
        self._gauge, self._dots = GaugeBar(), Dots()
        self._answers = Answers(lambda answer: answered(self.view, answer))
        for widget in (self._head, self._gauge, self._dots, self._answers):
            self.add_widget(widget)
        self.bind(minimum_height=self.setter("height"))

    def show(self, check: CheckView) -> None:
        """Bring the row up to date."""
        if check.id != self.view.id or not self.name:
            self.rename(f"check:{check.id}")
        self.view = check
        self.enabled = check.tappable or check.entry is not Entry.NONE
        palette, color = theme.palette, mark_color(check.mark)
        small = check.mark in {Mark.WAITING, Mark.GOOD}
        size = theme.px(WAITS if small else BODY)
        if self._prompt.font_size != size:
            self._prompt.font_size = size
        self._prompt.say(check.prompt)
        self._prompt.paint(palette.quiet if small and not check.tappable else palette.text)
        self._value.say("" if small else check.came)
        self._value.paint(palette.text if check.mark is Mark.ACTIVE else color)
        self._line.say(_beside(check))
        self._line.paint(color if check.mark in {Mark.GOOD, Mark.BAD} else palette.quiet)
        self._icon.become(check.kind, palette.primary if check.mark is Mark.ACTIVE else palette.quiet)
        self._state.become(_symbol(check), color)
        self._gauge.show(None if small else check.gauge, check.mark)
        self._dots.show(
            check.count, 1 if small or check.options else check.total, check.verdict if check.count else ""
        )
        self._answers.show(check, say("not_applicable", theme.language), say("by_hand", theme.language))
        self._rest()
        self._grow()

    def flash(self) -> None:
        """Light up for a moment: this was taken."""
        self._color.rgba = (*mark_color(self.view.mark)[:3], 0.55)
        Clock.schedule_once(lambda _dt: self._rest(), FLASH)

    def _rest(self) -> None:
        self.tint(theme.palette.raised if self.view.mark in {Mark.ACTIVE, Mark.BAD} else theme.palette.panel)

    def _grow(self) -> None:
        least = TOUCH - 24 if self.enabled else 36  # the row adds 12 above and below
        self._head.height = max(self._texts.height, theme.px(least))


def _symbol(check: CheckView) -> str:
    if check.mark in {Mark.GOOD, Mark.BAD}:
        return "tick" if check.mark is Mark.GOOD else "cross"
    if check.tappable:
        return "square"
    if check.entry is not Entry.NONE:
        return check.kind
    return "now" if check.mark is Mark.ACTIVE else "ring"


def _beside(check: CheckView) -> str:
    """The small line: the verdict beside what came, or what is awaited."""
    match check.mark:
        case Mark.GOOD:
            parts = [check.came, check.verdict]
        case Mark.BAD:
            parts = [check.verdict, check.awaited if check.awaited not in check.verdict else ""]
        case Mark.ACTIVE:
            parts = [check.awaited, check.verdict if check.total == 1 else ""]
        case _:
            parts = []
    return "  ·  ".join(part for part in parts if part)
