"""Vision checks at a kiosk: asked with a touch, looked at off the screen's thread, kept as what they are."""

from decimal import Decimal

import pytest

from content.record import CheckFailed, CheckPassed, DeviationRaised, PictureDoubted
from content.vision.pictures import as_jpeg
from content.vision.verdict import Answer, Reason, Seen, Verdict
from hardware.address import CameraSource
from hardware.drivers.camera import DRIVER, CameraOptions
from hardware.settings import DeviceSettings
from hardware.simulate.scene import Scene, draw
from kiosk import viewing_vision, words
from kiosk.events import AssignmentChanged, PictureJudged
from kiosk.view import Entry, HeldView, Mark, Wish
from tests.kiosk.station import Shelf, Station, fill
from tests.kiosk.test_conductor_language import document, step

CAP = {"id": "cap", "kind": "vision", "check": "cap", "taught": "vision/cap.vision", "prompt": "Red cap"}
CORNERS = ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.2))


def camera(name="eye", url="/dev/video9"):
    return DeviceSettings(
        name=name,
        kind="camera",
        driver=DRIVER,
        transport=CameraSource(source=url),
        options=CameraOptions(codes=False),
    )


def verdict(answer, reason, score=0.5, **more):
    seen = Seen(name="1", corners=CORNERS, answer=answer, score=score, reason=reason)
    return Verdict(
        check="cap",
        answer=answer,
        score=score,
        threshold=0.6,
        low=0.4,
        high=0.7,
        reason=reason,
        regions=(seen,),
        **more,
    )


@pytest.fixture
def kiosk(tmp_path):
    """A kiosk with a camera, on which Anna works at a step with a vision check."""
    stations = []

    def opened(check=CAP, cameras=1):
        station = Station(tmp_path / "kiosk", filled=False, devices=Shelf([camera()] * cameras))
        stations.append(station)
        fill(station.store, (document(step("a", check), step("b")),), roles={"cleo": "supervisor"})
        station.put(AssignmentChanged())
        station.badge("anna")
        station.scan("GP-9")
        return station

    yield opened
    for station in stations:
        station.switch_off()


def ask(station):
    shown = station.view
    assert (shown.opens, shown.checks[0].entry) == ("cap", Entry.LOOK)
    station.conductor.answer("a", "cap", Entry.LOOK)
    return station.eye.wishes[-1]


def says(station, wish, *given, **more):
    station.put(
        PictureJudged(number=wish.number, verdict=verdict(*given, **more), picture=as_jpeg(draw(Scene())))
    )


def test_a_good_picture_does_the_check_and_is_kept_with_what_was_taught(kiosk):
    station = kiosk()
    wish = ask(station)
    assert (wish.device, wish.digest) == ("eye", wish.file.stem)
    assert (station.view.primary, station.view.can_confirm) == (words.say("vision_looking"), False)
    says(station, wish, Answer.GOOD, Reason.AS_TAUGHT, 0.97)
    assert station.view.step == "b"
    assert "Good" in station.view.notice
    passed = next(fact for fact in station.facts if isinstance(fact, CheckPassed))
    seen = passed.evidence
    assert (seen.good, seen.score, seen.threshold, seen.taught) == (
        True,
        Decimal("0.97"),
        Decimal("0.6"),
        wish.digest,
    )
    assert station.store.photos.file(seen.photo, "image/jpeg").read_bytes()[:2] == b"\xff\xd8"


def test_a_bad_picture_is_an_attempt_and_the_third_asks_for_a_supervisor(kiosk):
    station = kiosk({**CAP, "attempts": 2})
    says(station, ask(station), Answer.BAD, Reason.NOT_AS_TAUGHT, 0.1)
    shown = station.view
    assert (shown.step, shown.media[0].verdict.mark, shown.checks[0].mark) == ("a", Mark.BAD, Mark.BAD)
    assert shown.media[0].outlines[0].corners == CORNERS
    assert shown.media[0].verdict.numbers == "0.10 · threshold 0.60"
    assert shown.primary == words.say("vision_again")
    says(station, ask(station), Answer.BAD, Reason.NOT_AS_TAUGHT, 0.1)
    assert isinstance(station.view, HeldView)
    assert [fact.attempt for fact in station.facts if isinstance(fact, CheckFailed)] == [1, 2]


