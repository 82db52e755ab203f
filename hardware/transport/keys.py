"""A scanner or reader that types: its keys are read past every window, and kept from them (Linux)."""

import errno
import fcntl
import os
import termios
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from hardware.address import KeysPort
from hardware.key_events import KEY, KeyEvent, Keys, spelled
from hardware.keyboard import Keyboard
from hardware.transport.halt import Ear, Halt, LinkLost
from hardware.transport.mailbox import Mailbox


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
    if Path(path).resolve(strict=True).is_relative_to("/dev/pts"):
        return TerminalKeyboard(path)
    import evdev  # noqa: PLC0415 - only Linux has it

    return evdev.InputDevice(path)


class TerminalKeyboard:
    """A pseudo terminal that carries what the kernel tells of a keyboard: how one is played where none can be made."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._cutter = Keys()

    def grab(self) -> None:
        """Keep its events from everybody else; what was typed before is not for us."""
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY)) from None
        termios.tcflush(self.fd, termios.TCIFLUSH)

    def read(self) -> list[KeyEvent]:
        """The events that wait."""
        chunk = os.read(self.fd, 4096)
        if not chunk:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return self._cutter.feed(chunk)

    def close(self) -> None:
        """Let it go."""
        os.close(self.fd)


class KeysLink:
    """What is typed on one keyboard, as bytes in UTF-8; Enter is a carriage return."""

    def __init__(
        self,
        port: KeysPort,
        halt: Halt,
        mailbox: Mailbox,
        opened: Callable[[str], InputDevice] = _opened,
        noted: Callable[[bytes], None] = lambda _: None,
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
        self._noted = noted
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
        keys = [(event.code, event.value) for event in events if event.type == KEY]
        if keys:
            self._noted(spelled(keys))
        return "".join(self._keyboard.key(code, value) for code, value in keys).encode()

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
