"""Call off everything that waits: a bell rung once, heard also by who waits on a file descriptor."""

import os
import select

from hardware.transport.mailbox import Mailbox


class LinkLost(OSError):
    """The other end is gone; the text says how, for a person."""


class Halt:
    """Rung once, stays rung. Any number of threads may wait on it."""

    def __init__(self) -> None:
        self._hears, self._rings = os.pipe()
        self._rung = False

    @property
    def rung(self) -> bool:
        """Whether the bell has rung."""
        return self._rung

    def ring(self) -> None:
        """Wake everybody who waits, now and from now on. Safe from any thread, any number of times."""
        if not self._rung:
            self._rung = True
            os.write(self._rings, b"!")

    def wait(self, seconds: float, mailbox: Mailbox | None = None) -> bool:
        """Sleep for `seconds`, or until the bell rings or a letter comes; True when the bell has rung."""
        bell = select.poll()
        bell.register(self._hears, select.POLLIN)
        if mailbox is not None:
            bell.register(mailbox.fileno(), select.POLLIN)
        return any(descriptor == self._hears for descriptor, _ in bell.poll(seconds * 1000))

    def fileno(self) -> int:
        """The descriptor that becomes readable when the bell rings."""
        return self._hears

    def close(self) -> None:
        """Give the descriptors back, once nobody waits any more."""
        os.close(self._hears)
        os.close(self._rings)


class Ear:
    """Waits for bytes on one descriptor, for a letter, or for the bell."""

    def __init__(self, descriptor: int, halt: Halt, mailbox: Mailbox) -> None:
        self._bytes = descriptor
        self._poll = select.poll()
        for each in (descriptor, halt.fileno(), mailbox.fileno()):
            self._poll.register(each, select.POLLIN)

    def listen(self, seconds: float | None) -> bool:
        """True when there are bytes, or the other end hung up; False after `seconds`, a letter or the bell."""
        heard = self._poll.poll(None if seconds is None else max(0, seconds * 1000))
        return any(descriptor == self._bytes for descriptor, _ in heard)
