"""Devices behind a broker that are read and driven: one for each ready mapping, and one that is told everything."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from hardware.address import broker_at
from hardware.simulate.closing import Closing
from hardware.simulate.verb import Options, Verb

PATIENCE = 5.0  # s for the broker to take a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The topics of a kind: where it says that it is there, hears commands, and tells what it did."""

    presence: str = ""
    online: str = "online"
    offline: str = "offline"
    commands: str = ""  # a filter
    # topic and payload of a command -> topic and payload of what it says then
    obey: Callable[[str, str, str], tuple[str, str]] = lambda _base, topic, payload: (topic, payload)


def _zigbee(base: str, _topic: str, payload: str) -> tuple[str, str]:
    return base, payload


def _shelly(base: str, topic: str, payload: str) -> tuple[str, str]:
    component = topic.rpartition("/")[2]
    return f"{base}/status/{component}", json.dumps({"id": 0, "output": payload == "on"})


def _tasmota(base: str, topic: str, payload: str) -> tuple[str, str]:
    return f"stat/{base}/{topic.rpartition('/')[2]}", payload


def _esphome(_base: str, topic: str, payload: str) -> tuple[str, str]:
    return topic.removesuffix("command") + "state", payload


FAMILIES: Mapping[str, Family] = {
    "mqtt": Family(
        presence="{base}/status", commands="{base}/+/set", obey=lambda _b, t, p: (t.removesuffix("/set"), p)
    ),
    "zigbee2mqtt": Family(
        presence="{base}/availability",
        online='{"state": "online"}',
        offline='{"state": "offline"}',
        commands="{base}/set",
        obey=_zigbee,
    ),
    "shelly": Family(
        presence="{base}/online", online="true", offline="false", commands="{base}/command/+", obey=_shelly
    ),
    "tasmota": Family(
        presence="tele/{base}/LWT",
        online="Online",
        offline="Offline",
        commands="cmnd/{base}/+",
        obey=_tasmota,
    ),
    "esphome": Family(presence="{base}/status", commands="{base}/switch/+/command", obey=_esphome),
}


class SimulatedMqttDevice(Closing):
    """Publishes what it is told to, does what it is commanded unless it is `stuck`, and has a last will."""

    family: ClassVar[str] = "mqtt"

    def __init__(self, broker_url: str, base: str) -> None:
        """Connect for the device `base`; raises OSError when the broker is not there."""
        self.base = base
        self.stuck = False
        self.commanded: list[tuple[str, str]] = []
        self._broker = broker_at(broker_url)
        self._way = FAMILIES[self.family]
        self._heard = threading.Condition()
        self._listens = threading.Event()
        self._connect()

    @classmethod
    def open(cls, options: Options) -> Self:
        """Connect to `broker` for `topic`; raises ValueError when one is missing."""
        broker, topic = options.get("broker"), options.get("topic")
        if not broker or not topic:
            raise ValueError("needs --broker and --topic, as in mqtt://localhost and line1/cell3")
        return cls(broker, topic)

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return f"topic {self.base}"

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Publish one message; an empty topic is the device's own; raises TimeoutError when nobody takes it."""
        sent = self._client.publish(topic or self.base, payload, qos=1, retain=retain)
        sent.wait_for_publish(PATIENCE)
        if not sent.is_published():
            raise TimeoutError(f"the broker did not take a message to {topic}")

    def say(self, online: bool) -> None:
        """Say whether it is there."""
        said = self._way.online if online else self._way.offline
        self.publish(self._named(self._way.presence), said, retain=True)

    def wait_for_command(self, payload_part: str, seconds: float = PATIENCE) -> bool:
        """Wait until it was commanded something with that in it."""
        with self._heard:
            return self._heard.wait_for(
                lambda: any(payload_part in payload for _, payload in self.commanded), seconds
            )

    def die(self) -> None:
        """Be gone without a word: the broker says its last will."""
        self._client.loop_stop()
        wire = self._client.socket()
        if isinstance(wire, socket.socket):
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()

    def revive(self) -> None:
        """Be there again."""
        self._connect()

    def close(self) -> None:
        """Hang up properly."""
        self._client.disconnect()
        self._client.loop_stop()

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines."""
        return {
            "publish": Verb("TOPIC PAYLOAD", self._publish),
            "retain": Verb("TOPIC PAYLOAD", lambda rest: self._publish(rest, retain=True)),
            "online": Verb("", lambda _: self.say(True)),
            "offline": Verb("", lambda _: self.say(False)),
            "stuck": Verb("on|off", self._stick),
            "die": Verb("", lambda _: self.die()),
            "revive": Verb("", lambda _: self.revive()),
        }

    def _publish(self, rest: str, *, retain: bool = False) -> None:
        topic, _, payload = rest.partition(" ")
        if not topic:
            raise ValueError("no topic")
        self.publish(topic, payload, retain=retain)

    def _stick(self, rest: str) -> None:
        if rest not in {"on", "off"}:
            raise ValueError(rest)
        self.stuck = rest == "on"

    def _named(self, topic: str) -> str:
        return topic.format(base=self.base)

    def _connect(self) -> None:
        self._listens.clear()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.username, self._client.password = self._broker.user, self._broker.password
        if self._broker.tls:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.will_set(self._named(self._way.presence), self._way.offline, qos=1, retain=True)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._listens.set()
        try:
            self._client.connect(self._broker.host, self._broker.port, keepalive=10)
        except OSError as problem:
            where = f"{self._broker.host}:{self._broker.port}"
            raise OSError(f"no broker answers at {where} ({problem})") from None
        self._client.loop_start()
        self._client.subscribe(self._named(self._way.commands), qos=1)
        self._listens.wait(PATIENCE)
        self.say(True)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        payload = message.payload.decode("utf-8", errors="replace")
        with self._heard:
            self.commanded.append((message.topic, payload))
            self._heard.notify_all()
        if not self.stuck:
            topic, told = self._way.obey(self.base, message.topic, payload)
            self._client.publish(topic, told, qos=1, retain=True)


class SimulatedZigbeeDevice(SimulatedMqttDevice):
    """Behind Zigbee2MQTT; the topic is `zigbee2mqtt/NAME`."""

    family = "zigbee2mqtt"


class SimulatedShelly(SimulatedMqttDevice):
    """A Shelly; the topic is its prefix."""

    family = "shelly"


class SimulatedTasmota(SimulatedMqttDevice):
    """Tasmota; the topic is its Topic."""

    family = "tasmota"


class SimulatedEspHome(SimulatedMqttDevice):
    """ESPHome; the topic is its node's name."""

    family = "esphome"
