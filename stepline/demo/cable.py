"""The network cable between a kiosk and the plant: a relay on ports of its own that can be cut and mended."""

import contextlib
import socket
import threading
from collections.abc import Sequence

from stepline.demo.plant import Plant, free_port

HERE = "127.0.0.1"
PIECE = 64 * 1024  # bytes carried at a time


class Cable:
    """Carries what goes to the server and to the broker while it is whole.

    Cut, it drops every connection and takes no new one; those at the other ends notice nothing of each other.
    """

    def __init__(self, plant: Plant) -> None:
        self._carries = {free_port(): plant.port, free_port(): plant.broker_port}
        http, mqtt = self._carries
        self.server_url = f"http://{HERE}:{http}"
        self.broker = f"mqtt://{HERE}:{mqtt}"
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listening: list[socket.socket] = []

    @property
    def whole(self) -> bool:
        """Whether it carries anything."""
        return bool(self._listening)

    def mend(self) -> None:
        """Plug it in; raises OSError when a port of its own was taken in the meantime."""
        if self.whole:
            return
        with contextlib.ExitStack() as undo:
            listening = [undo.enter_context(socket.create_server((HERE, port))) for port in self._carries]
            undo.pop_all()
        self._listening = listening
        for door, to in zip(listening, self._carries.values(), strict=True):
            threading.Thread(target=self._take, args=(door, to), name="cable", daemon=True).start()

    def cut(self) -> None:
        """Pull it: both ends of every connection are dropped."""
        doors, self._listening = self._listening, []
        with self._lock:
            ends, self._open = self._open, []
        _drop([*doors, *ends])

    def _take(self, door: socket.socket, to: int) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:  # it was cut
                return
            try:
                far = socket.create_connection((HERE, to), timeout=5)
            except OSError:  # the server is away: so it is for the kiosk
                _drop([near])
                continue
            far.settimeout(None)
            with self._lock:
                cut = door not in self._listening
                if not cut:
                    self._open += [near, far]
            if cut:
                _drop([near, far])
                return
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), name="cable", daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
        with self._lock:
            self._open = [end for end in self._open if end not in {source, target}]
        _drop([source, target])


def _drop(ends: Sequence[socket.socket]) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for it; closing alone would not
        end.close()
