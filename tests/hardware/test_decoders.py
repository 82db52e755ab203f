"""The decoders: what recorded and invented bytes mean, however they arrive."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hardware
from hardware.decode.json_field import LARGEST_PAYLOAD
from hardware.decode.lines import Broken, LineCutter, Tail
from hardware.driver import Decoder, Hearer
from hardware.drivers.scale import ScaleDecoder, ScaleOptions
from hardware.drivers.scanner import LONGEST_CODE, ScannerDecoder
from hardware.drivers.sensor import SensorDecoder
from hardware.drivers.switch import SwitchDecoder
from hardware.drivers.torque import TorqueDecoder, checksum
from hardware.readings import (
    CodeScanned,
    Mark,
    Measured,
    Reading,
    ReadingRefused,
    TorqueApplied,
)

RECORDINGS = Path(hardware.__file__).parent / "recordings"
NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


def stamp() -> Mark:
    return {"device": "d", "at": NOW, "tick": 1}


def scanner() -> ScannerDecoder:
    return ScannerDecoder(stamp=stamp)


def scale() -> ScaleDecoder:
    decoder = ScaleDecoder(stamp=stamp, own=ScaleOptions())
    list(decoder.opened())
    return decoder


def torque() -> TorqueDecoder:
    return TorqueDecoder(stamp=stamp)


def sensor(field: str = "temperature.value") -> SensorDecoder:
    return SensorDecoder(stamp=stamp, topic="t", field=field, unit="degC", quantity="temperature")


def switch(field: str = "guard.closed") -> SwitchDecoder:
    return SwitchDecoder(stamp=stamp, topic="t", field=field, signal="guard")


STREAMS: list[Callable[[], Decoder]] = [scanner, scale, torque]
MESSAGES: list[Callable[[], Hearer]] = [sensor, switch]


def read(decoder: Decoder | Hearer, whole: bytes, size: int | None = None) -> list[Reading]:
    if isinstance(decoder, Hearer):
        return list(decoder.hear("t", whole, retained=False))
    size = size or max(len(whole), 1)
    chunks = [whole[i : i + size] for i in range(0, len(whole), size)]
    return [reading for chunk in chunks for reading in decoder.feed(chunk)]


def code(text: str, symbology: str | None) -> CodeScanned:
    return CodeScanned(**stamp(), text=text, symbology=symbology)


def weight(value: str, unit: str = "g", *, stable: bool = True, quantity: str = "mass") -> Measured:
    return Measured(**stamp(), value=Decimal(value), unit=unit, quantity=quantity, stable=stable)


def tightened(value: str, unit: str, angle: str | None, ok: bool | None) -> TorqueApplied:
    turned = None if angle is None else Decimal(angle)
    return TorqueApplied(**stamp(), torque=Decimal(value), unit=unit, angle=turned, ok=ok)


@pytest.mark.parametrize(("payload", "on"), [(b"ON", True), (b"off", False), (b"1", True), (b'"on"', True)])
def test_a_switch_may_speak_in_bare_words(payload, on):
    (told,) = read(switch(""), payload)
    assert told.on is on


def damaged(body: bytes, ending: bytes) -> bytes:
    return body + b"*" + checksum(body) + ending


REFUSED = [
    (scanner, b"\xff\xfe\x00\x10\r", "not utf-8"),
    (scanner, b"AB\x00CD\r", "control character 0x00"),
    (scanner, b"]d2\r", "no text"),
    (scanner, b"\x02HALF\x02WHOLE\x03", "half a frame"),
    (scanner, b"x" * (LONGEST_CODE + 1), "no line end within 8192 bytes"),
    (scale, b"S S     12\r\n", "no weight"),
    (scale, b"S S     1.2.3 g\r\n", "no weight"),
    (scale, b"S S   123,45 g\r\n", "no weight"),
    (scale, b"S I\r\n", "cannot weigh now"),
    (scale, b"S -\r\n", "underloaded"),
    (torque, b"T,0007,9.0\r\n", "no checksum"),
    (torque, b"T,0007,9.02,N.m,34,OK*00\r\n", "wrong checksum"),
    (torque, damaged(b"X,0007,9.02,N.m,34,OK", b"\r"), "no torque result"),
    (torque, damaged(b"T,0007,nine,N.m,34,OK", b"\r"), "torque is no number"),
    (torque, damaged(b"T,0007,9.02,N.m,?,OK", b"\r"), "angle is no number"),
    (torque, damaged(b"T,0007,9.02,ft.lb,34,OK", b"\r"), "unknown unit"),
    (torque, damaged(b"T,0007,9.02,N.m,34,MAYBE", b"\r"), "neither OK nor NOK"),
    (sensor, b'{"temperature": ', "not JSON"),
    (sensor, b"\xff\x00", "not JSON"),
    (sensor, b'{"temperature": {}}', "no field 'temperature.value': 'value' is missing"),
    (sensor, b'{"temperature": [1]}', "no field"),
    (sensor, b'{"temperature": {"value": "65.2"}}', "holds no number"),
    (sensor, b'{"temperature": {"value": true}}', "holds no number"),
    (sensor, b'{"temperature": {"value": NaN}}', "NaN"),
    (sensor, b'{"temperature": {"value": -Infinity}}', "-Infinity"),
    (sensor, b'{"temperature": {"value": 1e999999}}', "out of all bounds"),
    (sensor, b'{"temperature": {"value": ' + b"9" * 5000 + b"}}", "out of all bounds"),
    (sensor, b"[" * 60_000, "JSON"),
    (sensor, b" " * (LARGEST_PAYLOAD + 1), "65537 bytes"),
    (switch, b'{"guard": {"closed": "ajar"}}', "neither on nor off"),
    (switch, b'{"guard": {"closed": 2}}', "neither on nor off"),
]


@pytest.mark.parametrize(("decoder", "sent", "reason"), REFUSED)
def test_what_makes_no_reading_is_refused_with_its_reason(decoder, sent, reason):
    told = read(decoder(), sent)
    refusals = [one for one in told if isinstance(one, ReadingRefused)]
    if reason == "JSON":
        reason = "nested too deeply" if "nested" in refusals[0].reason else "not JSON"
    assert [reason in one.reason for one in refusals] == [True]
    assert refusals[0].excerpt.isprintable()
    assert len(refusals[0].excerpt) < 60


@pytest.mark.parametrize("decoder", STREAMS)
def test_a_frame_that_stands_still_is_refused_and_does_not_spoil_the_next(decoder):
    recording = {scanner: "scanner/cr.bin", scale: "scale/and.bin", torque: "torque/results.bin"}[decoder]
    fed = decoder()
    whole = (RECORDINGS / recording).read_bytes()
    expected = len(read(decoder(), whole))
    assert read(fed, whole[:8]) == []
    assert fed.pending
    assert [one.reason for one in fed.give_up("half a frame")] == ["half a frame"]
    assert not fed.pending
    assert len(read(fed, whole)) == expected


def test_a_line_without_end_is_told_once_and_the_next_line_is_read():
    fed = scanner()
    told = [*read(fed, b"x" * 100_000, 1000), *read(fed, b"tail\rPART-42\r")]
    assert [type(one) for one in told] == [ReadingRefused, CodeScanned]
    assert told[1].text == "PART-42"


@given(st.lists(st.binary(max_size=64), max_size=30))
def test_no_bytes_at_all_make_a_decoder_raise(chunks):
    for decoder in (*STREAMS, *MESSAGES):
        fed = decoder()
        for chunk in chunks:
            for told in read(fed, chunk):
                assert told.device == "d"
        if isinstance(fed, Decoder):
            list(fed.give_up("quiet"))


@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(1, 16))
def test_a_line_cutter_never_holds_more_than_its_ceiling(chunks, ceiling):
    cutter = LineCutter(ceiling)
    for chunk in chunks:
        for line in cutter.feed(chunk):
            assert len(line.data if isinstance(line, Broken | Tail) else line) <= ceiling
        assert len(cutter._pending) <= ceiling


FRAMES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"PART-42\r", b"\x02WI-7\x03", b"\r\n", b"\x02half\x02", b"S S  1.0 g\r\n", b"\xff\r"]
        ),
        st.binary(max_size=20),
    ),
    max_size=12,
).map(b"".join)


@given(FRAMES, st.integers(1, 20))
def test_the_way_bytes_arrive_does_not_change_the_readings(whole, size):
    for decoder in STREAMS:
        assert read(decoder(), whole, size) == read(decoder(), whole)


@given(st.decimals(-999999, 999999, places=3), st.booleans())
def test_what_a_scale_writes_is_read_back_exactly(value, stable):
    (told,) = scale().feed(f"S {'S' if stable else 'D'} {value:>12f} g\r\n".encode())
    assert (told.value, str(told.value).lstrip("-"), told.stable) == (value, f"{abs(value):f}", stable)


def test_a_result_that_a_tool_repeats_counts_once():
    fed = torque()
    frame = damaged(b"T,0011,9.02,N.m,34,OK", b"\r\n")
    assert len(read(fed, frame * 3)) == 1
    assert len(read(fed, damaged(b"T,0012,9.02,N.m,34,OK", b"\r\n"))) == 1
