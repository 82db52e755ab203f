"""The far end of a serial cable: a pseudo terminal that can be unplugged, under a path that lasts."""

import fcntl
import os
import select
import sys
import tempfile
import termios
import time
import tty
from pathlib import Path
from typing import Self

from hardware.simulate.closing import Closing
from hardware.simulate.verb import Options, Verb

PATIENCE = 2.0  # s; the kernel holds 4 KiB for a reader, after that a wire would lose bytes too
SETTLED = 0.4  # s without anything unread, after which all was read
NOISE = bytes(range(256)) + b"\r"  # every byte there is, line ends among them


class Unplugged(RuntimeError):
    """The simulated device is not plugged in."""


class SimulatedTerminal(Closing):
    """A serial device. `path` is a link to it, as in /dev/serial/by-id, and comes and goes with the plug."""

    half = b"?"  # what half_frame sends: the beginning of a frame
    pace: float = (
        1  # the baud rate that the station listens at, as a share of the one that it is spoken to at
    )

    @classmethod
    def open(cls, options: Options) -> Self:
        """Plug one in at `link`, or at a path of its own."""
        return cls(options.get("link"))

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return self.url

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines: the faults of every cable, and what its kind adds."""
        return {
            "half_frame": Verb("", lambda _: self.half_frame()),
            "noise": Verb("", lambda _: self.noise()),
            "pace": Verb("SHARE", self._keep_pace),
            "unplug": Verb("", lambda _: self.unplug()),
            "replug": Verb("", lambda _: self.replug()),
        }

    def __init__(self, link: Path | str | None = None) -> None:
        """Plug it in at `link`, or at a path of its own; raises OSError when it cannot stand there."""
        self._folder = None
        if link is None:
            self._folder = tempfile.TemporaryDirectory(prefix="stepline-device-")
            link = Path(self._folder.name) / "port"
        self.path = Path(link)
        if not self.path.parent.is_dir():
            raise FileNotFoundError(f"{self.path.parent} is no folder")
        if os.path.lexists(self.path) and not self._is_port():
            raise FileExistsError(f"{self.path} is there already; name a path where nothing stands")
        self._ends: tuple[int, int] | None = None
        self.replug()

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"serial://{self.path}"

    def send(self, data: bytes) -> None:
        """Put bytes on the wire; raises Unplugged, or TimeoutError when 4 KiB lie unread."""
        ours, rest = self._plugged(), data if self.pace == 1 else heard_at(data, self.pace)
        writable = select.poll()
        writable.register(ours, select.POLLOUT)
        while rest:
            if not writable.poll(PATIENCE * 1000):
                raise TimeoutError(f"nobody reads {self.path}")
            rest = rest[os.write(ours, rest[:1024]) :]

    def received(self, seconds: float = PATIENCE) -> bytes:
        """What the station sent to the device, waited for at most `seconds`."""
        ours = self._plugged()
        readable = select.poll()
        readable.register(ours, select.POLLIN)
        return os.read(ours, 4096) if readable.poll(seconds * 1000) else b""

    def wait_until_read(self, seconds: float = PATIENCE) -> None:
        """Wait until the station has read all that was sent: what lies unread is gone with the plug.

        The kernel carries bytes over in its own time, so that nothing unread means something only after a while.
        """
        assert self._ends is not None
        now = quiet_since = time.monotonic()
        until = now + seconds
        while now < until and now - quiet_since < SETTLED:
            time.sleep(0.01)
            now = time.monotonic()
            unread = fcntl.ioctl(self._ends[1], termios.FIONREAD, b"\0" * 4)
            if int.from_bytes(unread, sys.byteorder):
                quiet_since = now

    def half_frame(self) -> None:
        """Send the beginning of a frame and nothing more."""
        self.send(self.half)

    def noise(self) -> None:
        """Send what a loose cable sends."""
        self.send(NOISE)

    def _keep_pace(self, rest: str) -> None:
        share = float(rest)
        if not 0.1 <= share <= 10:
            raise ValueError(rest)
        self.pace = share

    def unplug(self) -> None:
        """Pull the cable: the path is gone, and whoever reads it notices."""
        if self._ends is not None:
            self.path.unlink(missing_ok=True)
            for end in self._ends:
                os.close(end)
            self._ends = None

    def replug(self) -> None:
        """Plug the cable in, again under the same path."""
        if self._ends is not None:
            return
        ours, theirs = os.openpty()  # holding their end too: a device does not care whether anybody reads
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._ends = (ours, theirs)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(os.ttyname(theirs))
        beside.replace(self.path)  # at once: nobody sees a path without a device

    def close(self) -> None:
        """Unplug it for good."""
        self.unplug()
        if self._folder is not None:
            self._folder.cleanup()

    def _is_port(self) -> bool:
        """Whether a simulated device stands there, or stood there when its process was killed."""
        return self.path.is_symlink() and self.path.readlink().is_relative_to("/dev")

    def _plugged(self) -> int:
        if self._ends is None:
            raise Unplugged(f"{self.path} is unplugged; replug it first")
        return self._ends[0]


def heard_at(data: bytes, pace: float) -> bytes:
    """What a receiver reads of bytes (8N1) when its baud rate is `pace` times that of the sender.

    A start bit, eight bits from the lowest, a stop bit; the receiver looks at the middle of what it takes for a bit.
    """
    line = [1]
    for byte in data:
        line += [0, *(byte >> place & 1 for place in range(8)), 1]
    line += [1] * 12

    def level(at: float) -> int:
        return line[min(int(at), len(line) - 1)]

    heard, at, step = bytearray(), 0.0, 1 / pace
    while at < len(line) - 1:
        if level(at):
            at += step / 16  # as a UART does, sixteen looks a bit
            continue
        bits = [level(at + (place + 1.5) * step) for place in range(8)]
        heard.append(sum(bit << place for place, bit in enumerate(bits)))
        at += 9.5 * step
    return bytes(heard)
