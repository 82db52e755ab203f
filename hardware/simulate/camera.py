"""A network camera: pictures as a stream of JPEGs over HTTP (multipart/x-mixed-replace), as cheap ones send them."""

import contextlib
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.simulate.verb import Options, Verb

BOUNDARY = b"--frame\r\n"
PACE = 0.05  # s between two pictures
HIGH, WIDE = 480, 640


class SimulatedCamera:
    """Shows whoever connects what it is told to show, over and over."""

    def __init__(self, port: int = 0) -> None:
        """Listen at `port`, or at a free one; raises OSError when it cannot be had."""
        self._picture = self._coded(np.full((HIGH, WIDE), 120, np.uint8))
        self._viewers: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._frozen = False
        self._open = True
        self._listen(port)

    @classmethod
    def open(cls, options: Options) -> Self:
        """Listen at `port`, or at a free one."""
        return cls(int(options.get("port", "0")))

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"camera://?url=http://127.0.0.1:{self.port}/video.mjpg"

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return self.url

    def show(self, picture: NDArray[np.uint8]) -> None:
        """From now on it sees this: rows and columns of grey, or of BGR."""
        self._picture = self._coded(picture)

    def darken(self) -> None:
        """The lens is covered."""
        self.show(np.zeros((HIGH, WIDE), np.uint8))

    def garbage(self) -> None:
        """From now on it sends what is no picture."""
        self._picture = b"\xff\xd8" + bytes(range(256)) * 20

    def freeze(self) -> None:
        """Send nothing more, and keep the connection."""
        self._frozen = True

    def unplug(self) -> None:
        """Close every connection and the port."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._hang_up()

    def replug(self) -> None:
        """Listen again at the same port."""
        self._frozen = False
        self._listen(self.port)

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines."""
        return {
            "show": Verb("FILE", self._show),
            "darken": Verb("", lambda _: self.darken()),
            "garbage": Verb("", lambda _: self.garbage()),
            "freeze": Verb("", lambda _: self.freeze()),
            "unplug": Verb("", lambda _: self.unplug()),
            "replug": Verb("", lambda _: self.replug()),
        }

    def close(self) -> None:
        """Switch it off for good."""
        self._open = False
        self.unplug()

    def _show(self, rest: str) -> None:
        data = np.frombuffer(Path(rest).read_bytes(), np.uint8) if Path(rest).is_file() else None
        picture = None if data is None else cv2.imdecode(data, cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{rest} is no picture")
        self.show(np.asarray(picture, dtype=np.uint8))

    @staticmethod
    def _coded(picture: NDArray[np.uint8]) -> bytes:
        return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()

    def _listen(self, port: int) -> None:
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while self._open:
            try:
                viewer, _ = listening.accept()
            except OSError:
                return
            with self._lock:
                self._viewers.add(viewer)
            threading.Thread(target=self._serve, args=(viewer,), daemon=True).start()

    def _serve(self, viewer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            viewer.recv(4096)
            viewer.sendall(
                b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
            )
            while self._open:
                if not self._frozen:
                    head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(self._picture)
                    viewer.sendall(BOUNDARY + head + self._picture + b"\r\n")
                time.sleep(PACE)
        with self._lock:
            self._viewers.discard(viewer)
        viewer.close()

    def _hang_up(self) -> None:
        with self._lock:
            viewers = list(self._viewers)
        for viewer in viewers:
            with contextlib.suppress(OSError):
                viewer.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
