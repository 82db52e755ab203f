"""The screens around a run: enrol, idle, choose, held, done and fault."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.image import Image
from kivy.uix.widget import Widget

from kiosk.screens.icons import Icon
from kiosk.screens.pictures import Pictures
from kiosk.screens.stage import Stage
from kiosk.screens.texts import clock
from kiosk.screens.theme import BODY, HUGE, SMALL, TITLE, theme
from kiosk.screens.widgets import Action, Panel, Rows, Scroll, Tap, Txt
from kiosk.view import (
    ChooseView,
    DoneView,
    EnrolView,
    FaultView,
    HeldView,
    IdleView,
    Mark,
    MediumView,
    Tile,
    Verbs,
)
from kiosk.words import say

ENDED = "ended by the operator"  # as the record says it
WIDE, NARROW = 980, 520  # of the words, by themselves and beside a picture
SURE = 0.4  # seconds in which a second touch was meant for the button that stood there before


class Notice(Panel):
    """One sentence on a coloured ground with a symbol; empty, it takes no room."""

    def __init__(self) -> None:
        super().__init__(pad=14, size_hint_y=None, height=0)
        self._icon = Icon("warn", color=theme.palette.on_mark, side=34)
        self._text = Txt(text="", size=26, bold=True, color=theme.palette.on_mark)
        self._text.pos_hint = {"center_y": 0.5}
        self._text.bind(height=lambda *_: self._grow())

    def show(self, text: str, mark: Mark = Mark.BAD) -> None:
        """Show it, or nothing for an empty text."""
        self.opacity = 1 if text else 0
        if bool(text) != bool(self.children):
            self.clear_widgets()
            if text:
                self.add_widget(self._icon)
                self.add_widget(self._text)
        self._text.say(text)
        palette = theme.palette
        self.tint({Mark.BAD: palette.bad, Mark.GOOD: palette.good}.get(mark, palette.amber))
        self._grow()

    def _grow(self) -> None:
        self.height = self._text.height + theme.px(28) if self._text.text else 0


class EnrolScreen(AnchorLayout):
    """The code that an administrator confirms, large enough for a phone and for the eye."""

    def __init__(self, _verbs: Verbs) -> None:
        super().__init__()
        row = BoxLayout(size_hint=(None, None), size=(theme.px(1080), theme.px(480)), spacing=theme.px(48))
        frame = Panel(ground=(1, 1, 1, 1), pad=20, size_hint_x=None, width=theme.px(480))
        self._picture = Image(fit_mode="contain")
        frame.add_widget(self._picture)
        told = Rows(gap=24)
        told.pos_hint = {"center_y": 0.5}
        self._code = Txt(text="", size=HUGE, bold=True, color=theme.palette.primary)
        self._url = Txt(text="", size=SMALL, color=theme.palette.quiet)
        self._message = Txt(text="", size=BODY, color=theme.palette.amber)
        for widget in (
            Txt(text=say("enrol_title", theme.language), size=TITLE, bold=True),
            Txt(text=say("enrol_how", theme.language)),
            self._code,
            self._url,
            self._message,
        ):
            told.add_widget(widget)
        row.add_widget(frame)
        row.add_widget(told)
        self.add_widget(row)
        self._shown = b""

    def show(self, view: EnrolView) -> None:
        """Bring the screen up to date."""
        self._code.say(view.code)
        self._url.say(view.url)
        self._message.say(view.message)
        if view.picture and view.picture != self._shown:
            self._shown = view.picture
            self._picture.texture = CoreImage(io.BytesIO(view.picture), ext="png", nocache=True).texture


class IdleScreen(BoxLayout):
    """A clock, "Scan your badge", and what the station is set up for; a PIN pad when a PIN is asked for."""

    def __init__(self, verbs: Verbs) -> None:
        super().__init__(orientation="vertical", padding=theme.px(36), spacing=theme.px(18))
        self._verbs = verbs
        self._typed = ""
        self._asking: str | None = None
        self._clock = Txt(text="", size=104, bold=True, halign="center")
        self._date = Txt(text="", size=BODY, color=theme.palette.quiet, halign="center")
        self._prompt = Txt(text="", size=56, bold=True, color=theme.palette.primary, halign="center")
        self._notice = Notice()
        self._documents = Txt(text="", size=24, color=theme.palette.quiet, halign="center")
        self._documents.line_height = 1.25
        self._dots = Txt(text="", size=56, bold=True, halign="center")
        self._view = IdleView()
        Clock.schedule_interval(lambda _dt: self._tell_time(), 1)
        self._lay(asking=False)

    def show(self, view: IdleView) -> None:
        """Bring the screen up to date."""
        self._view = view
        if view.pin_for != self._asking:
            self._typed, self._asking = "", view.pin_for
            self._lay(asking=bool(view.pin_for))
        if view.pin_for:
            self._prompt.say(say("pin_for", theme.language, name=view.pin_for))
            self._dots.say("•  " * len(self._typed) or "–  –  –  –")
        else:
            self._prompt.say(view.prompt or say("scan_badge", theme.language))
        if view.set_up_for:
            self._documents.say("\n".join((say("set_up_for", theme.language), *view.set_up_for[:6])))
        else:
            self._documents.say(say("nothing_assigned", theme.language))
        self._notice.show(view.notice)
        self._tell_time()

    def _lay(self, *, asking: bool) -> None:
        self.clear_widgets()
        if asking:
            for widget in (self._prompt, self._dots, self._notice, self._pad()):
                self.add_widget(widget)
            return
        for widget in (
            Widget(),
            self._clock,
            self._date,
            self._prompt,
            self._notice,
            self._documents,
            Widget(),
        ):
            self.add_widget(widget)

    def _pad(self) -> Widget:
        box = AnchorLayout()
        grid = GridLayout(cols=3, spacing=theme.px(16), size_hint=(None, None), width=theme.px(480))
        grid.bind(minimum_height=grid.setter("height"))
        for digit in "123456789":
            grid.add_widget(Action(f"pin:{digit}", digit, partial(self._type, digit), size=TITLE, tall=92))
        grid.add_widget(Action("pin:clear", say("pin_clear", theme.language), self._clear, tall=92))
        grid.add_widget(Action("pin:0", "0", partial(self._type, "0"), size=TITLE, tall=92))
        grid.add_widget(Action("pin:ok", say("pin_ok", theme.language), self._enter, primary=True, tall=92))
        box.add_widget(grid)
        return box

    def _type(self, digit: str) -> None:
        self._typed = (self._typed + digit)[:8]
        self.show(self._view)

    def _clear(self) -> None:
        self._typed = ""
        self.show(self._view)

    def _enter(self) -> None:
        pin, self._typed = self._typed, ""
        self._verbs.enter_pin(pin)

    def _tell_time(self) -> None:
        now = datetime.now().astimezone()
        self._clock.say(f"{now:%H:%M}")
        self._date.say(f"{now:%Y-%m-%d}")


class ChooseScreen(BoxLayout):
    """Scan a part, or touch one of the assigned documents."""

    def __init__(self, verbs: Verbs, pictures: Pictures) -> None:
        super().__init__(orientation="vertical", padding=theme.px(24), spacing=theme.px(20))
        self._verbs, self._pictures = verbs, pictures
        self._tiles: tuple[Tile, ...] | None = None
        head = BoxLayout(size_hint_y=None, height=theme.px(88), spacing=theme.px(20))
        head.add_widget(Icon("scan", color=theme.palette.primary, side=64))
        self._prompt = Txt(text="", size=48, bold=True, color=theme.palette.primary, fixed=True)
        head.add_widget(self._prompt)
        head.add_widget(
            Action(
                "sign_out",
                say("sign_out", theme.language),
                verbs.sign_out,
                size_hint_x=None,
                width=theme.px(220),
            )
        )
        self._notice = Notice()
        self._grid = GridLayout(cols=3, spacing=theme.px(20), size_hint_y=None)
        self._grid.bind(minimum_height=self._grid.setter("height"))
        scroll = Scroll(self._grid)
        for widget in (head, self._notice, scroll):
            self.add_widget(widget)

    def show(self, view: ChooseView) -> None:
        """Bring the screen up to date."""
        self._prompt.say(view.prompt or say("scan_part", theme.language))
        self._notice.show(view.notice, view.notice_mark)
        if view.tiles != self._tiles:
            self._tiles = view.tiles
            self._grid.clear_widgets()
            for tile in view.tiles:
                self._grid.add_widget(self._tile(tile))

    def _tile(self, tile: Tile) -> Tap:
        card = Tap(
            f"tile:{tile.title}",
            partial(self._verbs.open, tile.key),
            orientation="vertical",
            size_hint_y=None,
            height=theme.px(330),
            pad=14,
            gap=8,
        )
        picture = Widget()
        with picture.canvas:
            tint = Color(*theme.palette.raised)
            drawn = Rectangle()
        picture.bind(pos=lambda w, _: _fit(w, drawn), size=lambda w, _: _fit(w, drawn))
        if tile.picture is not None:
            self._pictures.small(tile.picture, partial(_fill, picture, tint, drawn))
        card.add_widget(picture)
        card.add_widget(Txt(text=tile.title, bold=True, size=26))
        card.add_widget(Txt(text=tile.detail, size=20, color=theme.palette.quiet))
        return card


def _fill(widget: Widget, tint: Color, drawn: Rectangle, texture: Texture | None) -> None:
    """The picture has come."""
    if texture is not None:
        tint.rgba = (1, 1, 1, 1)
        drawn.texture = texture
        _fit(widget, drawn)


def _fit(widget: Widget, drawn: Rectangle) -> None:
    """Show the whole picture in the middle of the widget."""
    wide, high = drawn.texture.size if drawn.texture is not None else widget.size
    share = min(widget.width / max(wide, 1), widget.height / max(high, 1))
    drawn.size = (wide * share, high * share)
    drawn.pos = (widget.center_x - drawn.size[0] / 2, widget.center_y - drawn.size[1] / 2)


def _same_run(view: HeldView, before: HeldView) -> bool:
    """Whether the run is held as it was, whatever the bar above says of line and devices."""
    now, then = view.status, before.status
    same = (now.release, now.unit, now.language) == (then.release, then.unit, then.language)
    return same and replace(view, status=then) == before


class MessageScreen(AnchorLayout):
    """A symbol, a large word, a few lines, and one or two actions: held, done and fault look alike."""

    def __init__(self, verbs: Verbs, pictures: Pictures) -> None:
        super().__init__()
        self._verbs, self._pictures = verbs, pictures
        self._asked: HeldView | None = None  # whose end is asked for once more
        self._rows = Rows(gap=24, size_hint_x=None)
        self._narrow = False  # the words stand beside a picture
        self._beside(())

    def show(self, view: HeldView | DoneView | FaultView) -> None:
        """Bring the screen up to date; a question stays while only the bar above has news."""
        asked, self._asked = self._asked, None
        if asked is not None and isinstance(view, HeldView) and _same_run(view, asked):
            self._asked = asked
            return
        self._beside(view.media if isinstance(view, HeldView) else ())
        match view:
            case HeldView():
                self._held(view)
            case DoneView():
                self._done(view)
            case FaultView():
                self._fault(view)

    def _beside(self, media: tuple[MediumView, ...]) -> None:
        """Room for words in the middle, or beside what they are about."""
        self.clear_widgets()
        self._rows.clear_widgets()
        if self._rows.parent is not None:
            self._rows.parent.remove_widget(self._rows)
        self._narrow = bool(media)
        self._rows.width = theme.px(NARROW if media else WIDE)
        if not media:
            self.add_widget(self._rows)
            return
        pair = BoxLayout(padding=theme.px(24), spacing=theme.px(24))
        stage = Stage(self._pictures)
        words = AnchorLayout(size_hint_x=None, width=theme.px(NARROW))
        words.add_widget(self._rows)
        pair.add_widget(stage)
        pair.add_widget(words)
        self.add_widget(pair)
        stage.show(media)

    def _add(self, icon: str, color: Any, title: str, *lines: str) -> None:
        if not self._narrow:
            symbol = AnchorLayout(size_hint_y=None, height=theme.px(120))
            symbol.add_widget(Icon(icon, color=color, side=110))
            self._rows.add_widget(symbol)
        large, small = (44, 28) if self._narrow else (56, 32)
        self._rows.add_widget(Txt(text=title, size=large, bold=True, color=color, halign="center"))
        for line in lines:
            if line:
                self._rows.add_widget(Txt(text=line, size=small, halign="center"))

    def _actions(self, *actions: Action) -> None:
        tall, gap = theme.px(96), theme.px(24)
        line = BoxLayout(size_hint_y=None, height=tall, spacing=gap)
        if self._narrow:
            line.orientation = "vertical"
            line.height = len(actions) * (tall + gap) - gap
        for action in actions:
            line.add_widget(action)
        self._rows.add_widget(line)

    def _held(self, view: HeldView) -> None:
        language = theme.language
        icon, color = ("warn", theme.palette.bad) if view.stopped else ("pause", theme.palette.amber)
        reason = "" if view.media and view.supervisor else view.reason  # the picture says it already
        self._add(icon, color, view.title or say("held_title", language), view.step, reason)
        if view.supervisor and not view.stopped:
            self._rulings(view)
        elif not view.waits or view.stopped:
            ask = partial(self._sure, view, partial(self._verbs.abort, ENDED))
            end = Action("abort", say("abort", language), ask, primary=view.stopped, tall=96)
            go_on = Action("go_on", say("go_on", language), self._verbs.go_on, primary=True, tall=96)
            self._actions(*([end] if view.stopped else [end, go_on]))

    def _rulings(self, view: HeldView) -> None:
        """What a supervisor can decide about a failure."""
        language = theme.language
        self._rows.add_widget(
            Txt(text=say("rules", language, name=view.supervisor), size=28, bold=True, halign="center")
        )
        stop = partial(self._sure, view, partial(self._verbs.rule, "stop"))
        acts = {"stop": stop} | {each: partial(self._verbs.rule, each) for each in ("repeat", "continue")}
        self._actions(
            *(
                Action(f"rule:{ruling}", say(f"rule_{ruling}", language), act, tall=96)
                for ruling, act in acts.items()
            )
        )

    def _sure(self, view: HeldView, end: Callable[[], None]) -> None:
        """Ask once more before somebody's work ends; the way back stands where the finger was."""
        language = theme.language
        yes = Action("", say("end_yes", language), end, tall=112)
        yes.enabled = False

        def back() -> None:
            self._asked = None
            self.show(view)

        def offer(_dt: float) -> None:
            yes.enabled = True
            yes.rename("abort:yes")

        self._asked = view
        self._beside(())
        self._add(
            "warn",
            theme.palette.bad,
            say("end_sure", language),
            view.title,
            view.step,
            say("end_what", language),
        )
        self._actions(
            Action("abort:no", say("end_no", language), back, primary=True, tall=112),
            yes,
        )
        Clock.schedule_once(offer, SURE)

    def _done(self, view: DoneView) -> None:
        language, palette = theme.language, theme.palette
        found = {0: "no_deviation", 1: "one_deviation"}.get(view.deviations, "deviations")
        times = {"elapsed": clock(view.elapsed)}
        key = "time_taken" if view.expected is None else "time_against"
        if view.expected is not None:
            times["expected"] = clock(view.expected)
        self._add(
            "tick" if view.completed else "cross",
            palette.good if view.completed else palette.amber,
            say("done_title" if view.completed else "aborted_title", language),
            view.title,
            say(key, language, **times),
            say(found, language, count=view.deviations),
            view.message or say("scan_next", language),
        )
        self._actions(
            Action("next_unit", say("next_unit", language), self._verbs.next_unit, primary=True, tall=96)
        )

    def _fault(self, view: FaultView) -> None:
        self._add("warn", theme.palette.bad, view.title, view.message, view.mend)
        if view.retry:
            self._actions(Action("retry", view.retry, self._verbs.retry, primary=True, tall=96))
