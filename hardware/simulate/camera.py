"""A network camera: pictures as a stream of JPEGs over HTTP (multipart/x-mixed-replace), as cheap ones send them."""

import contextlib
import socket
import threading
import time
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.simulate.closing import Closing
from hardware.simulate.verb import Options, Verb

BOUNDARY = b"--frame\r\n"
PACE = 0.05  # s between two pictures
HIGH, WIDE = 480, 640
NOISE = 2.0  # of 255: what a sensor adds to every picture
SHOTS = 3  # pictures of the same scene, each with its own noise, in turn


class SimulatedCamera(Closing):
    """Shows whoever connects what it is told to show, over and over."""

    def __init__(self, port: int = 0) -> None:
        """Listen at `port`, or at a free one; raises OSError when it cannot be had."""
        self._shots = self._taken(np.full((HIGH, WIDE), 120, np.uint8))
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

    @property
    def shot(self) -> bytes:
        """A JPEG that it sends now."""
        return self._shots[0]

    def show(self, picture: NDArray[np.uint8]) -> None:
        """From now on it sees this: rows and columns of grey, or of BGR."""
        self._shots = self._taken(picture)

    def show_file(self, jpeg: bytes) -> None:
        """From now on it sees what this JPEG file shows: the file itself, and once more as a sensor would see it."""
        seen = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
        again = () if seen is None else self._taken(np.asarray(seen, dtype=np.uint8))[:1]
        self._shots = (jpeg, *again)

    def darken(self) -> None:
        """The lens is covered."""
        self.show(np.zeros((HIGH, WIDE), np.uint8))

    def dazzle(self) -> None:
        """A lamp shines into the lens."""
        self.show(np.full((HIGH, WIDE), 255, np.uint8))

    def garbage(self) -> None:
        """From now on it sends what is no picture."""
        self._shots = (b"\xff\xd8" + bytes(range(256)) * 20,)

    def tear(self) -> None:
        """From now on only the first half of each picture gets through."""
        self._shots = tuple(shot[: len(shot) // 2] for shot in self._shots)

    def stick(self) -> None:
        """From now on it sends its latest picture, over and over: its sensor hangs, its network does not."""
        self._shots = self._shots[:1]

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

    def thaw(self) -> None:
        """Send again, after `freeze`."""
        self._frozen = False

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines."""
        return {
            "show": Verb("FILE", self._show),
            "darken": Verb("", lambda _: self.darken()),
            "dazzle": Verb("", lambda _: self.dazzle()),
            "garbage": Verb("", lambda _: self.garbage()),
            "tear": Verb("", lambda _: self.tear()),
            "stick": Verb("", lambda _: self.stick()),
            "freeze": Verb("", lambda _: self.freeze()),
            "thaw": Verb("", lambda _: self.thaw()),
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
    def _taken(picture: NDArray[np.uint8]) -> tuple[bytes, ...]:
        """The scene as a sensor sees it, a few times: no two pictures are the same."""
        dice = np.random.default_rng(picture.size)
        shots = []
        for _ in range(SHOTS):
            noisy = picture + dice.normal(0, NOISE, picture.shape[:2] + (1,) * (picture.ndim - 2))
            seen = np.clip(noisy, 0, 255).astype(np.uint8)
            shots.append(cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
        return tuple(shots)

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
            number = 0
            while self._open:
                shots, number = self._shots, number + 1
                if not self._frozen:
                    shot = shots[number % len(shots)]
                    head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(shot)
                    viewer.sendall(BOUNDARY + head + shot + b"\r\n")
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
