"""The technician's page: every device on the left, and the chosen one closely on the right."""

from functools import partial
from pathlib import Path

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.image import Image

from kiosk.screens.checkrows import mark_color
from kiosk.screens.icons import Icon
from kiosk.screens.pictures import Pictures
from kiosk.screens.plain import Notice
from kiosk.screens.theme import BODY, SMALL, TITLE, Color, theme
from kiosk.screens.widgets import Action, Panel, Rows, Scroll, Tap, Txt
from kiosk.view import DeviceRow, DevicesView, Mark, Verbs, Wish
from kiosk.words import say

KEPT = 150  # pixels of height, of the picture that was kept last
SYMBOLS = {Mark.GOOD: "tick", Mark.BAD: "cross", Mark.WAITING: "ring", Mark.SKIPPED: "skip"}


def _color(mark: Mark) -> Color:
    """As on a check's row; what is out of use is to be read all the same."""
    return theme.palette.amber if mark is Mark.SKIPPED else mark_color(mark)


class _Row(Tap):
    """One device: its state as symbol, word and colour, and what it sent last."""

    def __init__(self, verbs: Verbs) -> None:
        self._device = ""
        super().__init__(
            "",
            lambda: verbs.tend(Wish.CHOOSE, self._device),
            size_hint_y=None,
            height=theme.px(96),
            pad=12,
            gap=14,
        )
        self._icon = Icon("", side=36)
        self._name = Txt(text="", size=BODY, bold=True, fixed=True, shorten=True, shorten_from="right")
        self._line = Txt(text="", size=SMALL - 2, fixed=True, shorten=True, shorten_from="right")
        words = BoxLayout(orientation="vertical")
        words.add_widget(self._name)
        words.add_widget(self._line)
        self.add_widget(self._icon)
        self.add_widget(words)

    def show(self, device: DeviceRow, *, chosen: bool) -> None:
        """Bring it up to date."""
        palette, color = theme.palette, _color(device.mark)
        self._device = device.name
        self.rename(f"device:{device.name}")
        self._icon.become(SYMBOLS.get(device.mark, "ring"), color)
        self._name.say(device.name)
        self._line.say(device.last if device.mark is Mark.GOOD and device.last else device.state)
        self._line.paint(palette.quiet if device.mark is Mark.GOOD else color)
        self.tint(palette.raised if chosen else palette.panel)


