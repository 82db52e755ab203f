"""The step screen: what to do now, what proves it, how far."""

import time
from datetime import timedelta
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, PopMatrix, PushMatrix, RoundedRectangle, Translate
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from content.instruction import Safety
from kiosk.screens.checkrows import CheckRow, mark_color
from kiosk.screens.pictures import Pictures
from kiosk.screens.problem import ProblemSheet
from kiosk.screens.sounds import Sounds
from kiosk.screens.stage import Stage
from kiosk.screens.steplist import StepList
from kiosk.screens.texts import clock
from kiosk.screens.theme import BODY, GAP, SAFETY, SMALL, TITLE, theme
from kiosk.screens.widgets import Action, Icon, Panel, Rows, Tap, Txt
from kiosk.view import Mark, RailStep, StepView, Verbs
from kiosk.words import say

SLIDE = (40, 12, 0)  # pixels; the content is there from the first frame on
FRAME = 0.05  # seconds between them: in place within 150 ms, and few frames for a slow graphics chip
LONG_ACTION = 26  # characters that fit the primary action at its full size
DOUBLE_TAP = 0.3  # seconds; a finger that bounces must not confirm two steps


class Rail(Tap):
    """All steps with their state, thin; a touch opens the list."""

    def __init__(self, open_list: Any) -> None:
        super().__init__("rail", open_list, ground=theme.palette.back, radius=0, size_hint_y=None, height=theme.px(26))
        self._steps: tuple[RailStep, ...] = ()
        self.bind(pos=self._draw, size=self._draw)

    def show(self, steps: tuple[RailStep, ...]) -> None:
        """Bring the rail up to date."""
        if steps != self._steps:
            self._steps = steps
            self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.after.clear()
        count = len(self._steps)
        if not count:
            return
        gap, left = theme.px(4), self.x + theme.px(GAP)
        wide = (self.width - 2 * theme.px(GAP) - gap * (count - 1)) / count
        with self.canvas.after:
            for place, step in enumerate(self._steps):
                active = step.mark is Mark.ACTIVE
                tall = theme.px(12 if active else 7)
                Color(*(theme.palette.line if step.mark is Mark.WAITING else mark_color(step.mark)))
                pos = (left + place * (wide + gap), self.y + self.height / 2 - tall / 2)
                RoundedRectangle(pos=pos, size=(wide, tall), radius=[tall / 2])


class SafetyNotice(BoxLayout):
    """A signal word panel and its text, as ISO 3864 and ANSI Z535 have them."""

    def __init__(self, notice: Safety) -> None:
        super().__init__(size_hint_y=None)
        ground, ink = SAFETY[notice.level.value]
        word = Panel(ground=ground, radius=0, pad=10, gap=8, size_hint_x=None, width=theme.px(184))
        if notice.level.value != "notice":
            word.add_widget(Icon("warn", color=ink, side=30))
        word.add_widget(Txt(text=say(notice.level.value, theme.language), size=20, bold=True, color=ink, fixed=True))
        body = Panel(ground=theme.palette.raised, radius=0, pad=10)
        text = Txt(text=notice.text, size=SMALL)
        text.pos_hint = {"center_y": 0.5}
        body.add_widget(text)
        self.add_widget(word)
        self.add_widget(body)
        text.bind(height=lambda _w, height: setattr(self, "height", max(height + theme.px(20), theme.px(56))))


def _place(view: StepView) -> tuple[object, ...]:
    """What makes it another page: the step, its visit, or the document it stands in."""
    return view.step, view.visit, view.status.document, view.status.unit, view.title, view.text


