"""What every stand-in can."""

from typing import Protocol

from hardware.tape import Piece

HERE = {"127.0.0.1", "localhost", "::1"}
PATIENCE = 2.0  # s that a replay waits for what the station said in the recording; then it goes on without


class CannotReplay(ValueError):
    """The recording cannot be played at this station's ports; the text says why."""


class FarEnd(Protocol):
    """The device's side of a line, while a recording is played."""

    def reach(self, at: int) -> None:
        """The recording is played up to there."""
        ...

    def play(self, piece: Piece) -> None:
        """The device gave this."""
        ...

    def await_said(self, piece: Piece) -> None:
        """The station said this in the recording: wait until it says as much now."""
        ...

    def close(self) -> None:
        """Take it away."""
        ...


class OneWay:
    """A device that is not spoken to."""

    def reach(self, at: int) -> None:
        """It knows no time."""

    def await_said(self, piece: Piece) -> None:
        """Nothing is ever said to it."""
