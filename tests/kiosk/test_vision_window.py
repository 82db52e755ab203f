"""A vision check from the glass to the record: a real camera's frames, the eye's own thread, a real window."""

import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.record import CheckFailed, CheckPassed, PictureDoubted
from content.vision.pictures import read_picture
from content.vision.verdict import Answer, Reason
from hardware.rack import Rack
from hardware.simulate.camera import SimulatedCamera
from hardware.simulate.scene import Scene, Shake, draw, shaken
from kiosk.events import AssignmentChanged, PictureJudged
from kiosk.eye import Eye, Wish
from kiosk.inbox import Inbox
from tests.kiosk.station import Shelf, Station, fill
from tests.kiosk.test_conductor_language import document, step
from tests.kiosk.test_screens_window import Stage
from tests.kiosk.test_vision import CAP, camera

pytestmark = pytest.mark.window
PATIENCE = 60  # s; a busy machine


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


def shows(simulated: SimulatedCamera, rack: Rack, scene: Scene, shake: Shake) -> None:
    """The camera sees this; what was on its way before has come through."""
    simulated.show(draw(scene, shake))
    for _ in range(4):
        assert rack.picture("eye", PATIENCE) is not None


def test_the_eye_answers_every_wish_whatever_it_sees(taught: bytes, tmp_path: Path) -> None:
    answers: queue.Queue[PictureJudged] = queue.Queue()
    file = tmp_path / "cap.vision"
    file.write_bytes(taught)

    def told(number: int, device: str = "eye", of: Path = file) -> PictureJudged:
        eye.look(Wish(number=number, device=device, file=of, digest=of.name))
        return answers.get(timeout=PATIENCE)

    with SimulatedCamera() as simulated:
        simulated.show(draw(Scene()))  # its first picture tells how large all are
        settings = camera(url=simulated.url.partition("url=")[2])
        with Rack.start([settings], emit=lambda _reading: None) as rack:
            eye = Eye(answers.put, rack.picture)
            shows(simulated, rack, Scene(), Shake(light=0.05))
            dark = told(1)
            assert (dark.verdict.answer, dark.verdict.reason) == (Answer.UNDECIDED, Reason.TOO_DARK)
            assert told(2, "none") == PictureJudged(number=2)
            assert "cannot be used" in told(3, of=tmp_path / "gone").trouble
            simulated.freeze()
            simulated.unplug()
            rack.picture("eye", 0.5)
            assert told(4).verdict is None
            eye.stop()


def test_an_operator_has_the_camera_look_sees_why_not_and_answers_for_it(
    stage: Stage, taught: bytes, tmp_path: Path
) -> None:
    inbox = Inbox()
    with SimulatedCamera() as simulated:
        simulated.show(draw(Scene()))  # its first picture tells how large all are
        settings = camera(url=simulated.url.partition("url=")[2])
        with Rack.start([settings], emit=lambda _reading: None) as rack:
            eye = Eye(inbox.put, rack.picture)
            glass = Both(stage)
            station = Station(
                tmp_path / "kiosk", filled=False, devices=Shelf([settings]), eye=eye, inbox=inbox, glass=glass
            )
            files = {"vision/cap.vision": taught}
            fill(station.store, (document(step("a", CAP), step("b")),), files=files)
            station.put(AssignmentChanged())
            station.badge("anna")
            station.scan("GP-9")
            stage.heard.serves = station.conductor

            def looked(*, until: str) -> None:
                stage.touch("primary")
                ends = time.monotonic() + PATIENCE
                while until not in {label.text for label in stage.labels()}:
                    assert time.monotonic() < ends, [label.text for label in stage.labels()]
                    station.conductor.drain()
                    stage.frames(1)

            def shoot(name: str) -> None:
                stage.frames(12)
                stage.window.shot(tmp_path / f"{name}.png")

            shows(simulated, rack, Scene(cap="blue"), shaken(4))
            looked(until="Not good")
            shoot("bad")
            shows(simulated, rack, Scene(), Shake(light=0.05))
            looked(until="Please look yourself")
            shoot("asked")
            stage.touch("answer:cap:bad")
            assert "Please look yourself" not in {label.text for label in stage.labels()}
            shows(simulated, rack, Scene(), shaken(5))
            looked(until="B")
            shoot("next")
            eye.stop()
            facts = station.facts
            failed = [fact.evidence for fact in facts if isinstance(fact, CheckFailed)]
            assert [(seen.good, seen.person) for seen in failed] == [(False, None), (False, "anna")]
            assert [fact.why[:12] for fact in facts if isinstance(fact, PictureDoubted)] == ["the picture "]
            passed = next(fact.evidence for fact in facts if isinstance(fact, CheckPassed))
            kept = station.store.photos.file(passed.photo, "image/jpeg").read_bytes()
            assert read_picture(kept).shape == (864, 1152, 3)
            station.switch_off()


class Both:
    """Shows on the stage, and remembers what was shown."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.views: list = []

    def show(self, view) -> None:
        self.views.append(view)
        self._stage.window.show(view)

    @property
    def view(self):
        return self.views[-1]
