"""What the conductor needs of the world around it: an alarm, a camera, what looks, the station's devices."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from content.label import Pattern
from hardware.device import DeviceHealth
from hardware.driver import Command, Wanted
from hardware.settings import DeviceSettings
from kiosk.eye import Shot, Wish


class Alarm(Protocol):
    """Rings once, with an `AlarmRang` in the inbox."""

    def set(self, seconds: float | None) -> None:
        """Ring that many seconds from now; None: not at all."""
        ...


class Camera(Protocol):
    """The station's camera."""

    def jpeg(self) -> bytes | None:
        """A photograph of now."""
        ...


class Looks(Protocol):
    """What looks; the answer comes as a `PictureJudged`, or as a `PictureTaken`."""

    def look(self, wish: Wish | Shot) -> None:
        """Look soon; returns at once."""
        ...


class Devices(Protocol):
    """The station's devices."""

    @property
    def settings(self) -> Sequence[DeviceSettings]:
        """What the station's file says of each."""
        ...

    @property
    def patterns(self) -> Sequence[Pattern]:
        """The plant's own spellings of codes."""
        ...

    def health(self) -> Mapping[str, DeviceHealth]:
        """How each is now."""
        ...

    def want(self, device: str, wanted: Wanted) -> None:
        """From now on this is wanted of an output."""
        ...

    def ask(self, device: str, command: Command) -> None:
        """Have a device do something once."""
        ...
