"""The far end of a serial cable that listens too: what the station sends is answered."""

import os
import select
import threading
import time
from pathlib import Path

from hardware.simulate.terminal import PATIENCE, SimulatedTerminal
from hardware.simulate.verb import Verb


class AnsweringTerminal(SimulatedTerminal):
    """A serial device that is spoken to. What the station sends is given to `heard`, on a thread of its own."""

    def __init__(self, link: Path | str | None = None) -> None:
        """Plug it in at `link`, or at a path of its own."""
        self.silent = False  # hears everything and answers nothing
        self._came = threading.Condition()
        self._unread = b""
        super().__init__(link)

    def heard(self, data: bytes) -> None:
        """The station sent `data`; a device that answers overrides this."""

    def received(self, seconds: float = PATIENCE) -> bytes:
        """What the station sent and was not yet asked for, waited for at most `seconds`."""
        with self._came:
            self._came.wait_for(lambda: self._unread, seconds)
            told, self._unread = self._unread, b""
            return told

    def verbs(self) -> dict[str, Verb]:
        """Falling silent beside the faults of every cable."""
        return {"silent": Verb("on|off", self._silence), **super().verbs()}

    def replug(self) -> None:
        """Plug the cable in, again under the same path, and listen."""
        plugged = self._ends is not None
        super().replug()
        if not plugged and self._ends is not None:
            ears, self._stop = os.pipe()
            listening = os.dup(self._ends[0])
            self._listener = threading.Thread(target=self._listen, args=(listening, ears), daemon=True)
            self._listener.start()

    def unplug(self) -> None:
        """Pull the cable."""
        if self._ends is not None:
            os.close(self._stop)
            self._listener.join(PATIENCE)
        super().unplug()

    def _listen(self, ours: int, stop: int) -> None:
        ear = select.poll()
        ear.register(ours, select.POLLIN)
        ear.register(stop, select.POLLIN)
        while all(descriptor != stop for descriptor, _ in ear.poll()):
            try:
                data = os.read(ours, 4096)
            except OSError:  # nobody has the other end open yet
                time.sleep(0.01)
                continue
            with self._came:
                self._unread += data
                self._came.notify_all()
            if not self.silent:
                self.heard(data)
        os.close(ours)
        os.close(stop)

    def _silence(self, rest: str) -> None:
        if rest not in {"on", "off"}:
            raise ValueError(rest)
        self.silent = rest == "on"
