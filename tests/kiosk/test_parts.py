"""The smaller parts: count and clock, alarm, inbox, settings, the test aid, PINs, the trace."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from content.values import PersonId
from hardware.readings import CodeScanned, DeviceChanged, DeviceState, Measured
from kiosk import enrolment_code, pins, ticker
from kiosk.alarm import Alarm
from kiosk.camera import Camera
from kiosk.events import PinJudged
from kiosk.inbox import LIVE, MOST, Inbox
from kiosk.pins import PinJudge
from kiosk.remote import Remote
from kiosk.settings import Settings
from kiosk.store.library import PinTries
from kiosk.ticker import Ticker
from kiosk.trace import FileTrace
from kiosk.view import IdleView, StepView
from kiosk.wedge import Wedge
from tests.kiosk.station import AT, Clock

SERVER = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_count_never_goes_back_whatever_the_clock_does() -> None:
    clock = Clock(5_000_000_000)
    count = Ticker(nanoseconds=clock)
    assert count.tick() == 5_000_000
    clock.nanoseconds = 1
    assert count.tick() == 5_000_000
    assert count.tick(4_000_000_000) == 5_000_000
    assert count.tick(6_000_000_500) == 6_000_000


def test_in_the_same_boot_the_count_has_gone_on_meanwhile() -> None:
    clock = Clock(100_000_000_000)
    before = Ticker.resume(0, None, boot="b", nanoseconds=clock)
    first = before.tick()
    clock.passes(7)
    after = Ticker.resume(first, before.mark("b"), boot="b", nanoseconds=clock)
    assert after.tick() - first == 7_000_000


def test_a_store_moved_to_another_machine_goes_on_from_its_last_tick() -> None:
    after = Ticker.resume(900, "other 17", boot="b", nanoseconds=Clock(5))
    assert after.tick() == 901


@pytest.mark.parametrize("off", [timedelta(days=-9000), timedelta(hours=3), timedelta(minutes=-5)])
def test_a_wrong_clock_is_said_and_records_carry_the_servers_time(off: timedelta) -> None:
    clock = Clock()
    count = Ticker(nanoseconds=clock, wall=lambda: SERVER + off)
    ahead = count.measured(SERVER)
    assert ahead == off
    assert ticker.what_is_wrong(ahead, "en")
    assert count.now() == SERVER
    clock.passes(60)  # a wall clock that stands still, jumps or is set does not matter any more
    assert count.now() == SERVER + timedelta(seconds=60)


def test_a_clock_that_is_seconds_off_is_right_enough() -> None:
    assert ticker.what_is_wrong(timedelta(seconds=90), "en") == ""


def test_the_alarm_rings_once_and_a_later_setting_replaces_the_earlier() -> None:
    rang = threading.Semaphore(0)
    alarm = Alarm(rang.release)
    alarm.set(3600)
    alarm.set(0.01)
    assert rang.acquire(timeout=5)
    alarm.set(0.01)
    alarm.set(None)
    assert not rang.acquire(timeout=0.1)
    alarm.stop()


def measured(number: int) -> Measured:
    return Measured(
        device="scale", at=AT, tick=number, value=Decimal(number), unit="g", quantity=None, stable=True
    )


def test_an_ordinary_stream_is_not_thinned_and_order_is_kept() -> None:
    inbox = Inbox()
    woken = 0

    def wake() -> None:
        nonlocal woken
        woken += 1

    inbox.wake = wake
    code = CodeScanned(device="scanner", at=AT, tick=0, text="X", symbology=None)
    for number in range(LIVE):
        inbox.put(measured(number))
    inbox.put(code)
    assert inbox.drain() == [*(measured(number) for number in range(LIVE)), code]
    assert woken == 1
    assert inbox.coalesced == 0
    inbox.put(code)
    assert woken == 2


def test_a_scanner_gone_wild_cannot_pile_up_work_and_what_is_dropped_is_told() -> None:
    inbox = Inbox()
    for number in range(MOST + 50):
        inbox.put(CodeScanned(device="wild", at=AT, tick=number, text=f"C{number}", symbology=None))
    inbox.put(CodeScanned(device="calm", at=AT, tick=0, text="GP-9", symbology=None))
    lost = DeviceChanged(device="wild", at=AT, tick=0, state=DeviceState.LOST, reason="unplugged")
    inbox.put(lost)
    *codes, calm, change, dropped = inbox.drain()
    assert [code.text for code in codes] == [f"C{number}" for number in range(MOST)]
    assert (calm.text, change) == ("GP-9", lost)
    assert (dropped.device, dropped.count) == ("wild", 50)
    assert inbox.drain() == []


def test_settings_come_from_the_command_line(tmp_path: Path) -> None:
    settings = Settings.read(["--data", str(tmp_path), "--size", "1920x1080", "--server", "http://plant:1/"])
    assert settings.size == (1920, 1080)
    assert settings.server == "http://plant:1"
    assert not settings.fullscreen
    assert Settings.read([]).fullscreen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "big"], "like 1280x800"),
        (["--size", "100x90000"], "320 to 7680 pixels"),
        (["--scale", "50"], "0.25 to 4"),
        (["--scale", "nan"], "0.25 to 4"),
        (["--scale", "large"], "0.25 to 4"),
        (["--language", "xx"], "de"),
        (["--server", "plant"], "http://plant-server:8080"),
        (["--poll", "0"], "1 to 3600"),
    ],
)
def test_a_wrong_setting_says_how_it_should_be(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        Settings.read(arguments)
    assert said in capsys.readouterr().err


def test_every_setting_is_explained() -> None:
    text = Path("docs/kiosk.md").read_text(encoding="utf-8")
    for name in Settings.__dataclass_fields__:
        assert f"--{name.replace('_', '-')}" in text


class Glass:
    """A window that is touched."""

    def __init__(self) -> None:
        self.touched: list[str] = []
        self.remote: Remote | None = None
        self.up = {"primary"}

    def wake(self) -> None:
        assert self.remote is not None
        threading.Thread(target=self.remote.drain).start()

    def touch(self, name: str) -> bool:
        if name in self.up:
            self.touched.append(name)
        return name in self.up

    def type(self, text: str) -> None:
        self.touched.append(text)

    def texts(self) -> tuple[str, ...]:
        return ("Idle",)

    def shot(self, path: Path) -> None:
        path.write_bytes(b"picture")


def test_the_test_aid_touches_and_takes_pictures_and_answers_rubbish(tmp_path: Path) -> None:
    glass = Glass()
    glass.remote = Remote(tmp_path / "touches", glass, tmp_path / "shots")
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(tmp_path / "touches"))
        stream = line.makefile("rwb")
        answers = []
        for wish in (
            *(b'{"tap": "primary"}', b'{"type": "GP-100"}', b'{"shot": "idle"}'),
            *(b'{"what": ""}', b"rubbish", b"{}"),
        ):
            stream.write(wish + b"\n")
            stream.flush()
            answers.append(json.loads(stream.readline())["ok"])
        stream.close()
    assert answers == [True, True, True, True, False, False]
    assert glass.touched == ["primary", "GP-100\r"]
    assert (tmp_path / "shots/idle.png").read_bytes() == b"picture"
    glass.remote.close()
    assert not (tmp_path / "touches").exists()


@pytest.mark.parametrize(("pin", "right"), [("2468", True), ("2469", False)])
def test_a_pin_is_compared_with_its_argon2_verifier_elsewhere(pin: str, right: bool) -> None:
    verifier = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),)).hash("2468")
    came = threading.Event()
    verdicts: list[PinJudged] = []

    def answer(verdict: PinJudged) -> None:
        verdicts.append(verdict)
        came.set()

    judge = PinJudge(answer)
    judge.judge(PersonId("cleo"), verifier, pin)
    assert came.wait(20)
    judge.stop()
    assert verdicts == [PinJudged(person=PersonId("cleo"), right=right)]


def test_a_verifier_that_cannot_be_read_lets_nobody_in() -> None:
    came = threading.Event()
    judge = PinJudge(lambda verdict: None if verdict.right else came.set())
    judge.judge(PersonId("cleo"), "not-argon2", "2468")
    assert came.wait(20)
    judge.stop()


def test_five_wrong_pins_lock_and_time_unlocks() -> None:
    tries = PinTries()
    for _ in range(pins.MOST):
        assert not pins.refusal(tries, 0, "en")
        tries = pins.wrong(tries, 0)
    assert "5 min" in pins.refusal(tries, 0, "en")
    assert not pins.refusal(tries, pins.LOCKED, "en")


def test_keys_that_come_as_fast_as_a_scanner_are_a_code() -> None:
    codes: list[str] = []
    noted: list[str] = []
    wedge = Wedge(codes.append, noted.append)
    for place, char in enumerate("GP-100\r"):
        wedge.key(char, place * 10_000_000)
    for place, char in enumerate("hello\r"):
        wedge.key(char, 10**12 + place * 200_000_000)  # a person
    assert codes == noted == ["GP-100"]


def test_the_enrolment_code_leads_to_the_portal() -> None:
    import cv2
    import numpy as np
    import zxingcpp

    url = "http://plant:8080/stations/enrol?code=K7PM-3QXR"
    picture = cv2.imdecode(np.frombuffer(enrolment_code.picture(url), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [url]


def test_no_camera_gives_no_picture_and_no_error() -> None:
    camera = Camera(77)
    assert camera.jpeg() is None
    camera.close()


def test_the_trace_tells_the_way_from_input_to_glass(tmp_path: Path) -> None:
    trace = FileTrace(tmp_path / "trace.jsonl")
    idle, first, second = IdleView(), StepView(step="a"), StepView(step="b")
    for view, kind in ((idle, "tap"), (first, "scan"), (second, "reading")):
        trace.came(kind, 0)
        trace.shown(view)
        trace.painted(view)
    trace.painted(second)  # a frame without news
    trace.close()
    lines = [json.loads(line) for line in (tmp_path / "trace.jsonl").read_text().splitlines()]
    assert [line["name"] for line in lines] == ["tap_to_frame", "scan_to_first_step", "reading_to_frame"]
    assert all(line["ms"] > 0 for line in lines)
