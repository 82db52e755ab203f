"""Pushing "look again" to kiosks: a retained counter a station. The pull is the truth; this saves time."""

from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, select

from server.store import tables
from server.store.engine import reading

PORTS = {"mqtt": 1883, "mqtts": 8883}  # as IANA registers them


def topic(station: str) -> str:
    """Where a station's counter is published, retained."""
    return f"stepline/v1/stations/{station}/assignment"


class Pusher:
    """One MQTT client; what could not be said while the broker was away is said when it is back."""

    def __init__(self, broker: str, engine: Engine) -> None:
        self._url = urlsplit(broker)
        self._engine = engine
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        if self._url.username:
            self._client.username_pw_set(self._url.username, self._url.password)
        if self._url.scheme == "mqtts":
            self._client.tls_set()
        self._client.reconnect_delay_set(1, 10)
        self._client.on_connect = self._connected

    def start(self) -> None:
        """Connect in the background and go on trying."""
        self._client.connect_async(
            self._url.hostname or "127.0.0.1", self._url.port or PORTS.get(self._url.scheme, 1883)
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def push(self, station: str, counter: int) -> None:
        """Tell the station's kiosks to look again; does not wait, and does not mind when nobody hears it."""
        if self._client.is_connected():
            self._client.publish(topic(station), str(counter), qos=1, retain=True)

    def _connected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            return
        with reading(self._engine) as tx:
            rows = tx.execute(select(tables.stations.c.id, tables.stations.c.counter)).all()
        for row in rows:
            self.push(row.id, row.counter)
