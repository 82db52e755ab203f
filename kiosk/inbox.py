"""The one door into the UI thread: a queue, and a wake-up that the window provides."""

import threading
from collections import deque
from collections.abc import Callable

from hardware.readings import DeviceChanged, Measured, Reading, ReadingsDropped
from kiosk.events import Event

LIVE = 16  # waiting values of one device; beyond that the latest replaces the one before it
MOST = 256  # waiting readings of one device; beyond that they are dropped, counted and told


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
        self._waiting: dict[str, int] = {}  # device -> how many of its readings wait
        self._dropped: dict[str, ReadingsDropped] = {}
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
            elif isinstance(event, Reading) and not self._has_room(event):
                return
            else:
                slot = _slot(event)
            self._events.append(slot)
        if was_empty:
            self.wake()

    def _has_room(self, reading: Reading) -> bool:
        """Whether it may wait too. What a device says of itself always may."""
        waiting = self._waiting.get(reading.device, 0)
        if waiting < MOST or isinstance(reading, DeviceChanged):
            self._waiting[reading.device] = waiting + 1
            return True
        before = self._dropped.get(reading.device)
        self._dropped[reading.device] = ReadingsDropped(
            device=reading.device,
            at=reading.at,
            tick=reading.tick,
            count=1 if before is None else before.count + 1,
            reason=f"more than {MOST} of its readings waited",
        )
        return False

    def drain(self) -> list[Event]:
        """Everything that waits, oldest first."""
        with self._lock:
            events = [slot[0] for slot in self._events]
            events += self._dropped.values()
            for kept in (self._events, self._live, self._waiting, self._dropped):
                kept.clear()
        return events
