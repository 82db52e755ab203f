"""An edge node with one device behind it that speaks Sparkplug B, and may lose messages."""

import contextlib
import socket
import threading
import time
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from hardware.address import broker_at
from hardware.decode import sparkplug
from hardware.decode.sparkplug import (
    BD_SEQ,
    BOOLEAN,
    DOUBLE,
    INT64,
    NAMESPACE,
    REBIRTH,
    STRING,
    UINT64,
    Kind,
    Metric,
    Payload,
    Value,
)
from hardware.simulate.closing import Closing
from hardware.simulate.verb import Options, Verb

PATIENCE = 5.0  # s for the broker to take a message


class SimulatedEdgeNode(Closing):
    """Births on demand, data by alias, does what it is commanded unless it is `stuck`."""

    def __init__(self, broker_url: str, group: str, node: str, device: str = "") -> None:
        """Connect; raises OSError when the broker is not there."""
        self.group, self.node, self.device = group, node, device
        self.values: dict[str, Value] = {}
        self.stuck = False
        self.births = 0
        self._broker = broker_at(broker_url)
        self._seq = 255
        self._bd_seq = -1
        self._changed = threading.Condition()
        self._connect()

    @classmethod
    def open(cls, options: Options) -> Self:
        """Connect to `broker`; `topic` is `spBv1.0/GROUP/NODE` or `spBv1.0/GROUP/NODE/DEVICE`."""
        broker, topic = options.get("broker"), options.get("topic", "")
        levels = topic.split("/")
        if not broker or len(levels) not in {3, 4} or levels[0] != NAMESPACE:
            raise ValueError(
                "needs --broker and --topic, as in mqtt://localhost and spBv1.0/plant/node/device"
            )
        return cls(broker, *levels[1:])

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return f"{NAMESPACE}/{self.group}/+/{self.node}"

    # --- what it can be told ------------------------------------------------

    def set(self, name: str, value: Value) -> None:
        """A metric is now `value`; a new one comes with a birth, as the specification wants it.

        Raises:
            ConnectionError: the broker is away; the next birth says it.
        """
        known = name in self.values
        self.values[name] = value
        if known:
            self._publish(self._data_kind, [self._metric(name, aliased=True)])
        else:
            self.birth()

    def birth(self) -> None:
        """Say everything anew."""
        self._seq = 255
        self.births += 1
        own = [] if self.device else [self._metric(name) for name in self.values]
        control = Metric(name=REBIRTH, kind=BOOLEAN, value=False)
        bd_seq = Metric(name=BD_SEQ, kind=UINT64, value=self._bd_seq)
        self._publish(Kind.NODE_BIRTH, [bd_seq, control, *own], of_node=True)
        if self.device:
            self._publish(Kind.DEVICE_BIRTH, [self._metric(name) for name in self.values])
        with self._changed:
            self._changed.notify_all()

    def lose(self) -> None:
        """A message is lost on its way: its number is missing."""
        self._seq = (self._seq + 1) % 256

    def leave(self) -> None:
        """The device behind the node is gone."""
        self._publish(Kind.DEVICE_DEATH, [])

    def late_death(self) -> None:
        """The will of an earlier life comes now."""
        self._send(self._topic(Kind.NODE_DEATH, of_node=True), self._death(self._bd_seq - 1))

    def garbage(self) -> None:
        """Data that are none."""
        self._send(self._topic(self._data_kind), b"\x0a\xff\xff\xff\xff\x0f")

    def wait_for_birth(self, count: int, seconds: float = PATIENCE) -> bool:
        """Wait until it was born that often."""
        with self._changed:
            return self._changed.wait_for(lambda: self.births >= count, seconds)

    def die(self) -> None:
        """Be gone without a word: the broker says its last will."""
        self._client.loop_stop()
        wire = self._client.socket()
        if isinstance(wire, socket.socket):
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()

    def revive(self) -> None:
        """Be there again, in a new life."""
        self._connect()
        self.birth()

    def close(self) -> None:
        """Hang up properly: a node says its death itself."""
        with contextlib.suppress(ConnectionError):
            self._send(self._topic(Kind.NODE_DEATH, of_node=True), self._death(self._bd_seq))
        self._client.disconnect()
        self._client.loop_stop()

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines."""
        return {
            "set": Verb("METRIC VALUE", self._set),
            "birth": Verb("", lambda _: self.birth()),
            "lose": Verb("", lambda _: self.lose()),
            "leave": Verb("", lambda _: self.leave()),
            "late_death": Verb("", lambda _: self.late_death()),
            "garbage": Verb("", lambda _: self.garbage()),
            "die": Verb("", lambda _: self.die()),
            "revive": Verb("", lambda _: self.revive()),
        }

    def _set(self, rest: str) -> None:
        name, _, said = rest.rpartition(" ")
        if not name:
            raise ValueError("no value")
        words: dict[str, Value] = {"true": True, "false": False}
        if said.lower() in words:
            self.set(name, words[said.lower()])
            return
        try:
            self.set(name, float(said) if "." in said else int(said))
        except ValueError:
            self.set(name, said)

    # --- the wire -----------------------------------------------------------

    @property
    def _data_kind(self) -> Kind:
        return Kind.DEVICE_DATA if self.device else Kind.NODE_DATA

    def _metric(self, name: str, *, aliased: bool = False) -> Metric:
        alias = list(self.values).index(name) + 1
        value = self.values[name]
        kinds = {bool: BOOLEAN, int: INT64, float: DOUBLE, str: STRING}
        return Metric(name="" if aliased else name, alias=alias, kind=kinds[type(value)], value=value)

    def _topic(self, kind: Kind, *, of_node: bool = False) -> str:
        tail = f"/{self.device}" if self.device and not of_node else ""
        return f"{NAMESPACE}/{self.group}/{kind}/{self.node}{tail}"

    def _publish(self, kind: Kind, metrics: list[Metric], *, of_node: bool = False) -> None:
        self._seq = (self._seq + 1) % 256
        payload = Payload(metrics=tuple(metrics), seq=self._seq, timestamp=int(time.time() * 1000))
        self._send(self._topic(kind, of_node=of_node), sparkplug.write(payload))

    def _send(self, topic: str, payload: bytes) -> None:
        if self._client.publish(topic, payload, qos=0).rc != paho.MQTT_ERR_SUCCESS:
            raise ConnectionError("the broker is away")

    @staticmethod
    def _death(bd_seq: int) -> bytes:
        metric = Metric(name=BD_SEQ, kind=UINT64, value=max(bd_seq, 0))
        return sparkplug.write(Payload(metrics=(metric,), timestamp=int(time.time() * 1000)))

    def _connect(self) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.username, self._client.password = self._broker.user, self._broker.password
        self._client.reconnect_delay_set(1, 2)
        listens = threading.Event()
        self._client.on_pre_connect = lambda *_: self._begin_life()
        self._client.on_connect = lambda *_: self._listen()
        self._client.on_subscribe = lambda *_: self._listens(listens)
        self._client.on_message = self._on_message
        try:
            self._client.connect(self._broker.host, self._broker.port, keepalive=10)
        except OSError as problem:
            where = f"{self._broker.host}:{self._broker.port}"
            raise OSError(f"no broker answers at {where} ({problem})") from None
        self._client.loop_start()
        listens.wait(PATIENCE)

    def _begin_life(self) -> None:
        """Each connection is a life with a number, which its birth and its will agree on."""
        self._bd_seq += 1
        self._client.will_set(self._topic(Kind.NODE_DEATH, of_node=True), self._death(self._bd_seq), qos=1)

    def _listen(self) -> None:
        commands = f"{NAMESPACE}/{self.group}"
        self._client.subscribe(
            [(f"{commands}/NCMD/{self.node}", 0), (f"{commands}/DCMD/{self.node}/{self.device or '+'}", 0)]
        )

    def _listens(self, listens: threading.Event) -> None:
        """Commands reach it; when the broker was away and is back, everything is said anew."""
        if listens.is_set():
            self.birth()
        listens.set()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            told = sparkplug.read(bytes(message.payload))
        except sparkplug.NoPayload:
            return  # a node that hears rubbish goes on; an exception here would end paho's thread
        for metric in told.metrics:
            if metric.name == REBIRTH:
                self.birth()
            elif metric.name in self.values and not self.stuck and metric.value is not None:
                self.set(metric.name, metric.value)
