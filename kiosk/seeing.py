"""Vision checks of the step that is on: the camera is asked to look, and what it says becomes an input."""

from decimal import Decimal

from content import situation
from content.checks import Vision
from content.evidence import FRESH, accepting
from content.inputs import VisionGiven
from content.run import RunState
from content.values import Digest
from content.vision.verdict import Answer, Verdict
from hardware.address import CameraSource
from kiosk import viewing_vision
from kiosk.bench import Bench
from kiosk.desk import Look, Notice, Play
from kiosk.events import PictureJudged
from kiosk.eye import Wish
from kiosk.ports import Devices, Looks
from kiosk.runner import Runner
from kiosk.store.errors import StoreError
from kiosk.view import Mark
from kiosk.words import again, say

JPEG = "image/jpeg"


class Seeing:
    """Owns the desk's `look`."""

    def __init__(self, bench: Bench, runner: Runner, eye: Looks, devices: Devices) -> None:
        self._bench = bench
        self._runner = runner
        self._eye = eye
        self._devices = devices
        self._wishes = 0

    def resume(self) -> None:
        """A picture that a person was asked about when the kiosk stopped is shown again."""
        play = self._bench.desk.play
        if play is None or play.run.step is None:
            return
        for check, state in play.run.states(play.run.step).items():
            if state.doubt is not None and state.doubt.photo is not None:
                file = self._bench.store.photos.file(state.doubt.photo, JPEG)
                look = Look(number=0, run=play.run.id, step=play.run.step, check=check, busy=False)
                self._bench.change(look=viewing_vision.recalled(look, file, state.doubt))

    def look(self, step: str, check: str) -> None:
        """Have the camera look for a check of the step that is on."""
        bench = self._bench
        play = bench.desk.play
        wanted = None if play is None else _open(play, step, check)
        if play is None or wanted is None or wanted.taught is None or play.run.step is None:
            return
        if bench.desk.look is not None and bench.desk.look.busy:
            return
        device = wanted.device or self._camera()
        if device is None:
            bench.reject(say("no_camera_here", bench.desk.words))
            return
        if device in bench.desk.disabled:
            why = again(bench.desk.disabled[device].reason, bench.desk.words)
            bench.reject(say("camera_out_of_use", bench.desk.words, device=device, why=why))
            return
        named = play.release.file(wanted.taught)
        self._wishes += 1
        look = Look(number=self._wishes, run=play.run.id, step=play.run.step, check=wanted.id, device=device)
        bench.change(look=look, notice=Notice())
        file = bench.store.media.file(named.digest, named.type)
        self._eye.look(Wish(number=self._wishes, device=device, file=file, digest=named.digest))

    def _camera(self) -> str | None:
        """The station's camera, where the check names none: one that is in use, if there is one."""
        found = [each.name for each in self._devices.settings if isinstance(each.transport, CameraSource)]
        used = [name for name in found if name not in self._bench.desk.disabled]
        return next(iter(used or found), None)

    def saw(self, event: PictureJudged) -> None:
        """The answer of the eye; one that nobody waits for any more is passed over."""
        bench = self._bench
        look, play = bench.desk.look, bench.desk.play
        if look is None or not look.busy or look.number != event.number:
            return
        check = None if play is None or play.run.id != look.run else _open(play, look.step, look.check)
        if play is None or check is None:
            bench.change(look=None)
            return
        if event.verdict is None or event.picture is None:
            bench.change(look=None)
            language = bench.desk.words
            why = event.trouble or say("vision_no_picture", language, device=look.device)
            if look.device in bench.desk.lost:
                lost = again(bench.desk.lost[look.device], language)
                why = say("vision_why_no_picture", language, device=look.device, why=lost)
            bench.reject(why)
            return
        try:
            photo = bench.store.photos.keep(event.picture, JPEG)
        except StoreError as problem:
            bench.failed(problem)
            return
        file = bench.store.photos.file(photo, JPEG)
        bench.change(look=viewing_vision.judged(look, file, event.verdict))
        self._tell(play, look, check, event.verdict, photo)

    def _tell(self, play: Play, look: Look, check: Vision, verdict: Verdict, photo: Digest) -> None:
        bench = self._bench
        stamp = bench.stamp()
        taught = play.release.file(check.taught).digest if check.taught else None
        given = VisionGiven(
            check=check.check,
            good={Answer.GOOD: True, Answer.BAD: False}.get(verdict.answer),
            device=look.device,
            score=None if verdict.score is None else Decimal(f"{verdict.score:.4f}"),
            threshold=Decimal(f"{verdict.threshold:.4f}"),
            photo=photo,
            taught=taught,
            why=verdict.why,
            ask="supervisor" if verdict.ask == "supervisor" else None,
            at=stamp.at,
            tick=stamp.tick,
            by=bench.by,
        )
        if not self._runner.give(given, photo=photo):
            return
        after = bench.desk.play
        if after is None or after.run.state is RunState.RUNNING:
            good = verdict.answer is Answer.GOOD  # else the picture itself says it, large
            words = viewing_vision.words(verdict, bench.desk.words) if good else ""
            bench.change(notice=Notice(text=words, mark=Mark.GOOD if good else Mark.WAITING))


def _open(play: Play, step: str, check: str) -> Vision | None:
    """The vision check of that name, when the step that is on takes its answer now."""
    run = play.run
    if run.state is not RunState.RUNNING or run.step is None or run.step != step:
        return None
    states = run.states(run.step)
    for each in accepting(situation.asked(play.instruction, run, run.step), states):
        if isinstance(each, Vision) and each.id == check and not states.get(each.id, FRESH).manual:
            return each
    return None
