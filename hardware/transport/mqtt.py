"""The topics of one broker: a thread that connects, subscribes, passes messages on, and connects again."""

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from uuid import uuid4

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.matcher import MQTTMatcher

from hardware.address import Broker
from hardware.driver import Publish
from hardware.readings import tick_now
from hardware.transport.backoff import Backoff
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.mqtt_session import Session

log = logging.getLogger(__name__)

LONGEST_QUEUE = 256  # letters for all devices behind the broker
CATCHING_UP = (
    5_000_000_000  # ns for what was kept for us to have come; a broker may not let us use the marker
)
_ROUND = 1.0  # s; paho looks at its keep-alive this often; messages and the end wake it at once


class TopicListener(Protocol):
    """A device behind the broker. Called on the broker's thread; must not block."""

    @property
    def topics(self) -> Sequence[str]:
        """What it listens to; filters are allowed."""
        ...

    @property
    def will(self) -> Publish | None:
        """What the broker says for it when we are gone without a word; such a device has a connection of its own."""
        ...

    @property
    def timed(self) -> bool:
        """Whether it is ever to be woken by time alone."""
        ...

    def ready(self) -> None:
        """The broker has granted every subscription."""
        ...

    def lost(self, reason: str) -> None:
        """The broker, or its leave to listen, is gone."""
        ...

    def message(self, topic: str, payload: bytes, *, retained: bool, late: int | None) -> None:
        """One message; `retained`: the broker had kept it from some earlier time. May raise LinkLost.

        `late`: it was said while we were away, after that tick.
        """
        ...

    def due(self) -> int | None:
        """The tick at which it wants to be woken."""
        ...

    def rang(self) -> None:
        """It is that late. May raise LinkLost."""
        ...


