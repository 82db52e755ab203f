"""The column beside the picture: what to do, what warns of harm, and the checks that prove it is done."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.checkrows import CheckRow
from kiosk.screens.icons import Icon
from kiosk.screens.safety import SafetyNotice
from kiosk.screens.theme import BODY, SMALL, TITLE, theme
from kiosk.screens.widgets import Panel, Rows, Scroll, Txt
from kiosk.view import CheckView, Mark, StepView
from kiosk.words import say

Touched = Callable[[CheckView], None]  # a row as a whole
Answered = Callable[[CheckView, str], None]  # one of its answers
MOST_CHECKS = 0.62  # of the column's height; more checks are scrolled
WITH_SAFETY = 0.4  # the same where something warns of harm: that is read first


class Told(Scroll):
    """Number, title, safety notices, text, parts and tools of a step."""

    def __init__(self) -> None:
        quiet = theme.palette.quiet
        self._number = Txt(text="", size=SMALL, color=quiet)
        self.title = Txt(text="", size=TITLE, bold=True)
        self._safety = Rows(gap=8)
        self._notices: list[SafetyNotice] = []
        self.text = Txt(text="", size=BODY, markup=True)
        self.text.line_height = 1.12
        self._needs = Txt(text="", size=SMALL, color=quiet)
        rows = Rows(gap=12)
        for widget in (self._number, self.title, self._safety, self.text, self._needs):
            rows.add_widget(widget)
        super().__init__(rows)

    def show(self, view: StepView) -> None:
        """Another step, from its beginning."""
        language = theme.language
        self._number.say(say("step_of", language, number=view.number, total=view.total))
        self.title.say(view.title)
        self.text.tell(view.text)
        while len(self._notices) < len(view.safety):
            self._notices.append(SafetyNotice())
        if len(self._safety.children) != len(view.safety):
            self._safety.clear_widgets()
            for row in self._notices[: len(view.safety)]:
                self._safety.add_widget(row)
        for row, notice in zip(self._notices, view.safety, strict=False):
            row.show(notice)
        needs = (("parts", view.parts), ("tools", view.tools))
        self._needs.say(
            "\n".join(f"{say(key, language)}: {', '.join(names)}" for key, names in needs if names)
        )
        self.scroll_y = 1


class Proof(Scroll):
    """The checks as live rows; the rows serve every step."""

    def __init__(self, touched: Touched, answered: Answered) -> None:
        self._touched, self._answered = touched, answered
        self._lines = Rows(gap=8)
        self._spare: list[CheckRow] = []
        self.rows: dict[str, CheckRow] = {}
        self.warned = False  # a safety notice stands above and needs the room
        self._laid = Clock.create_trigger(lambda _dt: self._look_at_active())  # after the layout
        super().__init__(self._lines, size_hint_y=None, height=0)
        self._lines.bind(height=self._share)

    def show(self, checks: tuple[CheckView, ...], *, warned: bool) -> None:
        """Bring the rows up to date; one that stays the same is not drawn anew."""
        if warned != self.warned:
            self.warned = warned
            self._share()
        if [check.id for check in checks] != list(self.rows):
            while len(self._spare) < len(checks):
                self._spare.append(CheckRow(self._touched, self._answered))
            shown = self._spare[: len(checks)]
            if len(self._lines.children) != len(shown):
                self._lines.clear_widgets()
                for row in shown:
                    self._lines.add_widget(row)
            self.rows = dict(zip((check.id for check in checks), shown, strict=True))
        for check in checks:
            if self.rows[check.id].view != check:
                self.rows[check.id].show(check)
                self._laid()

    def _look_at_active(self) -> None:
        """The check whose turn it is stands in view."""
        active = next((row for row in self.rows.values() if row.view.mark is Mark.ACTIVE), None)
        room = self._lines.height - self.height
        if active is not None and room > 0:
            above = self._lines.y + self._lines.height - active.y - active.height
            self.scroll_y = min(1.0, max(0.0, 1 - above / room))

    def on_parent(self, _proof: object, parent: Any) -> None:
        """The column says how much room there is."""
        if parent is not None:
            parent.bind(height=self._share)

    def _share(self, *_: Any) -> None:
        self._laid()
        share = WITH_SAFETY if self.warned else MOST_CHECKS
        room = self.parent.height * share if self.parent is not None else 0
        self.height = min(self._lines.height, room)


class Rejection(Panel):
    """What was not accepted: what was expected and what came; takes no room while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(pad=10, size_hint_y=None, height=0, opacity=0)
        ink = theme.palette.on_mark
        self._icon = Icon("cross", color=ink, side=30)
        self._text = Txt(text="", size=SMALL, bold=True, color=ink)
        self._text.pos_hint = {"center_y": 0.5}
        self._text.bind(height=lambda *_: self._grow())

    def show(self, text: str, mark: Mark) -> None:
        """Show it, or nothing for an empty text."""
        palette = theme.palette
        if bool(text) != bool(self.children):
            self.clear_widgets()
            for widget in (self._icon, self._text) if text else ():
                self.add_widget(widget)
        self.opacity = 1 if text else 0
        ground, symbol = {
            Mark.BAD: (palette.bad, "cross"),
            Mark.GOOD: (palette.good, "tick"),
        }.get(mark, (palette.amber, "warn"))
        self.tint(ground)
        self._icon.become(symbol, palette.on_mark)
        self._text.say(text)
        self._grow()

    def _grow(self) -> None:
        self.height = max(self._text.height + theme.px(20), theme.px(56)) if self._text.text else 0


class Telling(BoxLayout):
    """The whole column."""

    def __init__(self, touched: Touched, answered: Answered) -> None:
        super().__init__(orientation="vertical", spacing=theme.px(12), size_hint_x=0.4)
        self.told = Told()
        self.rejection = Rejection()
        self.proof = Proof(touched, answered)
        for widget in (self.told, self.rejection, self.proof):
            self.add_widget(widget)
