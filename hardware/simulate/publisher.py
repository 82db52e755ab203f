"""The far end of a topic: a client that publishes to a broker, and knows when the broker has it."""

import json
import ssl
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from hardware.address import broker_at, is_one_topic
from hardware.simulate.closing import Closing
from hardware.simulate.verb import Options, Verb

PATIENCE = 5.0  # s for the broker to take a message


class SimulatedPublisher(Closing):
    """Publishes JSON messages with one `field` to one `topic`."""

    @classmethod
    def open(cls, options: Options) -> Self:
        """Connect to `broker` for `topic` and `field`; raises ValueError when one is missing."""
        broker, topic = options.get("broker"), options.get("topic")
        if not broker or not topic:
            raise ValueError("needs --broker and --topic, as in mqtt://localhost and line1/oven")
        return cls(broker, topic, options.get("field") or "")

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return f"topic {self.topic}"

    def verbs(self) -> dict[str, Verb]:
        """What it can be told by typed lines: rubbish, and what its kind adds."""
        return {
            "garbage": Verb("", lambda _: self.garbage()),
            "huge": Verb("", lambda _: self.huge()),
        }

    def __init__(self, broker_url: str, topic: str, field: str = "") -> None:
        """Connect to the broker; raises OSError when it is not there, ValueError when no broker or topic is named."""
        broker = broker_at(broker_url)
        if not is_one_topic(topic):
            raise ValueError(f"{topic!r} is not exactly one topic; it has no + and #")
        self.topic = topic
        self.field = field
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.username, self._client.password = broker.user, broker.password
        if broker.tls:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.reconnect_delay_set(1, 2)
        try:
            self._client.connect(broker.host, broker.port, keepalive=10)
        except OSError as problem:
            raise OSError(f"no broker answers at {broker.host}:{broker.port} ({problem})") from None
        self._client.loop_start()

    def send(self, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish one message as it is; raises TimeoutError when the broker does not take it."""
        sent = self._client.publish(self.topic, payload, qos=1, retain=retain)
        sent.wait_for_publish(PATIENCE)
        if not sent.is_published():
            raise TimeoutError(f"the broker did not take a message to {self.topic}")

    def send_value(self, value: Any, *, retain: bool = False) -> None:
        """Publish `value` at the field's place in a JSON message."""
        for step in reversed(self.field.split(".") if self.field else ()):
            value = {step: value}
        self.send(json.dumps(value), retain=retain)

    def garbage(self) -> None:
        """Publish what is no JSON."""
        self.send(b'\x00\xff{"half": ')

    def huge(self) -> None:
        """Publish a message of a megabyte."""
        self.send(b'"' + b"x" * 1_000_000 + b'"')

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()
