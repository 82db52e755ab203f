"""The slim bar on top of every screen: where, what, who, and whether everything is connected."""

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.screens.icons import Icon
from kiosk.screens.theme import SMALL, theme
from kiosk.screens.widgets import Panel, Tap, Txt
from kiosk.view import Mark, StatusView, Verbs, Wish
from kiosk.words import say


class TopBar(BoxLayout):
    """One line of facts, and a banner below it when something needs a person."""

    def __init__(self, verbs: Verbs) -> None:
        super().__init__(orientation="vertical", size_hint_y=None)
        palette = theme.palette
        line = Panel(ground=palette.panel, radius=0, pad=8, size_hint_y=None, height=theme.px(56), gap=20)
        self._station = Txt(text="", size=SMALL, bold=True, fixed=True, size_hint_x=0.8, shorten=True)
        self._document = Txt(
            text="", size=SMALL, color=palette.quiet, fixed=True, size_hint_x=2, shorten=True
        )
        self._unit = Txt(text="", size=SMALL, fixed=True, size_hint_x=1, shorten=True)
        self._person = Icon("", color=palette.quiet, side=26)
        self._operator = Txt(text="", size=SMALL, fixed=True, size_hint_x=0.9, shorten=True)
        self._net = Icon("offline", side=26)
        self._state = Txt(text="", size=SMALL, fixed=True, shorten=True)
        state = Tap(
            "devices",
            lambda: verbs.tend(Wish.OPEN),
            pad=0,
            gap=12,
            size_hint_x=None,
            width=theme.px(288),
        )
        state.add_widget(self._net)
        state.add_widget(self._state)
        for widget in (
            self._station,
            self._document,
            self._unit,
            self._person,
            self._operator,
            state,
        ):
            line.add_widget(widget)
        self._banner = Panel(ground=palette.amber, radius=0, pad=8, size_hint_y=None, height=0)
        self._banner_icon = Icon("warn", color=palette.on_mark, side=30)
        self._banner_text = Txt(text="", size=SMALL, bold=True, color=palette.on_mark)
        self._banner_text.pos_hint = {"center_y": 0.5}
        self._banner_text.bind(height=lambda *_: self._grow())
        self.add_widget(line)
        self.add_widget(self._banner)
        self.add_widget(Widget(size_hint_y=None, height=theme.px(2)))
        self.bind(minimum_height=self.setter("height"))

    def show(self, status: StatusView) -> None:
        """Bring the bar up to date."""
        palette, language = theme.palette, theme.language
        self._station.say(status.station)
        self._document.say("  ·  ".join(part for part in (status.document, status.release) if part))
        self._unit.say(status.unit)
        self._operator.say(status.operator)
        self._person.become("person" if status.operator else " ", palette.quiet)
        words = say("online" if status.online else "offline", language)
        if status.undelivered:
            words += ", " + say("undelivered", language, count=status.undelivered)
        self._state.say(words)
        color = palette.good if status.online else palette.amber
        self._state.paint(color)
        self._net.become("online" if status.online else "offline", color)
        self._warn(status)

    def _warn(self, status: StatusView) -> None:
        lost = (
            say("lost", theme.language, devices=", ".join(status.lost_devices)) if status.lost_devices else ""
        )
        text = "   ".join(part for part in (status.banner, lost) if part)
        shown = bool(text)
        if shown != bool(self._banner.children):
            self._banner.clear_widgets()
            if shown:
                self._banner.add_widget(self._banner_icon)
                self._banner.add_widget(self._banner_text)
        self._banner.opacity = 1 if shown else 0
        self._banner.padding = theme.px(8) if shown else 0
        self._banner.tint(theme.palette.bad if status.banner_mark is Mark.BAD else theme.palette.amber)
        self._banner_text.say(text)
        self._grow()

    def _grow(self) -> None:
        """As high as its lines are."""
        lines = self._banner_text.height + theme.px(16)
        self._banner.height = max(lines, theme.px(48)) if self._banner_text.text else 0
