"""Gauges and wrenches of every spelling: by key, asked, through a keyboard; tables that cannot be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.driver import Command, Place
from hardware.kinds import drivers
from hardware.readings import CommandDone, DeviceState, Measured, ReadingRefused, TorqueApplied
from hardware.settings import DevicesFileWrong
from hardware.simulate.gauge import SPELLED, SimulatedGauge
from hardware.simulate.wrench import SimulatedWrench
from tests.hardware.test_decoders import read
from tests.hardware.test_open_protocol import Clock

PATTERN = r"(?P<value>[+-]?[0-9.]+) *(?P<unit>mm)"


def decoder(kind: str, **table):
    driver = drivers()[kind]
    made = driver.decoder(driver.options.model_validate(table), Place(name="d", stamp=Clock().stamp))
    list(made.opened()) if hasattr(made, "opened") else None
    return made


def table(url: str, kind: str, more: str) -> str:
    return f'name = "g"\nkind = "{kind}"\nurl = "{url}"\n{more}'


@given(st.sampled_from(sorted(SPELLED)), st.decimals(-99, 99, places=3))
def test_what_a_gauge_writes_is_read_back_exactly(speaks, value):
    more = {"pattern": PATTERN} if speaks == "pattern" else {}
    (told,) = read(decoder("gauge", speaks=speaks, **more), SPELLED[speaks](value).encode())
    assert (told.value, told.unit, told.stable, told.quantity) == (value, "mm", True, "length")


def test_an_interface_for_several_gauges_gives_each_its_own():
    whole = b"01A+00012.345\r02A+00001.500\r"
    (told,) = read(decoder("gauge", speaks="digimatic", channel="02"), whole)
    assert told.value == Decimal("1.500")


def test_a_gauge_sends_by_its_key_and_says_when_it_has_no_value(rack, devices, heard):
    with SimulatedGauge() as gauge:
        rack(devices(table(gauge.url, "gauge", 'speaks = "digimatic"')))
        heard.ready()
        gauge.measure("12.345")
        assert heard.kind(Measured).value == Decimal("12.345")
        gauge.fail()
        assert "is it switched on" in heard.kind(ReadingRefused).reason


@pytest.mark.parametrize(
    ("speaks", "more"),
    [
        ("sylvac", 'speaks = "sylvac"'),
        ("pattern", f'speaks = "pattern"\npattern = \'{PATTERN}\'\nasks = "?\\r"'),
    ],
)
def test_a_gauge_is_asked(speaks, more, rack, devices, heard):
    with SimulatedGauge(speaks=speaks, asked=True) as gauge:
        gauge.measure("3.5")
        running = rack(devices(table(gauge.url, "gauge", f'{more}\nmode = "on-demand"\nevery_ms = 50')))
        heard.ready()
        gauge.measure("4.5")
        heard.wait(lambda one: isinstance(one, Measured) and one.value == Decimal("4.5"))
        running.ask("g", Command(verb="read", id="r"))
        assert heard.kind(CommandDone).ok
        gauge.silent = True
        assert "does not answer" in heard.state(DeviceState.LOST).reason


def test_a_gauge_that_cannot_be_asked_says_so():
    (done,) = decoder("gauge", speaks="itn").ask(Command(verb="read"))
    assert (done.ok, done.reason) == (False, "this gauge cannot be asked to read")


def test_a_wrench_prints_each_fastening_once(rack, devices, heard):
    with SimulatedWrench() as wrench:
        rack(devices(table(wrench.url, "wrench", "")))
        heard.ready()
        wrench.tighten("9.02", 34)
        wrench.repeat()
        wrench.tighten("4.10", 12, ok=False)
        heard.wait(lambda one: isinstance(one, TorqueApplied) and one.ok is False)
        told = [one for one in heard.readings if isinstance(one, TorqueApplied)]
        assert [(str(one.torque), one.unit, one.angle, one.ok, one.number) for one in told] == [
            ("9.02", "N.m", Decimal(34), True, 1),
            ("4.10", "N.m", Decimal(12), False, 2),
        ]


def test_a_verdict_that_nobody_named_is_refused():
    (told,) = read(decoder("wrench"), b"7;9.02;Nm;34;HMM\r\n")
    assert told.reason == "the verdict 'hmm' is neither in `good` nor in `bad`"


@pytest.mark.parametrize(
    ("kind", "more", "part"),
    [
        ("gauge", 'speaks = "pattern"', "belong together"),
        ("gauge", "speaks = 'pattern'\npattern = '[0-9]+'", "names no group 'value'"),
        ("gauge", "speaks = 'pattern'\npattern = '(?P<value>[0-9]+'", "no regular expression"),
        ("gauge", "speaks = 'pattern'\npattern = '(?=[0-9])(?P<value>[0-9]+)'", "look-around"),
        ("gauge", "speaks = 'pattern'\npattern = '(?P<value>x)(?P<colour>y)'", "'colour' that means nothing"),
        ("gauge", "speaks = 'pattern'\npattern = '" + "x" * 300 + "'", "at most 200"),
        ("wrench", "pattern = '(?P<torque>[0-9]+)'", "belong together"),
    ],
)
def test_a_table_that_cannot_be_is_told_with_the_mend(kind, more, part, devices):
    with pytest.raises(DevicesFileWrong, match=r"device 1 \(g\)") as wrong:
        devices(table("tcp://127.0.0.1:1", kind, more))
    assert part in str(wrong.value)


def test_noise_that_a_clumsy_pattern_doubles_back_on_is_told_at_once(devices):
    (told,) = read(decoder("gauge", speaks="pattern", pattern="(?P<value>([0-9]+)+)"), b"1" * 100 + b"!\r\n")
    assert "this is no value" in told.reason


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(1, 9))
def test_the_way_bytes_arrive_does_not_change_what_is_measured(chunks, size):
    whole = b"".join(chunks) + b"\r\n01A+00012.345\r"
    assert read(decoder("gauge", speaks="digimatic"), whole, size) == read(
        decoder("gauge", speaks="digimatic"), whole
    )
    assert read(decoder("gauge", speaks="digimatic"), whole)[-1].value == Decimal("12.345")
    assert read(decoder("wrench"), whole, size) == read(decoder("wrench"), whole)
