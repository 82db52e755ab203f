"""Badge readers: numbers in every spelling, cards that lie on the reader, a reader on a pty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.driver import Place
from hardware.drivers.badge import DRIVER, BadgeDecoder, BadgeOptions, number_of, spelled
from hardware.readings import BadgeRead, Mark, ReadingRefused
from hardware.simulate.badge import SimulatedBadgeReader
from tests.hardware.test_decoders import NOW


class Clock:
    """Marks whose tick the test moves."""

    def __init__(self) -> None:
        self.tick = 0

    def __call__(self) -> Mark:
        return {"device": "d", "at": NOW, "tick": self.tick}


@given(st.integers(0, 2**32 - 1), st.sampled_from(["hex", "hex-reversed", "decimal"]))
def test_a_number_comes_back_from_its_spelling(number, spelling):
    assert number_of(spelled(number, spelling, 8), spelling) == number


@pytest.mark.parametrize(
    ("sent", "sends", "code", "digits", "told"),
    [
        ("0005318742", "decimal", "hex", 8, "00512856"),
        ("081,10326", "wiegand", "decimal", 10, "0005318742"),
        ("0005318742", "decimal", "wiegand", 0, "08110326"),
        ("0A00512856", "hex", "decimal", 10, "0005318742"),
        ("04A2B31C", "hex-reversed", "hex", 8, "1CB3A204"),
        ("E-778", "as-sent", "as-sent", 0, "E-778"),
    ],
)
def test_a_card_is_told_as_the_list_of_badges_spells_it(sent, sends, code, digits, told):
    own = BadgeOptions(sends=sends, code=code, digits=digits)
    (one,) = BadgeDecoder(stamp=Clock(), own=own).feed(f"{sent}\r".encode())
    assert isinstance(one, BadgeRead)
    assert one.code == told


@pytest.mark.parametrize(
    ("sent", "sends"), [("300,1", "wiegand"), ("1,70000", "wiegand"), ("XY", "hex"), ("A1B", "hex-reversed")]
)
def test_what_is_no_number_is_refused_with_the_mend(sent, sends):
    own = BadgeOptions(sends=sends, code="decimal")
    (one,) = BadgeDecoder(stamp=Clock(), own=own).feed(f"{sent}\r".encode())
    assert isinstance(one, ReadingRefused)
    assert "mend `sends`" in one.reason


def test_a_card_that_lies_on_the_reader_is_one_holding():
    clock = Clock()
    decoder = BadgeDecoder(stamp=clock, own=BadgeOptions())
    told = []
    for at in (0, 500, 2400, 4300, 6400):  # ms; the reader repeats it as long as it lies there
        clock.tick = at * 1_000_000
        told += decoder.feed(b"CARD-1\r")
    assert len(told) == 2
    clock.tick += 1
    told += decoder.feed(b"CARD-2\rCARD-1\r")
    assert [one.code for one in told[2:]] == ["CARD-2", "CARD-1"]


@given(
    st.lists(st.binary(max_size=80), max_size=20), st.sampled_from(["as-sent", "hex", "decimal", "wiegand"])
)
def test_no_bytes_make_it_raise_and_no_card_is_lost_after_a_pause(chunks, sends):
    own = BadgeOptions(sends=sends, code="as-sent" if sends == "as-sent" else "hex")
    decoder = DRIVER.decoder(own, Place(name="d", stamp=Clock()))
    for chunk in chunks:
        list(decoder.feed(chunk))
    list(decoder.give_up("quiet"))
    card = {"as-sent": "Z-1", "hex": "77", "decimal": "119", "wiegand": "0,119"}[sends]
    told = [one for one in decoder.feed(f"{card}\r".encode()) if isinstance(one, BadgeRead)]
    assert len(told) <= 1
    if not chunks:
        assert len(told) == 1


def test_a_card_is_heard_over_a_cable_that_is_pulled_and_put_back(rack, devices, heard):
    with SimulatedBadgeReader() as reader:
        rack(
            devices(
                f'name="b"\nkind="badge"\nurl="{reader.url}"\nsends="hex"\ncode="decimal"\ndigits=10\nquiet_ms=20'
            )
        )
        heard.ready()
        reader.hold("00512856")
        assert heard.kind(BadgeRead).code == "0005318742"
        reader.half_frame()
        heard.kind(ReadingRefused)
        reader.unplug()
        place = len(heard.readings)
        reader.replug()
        heard.ready(after=place)
        reader.hold("00BC614E")
        assert heard.kind(BadgeRead, after=place).code == "0012345678"