class BrokerLine(threading.Thread):
    """Keeps one connection to one broker until the bell rings."""

    def __init__(
        self, broker: Broker, listeners: Sequence[TopicListener], halt: Halt, kiosk: str | None = None
    ) -> None:
        """`kiosk` tells this kiosk from every other: by it the broker keeps what comes while it is away."""
        super().__init__(name=f"broker-{broker.host}:{broker.port}", daemon=True)
        self._broker = broker
        self._listeners = listeners
        self._timed = [listener for listener in listeners if listener.timed]
        self._halt = halt
        self._heard_by = MQTTMatcher()  # filter -> who listens to it
        for listener in listeners:
            for topic in listener.topics:
                self._listening_to(topic).append(listener)
        self._asked: dict[int, str] = {}  # number of a subscription -> its filter
        self._granted: set[str] = set()
        self._letters: deque[Callable[[], None]] = deque()
        self._turned_away = self._met = False
        topics = [topic for listener in listeners for topic in listener.topics]
        # a host application of Sparkplug must begin anew each time, says its specification; so does whoever has a will
        self._session = Session(broker, topics, None if self._will else kiosk)
        self._late: int | None = None  # what comes now was said after that tick
        self._caught_up_by = 0
        self._token = b""
        self._anew = False  # the next try is by another version of the protocol, or by another name
        self._client = self._make_client()

    @property
    def _will(self) -> Publish | None:
        return self._listeners[0].will

    def _listening_to(self, topic: str) -> list[TopicListener]:
        try:
            return self._heard_by[topic]
        except KeyError:
            self._heard_by[topic] = found = []
            return found

    def _make_client(self) -> paho.Client:
        client = self._session.client(self._will)
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
                if self._anew:
                    self._anew = False
                    self._client = self._make_client()
                    continue
            except OSError as error:
                self._lost(f"the broker at {self._broker} cannot be reached: {error.strerror or error}")
            except Exception as error:  # the top of a thread: else its devices would look healthy for ever
                log.exception("%s: the program failed", self.name)
                self._lost(f"the program failed while listening to {self._broker}: {error}")
            self._halt.wait(backoff.after(tick_now() - began))

    def hang_up(self) -> None:
        """Wake the thread out of its waiting; the bell must have rung before."""
        for listener in self._listeners:
            if listener.will is not None:
                self._client.publish(
                    listener.will.topic, listener.will.payload, qos=1, retain=listener.will.retain
                )
        self._client.disconnect()

    def say(self, message: Publish) -> None:
        """Publish it, at least once; raises LinkLost when the broker is not there."""
        sent = self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise LinkLost(f"the broker at {self._broker} is gone: a message could not be sent")

    def do(self, letter: Callable[[], None]) -> bool:
        """Have `letter` carried out by this thread; False when too many wait. Safe from any thread."""
        if len(self._letters) >= LONGEST_QUEUE:
            return False
        self._letters.append(letter)
        self._wake()
        return True

    def _wake(self) -> None:
        """End the waiting of paho's loop: what it sends to itself when something is to be published."""
        waker = self._client._sockpairW  # noqa: SLF001 - its own way; there is no public one
        if waker is not None:
            with contextlib.suppress(OSError):  # then it is full, so it wakes
                waker.send(b"\0")

    def _serve(self) -> None:
        self._met = False
        self._session.connect(self._client)
        while not self._halt.rung:
            if self._client.loop(self._patience()) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return
            if not self._met and self._session.too_new(None):
                self._anew = True
                self._client.disconnect()
                return
            if self._late is not None and tick_now() >= self._caught_up_by:
                self._caught_up()
            self._do_letters()
            self._ring()

    def _patience(self) -> float:
        due = min((at for at in (listener.due() for listener in self._timed) if at is not None), default=None)
        return _ROUND if due is None else min(_ROUND, max(0.0, (due - tick_now()) / 1e9))

    def _do_letters(self) -> None:
        while self._letters:
            self._guarded(self._letters.popleft())

    def _ring(self) -> None:
        for listener in self._timed:
            due = listener.due()
            if due is not None and due <= tick_now():
                self._guarded(listener.rang, listener)

    def _guarded(self, call: Callable[[], None], listener: "TopicListener | None" = None) -> None:
        """Carry out what concerns one device: its failure is its own, the broker and the others go on."""
        try:
            call()
        except LinkLost as lost:
            if listener is not None:
                listener.lost(str(lost))

    def _lost(self, reason: str) -> None:
        if self._halt.rung:
            return  # nobody is told of the end that they asked for
        for listener in self._listeners:
            listener.lost(reason)

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, code: Any, _properties: Any) -> None:
        self._anew = code.is_failure and self._session.too_new(code.value)
        self._turned_away = code.is_failure
        if self._anew:
            return
        if self._turned_away:
            self._lost(f"the broker at {self._broker} refuses us: {code}; mend user and password in the url")
            return
        self._met = True
        resumed = bool(flags.session_present)
        self._session.met(resumed=resumed)
        self._granted.clear()
        self._late = self._session.lost_at if resumed else None
        self._caught_up_by = tick_now() + CATCHING_UP
        marker = [self._session.marker] if resumed else []
        for topic in dict.fromkeys([*(topic for one in self._listeners for topic in one.topics), *marker]):
            _, number = client.subscribe(topic, qos=1)
            if number is not None:
                self._asked[number] = topic

    def _on_subscribe(
        self, client: paho.Client, _data: Any, number: int, codes: Any, _properties: Any
    ) -> None:
        topic = self._asked.pop(number, None)
        if topic is None:
            return
        refused = any(code.is_failure for code in codes)
        if topic == self._session.marker:
            self._mark(client, refused=refused)
            return
        if refused:
            for listener in self._heard_by[topic]:
                listener.lost(f"the broker at {self._broker} does not let us listen to {topic}")
            return
        self._granted.add(topic)
        if self._late is None:
            self._make_ready(self._heard_by[topic])

    def _make_ready(self, listeners: Sequence[TopicListener]) -> None:
        for listener in listeners:
            if self._granted.issuperset(listener.topics):
                self._guarded(listener.ready, listener)

    # --- what was kept for us -----------------------------------------------

    def _mark(self, client: paho.Client, *, refused: bool) -> None:
        """Say something to ourselves: it is heard once all that was kept has been."""
        if not refused:
            self._token = uuid4().bytes
            client.publish(self._session.marker, self._token, qos=1)

    def _caught_up(self) -> None:
        """From now on what comes is news; the devices are there."""
        self._late = None
        self._make_ready(self._listeners)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if self._session.is_repeated(message):
            return
        if message.topic == self._session.marker:
            if self._late is not None and message.payload == self._token:
                self._caught_up()
            return
        told: set[int] = set()  # a device with overlapping filters hears a message once
        for listeners in self._heard_by.iter_match(message.topic):
            for listener in listeners:
                if id(listener) not in told:
                    told.add(id(listener))
                    self._hear(listener, message)

    def _hear(self, listener: TopicListener, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        late = None if message.retain else self._late
        self._guarded(
            lambda: listener.message(message.topic, payload, retained=message.retain, late=late), listener
        )

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        self._asked.clear()
        self._late = None
        if self._turned_away or self._anew:
            return
        if self._session.lost(code.value):
            self._anew = True
            log.warning("%s: another kiosk goes by the same name, as a copied one would", self.name)
            self._lost(
                f"another kiosk goes by our name at the broker at {self._broker}: is one the other's copy? "
                "What comes while this one is away is no longer kept for it"
            )
            return
        self._lost(f"the broker at {self._broker} is gone: {code}")