class _Kept(BoxLayout):
    """The picture to teach a camera from that was kept last, and as what; no height where there is none."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(size_hint_y=None, height=0, spacing=theme.px(16))
        self._pictures = pictures
        self._shown: Path | None = None
        self._image = Image(fit_mode="contain", size_hint_x=None)
        self._words = Txt(text="", size=SMALL, bold=True, fixed=True)

    def show(self, file: Path | None, words: str) -> None:
        """Bring it up to date."""
        if file == self._shown:
            return
        self._shown = file
        self.clear_widgets()
        texture = None if file is None else self._pictures.get(file)
        self.height = 0 if file is None else theme.px(KEPT)
        if file is None:
            return
        if texture is not None:
            self._image.texture = texture
            self._image.width = self.height * texture.width / texture.height
            self.add_widget(self._image)
        self._words.say(words)
        self.add_widget(self._words)


class DevicesScreen(BoxLayout):
    """A list, and beside it what the chosen device is, what it sent, and what can be tried on it."""

    def __init__(self, verbs: Verbs, pictures: Pictures) -> None:
        super().__init__(orientation="vertical", padding=theme.px(24), spacing=theme.px(16))
        self._verbs = verbs
        self._pictures = pictures
        self._rows: dict[str, _Row] = {}
        self._shown_actions: tuple[object, ...] = ()
        self._notice = Notice()
        self.add_widget(self._head())
        self.add_widget(self._notice)
        halves = BoxLayout(spacing=theme.px(24))
        self._list = Rows(gap=10)
        halves.add_widget(Scroll(self._list, size_hint_x=0.8))
        halves.add_widget(self._closely())
        self.add_widget(halves)

    def _head(self) -> BoxLayout:
        head = BoxLayout(size_hint_y=None, height=theme.px(84), spacing=theme.px(24))
        head.add_widget(Txt(text=say("devices", theme.language), size=TITLE, bold=True, fixed=True))
        leave = partial(self._verbs.tend, Wish.LEAVE)
        word = say("close", theme.language)
        head.add_widget(Action("devices:close", word, leave, size_hint_x=None, width=theme.px(240)))
        return head

    def _closely(self) -> Panel:
        half = Panel(orientation="vertical", pad=20, gap=14)
        self._title = Txt(text="", size=BODY, bold=True)
        self._reached = Txt(text="", size=SMALL, color=theme.palette.quiet)
        self._why = Txt(text="", size=SMALL, bold=True)
        self._counts = Txt(text="", size=SMALL, color=theme.palette.quiet)
        self._said = Txt(text="", size=SMALL)
        said = Rows(gap=4)
        said.add_widget(self._said)
        self._actions = GridLayout(cols=3, spacing=theme.px(12), size_hint_y=None)
        self._actions.bind(minimum_height=self._actions.setter("height"))
        self._pace = Txt(text="", size=SMALL, color=theme.palette.quiet)
        for widget in (self._title, self._reached, self._why, self._counts, self._pace):
            half.add_widget(widget)
        self._kept = _Kept(self._pictures)
        half.add_widget(self._kept)
        half.add_widget(Scroll(said, ground=theme.palette.panel))
        half.add_widget(self._actions)
        return half

    def show(self, view: DevicesView) -> None:
        """Bring the page up to date."""
        self._notice.show(view.notice, view.notice_mark)
        if [row.name for row in view.devices] != list(self._rows):
            self._fill(view)
        for row in view.devices:
            self._rows[row.name].show(row, chosen=row.name == view.chosen)
        chosen = next((row for row in view.devices if row.name == view.chosen), None)
        if chosen is None:
            self._say_none(empty=not view.devices)
            return
        self._title.say(chosen.title)
        self._reached.say(view.reached)
        self._why.say(f"{chosen.state}: {chosen.reason}" if chosen.reason else chosen.state)
        self._why.paint(_color(chosen.mark))
        self._counts.say(chosen.counts)
        self._pace.say(chosen.pace)
        self._kept.show(view.kept, view.kept_words)
        self._said.say("\n".join(view.said) or say("nothing_came", theme.language))
        self._said.paint(theme.palette.text if view.said else theme.palette.quiet)
        self._act(view)

    def _say_none(self, *, empty: bool) -> None:
        """There is no device to be looked at closely, and nothing of an earlier one stays."""
        self._title.say(say("no_devices", theme.language) if empty else "")
        for words in (self._reached, self._why, self._counts, self._pace, self._said):
            words.say("")
        self._kept.show(None, "")
        self._actions.clear_widgets()
        self._shown_actions = ()

    def _fill(self, view: DevicesView) -> None:
        self._list.clear_widgets()
        self._rows = {row.name: _Row(self._verbs) for row in view.devices}
        for row in self._rows.values():
            self._list.add_widget(row)

    def _act(self, view: DevicesView) -> None:
        wanted = (view.chosen, view.commands, view.signals, view.disabled, view.sees)
        if wanted == self._shown_actions:
            return
        self._shown_actions = wanted
        self._actions.clear_widgets()
        for command in view.commands:
            self._offer(f"try:{command}", command, partial(self._verbs.tend, Wish.TRY, command))
        for signal in view.signals:
            icon = "tick" if signal.chosen else "ring"
            self._offer(f"try:{signal.id}", signal.text, partial(self._verbs.tend, Wish.TRY, signal.id), icon)
        for side, icon in ((Wish.KEEP_GOOD, "tick"), (Wish.KEEP_BAD, "cross")) if view.sees else ():
            word = say(f"device_{side}".replace("-", "_"), theme.language)
            self._offer(f"device:{side}", word, partial(self._verbs.tend, side), icon)
        wish = Wish.ENABLE if view.disabled else Wish.DISABLE
        self._offer(f"device:{wish}", say(f"device_{wish}", theme.language), partial(self._verbs.tend, wish))

    def _offer(self, name: str, word: str, act: partial[None], icon: str = "") -> None:
        self._actions.add_widget(Action(name, word, act, icon=icon, size=SMALL))
