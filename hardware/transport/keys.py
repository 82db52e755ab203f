"""A scanner or reader that types: its keys are read past every window, and kept from them (Linux)."""

import os
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from hardware.address import KeysPort
from hardware.keyboard import Keyboard
from hardware.transport.halt import Ear, Halt, LinkLost
from hardware.transport.mailbox import Mailbox

KEY_EVENT = 1  # EV_KEY of linux/input-event-codes.h


class InputDevice(Protocol):
    """As much of `evdev.InputDevice` as is needed."""

    fd: int

    def grab(self) -> None:
        """Keep its events from everybody else."""
        ...

    def read(self) -> Any:
        """The events that wait, each with `type`, `code` and `value`."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


def _opened(path: str) -> InputDevice:
    import evdev  # noqa: PLC0415 - only Linux has it

    return evdev.InputDevice(path)


class KeysLink:
    """What is typed on one keyboard, as bytes in UTF-8; Enter is a carriage return."""

    def __init__(
        self,
        port: KeysPort,
        halt: Halt,
        mailbox: Mailbox,
        opened: Callable[[str], InputDevice] = _opened,
    ) -> None:
        """Grab the keyboard; raises LinkLost with the reason when that cannot be done."""
        try:
            self._device = opened(port.path)
        except ImportError as error:
            raise LinkLost("keyboards can be read past the window on Linux only") from error
        except OSError as error:
            raise LinkLost(_why(port.path, error)) from error
        try:
            self._device.grab()
        except OSError as error:
            self._device.close()
            raise LinkLost(f"{port.path} is in use by another program") from error
        self._path = port.path
        self._keyboard = Keyboard(port.layout)
        self._ear = Ear(self._device.fd, halt, mailbox)

    def read(self, seconds: float | None) -> bytes:
        """What was typed; empty after `seconds` (None: never), for a letter, or when called off.

        Raises LinkLost when the keyboard is gone.
        """
        if not self._ear.listen(seconds):
            return b""
        try:
            events = list(self._device.read())
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(f"{self._path} was unplugged ({os.strerror(error.errno or 0)})") from error
        typed = (self._keyboard.key(event.code, event.value) for event in events if event.type == KEY_EVENT)
        return "".join(typed).encode()

    def write(self, data: bytes) -> None:
        """A keyboard takes nothing."""
        raise LinkLost(f"{self._path} is a keyboard: nothing can be sent to it ({len(data)} bytes)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._device.close()


def _why(path: str, error: OSError) -> str:
    if error.errno == 2:
        return f"{path} is not there: plug the scanner in, or mend the path in the station's file"
    if error.errno == 13:
        return f"{path} may not be read: add the kiosk's account to the group `input`"
    return f"{path} is no keyboard that can be read: {error.strerror or error}"
