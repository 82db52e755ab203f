"""Safety notices as ISO 3864-4 and ANSI Z535.6 have them: a signal word panel in its colour above the message."""

from content.instruction import Safety
from kiosk.screens.icons import Icon
from kiosk.screens.theme import BODY, SAFETY, theme
from kiosk.screens.widgets import Panel, Rows, Txt
from kiosk.words import say

WORD = 24  # bold and large: signal red on white keeps the standard's hue at 5.9:1, enough for large letters


class SafetyNotice(Rows):
    """One notice; made once and used for every step that has one."""

    def __init__(self) -> None:
        super().__init__(gap=0)
        self._panel = Panel(radius=0, pad=6, gap=10, size_hint_y=None, height=theme.px(44))
        self._panel.padding = [theme.px(12), theme.px(4)]
        self._symbol = Icon("alert", side=30)
        self._word = Txt(text="", size=WORD, bold=True, fixed=True)
        self._panel.add_widget(self._symbol)
        self._panel.add_widget(self._word)
        self._ground = Panel(ground=theme.palette.raised, radius=0, pad=12, size_hint_y=None)
        self._text = Txt(text="", size=BODY)
        self._text.bind(height=lambda _w, height: setattr(self._ground, "height", height + theme.px(20)))
        self._ground.padding = [theme.px(12), theme.px(10)]
        self._ground.add_widget(self._text)
        self.add_widget(self._panel)
        self.add_widget(self._ground)

    def show(self, notice: Safety) -> None:
        """Another notice; the symbol warns of injury, so `notice` has none."""
        ground, ink = SAFETY[notice.level.value]
        self._panel.tint(ground)
        self._symbol.become("alert" if notice.level.value != "notice" else "", ink)
        self._symbol.width = theme.px(30) if notice.level.value != "notice" else 0
        self._word.say(say(notice.level.value, theme.language))
        self._word.paint(ink)
        self._text.say(notice.text)
