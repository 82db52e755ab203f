"""The station's camera, opened when the first photograph is wanted, on a thread of its own."""

import logging
import threading
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

PATIENCE = 0.4  # s that the screen may stand still for a picture; an open camera needs a tenth of that
QUALITY = 85  # of the JPEG, 0..100
WARM_UP = 3  # frames that are thrown away while the exposure settles


class Camera:
    """Photographs as JPEG. Never raises: a missing or broken camera gives no picture."""

    def __init__(self, index: int = 0) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._device: Any = None

    @property
    def there(self) -> bool:
        """Whether there is a camera at all."""
        return Path(f"/dev/video{self._index}").exists()

    def jpeg(self) -> bytes | None:
        """A photograph of now, after at most 0.4 s; None when there is no camera or it is still starting."""
        if not self.there:
            return None
        answer: list[bytes] = []
        taker = threading.Thread(target=self._take, args=(answer,), name="kiosk-camera", daemon=True)
        taker.start()
        taker.join(PATIENCE)
        return answer[0] if answer else None

    def _take(self, answer: list[bytes]) -> None:
        import cv2  # noqa: PLC0415 - half a second that a kiosk without camera need not spend

        if not self._lock.acquire(blocking=False):
            return  # an earlier try still hangs in the driver
        try:
            if self._device is None or not self._device.isOpened():
                self._device = cv2.VideoCapture(self._index)
            for _ in range(WARM_UP):
                self._device.grab()
            good, frame = self._device.read()
            if not good:
                log.warning("camera %d gave no picture", self._index)
                self._device.release()
                self._device = None
                return
            _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            answer.append(data.tobytes())
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let the camera go."""
        if self._device is not None and self._lock.acquire(blocking=False):
            self._device.release()
            self._device = None
            self._lock.release()
