"""Devices at the end of a byte stream: a serial line, a socket, a serial line behind a network."""

from collections.abc import Callable, Sequence
from functools import partial

from hardware.settings import DeviceSettings
from hardware.simulate.answering import AnsweringTerminal
from hardware.simulate.peer import SimulatedPeer
from hardware.simulate.remote_port import SimulatedRemotePort
from hardware.tape import Piece
from stepline.devices.ends.far_end import PATIENCE
from stepline.devices.turns import Cutter, Turns


class _Talk:
    """One side of a conversation on a line: what is heard is answered through `send`."""

    def __init__(
        self, device: DeviceSettings, pieces: Sequence[Piece], send: Callable[[bytes], None]
    ) -> None:
        self._is_small_talk = partial(device.driver.small_talk, device.options)
        self.turns = Turns(pieces, self._is_small_talk)
        self._cutter = Cutter(self.turns.known())
        self._send = send

    def heard(self, data: bytes) -> None:
        """The station has said something; a sign of life that the recording lacks is given back."""
        if self._is_small_talk(data) and data not in self.turns.known():
            self._send(data)
            return
        for said in self._cutter.feed(data):
            for piece in self.turns.said(said, said):
                self._send(piece.data)

    def play(self, piece: Piece) -> None:
        if not self.turns.is_answer(piece):
            self._send(piece.data)


class _Talking:
    """An end whose device talks; `talk` is its side."""

    talk: _Talk

    def reach(self, at: int) -> None:
        """The recording has come so far."""
        self.talk.turns.reach(at)

    def play(self, piece: Piece) -> None:
        """Say it, unless it is an answer, which waits for its question."""
        self.talk.play(piece)

    def await_said(self, piece: Piece) -> None:
        """Wait until the station has said that."""
        self.talk.turns.await_said(piece, PATIENCE)


class _Terminal(AnsweringTerminal):
    def __init__(self, path: str | None, device: DeviceSettings, pieces: Sequence[Piece]) -> None:
        self.talk = _Talk(device, pieces, self.send)
        super().__init__(path)

    def heard(self, data: bytes) -> None:
        self.talk.heard(data)


class TerminalEnd(_Talking):
    """A serial device, at the end of a pseudo terminal under the path of its port."""

    def __init__(self, path: str | None, device: DeviceSettings, pieces: Sequence[Piece]) -> None:
        self.line = _Terminal(path, device, pieces)
        self.talk = self.line.talk

    def close(self) -> None:
        """Unplug it, once all was read."""
        self.line.wait_until_read()
        self.line.close()


class RemoteEnd(TerminalEnd):
    """The same behind a server of RFC 2217."""

    def __init__(self, port: int, device: DeviceSettings, pieces: Sequence[Piece]) -> None:
        super().__init__(None, device, pieces)
        try:
            self._server = SimulatedRemotePort(self.line.path, port)
        except OSError:
            self.line.close()
            raise

    def close(self) -> None:
        """Switch it off, once all was read."""
        self.line.wait_until_read()
        self._server.close()
        self.line.close()


class PeerEnd(_Talking, SimulatedPeer):
    """A device that listens on a port."""

    def __init__(self, port: int, device: DeviceSettings, pieces: Sequence[Piece]) -> None:
        self.talk = _Talk(device, pieces, self.send)
        super().__init__(port)

    def heard(self, data: bytes) -> None:
        """The station has said something."""
        self.talk.heard(data)
