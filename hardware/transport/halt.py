"""Call off everything that waits: a bell rung once, heard also by who waits on a file descriptor."""

import os
import select


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

    def wait(self, seconds: float) -> bool:
        """Sleep for `seconds`, or until the bell rings; True when it has rung."""
        bell = select.poll()
        bell.register(self._hears, select.POLLIN)
        return bool(bell.poll(seconds * 1000))

    def fileno(self) -> int:
        """The descriptor that becomes readable when the bell rings."""
        return self._hears

    def close(self) -> None:
        """Give the descriptors back, once nobody waits any more."""
        os.close(self._hears)
        os.close(self._rings)


class Ear:
    """Waits for bytes on one descriptor, or for the bell."""

    def __init__(self, descriptor: int, halt: Halt) -> None:
        self._halt = halt.fileno()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._poll.register(self._halt, select.POLLIN)

    def listen(self, seconds: float | None) -> bool:
        """True when there are bytes, or the other end hung up; False after `seconds` or the bell."""
        heard = self._poll.poll(None if seconds is None else seconds * 1000)
        return bool(heard) and all(descriptor != self._halt for descriptor, _ in heard)
