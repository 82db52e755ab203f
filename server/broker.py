"""The embedded MQTT broker for trials: amqtt on a loop and a thread of its own. Plants use a real one."""

import asyncio
import logging
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.errors import BrokerError
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import ApplicationMessage, Session

log = logging.getLogger(__name__)

MOST_KEPT = 1000  # messages of QoS 1 for one client that is away; the oldest give way
FIRST_WORD = 10.0  # s for a client to say who it is
CONNECT, OURS = b"\x10", 4  # kind of the first packet; the level of MQTT 3.1.1
NO_SUCH_VERSION = bytes([0x20, 3, 0, 0x84, 0])  # as MQTT 5 spells it
KEPT = 8 * 3600  # s that a client may be away until the broker forgets it


class PortTaken(Exception):
    """Something else listens where the broker was to listen."""


class LetIn(BaseAuthPlugin):
    """Lets everybody in; amqtt's own plugin for that has it forget who is away."""

    async def authenticate(self, *, session: Session) -> bool:  # noqa: ARG002 - whoever it is
        """Whether somebody may come in."""
        return True


class _Reread(StreamReaderAdapter):
    """Gives once more what was read already."""

    def __init__(self, reader: asyncio.StreamReader, first: bytes) -> None:
        super().__init__(reader)
        self._first = first

    async def read(self, n: int = -1) -> bytes:
        """The next `n` bytes."""
        told, self._first = (self._first, b"") if n < 0 else (self._first[:n], self._first[n:])
        more = n - len(told)
        return told + await super().read(more) if more > 0 or n < 0 else told


async def _beginning(reader: asyncio.StreamReader) -> bytes:
    """The first packet up to its protocol's level: kind, length (up to four bytes), the protocol's name, its level."""
    first = await reader.readexactly(2)
    while first[-1] & 0x80 and len(first) < 5:
        first += await reader.readexactly(1)
    return first + await reader.readexactly(7)


class _Keeping(Broker):
    """Keeps what comes for a client that is away and says it when it is back, as MQTT 3.1.1 wants it.

    amqtt would keep it without bound, and say it as if it were a topic's retained message. And what is under way when
    a line is cut it would forget.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._writers: weakref.WeakSet[asyncio.StreamWriter] = weakref.WeakSet()

    async def shutdown(self) -> None:
        """Hang up on everybody, also on those that amqtt has lost sight of."""
        await super().shutdown()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)  # they are closed in the loop's next round

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Tell who speaks MQTT 5 to speak 3.1.1: amqtt would wait for the rest of what it misreads."""
        self._writers.add(writer)
        try:
            first = await asyncio.wait_for(_beginning(reader), FIRST_WORD)
        except (asyncio.IncompleteReadError, TimeoutError, OSError):
            writer.close()
            return
        if first[-1] > OURS and first[:1] == CONNECT:
            writer.write(NO_SUCH_VERSION)
            writer.close()
            return
        await self._client_connected(listener_name, _Reread(reader, first), StreamWriterAdapter(writer))

    async def _handle_client_session(
        self, reader: Any, writer: Any, client_session: Session, handler: Any, *more: Any
    ) -> None:
        if not client_session.clean_session:
            handler.mqtt_publish = self._surely(handler.mqtt_publish, client_session)
        await super()._handle_client_session(reader, writer, client_session, handler, *more)

    def _surely(
        self, publish: Callable[..., Awaitable[Any]], session: Session
    ) -> Callable[..., Awaitable[Any]]:
        async def published(topic: str, data: bytes, qos: int | None, retain: bool, **more: Any) -> Any:
            try:
                return await publish(topic, data, qos, retain, **more)
            except (asyncio.CancelledError, TimeoutError, OSError):
                if qos and not retain and not session.transitions.is_connected():
                    await self._keep(session, ApplicationMessage(None, topic, qos, data, retain=False))
                    return None
                raise

        return published

    async def _retain_broadcast_message(
        self, broadcast: dict[str, Any], qos: int, target_session: Session
    ) -> None:
        await self._keep(
            target_session, ApplicationMessage(None, broadcast["topic"], qos, broadcast["data"], retain=False)
        )

    async def _keep(self, session: Session, message: ApplicationMessage) -> None:
        while session.retained_messages.qsize() >= MOST_KEPT:
            session.retained_messages.get_nowait()
        await session.retained_messages.put(message)

    async def _publish_session_retained_messages(self, session: Session) -> None:
        handler = self._get_handler(session)
        while handler is not None and not session.retained_messages.empty():
            kept = session.retained_messages.get_nowait()
            try:
                await handler.mqtt_publish(kept.topic, kept.data, kept.qos, retain=False)
            except BaseException:  # it has not arrived: later is better than never
                await self._keep(session, kept)
                raise


class EmbeddedBroker:
    """A broker for MQTT 3.1.1 without accounts; it listens only where it is told."""

    def __init__(self, host: str, port: int) -> None:
        self.port = port
        self._bind = f"{host}:{port}"
        self._config = {
            "listeners": {"default": {"type": "tcp", "bind": self._bind, "max_connections": 200}},
            "plugins": {"server.broker.LetIn": {}},
            "session_expiry_interval": KEPT,
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
        broker = _Keeping(self._config)
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
        if not self._thread.is_alive():
            self._loop.close()
