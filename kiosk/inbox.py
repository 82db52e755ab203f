"""The one door into the UI thread: a queue, and a wake-up that the window provides."""

import threading
from collections import deque
from collections.abc import Callable

from hardware.readings import Measured
from kiosk.events import Event

LIVE = 16  # waiting values of one device; beyond that the latest replaces the one before it


def _slot(event: Event) -> list[Event]:
    return [event]


def _nobody() -> None:
    """Nobody listens yet; what is put waits."""


class Inbox:
    """Events in order. A device that talks faster than the screen is drawn cannot pile up work."""

    def __init__(self) -> None:
        self.wake: Callable[[], None] = _nobody
        self._events: deque[list[Event]] = deque()
        self._live: dict[str, tuple[int, list[Event]]] = {}  # device -> how many wait, the slot of its latest
        self._lock = threading.Lock()
        self.coalesced = 0

    def put(self, event: Event) -> None:
        """Hand over an event. Safe from any thread; never blocks."""
        with self._lock:
            was_empty = not self._events
            if isinstance(event, Measured):
                waiting, slot = self._live.get(event.device, (0, []))
                if waiting >= LIVE:
                    slot[0] = event
                    self.coalesced += 1
                    return
                slot = _slot(event)
                self._live[event.device] = (waiting + 1, slot)
            else:
                slot = _slot(event)
            self._events.append(slot)
        if was_empty:
            self.wake()

    def drain(self) -> list[Event]:
        """Everything that waits, oldest first."""
        with self._lock:
            events = [slot[0] for slot in self._events]
            self._events.clear()
            self._live.clear()
        return events
