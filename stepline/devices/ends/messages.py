"""A device behind a broker: its messages, those that the broker had kept before all others."""

import ssl
import threading
from collections.abc import Hashable, Sequence

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from hardware.address import Broker
from hardware.settings import DeviceSettings
from hardware.tape import Piece, Way
from stepline.devices.ends.far_end import PATIENCE
from stepline.devices.turns import Turns

TAKEN = 5.0  # s for the broker to take a message
WITHIN = 1_000_000_000  # ns within which what comes is an answer: a birth of a node and of its devices


def _topic(piece: Piece) -> Hashable:
    return piece.topic  # what is published holds times: what it was about is enough


class MessagesEnd:
    """Publishes what the device published, and answers what it is told."""

    def __init__(self, broker: Broker, device: DeviceSettings, pieces: Sequence[Piece]) -> None:
        """Connect, and put in place what the broker had kept; raises OSError when the broker is not there."""
        said = {(piece.topic, piece.data) for piece in pieces if piece.way is Way.OUT}
        # who listens to what it says itself hears it from the broker, now as then
        self._echoes = {
            id(piece) for piece in pieces if piece.way is Way.IN and (piece.topic, piece.data) in said
        }
        told = [piece for piece in pieces if id(piece) not in self._echoes]
        self._turns = Turns(told, key=_topic, answer=WITHIN, same=WITHIN)
        self._kept = _kept(told)
        self._listens = threading.Event()
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.username, client.password = broker.user, broker.password
        if broker.tls:
            client.tls_set_context(ssl.create_default_context())
        client.on_message, client.on_connect = self._heard, self._connected
        client.on_subscribe = lambda *_: self._listens.set()
        try:
            client.connect(broker.host, broker.port, keepalive=10)
        except OSError as problem:
            raise OSError(f"{device.name}: no broker answers at {broker} ({problem})") from None
        self._client = client
        client.loop_start()
        self._listens.wait(TAKEN)
        for piece in self._kept.values():
            self._publish(piece, retain=True)

    def reach(self, at: int) -> None:
        """The recording is played up to there."""
        self._turns.reach(at)

    def play(self, piece: Piece) -> None:
        """The device published this; what the broker told as kept it has already."""
        if not (piece.retained or id(piece) in self._echoes or self._turns.is_answer(piece)):
            self._publish(piece, retain=piece.topic in self._kept)

    def await_said(self, piece: Piece) -> None:
        """The station published this in the recording: wait until it does."""
        self._turns.await_said(piece, PATIENCE)

    def close(self) -> None:
        """Take away what was kept, and hang up."""
        for piece in self._kept.values():
            self._publish(Piece(at=0, device="", way=Way.IN, data=b"", topic=piece.topic), retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: paho.Client, *_: object) -> None:
        topics = [str(topic) for topic in self._turns.known()]
        if not topics:
            self._listens.set()
        for topic in topics:
            client.subscribe(topic, qos=1)

    def _heard(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if message.retain:
            return  # it was said before
        for piece in self._turns.said(message.topic):
            self._client.publish(piece.topic, piece.data, qos=1)

    def _publish(self, piece: Piece, *, retain: bool) -> None:
        sent = self._client.publish(piece.topic, piece.data, qos=1, retain=retain)
        sent.wait_for_publish(TAKEN)
        if not sent.is_published():
            raise TimeoutError(f"the broker did not take a message to {piece.topic}")


def _kept(pieces: Sequence[Piece]) -> dict[str, Piece]:
    """What the broker had kept of each topic when the recording began."""
    kept: dict[str, Piece] = {}
    live: set[str] = set()
    for piece in pieces:
        if piece.way is Way.IN and piece.retained and piece.topic not in live:
            kept.setdefault(piece.topic, piece)
        elif piece.way is Way.IN:
            live.add(piece.topic)
    return kept
