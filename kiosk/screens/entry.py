"""Sheets in which a person gives what a check asks for: a number on a keypad, words on a keyboard, a photograph."""

import io
from collections.abc import Callable, Iterable
from functools import partial

from kivy.core.image import Image as CoreImage
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.image import Image
from kivy.uix.widget import Widget

from kiosk.screens.sheet import Sheet
from kiosk.screens.theme import BODY, HUGE, SMALL, TITLE, theme
from kiosk.screens.widgets import Action, Panel, Txt
from kiosk.view import CheckView, Entry, Verbs
from kiosk.words import say

LONGEST_NUMBER, LONGEST_WORDS = 14, 200  # characters
KEYPAD = ("789", "456", "123")
ERASE, SHIFT = "erase", "shift"


def open_entry(verbs: Verbs, step: str, check: CheckView) -> None:
    """Open the sheet that a check's entry is made in."""

    def give(answer: str) -> None:
        if check.cell is None:
            verbs.answer(step, check.id, answer)
        else:
            verbs.fill(step, check.id, check.cell, answer)

    match check.entry:
        case Entry.NUMBER:
            NumberSheet(check, give).open()
        case Entry.TEXT:
            TextSheet(check, give).open()
        case Entry.PHOTO:
            PhotoSheet(check, verbs.take_photo, partial(verbs.give_photo, step, check.id)).open()
        case Entry.LOOK:
            verbs.answer(step, check.id, Entry.LOOK)
        case Entry.NONE:
            pass


class _Typing(Sheet):
    """What was typed on top, keys below it, and two ways out."""

    def __init__(self, check: CheckView, give: Callable[[str], None], *, longest: int, size: float) -> None:
        super().__init__(check.prompt)
        self._give, self._longest = give, longest
        self.typed = ""
        ground = Panel(ground=theme.palette.back, pad=12, size_hint_y=None, height=theme.px(size * 1.7))
        self._shown = Txt(text="", size=size, bold=True, halign="center", fixed=True, shorten=True)
        ground.add_widget(self._shown)
        self.body.add_widget(ground)
        if check.awaited:
            self.body.add_widget(
                Txt(text=check.awaited, size=SMALL, color=theme.palette.quiet, halign="center")
            )
        self.keys = BoxLayout(orientation="vertical", spacing=theme.px(12))
        self.body.add_widget(self.keys)
        self.body.add_widget(self._foot())

    def _foot(self) -> Widget:
        foot = BoxLayout(spacing=theme.px(16), size_hint_y=None, height=theme.px(84))
        foot.add_widget(Action("entry:cancel", say("cancel", theme.language), self.close))
        self._ok = Action("entry:ok", say("entry_ok", theme.language), self._enter, primary=True)
        foot.add_widget(self._ok)
        return foot

    def row(self, keys: Iterable[str]) -> BoxLayout:
        """One more row of keys."""
        line = BoxLayout(spacing=theme.px(12))
        for key in keys:
            line.add_widget(self.key(key))
        self.keys.add_widget(line)
        return line

    def key(self, key: str, *, word: str | None = None, icon: str = "") -> Action:
        """A key that types itself, erases or shifts."""
        label = key if word is None else word
        return Action(f"key:{key}", label, partial(self.press, key), icon=icon, size=TITLE, size_hint_y=1)

    def press(self, key: str) -> None:
        """A key was touched."""
        typed = self.typed[:-1] if key == ERASE else self.typed + key
        if len(typed) <= self._longest and self._may_be(typed):
            self.typed = typed
            self._shown.say(typed)

    def _may_be(self, _typed: str) -> bool:
        return True

    def _enter(self) -> None:
        if self.typed.strip():
            self.close()
            self._give(self.typed)


class NumberSheet(_Typing):
    """A keypad in sizes for gloves."""

    def __init__(self, check: CheckView, give: Callable[[str], None]) -> None:
        super().__init__(check, give, longest=LONGEST_NUMBER, size=HUGE)
        self._mark = say("decimal_mark", theme.language)
        for keys in KEYPAD:
            self.row(keys)
        last = self.row((self._mark, "0"))
        last.add_widget(self.key(ERASE, word="", icon="erase"))
        last.add_widget(self.key("-", word="–"), index=len(last.children))

    def _may_be(self, typed: str) -> bool:
        return typed.count(self._mark) <= 1 and "-" not in typed[1:]


class TextSheet(_Typing):
    """A keyboard on the glass, in capitals until it is shifted: what is typed here are mostly codes and names."""

    def __init__(self, check: CheckView, give: Callable[[str], None]) -> None:
        super().__init__(check, give, longest=LONGEST_WORDS, size=BODY)
        self._lower = False
        self._lay()

    def _lay(self) -> None:
        self.keys.clear_widgets()
        self.row("1234567890")
        for row in say("keyboard", theme.language).split():
            self.row(row.lower() if self._lower else row)
        last = BoxLayout(spacing=theme.px(12))
        last.add_widget(self.key(SHIFT, word="", icon="shift"))
        for key in ".-/":
            last.add_widget(self.key(key))
        space = self.key(" ", word=say("space", theme.language))
        space.size_hint_x = 3
        last.add_widget(space)
        last.add_widget(self.key(ERASE, word="", icon="erase"))
        self.keys.add_widget(last)

    def press(self, key: str) -> None:
        """A key was touched."""
        if key == SHIFT:
            self._lower = not self._lower
            self._lay()
        else:
            super().press(key)


class PhotoSheet(Sheet):
    """Take a photograph, look at it, use it or take another one."""

    def __init__(
        self, check: CheckView, take: Callable[[], bytes | None], give: Callable[[bytes], None]
    ) -> None:
        super().__init__(check.prompt)
        self._take, self._give = take, give
        self._photo: bytes | None = None
        self._picture = Image(fit_mode="contain")
        self._message = Txt(text="", size=BODY, halign="center", color=theme.palette.amber)
        self.body.add_widget(self._picture)
        self.body.add_widget(self._message)
        foot = BoxLayout(spacing=theme.px(16), size_hint_y=None, height=theme.px(84))
        language = theme.language
        foot.add_widget(Action("entry:cancel", say("cancel", language), self.close))
        foot.add_widget(Action("entry:take", say("take_photo", language), self._shoot, icon="camera"))
        self._ok = Action("entry:ok", say("use_photo", language), self._use, primary=True)
        self._ok.opacity = 0.35
        foot.add_widget(self._ok)
        self.body.add_widget(foot)
        self._shoot()

    def _shoot(self) -> None:
        self._photo = self._take()
        self._ok.opacity = 0.35 if self._photo is None else 1
        self._message.say("" if self._photo is not None else say("no_camera_here", theme.language))
        if self._photo is not None:
            self._picture.texture = CoreImage(io.BytesIO(self._photo), ext="jpg", nocache=True).texture

    def _use(self) -> None:
        if self._photo is not None:
            self.close()
            self._give(self._photo)
