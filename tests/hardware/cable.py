"""A cable to a port of this machine, which can be pulled, mended, or lose what goes one way."""

import contextlib
import socket
import threading


class Cable:
    def __init__(self, port: int) -> None:
        self._to = port
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._whole, self._swallows, self._open = True, False, True
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def cut(self) -> None:
        with self._lock:
            self._whole, ends, self._ends = False, self._ends, set()
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._lock:
            self._whole, self._swallows = True, False

    def swallow(self) -> None:
        """From now on nothing of what our side says arrives."""
        self._swallows = True

    def close(self) -> None:
        self._open = False
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _serve(self) -> None:
        while self._open:
            try:
                ours, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                whole = self._whole
            if not whole:
                ours.close()
                continue
            theirs = socket.create_connection(("127.0.0.1", self._to))
            with self._lock:
                self._ends |= {ours, theirs}
            for way in ((ours, theirs, True), (theirs, ours, False)):
                threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, outward: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not (outward and self._swallows):
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