class StepScreen(BoxLayout):
    """One step of a run."""

    def __init__(self, verbs: Verbs, pictures: Pictures, sounds: Sounds) -> None:
        super().__init__(orientation="vertical")
        self._verbs, self._pictures, self._sounds = verbs, pictures, sounds
        self.view = StepView()
        self._rows: dict[str, CheckRow] = {}
        self._confirmed_at = 0.0
        self._stage = Stage(pictures)
        self._rail = Rail(self._open_list)
        self.add_widget(self._rail)
        self._body = BoxLayout(spacing=theme.px(GAP), padding=(theme.px(GAP), theme.px(6), theme.px(GAP), theme.px(GAP)))
        with self._body.canvas.before:
            PushMatrix()
            self._slide = Translate()
        with self._body.canvas.after:
            PopMatrix()
        self._stage.size_hint_x = 0.6
        self._body.add_widget(self._stage)
        self._body.add_widget(self._make_side())
        self.add_widget(self._body)
        self.add_widget(self._make_foot())
        Clock.schedule_interval(lambda _dt: self._tell_time(), 1)

    def _make_side(self) -> Widget:
        side = BoxLayout(orientation="vertical", spacing=theme.px(12), size_hint_x=0.4)
        self._number = Txt(text="", size=SMALL, color=theme.palette.quiet)
        self._title = Txt(text="", size=TITLE, bold=True)
        self._text = Txt(text="", size=BODY, markup=True)
        self._text.line_height = 1.12
        self._safety = Rows(gap=8)
        self._needs = Txt(text="", size=SMALL, color=theme.palette.quiet)
        told = Rows(gap=12)
        for widget in (self._number, self._title, self._safety, self._text, self._needs):
            told.add_widget(widget)
        self._scroll = ScrollView(do_scroll_x=False, bar_width=theme.px(6), bar_color=theme.palette.line, bar_inactive_color=theme.palette.line, scroll_type=["bars", "content"])
        self._scroll.add_widget(told)
        self._checks = Rows(gap=8)
        self._check_scroll = ScrollView(do_scroll_x=False, bar_width=theme.px(6), bar_color=theme.palette.line, bar_inactive_color=theme.palette.line, size_hint_y=None, height=0)
        self._check_scroll.add_widget(self._checks)
        self._checks.bind(height=lambda *_: self._share(side))
        side.bind(height=lambda *_: self._share(side))
        self._notice = Panel(ground=theme.palette.bad, pad=10, size_hint_y=None, height=0)
        self._notice_text = Txt(text="", size=SMALL, bold=True, color=theme.palette.on_mark, fixed=True)
        for widget in (self._scroll, self._notice, self._check_scroll):
            side.add_widget(widget)
        return side

    def _make_foot(self) -> Widget:
        foot = Panel(radius=0, pad=12, size_hint_y=None, height=theme.px(108))
        language = theme.language
        self._back = Action("back", say("back", language), self._go_back, icon="back", size_hint_x=None, width=theme.px(150))
        problem = Action("problem", say("problem", language), self._report, icon="warn", size_hint_x=None, width=theme.px(180))
        pause = Action("pause", say("pause", language), lambda: self._verbs.pause("pause"), icon="pause", size_hint_x=None, width=theme.px(150))
        times = BoxLayout(orientation="vertical", size_hint_x=None, width=theme.px(230))
        self._clock = Txt(text="", size=36, bold=True, halign="center", fixed=True)
        self._standard = Txt(text="", size=20, color=theme.palette.quiet, halign="center", fixed=True, size_hint_y=0.7)
        times.add_widget(self._clock)
        times.add_widget(self._standard)
        self._primary = Action("primary", "", self._confirm, primary=True, size=32)
        for widget in (self._back, problem, pause, times, self._primary):
            foot.add_widget(widget)
        return foot

    # --- what is shown -------------------------------------------------------
    def show(self, view: StepView) -> None:
        """Bring the screen up to date; only what changed is drawn anew."""
        before, self.view = self.view, view
        if _place(view) != _place(before):
            self._new_step(view)
        self._show_checks(view)
        self._rail.show(view.rail)
        self._show_primary(view)
        self._show_notice(view)
        self._tell_time()
        self._answer(before, view)

    def _new_step(self, view: StepView) -> None:
        self._number.say(say("step_of", theme.language, number=view.number, total=view.total))
        self._title.say(view.title)
        self._text.tell(view.text)
        self._safety.clear_widgets()
        for notice in view.safety:
            self._safety.add_widget(SafetyNotice(notice))
        needs = [f"{say(key, theme.language)}: {', '.join(names)}" for key, names in (("parts", view.parts), ("tools", view.tools)) if names]
        self._needs.say("\n".join(needs))
        self._scroll.scroll_y = 1
        self._stage.show(view.media)
        self._pictures.ahead(view.ahead)
        self._slide_in(list(SLIDE))

    def _slide_in(self, left: list[float]) -> None:
        self._slide.x = theme.px(left.pop(0))
        if left:
            Clock.schedule_once(lambda _dt: self._slide_in(left), FRAME)

    def _show_checks(self, view: StepView) -> None:
        if [check.id for check in view.checks] != list(self._rows):
            self._checks.clear_widgets()
            self._rows = {check.id: CheckRow(check, self._confirm_check) for check in view.checks}
            for row in self._rows.values():
                self._checks.add_widget(row)
        for check in view.checks:
            if self._rows[check.id].view != check:
                self._rows[check.id].show(check)

    def _show_primary(self, view: StepView) -> None:
        palette = theme.palette
        self._primary.enabled = view.can_confirm
        self._primary.label.say(view.primary)
        self._primary.label.font_size = theme.px(32 if len(view.primary) < LONG_ACTION else 24)
        self._primary.label.paint(palette.on_primary if view.can_confirm else palette.primary)
        self._primary.tint(palette.primary if view.can_confirm else palette.back)
        self._back.enabled = view.can_go_back
        self._back.opacity = 1 if view.can_go_back else 0.35

    def _show_notice(self, view: StepView) -> None:
        shown = bool(view.notice)
        if shown != bool(self._notice.children):
            self._notice.clear_widgets()
            if shown:
                self._notice.add_widget(Icon("cross", color=theme.palette.on_mark, side=30))
                self._notice.add_widget(self._notice_text)
        self._notice.height = theme.px(64) if shown else 0
        self._notice.opacity = 1 if shown else 0
        self._notice.tint(theme.palette.bad if view.notice_mark is Mark.BAD else theme.palette.amber)
        self._notice_text.say(view.notice)

    def _answer(self, before: StepView, view: StepView) -> None:
        if view.accepted > before.accepted > 0:
            self._sounds.play("accepted")
        elif view.rejected > before.rejected >= 0 and before.step:
            self._sounds.play("rejected")
        old = {check.id: check for check in before.checks} if before.step == view.step else {}
        for check in view.checks:
            known = old.get(check.id)
            if known is not None and (known.came, known.count, known.mark) != (check.came, check.count, check.mark):
                self._rows[check.id].flash()

    def _tell_time(self) -> None:
        view = self.view
        ran = timedelta(seconds=max(0.0, time.monotonic() - view.since)) if view.running and view.since else timedelta()
        elapsed = view.elapsed + ran
        over = view.expected is not None and elapsed > view.expected
        self._clock.say(clock(elapsed))
        self._clock.paint(theme.palette.amber if over else theme.palette.text)
        if view.expected is None:
            self._standard.say("")
        else:
            self._standard.say(say("over" if over else "standard", theme.language, time=clock(view.expected)))
        self._standard.paint(theme.palette.amber if over else theme.palette.quiet)

    def _share(self, side: Widget) -> None:
        self._check_scroll.height = min(self._checks.height, side.height * 0.55)

    # --- what is said --------------------------------------------------------
    def _confirm(self) -> None:
        now = time.monotonic()
        if now - self._confirmed_at >= DOUBLE_TAP:
            self._confirmed_at = now
            self._verbs.confirm(self.view.step)

    def _confirm_check(self, check: str) -> None:
        self._verbs.confirm(self.view.step, check)

    def _go_back(self) -> None:
        self._verbs.go_back(self.view.step)

    def _report(self) -> None:
        ProblemSheet(self._verbs).open()

    def _open_list(self) -> None:
        StepList(self.view.rail, lambda step: self._verbs.go_to(self.view.step, step)).open()

    def leave(self) -> None:
        """Another screen comes up: let go of what plays."""
        self._stage.stop()
        self._stage.show(())
        self.view = StepView()
