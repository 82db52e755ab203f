"""Whether what a camera sends can be used: whole, lit, living. Pure: it is told of pictures, asked how it stands.

A camera fails in ways that a cable does not: its pictures arrive, and are torn, black, or the same one again and
again. Whoever only counts pictures calls such a camera ready; a frozen one shows the part before as the one there now.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.readings import DeviceState

Picture = NDArray[np.uint8]
UNUSABLE = 3_000_000_000  # ns without a usable picture after which a person is told; a bad moment is no fault
SAMPLED = 8  # every so many rows and columns are looked at for light
BLACK = 24  # of 255: of all but the brightest hundredth; noise is all there is
WHITE = 245  # of all but the darkest hundredth
BEGIN, END = b"\xff\xd8", b"\xff\xd9"  # of a JPEG


class Kind(StrEnum):
    """What one picture is."""

    FINE = "fine"
    TORN = "torn"
    DARK = "dark"
    DAZZLED = "dazzled"
    SAME = "same"


WHY = {
    None: "no picture comes any more: check its cable and power, or switch it off and on",
    Kind.TORN: "its pictures arrive torn, or are none: check its cable and its plug, or its network",
    Kind.DARK: "it sees only black: take the cover off its lens, or switch the light on",
    Kind.DAZZLED: "it sees only white: keep direct light away from it",
    Kind.SAME: "its picture stands still: switch it off and on",
}
TORN = "half a picture, or none at all"


def opened_jpeg(data: bytes) -> Picture | None:
    """The picture of a JPEG that is whole; None for a half one, which a library would fill up with grey."""
    whole = data.rstrip(b"\0\r\n")
    if not (whole.startswith(BEGIN) and whole.endswith(END)):
        return None
    picture = cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(picture, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Turn:
    """The camera is now in that state, for that reason."""

    state: DeviceState
    reason: str


class Sight:
    """How one camera stands, by its pictures and the time.

    `still`: ns after which one whose picture stands still is frozen; 0: never.
    """

    def __init__(self, still: int) -> None:
        self._still = still
        self._told: Turn | None = None  # the latest
        self._open_since: int | None = None  # the connection stands
        self._before: Picture | None = None
        self._kind: Kind | None = None  # of the latest picture
        self._fine_at: int | None = None
        self._torn = 0
        self._turns: deque[Turn] = deque()

    def opened(self, tick: int) -> None:
        """A connection stands; pictures are awaited."""
        self._open_since, self._fine_at, self._kind = tick, None, None

    def saw(self, picture: Picture | None, tick: int) -> Kind:
        """A picture came; None: what came is none."""
        self._kind = kind = self._judged(picture)
        self._torn += kind is Kind.TORN
        if picture is not None:
            self._before = picture
        whole = self._open_since is not None and tick >= self._open_since  # else it is from before
        if kind is Kind.FINE and picture is not None and whole:
            self._fine_at = tick
            if self._told is None or self._told.state is not DeviceState.READY:
                self._turn(DeviceState.READY, f"gives pictures of {picture.shape[1]} × {picture.shape[0]}")
        return kind

    def gone(self, reason: str) -> None:
        """The connection is lost, or cannot be had."""
        self._open_since = None
        self._turn(DeviceState.LOST, reason)

    def turns(self, tick: int) -> tuple[Turn, ...]:
        """What has become of it since it was last asked."""
        since = self._open_since if self._fine_at is None else self._fine_at
        patience = max(UNUSABLE, self._still) if self._kind is Kind.SAME else UNUSABLE
        if self._open_since is not None and since is not None and tick - since >= patience:
            self._turn(DeviceState.LOST, WHY[self._kind if self._kind is not Kind.FINE else None])
        told = tuple(self._turns)
        self._turns.clear()
        return told

    @property
    def waits(self) -> bool:
        """Whether something has become of it that nobody was told."""
        return bool(self._turns)

    def torn(self) -> int:
        """How many torn pictures came since it was last asked."""
        count, self._torn = self._torn, 0
        return count

    def _turn(self, state: DeviceState, reason: str) -> None:
        turn = Turn(state, reason)
        if turn != self._told:
            self._told = turn
            self._turns.append(turn)

    def _judged(self, picture: Picture | None) -> Kind:
        if picture is None or picture.size == 0:
            return Kind.TORN
        sample = picture[::SAMPLED, ::SAMPLED]
        if float(np.percentile(sample, 99)) < BLACK:
            return Kind.DARK
        if float(np.percentile(sample, 1)) > WHITE:
            return Kind.DAZZLED
        # a sensor has noise: two pictures of it are never the same to the last pixel
        before = self._before
        if self._still and before is not None and before.shape == picture.shape and (before == picture).all():
            return Kind.SAME
        return Kind.FINE