def test_what_the_camera_cannot_decide_the_operator_does_also_after_a_restart(kiosk):
    station = kiosk()
    says(station, ask(station), Answer.UNDECIDED, Reason.BLURRED, None)
    assert [option.id for option in station.view.checks[0].options] == ["good", "bad"]
    assert "sharp" in station.view.media[0].verdict.why
    assert (station.view.checks[0].mark, station.view.checks[0].came) == (Mark.ACTIVE, "")
    station.switch_off()
    station.boot("boot-2")
    station.badge("anna")
    station.conductor.go_on()
    assert "sharp" in station.view.media[0].verdict.why
    station.conductor.answer("a", "cap", "bad")
    assert station.view.media == ()
    failed = next(fact for fact in station.facts if isinstance(fact, CheckFailed))
    assert (failed.evidence.person, failed.evidence.device) == ("anna", "eye")
    says(station, ask(station), Answer.UNDECIDED, Reason.NEAR_THRESHOLD, 0.5)
    station.conductor.answer("a", "cap", "good")
    assert station.view.step == "b"
    doubts = [fact for fact in station.facts if isinstance(fact, PictureDoubted)]
    assert [doubt.ask for doubt in doubts] == ["operator", "operator"]


def test_where_what_was_taught_says_so_a_supervisor_decides(kiosk):
    station = kiosk()
    says(station, ask(station), Answer.UNDECIDED, Reason.COVERED, None, ask="supervisor")
    assert isinstance(station.view, HeldView)
    assert "something is in front" in station.view.reason
    (shown,) = station.view.media
    assert shown.verdict is not None, "who decides sees the picture and what was said to it"
    station.badge("cleo")
    station.conductor.enter_pin("1234")
    station.conductor.drain()
    station.conductor.rule("continue")
    assert station.view.step == "b"


def test_an_answer_that_nobody_waits_for_any_more_changes_nothing(kiosk):
    station = kiosk()
    wish = ask(station)
    station.conductor.answer("a", "cap", Entry.LOOK)
    assert len(station.eye.wishes) == 1
    station.conductor.pause("Break")
    before = len(station.facts)
    says(station, wish, Answer.GOOD, Reason.AS_TAUGHT, 0.97)
    assert len(station.facts) == before


def test_no_camera_or_no_picture_is_said_with_what_to_do(kiosk):
    station = kiosk(cameras=0)
    station.conductor.answer("a", "cap", Entry.LOOK)
    assert station.view.notice == words.say("no_camera_here")
    station.devices.settings = [camera()]
    station.put(PictureJudged(number=ask(station).number))
    assert "gives no picture" in station.view.notice
    assert station.view.can_confirm


def test_a_camera_out_of_use_does_not_look_and_another_does(kiosk):
    station = kiosk()
    for wish in (Wish.OPEN, Wish.DISABLE):
        station.conductor.tend(wish)
    station.badge("cleo")
    station.conductor.enter_pin("1234")
    station.conductor.drain()
    station.conductor.tend(Wish.LEAVE)
    station.conductor.answer("a", "cap", Entry.LOOK)
    assert station.eye.wishes == []
    assert station.view.notice == words.say("camera_out_of_use", device="eye", why="taken out of use")
    assert station.view.checks[0].by_hand
    station.devices.settings = [camera(), camera("second")]
    assert ask(station).device == "second"


def test_every_verdict_has_its_words_in_every_language():
    for language in words.languages():
        assert {*viewing_vision.reasons(), "vision_look"} <= words.keys(language)
    turned = verdict(Answer.BAD, Reason.TURNED, values={"came": "9", "expected": "5", "region": "dial"})
    assert viewing_vision.words(turned, "de") == "Nicht in Ordnung: dial: um 9° gedreht, erlaubt 5°"


def test_a_deviation_for_a_bad_picture_shows_it(kiosk):
    station = kiosk()
    says(station, ask(station), Answer.BAD, Reason.NOT_AS_TAUGHT, 0.1)
    failed = next(fact for fact in station.facts if isinstance(fact, CheckFailed))
    raised = next(fact for fact in station.facts if isinstance(fact, DeviationRaised))
    assert raised.photo == failed.evidence.photo
