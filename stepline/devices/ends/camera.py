"""A camera: what it saw, over HTTP at the port of its url."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from hardware.address import CameraSource
from hardware.simulate.camera import SimulatedCamera
from hardware.tape import Piece
from stepline.devices.ends.far_end import HERE, OneWay


def port_here(source: CameraSource) -> int | None:
    """The port of this machine that the camera is at; None when it is elsewhere, or a device file."""
    parts = urlsplit(source.source)
    return parts.port if parts.scheme == "http" and parts.hostname in HERE else None


class CameraEnd(OneWay):
    """Shows each picture until the next; the first one before the recording is played."""

    def __init__(self, port: int, pieces: Sequence[Piece]) -> None:
        """Listen at the port; raises OSError when it cannot be had."""
        self._camera = SimulatedCamera(port)
        self._camera.show_file(pieces[0].data)

    def play(self, piece: Piece) -> None:
        """From now on it sees this."""
        self._camera.show_file(piece.data)

    def close(self) -> None:
        """Switch it off."""
        self._camera.close()
