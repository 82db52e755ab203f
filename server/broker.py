"""The embedded MQTT broker for trials: amqtt on a loop and a thread of its own. Plants use a real one."""

import asyncio
import logging
import threading

from amqtt.broker import Broker
from amqtt.errors import BrokerError

log = logging.getLogger(__name__)


class PortTaken(Exception):
    """Something else listens where the broker was to listen."""


class EmbeddedBroker:
    """A broker for MQTT 3.1.1 without accounts; it listens only where it is told."""

    def __init__(self, host: str, port: int) -> None:
        self._bind = f"{host}:{port}"
        self._config = {
            "listeners": {"default": {"type": "tcp", "bind": self._bind, "max_connections": 200}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="broker", daemon=True)
        self._broker: Broker | None = None

    def start(self) -> None:
        """Listen; raises PortTaken when something else does on that port."""
        self._thread.start()
        try:
            self._broker = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)
        except (OSError, BrokerError) as problem:
            self.stop()
            raise PortTaken(
                f"the embedded broker cannot listen on {self._bind}: {problem}; "
                "choose another --broker-port, or name a broker with --broker"
            ) from None

    async def _start(self) -> Broker:
        broker = Broker(self._config)
        broker.logger.disabled = True  # it would say with a traceback what we say in a sentence
        try:
            await broker.start()
        finally:
            broker.logger.disabled = False
        return broker

    def stop(self) -> None:
        """Hang up on everybody and end the thread."""
        if self._broker is not None:
            try:
                asyncio.run_coroutine_threadsafe(self._broker.shutdown(), self._loop).result(10)
            except TimeoutError:
                log.warning("the embedded broker did not shut down in 10 s")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
