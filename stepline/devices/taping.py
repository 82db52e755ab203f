"""Write down what goes over a station's lines, and play it again at the same ports."""

import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from hardware.rack import Rack
from hardware.readings import Reading
from hardware.sentences import sentence
from hardware.settings import DeviceSettings
from hardware.tape import FileTape, Piece, Way, pieces, version
from stepline.devices.ends import CannotReplay, FarEnd, far_end

__all__ = ["CannotReplay", "play", "recorded", "replayed"]


def recorded(out: Console, devices: Sequence[DeviceSettings], to: Path) -> None:
    """Record until standard input ends or the person interrupts; raises OSError when `to` cannot be written."""
    tape = FileTape(to)

    def told(reading: Reading) -> None:
        out.print(escape(f"{reading.device:<16} {sentence(reading)}"))

    try:
        with Rack.start(devices, emit=told, tape=tape), suppress(KeyboardInterrupt):
            sys.stdin.read()
    finally:
        tape.close()
    out.print(f"{tape.count - 1} pieces in {to}")


def replayed(
    out: Console,
    recording: Path,
    devices: Sequence[DeviceSettings],
    speed: float,
    *,
    now: bool,
    touches: Path | None = None,
) -> None:
    """Open the devices' ports and play the recording; raises CannotReplay, TapeWrong, OSError."""
    made_by, whole = version(recording), list(pieces(recording))
    of_device: dict[str, list[Piece]] = defaultdict(list)
    for piece in whole:
        of_device[piece.device].append(piece)
    known = {device.name: device for device in devices}
    if unknown := of_device.keys() - known.keys():
        raise CannotReplay(f"the recording has {min(unknown)!r}, which the station's file does not name")
    with ExitStack() as ending:
        ends: dict[str, FarEnd] = {}
        for name in sorted(of_device):
            ends[name] = far_end(known[name], of_device[name], made_by, touches)
            ending.callback(ends[name].close)
            out.print(escape(f"{name} stands at {known[name].transport}"))
        if not now:
            out.print("start the kiosk, then press Enter to play")
            sys.stdin.readline()
        play(whole, ends, speed)
        out.print("played")


def play(whole: Sequence[Piece], ends: Mapping[str, FarEnd], speed: float) -> None:
    """Each piece in its time, the first one now; what the station is late with, all that follows is late by."""
    began = time.monotonic() - (whole[0].at / 1e9 / speed if whole else 0)
    for piece in whole:
        wait = began + piece.at / 1e9 / speed - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        for end in ends.values():
            end.reach(piece.at)
        if piece.way is Way.IN:
            ends[piece.device].play(piece)
            continue
        before = time.monotonic()
        ends[piece.device].await_said(piece)
        began += time.monotonic() - before
