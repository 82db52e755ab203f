"""Which pictures of a camera are kept in a recording: those that were used, and those that show something new."""

import threading

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.readings import tick_now
from hardware.tape import NoTape, Tape

PAUSE = 300_000_000  # ns between two pictures that are kept only because they show something new
SIDE = 32  # pixels of what two pictures are compared by
NEW = 6.0  # grey levels, on average, between two that show something else; noise is below 2
QUALITY = 90


class Sightings:
    """Looks at the pictures of one camera. Any thread may tell it of one."""

    def __init__(self, tape: Tape, device: str) -> None:
        self._tape = None if isinstance(tape, NoTape) else tape
        self._device = device
        self._last: NDArray[np.float32] | None = None
        self._kept: NDArray[np.uint8] | None = None
        self._at = 0
        self._lock = threading.Lock()

    def seen(self, picture: NDArray[np.uint8]) -> None:
        """The camera gave a picture."""
        if self._tape is None or (self._last is not None and tick_now() - self._at < PAUSE):
            return
        with self._lock:
            small = _small(picture)
            if self._last is None or float(np.mean(np.abs(small - self._last))) > NEW:
                self._keep(picture, small)

    def used(self, picture: NDArray[np.uint8]) -> None:
        """A picture was judged, or a code was read in it."""
        if self._tape is None:
            return
        with self._lock:
            if picture is not self._kept:
                self._keep(picture, _small(picture))

    def _keep(self, picture: NDArray[np.uint8], small: NDArray[np.float32]) -> None:
        assert self._tape is not None
        self._last, self._kept, self._at = small, picture, tick_now()
        file = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
        self._tape.picture(self._device, file)


def _small(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA), dtype=np.float32)
