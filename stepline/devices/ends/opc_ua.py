"""A machine on OPC UA whose nodes are what they were."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from hardware.address import OpcUaServer
from hardware.drivers.opc_ua import OpcUaOptions
from hardware.settings import DeviceSettings
from hardware.simulate.opc_ua import SimulatedMachine
from hardware.tape import Piece, Way
from stepline.devices.ends.far_end import HERE, PATIENCE, CannotReplay


def port_of(server: OpcUaServer) -> int | None:
    """The port of this machine that it is at; None when it is elsewhere."""
    parts = urlsplit(server.endpoint)
    return parts.port if parts.hostname in HERE else None


class OpcUaEnd:
    """Every node is there, with its first value, before the recording is played.

    A node that the station has driven since stays as it was driven until the recording is there too.
    """

    def __init__(self, port: int, device: DeviceSettings, pieces: Sequence[Piece]) -> None:
        """Listen at the port; raises OSError when it cannot be had, CannotReplay for what is no node's value."""
        assert isinstance(device.options, OpcUaOptions)
        self._played: Counter[str] = Counter()
        self._machine = SimulatedMachine(port)
        told: set[str] = set()
        for piece in pieces:
            if piece.way is Way.IN and piece.topic not in told:
                self._tell(piece)
                if "value" in _said(piece):
                    told.add(piece.topic)

    def reach(self, at: int) -> None:
        """A machine tells by itself."""

    def play(self, piece: Piece) -> None:
        """The node told this."""
        if self._machine.written(piece.topic) <= self._played[piece.topic]:
            self._tell(piece)

    def await_said(self, piece: Piece) -> None:
        """The station wrote this node in the recording: wait until it does."""
        self._played[piece.topic] += 1
        self._machine.wait_until_written(piece.topic, self._played[piece.topic], PATIENCE)

    def close(self) -> None:
        """Switch it off."""
        self._machine.close()

    def _tell(self, piece: Piece) -> None:
        said = _said(piece)
        try:
            self._machine.tell(piece.topic, said.get("value"), str(said["kind"]), int(said.get("status", 0)))
        except (KeyError, ValueError, TypeError):
            raise CannotReplay(f"{piece.device}: {piece.topic} has a value that cannot be played") from None


def _said(piece: Piece) -> dict[str, Any]:
    try:
        said = json.loads(piece.data)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise CannotReplay(f"{piece.device}: {piece.topic} has a value that cannot be played")
    return said
