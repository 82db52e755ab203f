"""What happens by itself: releases take effect, roll-outs move on or stop, other systems are told."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from server.house import House
from server.library import settling

PERIOD = 1.0  # s
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
log = logging.getLogger(__name__)


class Clockwork:
    """One thread; each task is called every second and must not take long."""

    def __init__(self, house: House, tasks: Sequence[Callable[[], None]] = ()) -> None:
        self._house = house
        self._since = LONG_AGO  # what took effect while the server was down does so now
        self._tasks = (self._effective, lambda: settling.look_at_rollouts(house), *tasks)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the task that runs."""
        self._stopping.set()
        self._thread.join(5.0)

    def tick(self) -> None:
        """Do everything once; what fails is tried again the next time."""
        for task in self._tasks:
            try:
                task()
            except Exception:  # the top of a thread: one task must not end the others
                log.exception("something that the server does by itself failed; it is tried again")

    def _run(self) -> None:
        while not self._stopping.wait(PERIOD):
            self.tick()

    def _effective(self) -> None:
        now = self._house.now()
        settling.come_due(self._house, self._since, now)
        self._since = now
