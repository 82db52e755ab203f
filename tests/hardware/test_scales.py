"""Scales of every family: continuous and asked, stable and moving, tared, overloaded, silent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.driver import Command, HangUp, Ready, Send
from hardware.drivers.scale import FAMILIES, OVER, PATIENCE, ScaleDecoder, ScaleOptions
from hardware.readings import CommandDone, DeviceState, Measured, ReadingRefused
from hardware.simulate import SimulatedScale
from hardware.simulate.scale import FAMILIES as SPELLED
from tests.hardware.test_open_protocol import Clock


def table(scale: SimulatedScale, more: str) -> str:
    return f'name = "scale"\nkind = "scale"\nurl = "{scale.url}"\n{more}'


def decoder(clock: Clock, **options) -> ScaleDecoder:
    return ScaleDecoder(stamp=clock.stamp, own=ScaleOptions(**options))


@given(
    st.sampled_from(sorted(FAMILIES)),
    st.decimals(-99999, 99999, places=2),
    st.sampled_from(["g", "kg", "lb"]),
    st.booleans(),
)
def test_what_a_scale_of_a_family_writes_is_read_back_exactly(speaks, value, unit, stable):
    fed = decoder(Clock(), speaks=speaks, unit="g")
    list(fed.opened())
    (told,) = fed.feed(SPELLED[speaks][0](value, unit, stable=stable))
    assert (told.value, told.stable, told.quantity) == (value, stable, "mass")
    assert told.unit == (unit if stable or speaks in {"mt-sics", "a-and-d"} else "g")


@pytest.mark.parametrize(
    ("speaks", "line", "value", "unit", "stable"),
    [
        ("sbi", b"+   123.56 g  \r\n", "123.56", "g", True),
        ("sbi", b"N     +   123.56 g  \r\n", "123.56", "g", True),
        ("sbi", b"N     +   123.5[6] g  \r\n", "123.56", "g", True),
        ("sbi", b"-    12.3    \r\n", "-12.3", "g", False),
        ("kern", b"M -    12.30 g  \r\n", "-12.30", "g", True),
        ("kern", b"       12.30    \r\n", "12.30", "g", False),
        ("mt-sics", b"ST,GS  1.000KG\r\n", "1.000", "KG", True),
        ("mt-sics", b"S D      0.02 kg\r\n", "0.02", "kg", False),
    ],
)
def test_lines_of_the_makers_manuals_are_understood(speaks, line, value, unit, stable):
    fed = decoder(Clock(), speaks=speaks)
    list(fed.opened())
    (told,) = fed.feed(line)
    assert (str(told.value), told.unit, told.stable) == (value, unit, stable)


@pytest.mark.parametrize(
    ("speaks", "line", "part"),
    [
        ("sbi", b"Stat        H       \r\n", "overloaded"),
        ("sbi", b"Stat        L       \r\n", "underloaded"),
        ("sbi", b"      High      \r\n", "overloaded"),
        ("sbi", b"Stat     Err 54     \r\n", "fault"),
        ("sbi", b"hello\r\n", "no weight"),
        ("kern", b"           Error\r\n", "fault"),
    ],
)
def test_what_is_no_weight_is_told_in_words(speaks, line, part):
    fed = decoder(Clock(), speaks=speaks)
    list(fed.opened())
    (told,) = fed.feed(line)
    assert part in told.reason


def test_a_piece_count_is_a_count():
    fed = decoder(Clock(), speaks="sbi")
    list(fed.opened())
    (told,) = fed.feed(b"Qnt   +       253 pcs\r\n")
    assert (told.value, told.unit, told.quantity) == (Decimal(253), "pcs", "count")


@pytest.mark.parametrize("speaks", sorted(FAMILIES))
def test_a_scale_that_is_asked_says_its_weight_and_is_tared(speaks, rack, devices, heard):
    with SimulatedScale(speaks=speaks, asked=True) as scale:
        scale.weigh("120.5")
        running = rack(devices(table(scale, f'speaks = "{speaks}"\nmode = "on-demand"\nevery_ms = 100')))
        heard.ready()
        told = heard.kind(Measured)
        assert (told.value, told.unit, told.stable) == (Decimal("120.5"), "g", True)
        running.ask("scale", Command(verb="tare", id="t"))
        done = heard.kind(CommandDone)
        assert (done.command, done.verb, done.ok) == ("t", "tare", True)
        assert heard.wait(lambda one: isinstance(one, Measured) and one.value == 0)
        place = len(heard.readings)
        scale.overload()
        refused = heard.kind(ReadingRefused, after=place)
        assert refused.reason in {OVER, "the scale reports a fault: look at its display"}


def test_a_scale_that_is_told_to_talk_all_the_time_talks(rack, devices, heard):
    with SimulatedScale(asked=True) as scale:
        scale.weigh("5", stable=False)
        rack(devices(table(scale, 'mode = "continuous"')))
        heard.ready()
        scale.weigh("7.25")
        heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("7.25") and one.stable)


def test_a_scale_that_falls_silent_is_lost_with_the_mend(rack, devices, heard):
    with SimulatedScale(asked=True) as scale:
        scale.silent = True
        rack(devices(table(scale, 'mode = "on-demand"')))
        assert "`speaks`, baud rate and parity" in heard.state(DeviceState.LOST).reason
        scale.silent = False
        heard.ready()


def test_an_overloaded_scale_is_there():
    clock = Clock()
    fed = decoder(clock, mode="on-demand")
    assert list(fed.opened()) == [Send(b"SI\r\n")]
    told = list(fed.feed(b"S +\r\n"))
    assert [type(each) for each in told] == [Ready, ReadingRefused]


def test_a_tare_that_is_refused_or_not_answered_says_so():
    clock = Clock()
    fed = decoder(clock)
    list(fed.opened())
    assert list(fed.ask(Command(verb="tare", id="1"))) == [Send(b"T\r\n")]
    (done,) = fed.feed(b"T I\r\n")
    assert (done.command, done.ok, "busy" in done.reason) == ("1", False, True)
    assert list(fed.ask(Command(verb="zero", id="2"))) == [Send(b"Z\r\n")]
    assert fed.due() == PATIENCE
    clock.tick = PATIENCE
    (late,) = fed.rang()
    assert (late.command, late.ok, late.reason) == ("2", False, "the scale did not answer")
    (unknown,) = fed.ask(Command(verb="dance"))
    assert not unknown.ok


@given(st.lists(st.binary(max_size=40), max_size=12), st.sampled_from(sorted(FAMILIES)), st.integers(1, 9))
def test_the_way_bytes_arrive_does_not_change_what_a_scale_says(chunks, speaks, size):
    whole = b"".join(chunks) + b"\r\n" + SPELLED[speaks][0](Decimal("12.5"), "g", stable=True)

    def read(step: int) -> list:
        fed = decoder(Clock(), speaks=speaks)
        list(fed.opened())
        return [told for i in range(0, len(whole), step) for told in fed.feed(whole[i : i + step])]

    assert read(size) == read(len(whole))
    last = read(size)[-1]
    assert (last.value, last.unit, last.stable) == (Decimal("12.5"), "g", True)


def test_a_silent_scale_that_only_talks_by_itself_is_left_alone():
    fed = decoder(Clock())
    list(fed.opened())
    assert fed.due() is None
    assert not any(isinstance(told, HangUp) for told in fed.rang())
