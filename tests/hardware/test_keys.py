"""Keyboards that are read past the window: what keys mean, and a scanner that types.

There is no /dev/input in a test machine, and none can be made without the kernel's uinput: the boundary is
`evdev.InputDevice`, in whose place stands a keyboard at the end of a pipe.
"""

import errno
import os
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.address import KeysPort
from hardware.keyboard import DOWN, LAYOUTS, REPEAT, UP, Keyboard
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.keys import KEY_EVENT, KeysLink
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
        return [Event(KEY_EVENT, *data[i : i + 2]) for i in range(0, len(data), 2)] + [Event(0, 0, 0)]

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
