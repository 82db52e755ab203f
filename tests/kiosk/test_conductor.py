"""The kiosk played without a window: real store, real conductor."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from content import package
from hardware import readings
from hardware.readings import DeviceState
from kiosk.events import AlarmRang
from kiosk.view import ChooseView, DoneView, HeldView, IdleView, Mark, StepView
from tests.kiosk.station import GTIN, PUMP, Station, fill, release_of


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


@pytest.fixture
def running(station: Station) -> Station:
    station.badge("anna")
    station.scan("GP-100")
    return station


def finish(station: Station) -> None:
    station.scan("GP-101")
    station.weigh("125.0")
    station.tighten("9.0")
    station.tighten("9.1")
    station.tap()
    station.switch(on=True)
    station.clock.passes(2.5)
    station.put(AlarmRang())
    station.tap()


def test_a_unit_goes_from_badge_to_done_by_scan_scale_tool_tap_signal_and_timer(running: Station) -> None:
    assert isinstance(running.view, StepView)
    assert running.view.primary == "Scan Housing GP-101"
    assert not running.view.can_confirm
    finish(running)
    assert isinstance(running.view, DoneView)
    assert running.view.completed
    assert running.view.deviations == 0
    assert running.types[-1] == "run.completed"
    assert running.view.status.undelivered == len(running.facts)


def test_the_next_scan_opens_the_next_run_from_the_done_screen(running: Station) -> None:
    finish(running)
    running.scan("GP-100")
    assert isinstance(running.view, StepView)
    assert running.view.number == 1


def test_the_done_screen_leaves_by_itself(running: Station) -> None:
    finish(running)
    assert running.alarm.seconds == pytest.approx(20, abs=0.1)
    running.clock.passes(20.1)
    running.put(AlarmRang())
    assert isinstance(running.view, ChooseView)


def test_a_wrong_part_is_said_and_kept_and_the_step_stays(running: Station) -> None:
    running.scan("GP-999")
    assert running.view.step == "weigh"
    assert running.view.notice == "Expected GP-101, came GP-999"
    assert running.view.notice_mark is Mark.BAD
    assert running.view.rejected == 1
    assert running.types[-2:] == ["check.failed", "deviation.raised"]


def test_a_value_outside_its_limits_is_kept_beside_the_one_that_passes(running: Station) -> None:
    running.scan("GP-101")
    running.weigh("117.4")
    assert "came 117.4 g" in running.view.notice
    running.weigh("125.0")
    assert running.view.step == "bolt"
    assert running.types.count("check.failed") == 1


def test_a_scale_that_streams_is_no_machine_gun_of_attempts(running: Station) -> None:
    running.scan("GP-101")
    running.weigh("0.0")
    running.weigh("63.1", stable=False)
    before = len(running.facts)
    running.weigh("117.4")
    failed = len(running.facts)
    assert failed > before
    for _ in range(10):
        running.clock.passes(-1.4)  # ten frames a second
        running.weigh("117.4")
    assert len(running.facts) == failed
    assert "check.failed" not in running.types[:before]
    gauge = running.view.checks[1].gauge
    assert gauge.text == "117.4 g"
    assert gauge.value < gauge.low


def test_an_emptied_pan_is_shown_as_nothing_bad(running: Station) -> None:
    running.scan("GP-101")
    running.weigh("117.4")
    assert running.view.checks[1].mark is Mark.BAD
    running.weigh("0.0")
    check = running.view.checks[1]
    assert (check.came, check.mark) == ("0.0 g", Mark.ACTIVE)
    assert "120.0" in check.verdict  # what the last weighing should have been stays said
    running.weigh("117.4")
    assert running.view.checks[1].mark is Mark.BAD


def test_nobody_signed_in_means_that_a_part_opens_nothing(station: Station) -> None:
    station.scan("GP-100")
    assert isinstance(station.view, IdleView)
    assert "scan your badge first" in station.view.notice
    assert station.types == ["code.refused"]


@pytest.mark.parametrize(
    ("text", "symbology", "said"),
    [
        ("XY-7", None, "no document of this station is for this part"),
        ("\x02\x03binary", None, "control characters"),
        ("0104012345000017", "]d2", "GS1 code"),
        ("hello world!", None, "no part, badge or work order"),
        ("x" * 5000, None, "5,000 characters"),
        ("CMD:DANCE", None, ""),
        ("BDG:NOBODY-9", None, "badge is not known"),
    ],
)
def test_a_code_that_means_nothing_here_is_refused_with_its_reason(
    station: Station, text: str, symbology: str | None, said: str
) -> None:
    station.badge("anna")
    station.scan(text, symbology)
    assert isinstance(station.view, ChooseView)
    assert said in station.view.notice
    assert station.view.notice_mark is Mark.BAD
    assert station.types[-1] == "code.refused"
    assert not re.search(r"[\x00-\x1f]", station.view.notice)


def test_a_badge_that_is_not_known_does_not_stand_in_the_record(station: Station) -> None:
    station.scan("BDG:SECRET-77")
    assert "SECRET-77" not in station.facts[-1].text  # type: ignore[union-attr]


def test_a_gs1_code_opens_the_instruction_with_serial_and_lot(station: Station) -> None:
    station.badge("anna")
    station.scan(f"01{GTIN}21SN77\x1d10L5", "]d2")
    assert station.view.status.unit == "S/N SN77 · lot L5"
    assert station.view.status.document == "Close the pump"


def test_a_work_order_that_was_scanned_before_is_on_the_unit(station: Station) -> None:
    station.badge("anna")
    station.scan("WO:4711")
    assert "4711" in station.view.prompt
    station.scan("GP-100")
    assert "order 4711" in station.view.status.unit


def test_two_instructions_for_one_part_offer_a_choice(station: Station) -> None:
    other = {**PUMP, "id": "paint-pump", "title": "Paint the pump", "steps": PUMP["steps"][1:]}
    digests = fill(station.store, [PUMP, other], counter=2)
    from kiosk.events import AssignmentChanged

    station.put(AssignmentChanged())
    station.badge("anna")
    station.scan(f"01{GTIN}21SN77", "]d2")
    assert isinstance(station.view, ChooseView)
    assert {tile.key for tile in station.view.tiles} == set(digests)
    station.conductor.open(digests[1])
    assert station.view.status.document == "Paint the pump"
    assert station.view.status.unit == "S/N SN77"


def test_a_pin_is_asked_for_and_locks_after_five_wrong_ones(station: Station) -> None:
    station.badge("cleo")
    assert station.view.pin_for == "Cleo"
    for left in (4, 3, 2, 1):
        station.conductor.enter_pin("0000")
        station.conductor.drain()
        assert f"{left} more" in station.view.notice
    station.conductor.enter_pin("0000")
    station.conductor.drain()
    assert "Too many wrong PINs" in station.view.notice
    assert station.view.pin_for == ""
    station.switch_off()
    station.boot("boot-2")  # switching off and on does not help
    station.badge("cleo")
    assert "Too many wrong PINs" in station.view.notice
    station.clock.passes(5 * 60 + 1)
    station.badge("cleo")
    station.conductor.enter_pin("1234")
    station.conductor.drain()
    assert station.view.status.operator == "Cleo"


def test_signing_out_holds_the_run_and_another_operator_goes_on_with_it(running: Station) -> None:
    running.scan("GP-101")
    running.conductor.sign_out()
    assert isinstance(running.view, IdleView)
    assert "held" in running.view.notice
    running.badge("ben")
    assert isinstance(running.view, HeldView)
    assert running.view.reason == "Signed out"
    running.conductor.go_on()
    assert running.view.step == "weigh"
    running.weigh("125")
    assert running.facts[-1].by == "ben"


def test_a_double_tap_confirms_once(running: Station) -> None:
    finish(running)
    running.scan("GP-100")
    running.scan("GP-101")
    running.weigh("125")
    running.conductor.go_to("bolt", "weigh")
    assert running.view.step == "weigh"
    running.tap()
    assert running.view.step == "bolt"
    running.clock.passes(0.1)
    before = len(running.facts)
    running.conductor.confirm("bolt")
    assert len(running.facts) == before


def test_going_back_keeps_what_was_proved(running: Station) -> None:
    running.scan("GP-101")
    running.weigh("125")
    running.conductor.go_back("bolt")
    assert running.view.step == "weigh"
    assert [check.mark for check in running.view.checks] == [Mark.GOOD, Mark.GOOD]
    assert running.view.can_confirm


def test_a_kiosk_that_is_switched_off_and_on_is_in_the_same_step_with_the_same_operator(
    running: Station,
) -> None:
    running.scan("GP-101")
    running.clock.passes(7)
    running.switch_off()
    running.boot("boot-1")
    assert isinstance(running.view, StepView)
    assert running.view.step == "weigh"
    assert running.view.checks[0].mark is Mark.GOOD
    assert running.view.status.operator == "Anna"
    assert running.types[-1] == "run.interrupted"
    assert running.facts[-1].gap == timedelta(seconds=7)  # type: ignore[union-attr]
    assert running.view.elapsed < timedelta(seconds=1)


def test_after_a_new_boot_the_count_goes_on_from_the_last_tick(running: Station) -> None:
    last = running.facts[-1].tick
    running.switch_off()
    running.clock.nanoseconds = 5_000_000_000  # the machine has just started
    running.boot("boot-2")
    assert running.facts[-1].tick > last
    running.scan("GP-101")
    ticks = [fact.tick for fact in running.facts]
    assert ticks == sorted(ticks)


def test_a_lost_device_is_said_and_kept_once_however_often_it_flaps(running: Station) -> None:
    lost = [DeviceState.LOST, DeviceState.READY] * 5 + [DeviceState.LOST]
    for state in lost:
        running.put(readings.DeviceChanged(**running.stamp("scale"), state=state, reason="unplugged"))
    assert running.view.status.lost_devices == ("scale",)
    assert "everything else works" in running.view.status.banner
    assert "scale is lost" in running.view.checks[1].awaited
    assert running.types.count("device.changed") == 1
    running.put(readings.DeviceChanged(**running.stamp("scale"), state=DeviceState.READY, reason="back"))
    running.clock.passes(3)
    running.put(AlarmRang())
    assert running.types.count("device.changed") == 2
    assert running.view.status.lost_devices == ()


def test_rubbish_from_a_device_is_counted_not_repeated(running: Station) -> None:
    for _ in range(50):
        running.put(
            readings.ReadingRefused(**running.stamp("scale"), reason="half a frame", excerpt="ST,GS", count=2)
        )
    assert running.types.count("garbage.refused") == 1
    running.clock.passes(61)
    running.put(AlarmRang())
    told = [
        fact for fact, kind in zip(running.facts, running.types, strict=True) if kind == "garbage.refused"
    ]
    assert sum(fact.count for fact in told) == 100  # type: ignore[union-attr]


def test_a_flood_of_values_is_thinned_but_not_the_scan_between(running: Station) -> None:
    for number in range(5000):
        running.inbox.put(
            readings.Measured(**running.stamp("scale"), value=number, unit="g", quantity="mass", stable=False)
        )
    running.inbox.put(readings.CodeScanned(**running.stamp("scanner"), text="GP-101", symbology=None))
    events = running.inbox.drain()
    assert len(events) == 17
    assert events[-2].value == 4999  # type: ignore[union-attr]


def test_a_withdrawn_document_stops_its_run_at_once(running: Station) -> None:
    from kiosk.events import AssignmentChanged

    digest = running.bench.desk.play.release.digest  # type: ignore[union-attr]
    fill(running.store, [{**PUMP, "revision": 4}], counter=2, withdrawn=[digest])
    running.put(AssignmentChanged())
    assert isinstance(running.view, HeldView)
    assert "supervisor" in running.view.reason
    running.conductor.go_on()
    assert isinstance(running.view, HeldView)
    running.conductor.abort("withdrawn")
    assert isinstance(running.view, DoneView)


def test_a_withdrawn_document_stays_stopped_when_the_kiosk_was_switched_off_and_on(running: Station) -> None:
    digest = running.bench.desk.play.release.digest  # type: ignore[union-attr]
    running.scan("GP-101")
    running.switch_off()
    running.boot("boot-2")
    assert isinstance(running.view, StepView)
    fill(running.store, [{**PUMP, "revision": 4}], counter=2, withdrawn=[digest])
    running.switch_off()  # before anybody on the kiosk was told
    running.boot("boot-3")
    assert running.view.stopped
    running.conductor.go_on()
    assert isinstance(running.view, HeldView)


def replaced_at_once(station: Station, document: dict[str, object] = PUMP) -> None:
    from kiosk.events import AssignmentChanged

    newer = {**document, "revision": 4}
    digest = package.digest_of(release_of(newer)[0])
    fill(station.store, [newer], counter=2, terms={digest: {"point": "at-once"}})
    station.put(AssignmentChanged())


def test_a_document_that_is_replaced_at_once_stops_its_run_before_the_next_step(running: Station) -> None:
    replaced_at_once(running)
    running.scan("GP-101")  # the step that was begun is finished
    assert isinstance(running.view, StepView)
    running.weigh("125")
    assert isinstance(running.view, HeldView)
    assert "new revision" in running.view.reason
    running.conductor.go_on()
    running.switch_off()
    running.boot("boot-2")
    assert running.view.stopped
    running.conductor.abort("replaced")
    running.conductor.next_unit()
    running.scan("GP-100")
    assert running.view.status.release == "rev. 4"


def test_a_group_of_steps_is_not_torn_apart_by_a_newer_revision(tmp_path: Path) -> None:
    weigh, bolt, *rest = PUMP["steps"]
    steps = [{**weigh, "group": "cover"}, {**bolt, "group": "cover"}, *rest]
    grouped = {**PUMP, "steps": steps, "step_groups": [{"id": "cover", "title": "Cover"}]}
    station = Station(tmp_path, filled=False)
    fill(station.store, [grouped])
    station.switch_off()
    station.boot("boot-2")
    station.badge("anna")
    station.scan("GP-100")
    replaced_at_once(station, grouped)
    station.scan("GP-101")
    station.weigh("125")
    assert station.view.step == "bolt"
    for _ in range(2):
        station.tighten("9.0")
    station.tap()
    assert isinstance(station.view, HeldView)


def waiting_for_the_next_unit(station: Station, **more: object) -> None:
    from kiosk.events import AssignmentChanged

    newer = {**PUMP, "revision": 4}
    before, digest = (package.digest_of(release_of(each)[0]) for each in (PUMP, newer))
    terms = {digest: {"point": "next-unit", "before": before}}
    fill(station.store, [newer], counter=2, terms=terms, **more)
    station.put(AssignmentChanged())


def unit(serial: str) -> str:
    return f"01{GTIN}21{serial}"


def test_a_unit_that_was_begun_is_finished_on_its_revision_and_the_next_one_on_the_new(
    station: Station,
) -> None:
    station.badge("anna")
    station.scan(unit("SN1"), "]d2")
    station.conductor.abort("a part is missing")
    station.conductor.next_unit()
    waiting_for_the_next_unit(station)
    station.scan(unit("SN1"), "]d2")
    assert station.view.status.release == "rev. 3"
    assert station.bench.desk.notice.text == "This unit was begun on revision 3 and is finished on it"
    station.conductor.abort("again")
    station.conductor.next_unit()
    station.scan(unit("SN2"), "]d2")
    assert station.view.status.release == "rev. 4"
    station.conductor.abort("again")
    station.conductor.next_unit()
    station.switch_off()
    station.boot("boot-2")
    station.scan(unit("SN2"), "]d2")
    assert station.view.status.release == "rev. 4"  # it was begun on that


def test_nobody_finishes_a_unit_on_a_revision_that_was_withdrawn(station: Station) -> None:
    station.badge("anna")
    station.scan(unit("SN1"), "]d2")
    station.conductor.abort("a part is missing")
    station.conductor.next_unit()
    waiting_for_the_next_unit(station, withdrawn=[package.digest_of(release_of(PUMP)[0])])
    station.scan(unit("SN1"), "]d2")
    assert station.view.status.release == "rev. 4"


def test_a_label_without_a_number_of_its_own_is_always_the_next_unit(station: Station) -> None:
    station.badge("anna")
    station.scan("GP-100")
    station.conductor.abort("a part is missing")
    station.conductor.next_unit()
    waiting_for_the_next_unit(station)
    station.scan("GP-100")
    assert station.view.status.release == "rev. 4"


def test_a_superseded_document_is_finished_as_it_was_begun(running: Station) -> None:
    from kiosk.events import AssignmentChanged

    fill(running.store, [{**PUMP, "revision": 4}], counter=2)
    running.put(AssignmentChanged())
    assert running.view.status.release == "rev. 3"
    finish(running)
    running.scan("GP-100")
    assert running.view.status.release == "rev. 4"


def test_an_overrun_is_noticed_without_anybody_touching_anything(running: Station) -> None:
    running.scan("GP-101")
    running.weigh("125")
    for _ in range(2):
        running.tighten("9.0")
    running.tap()
    assert running.view.step == "cure"
    assert running.alarm.seconds == pytest.approx(2, abs=0.1)
    running.clock.passes(2.1)
    running.put(AlarmRang())
    running.clock.passes(4.1)
    running.put(AlarmRang())
    assert "longer than it should" in running.view.notice
    assert running.types[-1] == "deviation.raised"


def test_an_idle_kiosk_asks_for_no_alarm(station: Station) -> None:
    assert station.alarm.seconds is None


def test_a_problem_is_reported_with_its_photograph(running: Station) -> None:
    running.conductor.report_problem("part", "a scratch", b"\xff\xd8\xff\xe0 jpeg")
    fact = running.facts[-1]
    assert fact.category == "part"  # type: ignore[union-attr]
    assert running.store.journal.photos_to_deliver() == [fact.photo]  # type: ignore[union-attr]
    assert running.store.photos.read(fact.photo, "image/jpeg").startswith(b"\xff\xd8")  # type: ignore[union-attr]


def test_command_cards_do_what_the_buttons_do(running: Station) -> None:
    running.scan("CMD:PAUSE")
    assert isinstance(running.view, HeldView)
    running.scan("CMD:PAUSE")
    assert isinstance(running.view, StepView)
    running.scan("CMD:SIGN-OUT")
    assert isinstance(running.view, IdleView)
