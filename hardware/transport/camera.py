"""A camera: one thread that holds the latest picture that came, and one that judges it, looks, and tells."""

import logging
import threading
from typing import Any

import cv2
import numpy as np

from hardware.address import CameraSource
from hardware.conversation import Conversation, decoder_of
from hardware.decode.sight import TORN, Kind, Picture, Sight, Turn, opened_jpeg
from hardware.device import Device
from hardware.drivers.camera import CameraDecoder, CameraOptions
from hardware.readings import DeviceState, ReadingRefused, tick_now
from hardware.sightings import Sightings
from hardware.tape import Tape
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt
from hardware.transport.mailbox import Letter, Mailbox

log = logging.getLogger(__name__)

SILENCE = 5000  # ms without a picture after which a stream is opened anew
MISSED = 20  # pictures in a row that could not be read
MJPEG = int.from_bytes(b"MJPG", "little")
UNDECODED = -1  # as OpenCV calls the bytes of a stream
CHECK = 0.5  # s between two looks at how the camera stands while nothing comes
SEEN = {
    Kind.FINE,
    Kind.DARK,
    Kind.DAZZLED,
}  # what may be judged: a dark one says itself that it is, a frozen one would lie


class CameraLine(threading.Thread):
    """Keeps one camera open; its latest picture is for whoever asks, and codes in it are told as scans.

    The thread itself only reads, as fast as pictures come: one that is slower sees the past. The looker opens what came
    last, and alone speaks with the device, so that what is told stays in order.
    """

    def __init__(self, device: Device, halt: Halt, tape: Tape) -> None:
        super().__init__(name=f"device-{device.settings.name}", daemon=True)
        assert isinstance(device.settings.transport, CameraSource)
        assert isinstance(device.settings.options, CameraOptions)
        self._device = device
        self._halt = halt
        self._source = device.settings.transport
        self._mailbox = Mailbox()
        self._sightings = Sightings(tape, device.settings.name)
        self._fresh = threading.Condition()
        self._sight = Sight(device.settings.options.still_ms * 1_000_000)
        self._came: tuple[int, Picture | bytes] | None = None  # not opened yet
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
        """A picture that came after this was asked, waited for at most so long; None when none came.

        Safe from any thread.
        """
        asked = tick_now()

        def came() -> Picture | None:
            return self._latest[1] if self._latest is not None and self._latest[0] >= asked else None

        with self._fresh:
            self._fresh.wait_for(lambda: came() is not None or self._halt.rung, seconds)
            picture = came()
        if picture is not None:
            self._sightings.used(picture)
        return picture

    # --- the reading thread -------------------------------------------------

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
                with self._fresh:
                    self._sight.gone(reason)
                    self._fresh.notify_all()
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
            coded = int(camera.get(cv2.CAP_PROP_FOURCC)) == MJPEG and self._undecoded(camera)
            with self._fresh:
                self._sight.opened(tick_now())
            missed, latest = 0, tick_now()
            while not self._halt.rung:
                good, frame = camera.read()
                missed = 0 if good else missed + 1
                silent = tick_now() - latest >= SILENCE * 1_000_000
                if missed > MISSED or (missed and (silent or not camera.isOpened())):
                    return f"{self._source} gives no more pictures: check its cable and power"
                if good:
                    latest = tick_now()
                    self._hold(latest, frame.tobytes() if coded else np.asarray(frame, dtype=np.uint8))
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

    def _undecoded(self, camera: Any) -> bool:
        """Whether a stream of JPEGs gives them as they came: its own decoder hides that one was cut off."""
        return not self._source.source.startswith("/dev/") and camera.set(cv2.CAP_PROP_FORMAT, UNDECODED)

    def _hold(self, tick: int, came: Picture | bytes) -> None:
        with self._fresh:
            self._came = tick, came
            self._fresh.notify_all()

    # --- the looking thread -------------------------------------------------

    def _look(self) -> None:
        """Judge what came last, tell how the camera stands, and look for codes, as often as there is time for it."""
        seen: tuple[int, Picture | bytes] | None = None
        while not self._halt.rung:
            with self._fresh:
                self._fresh.wait_for(
                    lambda: self._came is not seen or self._stirred,  # noqa: B023 - asked before `seen` changes
                    CHECK,
                )
                came = None if self._came is seen else self._came
            if self._halt.rung:
                return
            seen = came or seen
            try:
                fresh = None if came is None else self._judged(*came)
                with self._fresh:
                    torn, turns = self._sight.torn(), self._sight.turns(tick_now())
                self._tell(turns, torn)
                for letter in self._mailbox.take():
                    letter(self._talk)
                if fresh is not None:
                    self._sightings.seen(fresh)
                    codes = list(self._decoder.look(fresh))
                    if codes:
                        self._sightings.used(fresh)
                    self._talk.told(iter(codes))
            except Exception:  # a picture that breaks the decoder is one picture
                log.exception("%s: the program failed while looking at a picture", self.name)

    @property
    def _stirred(self) -> bool:
        return self._sight.waits or self._mailbox.waits or self._halt.rung

    def _judged(self, tick: int, came: Picture | bytes) -> Picture | None:
        """The picture, when it shows what is there now; whoever waits for one is given it."""
        picture = opened_jpeg(came) if isinstance(came, bytes) else came
        with self._fresh:
            kind = self._sight.saw(picture, tick)
            if picture is None or kind not in SEEN:
                return None
            self._latest = tick, picture
            self._fresh.notify_all()
        return picture if kind is Kind.FINE else None

    def _tell(self, turns: tuple[Turn, ...], torn: int) -> None:
        for turn in turns:
            self._device.became(turn.state, turn.reason)
            if turn.state is not DeviceState.READY:
                self._talk.closed(turn.reason)
                continue
            self._talk.opened()
            self._device.became(turn.state, turn.reason)  # not only that it is connected
        if torn:
            refused = ReadingRefused(**self._device.stamp(), reason=TORN, excerpt="", count=torn)
            self._talk.told(iter([refused]))

    def _refuse(self, _told: object) -> None:
        """Nothing can be sent to a camera."""
