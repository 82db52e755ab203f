"""The plant's news inside the server: who listens hears at once that something changed, and looks itself."""

import contextlib
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_QUEUE = 100  # messages; a listener that slow looks again at everything anyway


class Live:
    """Publishers say a topic; listeners get it. Safe from any thread; nobody waits for a slow listener."""

    def __init__(self) -> None:
        self._listeners: set[queue.Queue[str | None]] = set()
        self._lock = threading.Lock()
        self.closed = threading.Event()

    def say(self, topic: str) -> None:
        """Tell every listener that `topic` (a station, `stations`, `deviations`) changed."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener.put_nowait(topic)
            except queue.Full:
                continue  # it has a hundred reasons to look already

    @contextmanager
    def listening(self) -> Iterator["queue.Queue[str | None]"]:
        """A queue of topics for one listener; None says that the server is ending."""
        mine: queue.Queue[str | None] = queue.Queue(LONGEST_QUEUE)
        with self._lock:
            self._listeners.add(mine)
        try:
            yield mine
        finally:
            with self._lock:
                self._listeners.discard(mine)
            _end(mine)  # a thread may still wait for one whose page was closed

    def close(self) -> None:
        """End every listener."""
        self.closed.set()
        with self._lock:
            for listener in self._listeners:
                _end(listener)


def _end(listener: "queue.Queue[str | None]") -> None:
    with contextlib.suppress(queue.Full):  # who has so much to hear does not wait
        listener.put_nowait(None)
