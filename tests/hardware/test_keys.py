"""Keyboards that are read past the window: what keys mean, and a scanner that types.

There is no /dev/input in a test machine, and none can be made without the kernel's uinput: in the place of
`evdev.InputDevice` stands a keyboard at the end of a pipe, and in a rack one at the end of a pseudo terminal.
"""

import errno
import os
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import key_events
from hardware.address import KeysPort
from hardware.key_events import KEY
from hardware.keyboard import DOWN, LAYOUTS, REPEAT, UP, Keyboard
from hardware.readings import CodeScanned, DeviceState, ReadingRefused
from hardware.simulate.wedge import SimulatedWedge, UinputWedge, may_type
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.keys import KeysLink
from hardware.transport.mailbox import Mailbox

SHIFT, ALT, CTRL, ENTER = 42, 56, 29, 28


def typed(keyboard: Keyboard, text: str, layout: str) -> str:
    """Type `text` as a scanner does, and return what it was taken for."""
    keys = {pair[high]: (code, high) for code, pair in LAYOUTS[layout].items() for high in (1, 0)}
    taken = ""
    for char in text:
        code, shifted = keys[char]
        if shifted:
            taken += keyboard.key(SHIFT, DOWN)
        taken += keyboard.key(code, DOWN) + keyboard.key(code, UP)
        if shifted:
            taken += keyboard.key(SHIFT, UP)
    return taken + keyboard.key(ENTER, DOWN) + keyboard.key(ENTER, UP)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(data=st.data())
def test_what_is_typed_is_taken_as_it_was_meant(layout, data):
    letters = sorted({char for pair in LAYOUTS[layout].values() for char in pair})
    text = data.draw(st.text(st.sampled_from(letters), max_size=40))
    assert typed(Keyboard(layout), text, layout) == text + "\r"


def test_a_group_separator_comes_as_ctrl_and_a_bracket_or_as_alt_and_digits():
    keyboard = Keyboard()
    assert keyboard.key(CTRL, DOWN) + keyboard.key(27, DOWN) + keyboard.key(CTRL, UP) == "\x1d"
    keys = [
        keyboard.key(ALT, DOWN),
        *(keyboard.key(code, DOWN) for code in (82, 79, 82, 81)),
        keyboard.key(ALT, UP),
    ]
    assert "".join(keys) == chr(103)  # Alt+0103 is a `g`


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("held", [SHIFT, ALT, CTRL, 100])
def test_every_key_of_every_layout_can_be_pressed_with_every_key_that_is_held(layout, held):
    for code in range(256):
        keyboard = Keyboard(layout)
        keyboard.key(held, DOWN)
        assert len(keyboard.key(code, DOWN)) <= 1


@given(st.lists(st.tuples(st.integers(0, 800), st.sampled_from([UP, DOWN, REPEAT, 7])), max_size=200))
def test_no_keys_whatever_break_it(events):
    keyboard = Keyboard("de")
    for code, value in events:
        assert len(keyboard.key(code, value)) <= 1


@dataclass
class Event:
    type: int
    code: int
    value: int


class PipedKeyboard:
    """Two bytes an event, through a pipe."""

    def __init__(self) -> None:
        self.fd, self._ours = os.pipe()
        self.grabbed = self.closed = False

    def press(self, *codes: int) -> None:
        os.write(self._ours, bytes(byte for code in codes for byte in (code, DOWN, code, UP)))

    def grab(self) -> None:
        if self.grabbed:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.grabbed = True

    def read(self) -> list[Event]:
        data = os.read(self.fd, 4096)
        if not data:
            raise OSError(errno.ENODEV, "No such device")
        return [Event(KEY, *data[i : i + 2]) for i in range(0, len(data), 2)] + [Event(0, 0, 0)]

    def unplug(self) -> None:
        os.close(self._ours)

    def close(self) -> None:
        os.close(self.fd)
        self.closed = True


