"""What the panel looks like: what the kiosk waits for, a row for each device, and the list of all codes."""

from collections.abc import Callable, Sequence
from typing import Any

from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk.screens.theme import theme
from kiosk.screens.widgets import Action, Icon, Panel, Rows, Tap, Txt, touchable
from stepline.demo.panel.view import LIST, Codes, Move, PanelView, Row

Press = Callable[[str], None]
LETTERS, SMALLER, QUIET, HEADLINE, LONG = 20, 16, 18, 27, 23  # sizes; LONG: of a headline with many words
MANY = 56  # characters of a headline that are many
ROW, SIDE, GAP, EDGE, HEAD, FOOT = 56, 122, 8, 8, 164, 76


class Key(Tap):
    """A move that can be pressed; one without a word is small."""

    def __init__(self, press: Press, *, halign: str = "center") -> None:
        super().__init__("", self._pressed, ground=theme.palette.raised, radius=12, gap=6)
        self.padding = [theme.px(EDGE), theme.px(4)]
        self._press = press
        self._icon = Icon("", side=22)
        self._words = BoxLayout(orientation="vertical")
        line = {"halign": halign, "fixed": True, "shorten": True, "shorten_from": "right"}
        self._word = Txt(text="", size=LETTERS, **line)
        self._under = Txt(text="", size=SMALLER, size_hint_y=SMALLER / LETTERS, **line)
        self._words.add_widget(self._word)
        self.add_widget(self._icon)
        self.add_widget(self._words)
        self._move = Move(name="", word="")

    def show(self, move: Move) -> None:
        """Be this move."""
        if touchable.get(self._move.name) is self:
            del touchable[self._move.name]
        touchable[move.name] = self
        self._move = move
        palette = theme.palette
        sign = palette.bad if move.bad else palette.good if move.icon == "tick" else palette.quiet
        self.tint(palette.primary if move.wanted else palette.raised)
        self._icon.become(move.icon, palette.on_primary if move.wanted else sign)
        self._icon.width = theme.px(22) if move.icon else 0
        self._word.say(move.word)
        self._word.paint(palette.on_primary if move.wanted else palette.text)
        self._under.say(move.under)
        self._under.paint(palette.on_primary if move.wanted else palette.quiet)
        self._arrange(move)

    def _arrange(self, move: Move) -> None:
        if bool(move.under) != (self._under.parent is not None):
            (self._words.add_widget if move.under else self._words.remove_widget)(self._under)
        if bool(move.word) != (self._words.parent is not None):
            (self.add_widget if move.word else self.remove_widget)(self._words)
        self.size_hint_x = 1 if move.word else None
        if not move.word:
            self.width = theme.px(22) + 2 * theme.px(EDGE)

    def _pressed(self) -> None:
        self._press(self._move.name)


class Device(BoxLayout):
    """A device's name and its moves."""

    def __init__(self, press: Press) -> None:
        super().__init__(spacing=theme.px(GAP), size_hint_y=None, height=theme.px(ROW))
        self._press = press
        name = BoxLayout(spacing=theme.px(10), size_hint_x=None, width=theme.px(SIDE))
        self._icon = Icon("", side=26)
        self._title = Txt(text="", size=LETTERS, fixed=True)
        name.add_widget(self._icon)
        name.add_widget(self._title)
        self.add_widget(name)
        self._buttons: list[Key] = []

    def show(self, row: Row) -> None:
        """Be this device."""
        palette = theme.palette
        wanted = any(move.wanted for move in row.moves)
        self._icon.become(row.icon, palette.primary if wanted else palette.quiet)
        self._title.say(row.title)
        self._title.paint(palette.primary if wanted else palette.text)
        while len(self._buttons) < len(row.moves):
            self._buttons.append(Key(self._press))
            self.add_widget(self._buttons[-1])
        while len(self._buttons) > len(row.moves):
            self.remove_widget(self._buttons.pop())
        for button, move in zip(self._buttons, row.moves, strict=True):
            button.show(move)


def _tall(text: Txt, height: float) -> BoxLayout:
    """A text in a place of that height; one that has none of its own takes the height of its letters."""
    place = BoxLayout(size_hint_y=None, height=theme.px(height))
    place.add_widget(text)
    return place


