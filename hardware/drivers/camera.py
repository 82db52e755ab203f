"""A camera that reads codes: every new code in its pictures is a scan, told once while it is in sight."""

from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hardware.driver import Carrier, Driver, Options, Told
from hardware.readings import CodeScanned, Stamp

if TYPE_CHECKING:
    from hardware.decode.picture_codes import Found


class CameraDecoder:
    """Looks at pictures in turn: for matrix codes and for linear ones, with one kind of help at every second."""

    pending = False

    def __init__(self, *, stamp: Stamp, own: "CameraOptions") -> None:
        from hardware.decode.picture_codes import LIVE  # noqa: PLC0415 - OpenCV takes half a second

        self._stamp = stamp
        self._own = own
        self._looks = cycle(LIVE)
        self._seen: dict[str, int] = {}  # text -> tick at which it was last in sight
        self._doubted: dict[str, int] = {}  # of a weak kind, and seen once

    def look(self, picture: NDArray[np.uint8]) -> Iterator[Told]:
        """Yield the codes of one picture that were not in sight just now."""
        from hardware.decode.picture_codes import plain  # noqa: PLC0415 - as above

        if self._own.codes:
            yield from self._told(next(self._looks)(plain(picture)))

    def _told(self, found_now: "Iterable[Found]") -> Iterator[Told]:
        now = self._stamp()["tick"]
        self._seen = {text: at for text, at in self._seen.items() if self._in_sight(at, now)}
        self._doubted = {text: at for text, at in self._doubted.items() if self._in_sight(at, now)}
        for found in found_now:
            if found.weak and found.text not in self._seen and found.text not in self._doubted:
                self._doubted[found.text] = now
                continue
            known = found.text in self._seen
            self._seen[found.text] = now
            if not known:
                raw = found.text.encode(errors="replace")
                yield CodeScanned(**self._stamp(), text=found.text, symbology=found.symbology, raw=raw)

    def _in_sight(self, at: int, now: int) -> bool:
        return 0 <= now - at < self._own.again_ms * 1_000_000

    def feed(self, chunk: bytes) -> Iterator[Told]:
        """One picture as a file (JPEG, PNG), how recordings hold them: looked at for every kind of code at once."""
        import cv2  # noqa: PLC0415 - as above

        from hardware.decode.picture_codes import first_look, plain  # noqa: PLC0415 - as above

        picture = cv2.imdecode(np.frombuffer(chunk, np.uint8), cv2.IMREAD_GRAYSCALE) if chunk else None
        if picture is None or not self._own.codes:
            return
        gray = plain(np.asarray(picture, dtype=np.uint8))
        yield from self._told(first_look(gray) or next(self._looks)(gray))

    def give_up(self, reason: str) -> Iterator[Told]:  # noqa: ARG002 - a picture is whole, or is none
        """Nothing is ever held."""
        yield from ()


class CameraOptions(Options):
    """What is looked for."""

    codes: bool = Field(
        True, description="whether codes in its pictures are scans; else it only takes pictures"
    )
    again_ms: int = Field(
        2000, ge=100, le=600_000, description="a code out of sight for this long is a new scan"
    )
    still_ms: int = Field(
        5000,
        ge=0,
        le=600_000,
        description="a picture that is the same to the last pixel for so long stands still: the camera is lost. "
        "0: it may, as a drawn one does",
    )


DRIVER = Driver(
    kind="camera",
    title="camera that reads codes",
    carriers=frozenset({Carrier.CAMERA}),
    options=CameraOptions,
    decoder=lambda own, place: CameraDecoder(stamp=place.stamp, own=own),
    simulator="hardware.simulate.camera:SimulatedCamera",
)
