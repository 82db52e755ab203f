"""The embedded MQTT broker for trials: amqtt on a loop and a thread of its own. Plants use a real one."""

import asyncio
import logging
import threading

from amqtt.broker import Broker

log = logging.getLogger(__name__)


class EmbeddedBroker:
    """A broker for MQTT 3.1.1 without accounts; it listens only where it is told."""

    def __init__(self, host: str, port: int) -> None:
        self._config = {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}", "max_connections": 200}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="broker", daemon=True)
        self._broker: Broker | None = None

    def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        self._thread.start()
        self._broker = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)

    async def _start(self) -> Broker:
        broker = Broker(self._config)
        await broker.start()
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
