"""The topics of one broker: a thread that connects, subscribes, passes messages on, and connects again."""

import logging
import ssl
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import uuid4

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from hardware.readings import tick_now
from hardware.settings import Broker
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt

log = logging.getLogger(__name__)

PATIENCE = 5.0  # s for a connection to be made
KEEPALIVE = 10  # s; a pulled cable is noticed within 15
_ROUND = 1.0  # s; paho looks at its keep-alive this often; messages and the end wake it at once


class TopicListener(Protocol):
    """Hears of one topic. Called on the broker's thread; must not block."""

    def ready(self) -> None:
        """The broker has granted the subscription."""
        ...

    def lost(self, reason: str) -> None:
        """The broker, or its leave to listen, is gone."""
        ...

    def message(self, payload: bytes, *, retained: bool) -> None:
        """One message; `retained`: the broker had kept it from some earlier time."""
        ...


class BrokerLine(threading.Thread):
    """Keeps one connection to one broker until the bell rings."""

    def __init__(self, broker: Broker, listeners: Mapping[str, Sequence[TopicListener]], halt: Halt) -> None:
        super().__init__(name=f"broker-{broker.host}:{broker.port}", daemon=True)
        self._broker = broker
        self._listeners = listeners
        self._halt = halt
        self._asked: dict[int, list[str]] = {}  # number of a subscription -> its topics
        self._turned_away = False
        self._client = self._make_client()

    def _make_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"stepline-{uuid4().hex[:12]}",  # two kiosks with one id would throw each other out
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,  # this thread reconnects, and can be woken while it waits
        )
        client.connect_timeout = PATIENCE
        client.username = self._broker.user
        client.password = self._broker.password
        if self._broker.tls:
            client.tls_set_context(ssl.create_default_context())
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    def run(self) -> None:
        """Connect, listen until the broker is lost, wait a little, and again."""
        backoff = Backoff()
        while not self._halt.rung:
            began = tick_now()
            try:
                self._serve()
            except OSError as error:
                self._lost(f"the broker at {self._broker} cannot be reached: {error.strerror or error}")
            except Exception as error:  # the top of a thread: else its devices would look healthy for ever
                log.exception("%s: the program failed", self.name)
                self._lost(f"the program failed while listening to {self._broker}: {error}")
            self._halt.wait(backoff.after(tick_now() - began))

    def hang_up(self) -> None:
        """Wake the thread out of its waiting; the bell must have rung before."""
        self._client.disconnect()

    def _serve(self) -> None:
        self._client.connect(self._broker.host, self._broker.port, keepalive=KEEPALIVE)
        while not self._halt.rung:
            if self._client.loop(_ROUND) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return

    def _lost(self, reason: str) -> None:
        if self._halt.rung:
            return  # nobody is told of the end that they asked for
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.lost(reason)

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self._turned_away = code.is_failure
        if self._turned_away:
            self._lost(f"the broker at {self._broker} refuses us: {code}; mend user and password in the url")
            return
        for topic in self._listeners:
            _, number = client.subscribe(topic, qos=1)
            if number is not None:
                self._asked[number] = [topic]

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, number: int, codes: Any, _properties: Any
    ) -> None:
        for topic, code in zip(self._asked.pop(number, ()), codes, strict=False):
            for listener in self._listeners[topic]:
                if code.is_failure:
                    listener.lost(f"the broker at {self._broker} does not let us listen to {topic}")
                else:
                    listener.ready()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        for listener in self._listeners.get(message.topic, ()):
            listener.message(bytes(message.payload), retained=message.retain)

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        self._asked.clear()
        if not self._turned_away:
            self._lost(f"the broker at {self._broker} is gone: {code}")
