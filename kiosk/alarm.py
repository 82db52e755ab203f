"""One thread that rings at the next due moment, and sleeps until then."""

import threading
import time
from collections.abc import Callable


class Alarm:
    """Set by its owner, rings on a thread of its own. Setting it again replaces what was set."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._due: float | None = None
        self._stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="kiosk-alarm", daemon=True)
        self._thread.start()

    def set(self, seconds: float | None) -> None:
        """Ring once, that many seconds from now; None: not at all. Safe from any thread."""
        due = None if seconds is None else time.monotonic() + max(0.0, seconds)
        with self._changed:
            self._due = due
            self._changed.notify()

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(2.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (self._due is None or self._due > time.monotonic()):
                    self._changed.wait(None if self._due is None else self._due - time.monotonic())
                if self._stopped:
                    return
                self._due = None
            self._ring()