class Waiting(Panel):
    """What the kiosk waits for."""

    def __init__(self) -> None:
        super().__init__(orientation="vertical", pad=14, gap=2, size_hint_y=None, height=theme.px(HEAD))
        quiet = theme.palette.quiet
        self._intro = Txt(text="The kiosk waits for", size=QUIET, color=quiet, fixed=True)
        self._headline = Txt(text="", size=HEADLINE, bold=True, fixed=True)
        self._detail = Txt(text="", size=QUIET, color=quiet, fixed=True, shorten=True)
        for widget in (_tall(self._intro, 26), self._headline, _tall(self._detail, 26)):
            self.add_widget(widget)

    def show(self, view: PanelView) -> None:
        """What it waits for now."""
        self._headline.font_size = theme.px(LONG if len(view.waits) > MANY else HEADLINE)
        self._headline.say(view.waits)
        self._detail.say(view.detail)


class CodeList(BoxLayout):
    """Everything that the scanner can be held to."""

    def __init__(self, press: Press, back: Callable[[], None]) -> None:
        super().__init__(orientation="vertical", spacing=theme.px(12))
        self._press = press
        self._rows = Rows(gap=GAP)
        self._shown: Sequence[Codes] = ()
        self._place = ScrollView(
            do_scroll_x=False,
            bar_width=theme.px(8),
            bar_color=theme.palette.quiet,
            bar_inactive_color=theme.palette.line,
            scroll_type=["bars", "content"],
        )
        self._place.add_widget(self._rows)
        self.add_widget(
            Action("codes:back", "Back to the devices", back, icon="back", size=LETTERS, tall=ROW)
        )
        self.add_widget(self._place)

    def show(self, codes: Sequence[Codes]) -> None:
        """These codes."""
        if codes == self._shown:
            return
        self._shown = codes
        self._rows.clear_widgets()
        for group in codes:
            self._rows.add_widget(Txt(text=group.title, size=QUIET, color=theme.palette.quiet))
            grid = GridLayout(
                cols=2, spacing=theme.px(GAP), size_hint_y=None, padding=(0, 0, theme.px(12), 0)
            )
            grid.bind(minimum_height=grid.setter("height"))
            for move in group.moves:
                key = Key(self._press, halign="left")
                key.size_hint_y, key.height = None, theme.px(ROW)
                key.show(move)
                grid.add_widget(key)
            self._rows.add_widget(grid)

    def bring(self, widget: Widget) -> bool:
        """Whether the widget can be touched where it stands; else it is scrolled to."""
        if widget not in self._rows.walk():
            return True
        _, y = widget.to_window(*widget.center)
        _, bottom = self._place.to_window(*self._place.pos)
        if bottom < y < bottom + self._place.height:
            return True
        self._place.scroll_to(widget, animate=False)
        return False


class Board(BoxLayout):
    """All of it."""

    def __init__(self, press: Press) -> None:
        super().__init__(orientation="vertical", padding=theme.px(16), spacing=theme.px(12))
        self._press = press
        self._waiting = Waiting()
        self._devices = AnchorLayout(anchor_y="top")
        self._lines = Rows(gap=GAP)
        self._devices.add_widget(self._lines)
        self._rows: list[Device] = []
        self._list = CodeList(self._scan, self._to_devices)
        self._told = Txt(text="", size=QUIET, color=theme.palette.quiet, fixed=True, valign="top")
        self._driven = Txt(text="", size=QUIET, color=theme.palette.quiet, fixed=True, shorten=True)
        self._foot = BoxLayout(orientation="vertical", size_hint_y=None, height=theme.px(FOOT))
        self._foot.add_widget(_tall(self._driven, 26))
        self._foot.add_widget(_tall(self._told, FOOT - 26))
        self._put(self._devices)

    def show(self, view: PanelView) -> None:
        """Everything as it is now."""
        self._waiting.show(view)
        while len(self._rows) < len(view.rows):
            self._rows.append(Device(self._pressed))
            self._lines.add_widget(self._rows[-1])
        for device, row in zip(self._rows, view.rows, strict=False):
            device.show(row)
        self._list.show(view.codes)
        self._told.say(view.told)
        self._driven.say(view.driven)

    def bring(self, widget: Widget) -> bool:
        """Whether the widget can be touched where it stands; one in the list is scrolled to."""
        return self._list.bring(widget)

    def _pressed(self, name: str) -> None:
        if name == LIST:
            self._put(self._list)
        else:
            self._press(name)

    def _scan(self, name: str) -> None:
        self._press(name)
        self._to_devices()

    def _to_devices(self) -> None:
        self._put(self._devices)

    def _put(self, place: Any) -> None:
        self.clear_widgets()
        for widget in (self._waiting, place, self._foot):
            self.add_widget(widget)