def test_a_keyboard_is_kept_from_others_and_its_end_is_noticed():
    keyboard, halt, mailbox = PipedKeyboard(), Halt(), Mailbox()
    with KeysLink(KeysPort(path="/dev/input/x"), halt, mailbox, lambda _: keyboard) as link:
        assert keyboard.grabbed
        keyboard.press(30, 48, 46, ENTER)
        assert link.read(5) == b"abc\r"
        assert link.read(0.01) == b""
        with pytest.raises(LinkLost, match="nothing can be sent"):
            link.write(b"x")
        with pytest.raises(LinkLost, match="in use by another program"):
            KeysLink(KeysPort(path="/dev/input/x"), halt, mailbox, lambda _: PipedTwin(keyboard))
        keyboard.unplug()
        with pytest.raises(LinkLost, match="was unplugged"):
            link.read(5)
    assert keyboard.closed
    halt.close()
    mailbox.close()


class PipedTwin:
    """The same keyboard opened by somebody else."""

    def __init__(self, keyboard: PipedKeyboard) -> None:
        self.fd = keyboard.fd
        self.grab = keyboard.grab
        self.read = keyboard.read

    def close(self) -> None:
        """The other one still has it."""


def test_a_keyboard_that_is_not_there_is_told(rack, devices, heard):
    rack(devices('name="w"\nkind="wedge"\nurl="keys:///dev/input/by-id/none-event-kbd?layout=de"'))
    lost = heard.wait(lambda one: getattr(one, "state", None) == "lost")
    assert "none-event-kbd is not there: plug the scanner in" in lost.reason


@pytest.fixture(params=LAYOUTS)
def wedge(request):
    with SimulatedWedge(layout=request.param) as simulated:
        yield simulated


def wedge_table(wedge: SimulatedWedge) -> str:
    return f'name = "hand"\nkind = "wedge"\nurl = "{wedge.url}"\nquiet_ms = 100\n'


def test_what_a_scanner_types_is_read_past_the_window(wedge, rack, devices, heard):
    running = rack(devices(wedge_table(wedge)))
    heard.ready()
    wedge.scan("010401234500001821SN-7\x1d10Größe", "]d2")
    told = heard.kind(CodeScanned)
    assert (told.text, told.symbology) == ("010401234500001821SN-7\x1d10Größe", "]d2")
    wedge.half_frame()
    assert "half a frame" in heard.kind(ReadingRefused).reason
    wedge.noise()
    wedge.scan("PART-42")
    heard.wait(lambda one: isinstance(one, CodeScanned) and one.text == "PART-42")
    assert running.health()["hand"].state is DeviceState.READY


def test_a_scanner_that_types_is_for_one_alone_and_comes_back_when_it_was_pulled(wedge, rack, devices, heard):
    rack(devices(wedge_table(wedge)))
    heard.ready()
    halt, mailbox = Halt(), Mailbox()
    with pytest.raises(LinkLost, match="in use by another program"):
        KeysLink(KeysPort(path=str(wedge.path)), halt, mailbox)
    halt.close()
    mailbox.close()
    place = len(heard.readings)
    wedge.half_frame()
    wedge.unplug()
    heard.state(DeviceState.LOST, after=place)
    wedge.replug()
    heard.ready(after=place)
    wedge.scan("PART-42")
    assert heard.kind(CodeScanned, after=place).text == "PART-42"


@pytest.mark.skipif(not may_type(), reason="no keyboard can be made here: /dev/uinput is not there")
def test_a_keyboard_of_this_machine_is_read_past_the_window(rack, devices, heard):
    with UinputWedge() as wedge:
        rack(devices(f'name = "hand"\nkind = "wedge"\nurl = "{wedge.url}"\n'))
        heard.ready()
        wedge.scan("PART-42")
        assert heard.kind(CodeScanned).text == "PART-42"


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 2)), max_size=40), st.integers(1, 30))
def test_keys_are_cut_alike_however_they_come_and_spelled_as_they_were(keys, size):
    stream, cutter = key_events.packed(keys), key_events.Keys()
    cut = [event for at in range(0, len(stream), size) for event in cutter.feed(stream[at : at + size])]
    assert [(event.code, event.value) for event in cut if event.type == KEY] == keys
    assert key_events.read(key_events.spelled(keys)) == keys


@pytest.mark.parametrize("told", [b"30", b"30:", b"a:1", b"70000:1", b"30:1 :"])
def test_what_is_no_key_of_a_recording_is_refused(told):
    with pytest.raises(ValueError, match="no key"):
        key_events.read(told)
