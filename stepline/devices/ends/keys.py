"""Devices that type: at the path of their keyboard, or into the kiosk's window."""

import json
import socket
from pathlib import Path

from hardware import key_events
from hardware.simulate.wedge import SimulatedWedge, UinputWedge, may_type
from hardware.tape import Piece
from stepline.devices.ends.far_end import CannotReplay, OneWay

PATIENCE = 20.0  # s for the window to answer


class KeysEnd(OneWay):
    """The keys that were pressed, as the kernel would tell them."""

    def __init__(self, path: str, layout: str) -> None:
        """Stand at the path of the keyboard; raises OSError when something else does."""
        self._keyboard = SimulatedWedge(path, layout)

    def play(self, piece: Piece) -> None:
        """Press these keys; raises CannotReplay when they are none."""
        try:
            self._keyboard.press(key_events.read(piece.data))
        except ValueError as problem:
            raise CannotReplay(f"{piece.device}: {problem}") from None

    def close(self) -> None:
        """Unplug it, once all was read."""
        self._keyboard.wait_until_read()
        self._keyboard.close()


class WindowEnd(OneWay):
    """Types into the kiosk's window: as a keyboard of this machine, or through the kiosk's `--touches`."""

    def __init__(self, name: str, touches: Path | None) -> None:
        """Raises CannotReplay when neither may be had."""
        self._touches = touches
        self._keyboard = None
        if touches is None:
            if not may_type():
                raise CannotReplay(
                    f"{name}: it types into the kiosk's window, and no keyboard can be made here: start the kiosk "
                    "with --touches SOCKET and give that path as --touches, or let this account write to /dev/uinput"
                )
            self._keyboard = UinputWedge()

    def play(self, piece: Piece) -> None:
        """Type this code and Enter."""
        text = piece.data.decode("utf-8", errors="replace")
        if self._keyboard is not None:
            self._keyboard.scan(text)
            return
        assert self._touches is not None
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(PATIENCE)
                line.connect(str(self._touches))
                line.sendall(json.dumps({"type": text}).encode() + b"\n")
                answer = json.loads(line.makefile("rb").readline() or b"{}")
        except (OSError, ValueError) as problem:
            raise CannotReplay(f"{piece.device}: no kiosk answers at {self._touches}: {problem}") from None
        if not answer.get("ok"):
            raise CannotReplay(f"{piece.device}: the kiosk did not take its keys: {answer.get('why')}")

    def close(self) -> None:
        """Unplug it."""
        if self._keyboard is not None:
            self._keyboard.close()
