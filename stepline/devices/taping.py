"""Write down what goes over a station's lines, and play it again at the same ports."""

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.markup import escape

from hardware.address import MqttTopic, SerialPort, TcpPeer, broker_at
from hardware.rack import Rack
from hardware.readings import Reading
from hardware.sentences import sentence
from hardware.settings import DeviceSettings
from hardware.simulate.peer import SimulatedPeer
from hardware.simulate.publisher import SimulatedPublisher
from hardware.simulate.terminal import SimulatedTerminal
from hardware.tape import FileTape, Piece, Way, pieces

HERE = {"127.0.0.1", "localhost", "::1"}
PATIENCE = 2.0  # s that a replay waits for what the station said in the recording; then it goes on without


class CannotReplay(ValueError):
    """The recording cannot be played at this station's ports; the text says why."""


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


class FarEnd(Protocol):
    """The device's side of a line, while a recording is played."""

    def play(self, piece: Piece) -> None:
        """The device sends this."""
        ...

    def await_said(self, piece: Piece) -> None:
        """The station said this in the recording: wait until it says as much now."""
        ...

    def close(self) -> None:
        """Take it away."""
        ...


class _Terminal:
    def __init__(self, path: str) -> None:
        self._end = SimulatedTerminal(path)

    def play(self, piece: Piece) -> None:
        self._end.send(piece.data)

    def await_said(self, piece: Piece) -> None:
        left, until = len(piece.data), time.monotonic() + PATIENCE
        while left > 0 and (wait := until - time.monotonic()) > 0:
            left -= len(self._end.received(wait))

    def close(self) -> None:
        self._end.wait_until_read()
        self._end.close()


class _Peer(SimulatedPeer):
    def __init__(self, port: int) -> None:
        self._came = 0
        super().__init__(port)

    def heard(self, data: bytes) -> None:
        with self._changed:
            self._came += len(data)
            self._changed.notify_all()

    def play(self, piece: Piece) -> None:
        self.send(piece.data)

    def await_said(self, piece: Piece) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._came >= len(piece.data), PATIENCE)
            self._came = max(0, self._came - len(piece.data))


class _Messages:
    def __init__(self, device: DeviceSettings, transport: MqttTopic) -> None:
        broker = transport.broker
        user = f"{broker.user}:{broker.password}@" if broker.user else ""
        scheme = "mqtts" if broker.tls else "mqtt"
        url = f"{scheme}://{user}{broker.host}:{broker.port}"
        assert broker_at(url) == broker
        self._end = SimulatedPublisher(url, f"stepline/replay/{device.name}")

    def play(self, piece: Piece) -> None:
        self._end.topic = piece.topic
        self._end.send(piece.data, retain=piece.retained)

    def await_said(self, piece: Piece) -> None:
        """What the station publishes is not listened to."""

    def close(self) -> None:
        self._end.close()


def replayed(
    out: Console, recording: Path, devices: Sequence[DeviceSettings], speed: float, *, now: bool
) -> None:
    """Open the devices' ports and play the recording; raises CannotReplay, TapeWrong, OSError."""
    wanted = {piece.device for piece in pieces(recording)}
    known = {device.name: device for device in devices}
    if unknown := wanted - known.keys():
        raise CannotReplay(f"the recording has {min(unknown)!r}, which the station's file does not name")
    with ExitStack() as ending:
        ends = {name: _far_end(known[name]) for name in sorted(wanted)}
        for end in ends.values():
            ending.callback(end.close)
        for name in ends:
            out.print(escape(f"{name} stands at {known[name].transport}"))
        if not now:
            out.print("start the kiosk, then press Enter to play")
            sys.stdin.readline()
        _play(recording, ends, speed)
        out.print("played")


def _far_end(device: DeviceSettings) -> FarEnd:
    match device.transport:
        case SerialPort(path=path):
            try:
                return _Terminal(path)
            except OSError as problem:
                raise CannotReplay(f"{device.name}: {problem}") from None
        case TcpPeer(host=host, port=port) if host in HERE:
            try:
                return _Peer(port)
            except OSError as problem:
                raise CannotReplay(f"{device.name}: port {port} cannot be had: {problem.strerror}") from None
        case MqttTopic() as topic:
            try:
                return _Messages(device, topic)
            except OSError as problem:
                raise CannotReplay(f"{device.name}: {problem}") from None
        case other:
            raise CannotReplay(
                f"{device.name}: nothing can stand in at {other}; give a file whose lines are on this machine"
            )


def _play(recording: Path, ends: Mapping[str, FarEnd], speed: float) -> None:
    began = time.monotonic()
    for piece in pieces(recording):
        wait = began + piece.at / 1e9 / speed - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        if piece.way is Way.IN:
            ends[piece.device].play(piece)
        else:
            ends[piece.device].await_said(piece)
