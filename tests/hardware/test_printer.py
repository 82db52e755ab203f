"""A label printer: labels with their fields, faults in words, a printer that goes away under a label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.driver import Command, HangUp, Place, Ready
from hardware.drivers.printer import DRIVER, IDLE, LONGEST_PRINT, PATIENCE, PrinterOptions, filled
from hardware.readings import CommandDone, DeviceState, ReadingRefused
from hardware.settings import DevicesFileWrong
from hardware.simulate.printer import SimulatedPrinter
from tests.hardware.test_open_protocol import Clock

LABEL = "^XA^FO50,50^FH^FD{serial}^FS^XZ"
UNIT = {"label": "unit", "serial": "SN-7"}


@pytest.fixture
def printer():
    with SimulatedPrinter() as simulated:
        yield simulated


def table(printer: SimulatedPrinter) -> str:
    return f"name = 'zebra'\nkind = 'printer'\nurl = '{printer.url}'\nlabels = {{ unit = '{LABEL}' }}"


def printing(**given: str) -> Command:
    return Command(verb="print", id="run-1.step.unit", given=UNIT | given)


def test_a_label_is_printed_with_its_fields_and_told_when_it_is_out(printer, rack, devices, heard):
    running = rack(devices(table(printer)))
    heard.ready()
    running.ask("zebra", printing())
    done = heard.kind(CommandDone)
    assert (done.command, done.verb, done.ok) == ("run-1.step.unit", "print", True)
    assert printer.printed == ["^XA^FO50,50^FH^FDSN-7^FS^XZ"]


@pytest.mark.parametrize(
    ("fault", "part"),
    [("paper", "no labels left"), ("head", "head is open"), ("ribbon", "no ribbon"), ("pause", "is paused")],
)
def test_what_is_wrong_is_told_and_the_label_comes_out_when_it_is_mended(
    fault, part, printer, rack, devices, heard
):
    printer.fault(fault)
    running = rack(devices(table(printer)))
    heard.ready()
    assert part in heard.kind(ReadingRefused).reason
    running.ask("zebra", printing())
    running.ask("zebra", printing(serial="SN-8"))
    printer.mend()
    heard.wait(lambda _: [one.ok for one in heard.readings if isinstance(one, CommandDone)] == [True, True])
    assert len(printer.printed) == 2


def test_a_printer_that_goes_away_under_a_label_leaves_it_to_a_person(printer, rack, devices, heard):
    printer.fault("paper")
    running = rack(devices(table(printer)))
    heard.ready()
    heard.kind(ReadingRefused)
    running.ask("zebra", printing())
    assert printer.wait()  # the label is under way: only then can it be lost
    place = len(heard.readings)
    printer.hang_up()
    heard.state(DeviceState.LOST, after=place)
    heard.ready(after=place)
    done = heard.kind(CommandDone)
    assert (done.ok, done.reason) == (False, "the printer went away: look whether the label is there")


def test_something_that_takes_every_byte_and_never_answers_is_no_printer(printer, rack, devices, heard):
    printer.silent = True
    rack(devices(table(printer)))
    assert "is it a ZPL printer" in heard.state(DeviceState.LOST).reason


def test_a_label_that_is_not_there_or_lacks_a_field_is_told(printer, rack, devices, heard):
    running = rack(devices(table(printer)))
    heard.ready()
    running.ask("zebra", printing(label="carton"))
    assert heard.kind(CommandDone).reason == "the station's file has no label 'carton'; there are: unit"
    place = len(heard.readings)
    running.ask("zebra", Command(verb="print", given={"label": "unit"}))
    assert (
        "shows 'serial', which the unit's label does not tell" in heard.kind(CommandDone, after=place).reason
    )
    assert printer.printed == []


@given(st.text(max_size=30))
def test_nothing_in_a_field_becomes_a_command_of_the_printer(text):
    label = filled(LABEL, {"serial": text})
    field = label.removeprefix("^XA^FO50,50^FH^FD").removesuffix("^FS^XZ")
    assert not set(field) & {"^", "~"}
    restored = field
    for odd in {char for char in text if char in "^~" or ord(char) < 32 or ord(char) == 127}:
        restored = restored.replace(f"_{ord(odd):02X}", odd)
    assert restored.replace("_5F", "_") == text


def test_a_sign_of_zpl_without_its_escape_in_the_label_is_refused():
    with pytest.raises(ValueError, match=r"write \^FH before \^FD"):
        filled("^XA^FD{serial}^FS^XZ", {"serial": "A^B"})


def decoder(clock: Clock):
    made = DRIVER.decoder(
        PrinterOptions.model_validate({"labels": {"unit": LABEL}}), Place(name="d", stamp=clock.stamp)
    )
    list(made.opened())
    return made


def status(*, waiting: int = 0) -> bytes:
    return (
        b"\x02030,0,0,1245,%03d,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
        % waiting
    )


def test_a_label_that_never_comes_out_is_told_and_an_idle_printer_is_looked_at_seldom():
    clock = Clock()
    made = decoder(clock)
    assert [type(told) for told in made.feed(status())] == [Ready]
    assert made.due() == IDLE
    list(made.ask(printing()))
    told = []
    while clock.tick < LONGEST_PRINT:
        told += made.feed(status(waiting=1))
        clock.tick = made.due()
        told += made.rang()
    told += made.feed(status(waiting=1))
    (done,) = [one for one in told if isinstance(one, CommandDone)]
    assert (done.ok, done.reason) == (False, "the label did not come out")


@pytest.mark.parametrize("field", [b"\x1c00000000", b"\xb2", b"", b"-1", b"1_0"])
def test_a_status_whose_numbers_are_none_is_refused(field):
    made = decoder(Clock())
    (told,) = made.feed(status().replace(b"00000000", field))
    assert told.reason == "this is no status of a printer"


def test_a_status_that_never_comes_ends_the_connection():
    clock = Clock()
    made = decoder(clock)
    assert made.due() == PATIENCE
    clock.tick = PATIENCE
    assert [type(told) for told in made.rang()] == [HangUp]


@given(st.lists(st.binary(max_size=60), max_size=12), st.integers(1, 20))
def test_the_way_bytes_arrive_changes_nothing_and_no_bytes_make_it_raise(chunks, size):
    whole = b"".join(chunks) + b"\r\n" * 3 + status()

    def read(step: int) -> list:
        made = decoder(Clock())
        return [told for at in range(0, len(whole), step) for told in made.feed(whole[at : at + step])]

    assert read(size) == read(len(whole))


@pytest.mark.parametrize("label", ["hello", "^XA no end", "^XA" + "x" * 20_000 + "^XZ"])
def test_a_label_that_is_no_zpl_is_refused_in_the_stations_file(label, devices):
    with pytest.raises(DevicesFileWrong, match="labels: unit"):
        devices(f"name='p'\nkind='printer'\nurl='tcp://192.0.2.1:9100'\nlabels = {{ unit = '{label}' }}")
