"""A camera: one thread that always holds its latest picture, and one that looks at pictures for codes."""

import logging
import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.address import CameraSource
from hardware.conversation import Conversation, decoder_of
from hardware.device import Device
from hardware.drivers.camera import CameraDecoder
from hardware.readings import DeviceState, tick_now
from hardware.tape import Tape
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt
from hardware.transport.mailbox import Letter, Mailbox

log = logging.getLogger(__name__)

Picture = NDArray[np.uint8]
SILENCE = 5000  # ms without a picture after which a camera counts as lost
MISSED = 20  # pictures in a row that could not be read


class CameraLine(threading.Thread):
    """Keeps one camera open; its latest picture is for whoever asks, and codes in it are told as scans."""

    def __init__(self, device: Device, halt: Halt, _tape: Tape) -> None:
        super().__init__(name=f"device-{device.settings.name}", daemon=True)
        assert isinstance(device.settings.transport, CameraSource)
        self._device = device
        self._halt = halt
        self._source = device.settings.transport
        self._mailbox = Mailbox()
        self._fresh = threading.Condition()
        self._latest: tuple[int, Picture] | None = None
        decoder = decoder_of(device)
        assert isinstance(decoder, CameraDecoder)
        self._decoder = decoder
        self._talk = Conversation(device, decoder, self._refuse)
        self._looker = threading.Thread(target=self._look, name=f"{self.name}-looker", daemon=True)

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by the looking thread; False when too many wait."""
        posted = self._mailbox.put(letter)
        with self._fresh:
            self._fresh.notify_all()
        return posted

    def hang_up(self) -> None:
        """Wake who waits for a picture; the bell has rung."""
        with self._fresh:
            self._fresh.notify_all()

    def picture(self, seconds: float) -> Picture | None:
        """The next picture, waited for at most so long; None when none came. Safe from any thread."""
        with self._fresh:
            before = self._latest
            self._fresh.wait_for(lambda: self._latest is not before or self._halt.rung, seconds)
            return None if self._latest is before or self._latest is None else self._latest[1]

    def run(self) -> None:
        """Open the camera, read until it is lost, wait a little, and again."""
        backoff = Backoff()
        self._device.announce()
        self._looker.start()
        while not self._halt.rung:
            began = tick_now()
            try:
                reason = self._watch()
            except (
                Exception
            ) as error:  # the top of a thread: one bad camera must not end, or it would look healthy
                log.exception("%s: the program failed while reading it", self.name)
                reason = f"the program failed while reading it: {error}"
            if not self._halt.rung:
                self._device.became(DeviceState.LOST, reason)
                self._halt.wait(backoff.after(tick_now() - began))
        self.hang_up()
        self._looker.join()
        self._device.report_refusals()
        self._mailbox.close()

    def _watch(self) -> str:
        """Read pictures until there are none; why there are none."""
        camera = self._opened()
        try:
            if not camera.isOpened():
                return (
                    f"{self._source} is not there or gives no pictures: plug the camera in, or mend the url"
                )
            missed = 0
            while not self._halt.rung:
                good, frame = camera.read()
                missed = 0 if good else missed + 1
                if missed > MISSED or (missed and not camera.isOpened()):
                    return f"{self._source} gives no more pictures"
                if good:
                    self._hold(np.asarray(frame, dtype=np.uint8))
            return "called off"
        finally:
            camera.release()

    def _opened(self) -> Any:
        source = self._source.source
        camera = cv2.VideoCapture()
        if source.startswith("/dev/"):
            camera.open(source, cv2.CAP_V4L2)
            camera.set(cv2.CAP_PROP_FRAME_WIDTH, self._source.width)
            camera.set(cv2.CAP_PROP_FRAME_HEIGHT, self._source.height)
            camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # an old picture is worse than none
        else:
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, SILENCE, cv2.CAP_PROP_READ_TIMEOUT_MSEC, SILENCE]
            camera.open(source, cv2.CAP_FFMPEG, limits)
        return camera

    def _hold(self, frame: Picture) -> None:
        if self._latest is None or self._device.health.state is not DeviceState.READY:
            self._device.became(DeviceState.READY, f"gives pictures of {frame.shape[1]} × {frame.shape[0]}")
            self._talk.opened()
        with self._fresh:
            self._latest = tick_now(), frame
            self._fresh.notify_all()

    def _look(self) -> None:
        """Look at the latest picture for codes, as often as there is a new one and time for it."""
        seen: tuple[int, Picture] | None = None
        while not self._halt.rung:
            with self._fresh:
                self._fresh.wait_for(
                    lambda: self._latest is not seen or self._mailbox.waits or self._halt.rung  # noqa: B023
                )
                latest = self._latest
            for letter in self._mailbox.take():
                letter(self._talk)
            if latest is not None and latest is not seen and not self._halt.rung:
                seen = latest
                try:
                    self._talk.told(self._decoder.look(latest[1]))
                except Exception:  # a picture that breaks the decoder is one picture
                    log.exception("%s: the program failed while looking at a picture", self.name)

    def _refuse(self, _told: object) -> None:
        """Nothing can be sent to a camera."""
