"""The step screen: what to do now, what proves it, how far. Its parts are made once and serve every step."""

import time
from functools import partial

from kivy.clock import Clock
from kivy.graphics import PopMatrix, PushMatrix, Translate
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.answers import BY_HAND, SKIP
from kiosk.screens.entry import open_entry
from kiosk.screens.environment import has_graphics_chip
from kiosk.screens.foot import Foot
from kiosk.screens.pictures import Pictures
from kiosk.screens.problem import ProblemSheet
from kiosk.screens.rail import Rail
from kiosk.screens.sounds import Sounds
from kiosk.screens.stage import Stage
from kiosk.screens.steplist import StepList
from kiosk.screens.telling import Telling
from kiosk.screens.theme import GAP, theme
from kiosk.view import CheckView, Entry, StepView, Verbs

SLIDE = (40, 12, 0)  # pixels; the content is there from the first frame on
FRAME = 0.05  # seconds between them: in place within 150 ms
DOUBLE_TAP = 0.3  # seconds; a finger that bounces must not confirm two steps


def _place(view: StepView) -> tuple[object, ...]:
    """What makes it another page: the step, its visit, or the document it stands in."""
    told = view.title, view.text, view.safety, view.parts, view.tools
    return view.step, view.visit, view.status.document, view.status.unit, *told


class StepScreen(BoxLayout):
    """One step of a run."""

    def __init__(self, verbs: Verbs, pictures: Pictures, sounds: Sounds) -> None:
        super().__init__(orientation="vertical")
        self._verbs, self._pictures, self._sounds = verbs, pictures, sounds
        self.view = StepView()
        self._confirmed_at = 0.0
        self._rail = Rail(self._open_list)
        self._stage = Stage(pictures)
        self._stage.size_hint_x = 0.6
        self.telling = Telling(self._touch_check, self._answer_check)
        body = BoxLayout(spacing=theme.px(GAP), padding=(theme.px(GAP), 0, theme.px(GAP), theme.px(GAP)))
        with body.canvas.before:
            PushMatrix()
            self._slide = Translate()
        with body.canvas.after:
            PopMatrix()
        body.add_widget(self._stage)
        body.add_widget(self.telling)
        self.foot = Foot(
            back=lambda: verbs.go_back(self.view.step),
            problem=lambda: ProblemSheet(verbs).open(),
            pause=lambda: verbs.pause("pause"),
            confirm=self._confirm,
        )
        for widget in (self._rail, body, self.foot):
            self.add_widget(widget)
        self._ticking = Clock.schedule_interval(lambda _dt: self.foot.tell_time(self.view), 1)
        self._ticking.cancel()

    def show(self, view: StepView) -> None:
        """Bring the screen up to date; only what changed is drawn anew."""
        before, self.view = self.view, view
        if _place(view) != _place(before):
            self._new_step(view)
        self._stage.show(view.media)
        self.telling.proof.show(view.checks, warned=bool(view.safety))
        self.telling.rejection.show(view.notice, view.notice_mark)
        self._rail.show(view.rail)
        self.foot.show(view)
        self._answer(before, view)
        self._ticking()

    def leave(self) -> None:
        """Another screen comes up: let go of what plays."""
        self._ticking.cancel()
        self._stage.stop()
        self._stage.show(())
        self.view = StepView()

    def _new_step(self, view: StepView) -> None:
        self.telling.told.show(view)
        self._pictures.ahead(view.ahead)
        if has_graphics_chip():  # where the processor draws, the next touch would wait behind the slide
            self._slide_in(list(SLIDE))

    def _slide_in(self, left: list[float]) -> None:
        self._slide.x = theme.px(left.pop(0))
        if left:
            Clock.schedule_once(lambda _dt: self._slide_in(left), FRAME)

    def _answer(self, before: StepView, view: StepView) -> None:
        if view.accepted > before.accepted > 0:
            self._sounds.play("accepted")
        elif view.rejected > before.rejected >= 0 and before.step:
            self._sounds.play("rejected")
        old = {check.id: check for check in before.checks} if before.step == view.step else {}
        for check in view.checks:
            known = old.get(check.id)
            if known is not None and (known.came, known.count, known.mark) != (
                check.came,
                check.count,
                check.mark,
            ):
                self.telling.proof.rows[check.id].flash()

    def _confirm(self) -> None:
        opens = next((check for check in self.view.checks if check.id == self.view.opens), None)
        if not self._meant():
            return
        if opens is not None:
            open_entry(self._verbs, self.view.step, opens)
        else:
            self._verbs.confirm(self.view.step)

    def _touch_check(self, check: CheckView) -> None:
        if check.entry is not Entry.NONE:
            open_entry(self._verbs, self.view.step, check)
        else:
            self._verbs.confirm(self.view.step, check.id)

    def _answer_check(self, check: CheckView, answer: str) -> None:
        if not self._meant():
            return
        if answer == SKIP:
            self._verbs.waive(self.view.step, check.id)
        elif answer == BY_HAND:
            self._verbs.ask_by_hand(self.view.step, check.id)
        else:
            self._verbs.answer(self.view.step, check.id, answer)

    def _meant(self) -> bool:
        """Whether a touch is one of its own, and no finger that bounced."""
        now = time.monotonic()
        meant = now - self._confirmed_at >= DOUBLE_TAP
        self._confirmed_at = now if meant else self._confirmed_at
        return meant

    def _open_list(self) -> None:
        status = self.view.status
        go_to = partial(self._verbs.go_to, self.view.step)
        StepList(self.view.rail, go_to, status.languages, self._verbs.speak).open()
