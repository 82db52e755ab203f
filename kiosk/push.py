"""Listening for "look again" on the broker. Everything works without it, only later."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

log = logging.getLogger(__name__)

KEEPALIVE = 20  # s
LONGEST = 30  # s between two tries to reach the broker


def topic(station: str) -> str:
    """Where the server publishes the counter of a station's assignment, retained."""
    return f"stepline/v1/stations/{station}/assignment"


class Push:
    """One subscription; `look` is called on paho's thread and must not block."""

    def __init__(self, broker: str, station: str, look: Callable[[], None]) -> None:
        self._topic = topic(station)
        self._look = look
        url = urlsplit(broker)
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.connect_timeout = 5.0
        if url.username:
            self._client.username_pw_set(url.username, url.password)
        if url.scheme == "mqtts":
            self._client.tls_set()
        self._client.reconnect_delay_set(1, LONGEST)
        self._client.on_connect = self._connected
        self._client.on_message = self._came
        self._client.connect_async(url.hostname or "127.0.0.1", url.port or 1883, keepalive=KEEPALIVE)
        self._client.loop_start()

    def stop(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            log.warning("the broker refuses us: %s", code)
            return
        client.subscribe(self._topic, qos=1)

    def _came(self, _client: paho.Client, _data: Any, _message: Any) -> None:
        self._look()  # whatever it says: the pull is the truth
