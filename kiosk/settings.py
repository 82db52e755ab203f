"""How a kiosk is started: where its data lies, which server and devices it has, and how its window looks."""

import argparse
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_data_path

from kiosk.sync import SyncSettings
from kiosk.words import languages

VERSION = version("stepline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of a kiosk; `docs/kiosk.md` explains each."""

    data: Path
    server: str = "http://127.0.0.1:8080"
    devices: Path | None = None
    broker: str | None = None  # instead of the one that the server names
    name: str = "kiosk"  # what an administrator sees when it asks to be enrolled
    poll: float = 15.0  # s between two looks at the server when nothing is pushed
    size: tuple[int, int] | None = None  # pixels; None: the whole screen
    scale: float | None = None  # of everything on the screen; None: as large as fits the window
    theme: str = "dark"
    language: str = "en"
    stick: Path | None = None  # where a stick with documents is mounted
    disk_limit: int | None = None  # bytes of the local store; None: as large as the disk
    camera: int = 0
    record: Path | None = None  # folder for recordings of what goes over the devices' lines
    trace: Path | None = None
    touches: Path | None = None  # a test aid, off by default
    shots: Path | None = None

    @property
    def fullscreen(self) -> bool:
        """Whether the window takes the whole screen."""
        return self.size is None

    @property
    def sync(self) -> SyncSettings:
        """What the sync needs of it."""
        return SyncSettings(
            server=self.server,
            name=self.name,
            version=VERSION,
            poll=self.poll,
            broker=self.broker,
            language=self.language,
            disk_limit=self.disk_limit,
            stick=self.stick,
        )

    @classmethod
    def read(cls, arguments: Sequence[str]) -> "Settings":
        """From the command line; ends the program with a message when it is not right."""
        given = _parser().parse_args(arguments)
        size = given.size or ((1280, 800) if given.windowed else None)
        return cls(
            data=given.data,
            server=given.server,
            devices=given.devices,
            broker=given.broker,
            name=given.name,
            poll=given.poll,
            size=size,
            scale=given.scale,
            theme=given.theme,
            language=given.language,
            disk_limit=given.disk_limit,
            stick=given.stick,
            camera=given.camera,
            record=given.record,
            trace=given.trace,
            touches=given.touches,
            shots=given.shots,
        )


SMALLEST_STORE = 100 * 1024**2  # bytes
SMALLEST, LARGEST = 320, 7680  # pixels of a side: from a small panel to 8K


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,5})x(\d{3,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write it like 1280x800")
    size = int(match[1]), int(match[2])
    if min(size) < SMALLEST or max(size) > LARGEST:
        raise argparse.ArgumentTypeError(f"{text} is no screen; sides have {SMALLEST} to {LARGEST} pixels")
    return size


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0.25 <= scale <= 4:  # beyond it letters alone would fill gigabytes
        raise argparse.ArgumentTypeError(f"{text} is no scale; use 0.25 to 4, 1 is right for 1280x800")
    return scale


def _server(text: str) -> str:
    if not re.match(r"https?://[^/]", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no server's address; write it like http://plant-server:8080"
        )
    return text.rstrip("/")


def _poll(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} s is no interval; use 1 to 3600")
    return seconds


def _amount(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6})\s?(MB|GB)", text, re.IGNORECASE)
    count = 0 if match is None else int(match[1]) * {"MB": 1024**2, "GB": 1024**3}[match[2].upper()]
    if count < SMALLEST_STORE:
        raise argparse.ArgumentTypeError(f"{text!r} is no limit; write it like 20GB or 500MB, at least 100MB")
    return count


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "stepline kiosk", description="A station's terminal.", allow_abbrev=False
    )
    add = parser.add_argument
    add("--data", type=Path, default=user_data_path("stepline") / "kiosk", help="folder of the local store")
    add("--server", type=_server, default="http://127.0.0.1:8080", help="the server's address")
    add("--devices", type=Path, help="the station's file (TOML)")
    add("--broker", help="MQTT broker instead of the one that the server names, as in mqtt://host:1883")
    add("--name", default=socket.gethostname() or "kiosk", help="name that is shown when it is enrolled")
    add("--poll", type=_poll, default=15.0, help="seconds between two looks at the server")
    add("--size", type=_size, help="window of that size in pixels (1280x800) instead of the whole screen")
    add("--windowed", action="store_true", help="a window instead of the whole screen")
    add("--scale", type=_scale, help="size of everything on the screen, instead of what fits the window")
    add("--theme", choices=("dark", "light"), default="dark", help="for most halls, or for bright light")
    add("--language", choices=languages(), default="en", help="language of the kiosk's own words")
    add("--stick", type=Path, metavar="DIR", help="folder where a stick with documents is mounted")
    add(
        "--disk-limit",
        type=_amount,
        metavar="SIZE",
        help="most that the local store may take, as in 20GB or 500MB",
    )
    add("--camera", type=int, default=0, help="number of the camera")
    add(
        "--record",
        type=Path,
        metavar="DIR",
        help="write down what goes over the devices' lines, a file for each start",
    )
    add("--trace", type=Path, help="append how long it took until an input was seen to this file")
    add("--touches", type=Path, help="test aid: a socket that takes touches")
    add(
        "--shots",
        type=Path,
        help="test aid: folder for pictures of the screen that have no path of their own",
    )
    return parser
