"""Who a kiosk is to a broker: by one name that lasts, so that the broker keeps what it missed, and only what it missed.

Without a name of its own a line begins anew each time. With one, MQTT 5 says how long the broker keeps messages of
QoS 1 (`KEPT`); where it speaks 3.1.1 only, it keeps them for as long as it is set to.
"""

import hashlib
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from uuid import uuid4

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hardware.address import Broker
from hardware.driver import Publish
from hardware.readings import tick_now

PATIENCE = 5.0  # s for a connection to be made
KEEPALIVE = 10  # s; a pulled cable is noticed within 20
KEPT = 8 * 3600  # s, a shift; who comes back later begins anew
UNSURE = 256  # messages whose acknowledgement may not have reached the broker
NAME = 23  # characters of a client's name that every broker must take
UNANSWERED = 3_000_000_000  # ns; there are brokers that choke on a version that they do not know
OUSTED = 2  # times in a row that somebody else took our name; one may be our own line, left half open
OLDER, SILENT, TAKEN_OVER = (
    0x84,
    0x8D,
    0x8E,
)  # reason codes: no such version; no answer to pings; our name is taken
SHORT = 5_000_000_000  # ns; who is thrown out sooner than that, again and again, has a twin
SHORT_LIVES = 5


class Session:
    """One line's standing with its broker."""

    def __init__(self, broker: Broker, topics: Sequence[str], kiosk: str | None) -> None:
        """`kiosk` is what tells this kiosk from every other; None: the broker keeps nothing for it."""
        self._broker = broker
        self._name = None if kiosk is None else name_of(kiosk, broker, topics)
        self._version = paho.MQTTv5 if self._name else paho.MQTTv311
        self._ousted = self._short = 0
        self._called_at = 0
        self._met_at: int | None = None
        self._lost_at = 0  # before this program began; nobody knows when
        self._unsure: OrderedDict[int, tuple[str, bytes]] = OrderedDict()

    @property
    def lasts(self) -> bool:
        """Whether the broker keeps what comes while we are away."""
        return self._name is not None

    @property
    def lost_at(self) -> int:
        """A tick at which the line was whole before it was lost."""
        return self._lost_at

    @property
    def marker(self) -> str:
        """A topic of our own: what comes on it comes after all that was kept for us."""
        return f"stepline/v1/lines/{self._name}"

    def client(self, will: Publish | None) -> paho.Client:
        """A client that goes by our name, or by one that nobody else has."""
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._name or f"stepline-{uuid4().hex[:12]}",
            clean_session=None if self._version == paho.MQTTv5 else not self.lasts,
            protocol=self._version,
            reconnect_on_failure=False,  # the line's thread reconnects, and can be woken while it waits
        )
        client.connect_timeout = PATIENCE
        client.username, client.password = self._broker.user, self._broker.password
        if self._broker.tls:
            client.tls_set_context(ssl.create_default_context())
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        return client

    def connect(self, client: paho.Client) -> None:
        """Connect, to begin where we were; raises OSError."""
        self._called_at = tick_now()
        if self._version != paho.MQTTv5:
            client.connect(self._broker.host, self._broker.port, keepalive=KEEPALIVE)
            return
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = KEPT
        client.connect(
            self._broker.host,
            self._broker.port,
            keepalive=KEEPALIVE,
            clean_start=False,
            properties=properties,
        )

    def too_new(self, code: int | None) -> bool:
        """Refused with this code, or not answered at all: whether for the version, so that the older is next."""
        silent = code is None and tick_now() - self._called_at > UNANSWERED
        if self._version is not MQTTProtocolVersion.MQTTv5 or not (code == OLDER or silent):
            return False
        self._version = paho.MQTTv311
        return True

    def met(self, *, resumed: bool) -> None:
        """The broker let us in; `resumed`: it knew us."""
        self._met_at = tick_now()
        if not resumed:
            self._unsure.clear()

    def lost(self, code: int) -> bool:
        """The line is gone; True when somebody else goes by our name, and from now on we have another."""
        if self._met_at is None:
            return False  # it was never whole, so nothing was lost
        self._lost_at = tick_now() - (2 * KEEPALIVE * 1_000_000_000 if code == SILENT else 0)
        short = tick_now() - self._met_at < SHORT
        self._short = self._short + 1 if short else 0
        self._ousted = self._ousted + 1 if code == TAKEN_OVER else 0
        self._met_at = None
        if self.lasts and (self._ousted >= OUSTED or self._short >= SHORT_LIVES):
            self._name, self._version = None, paho.MQTTv311
            return True
        return False

    def is_repeated(self, message: paho.MQTTMessage) -> bool:
        """Whether the broker says a message of QoS 1 again because it missed that we have it."""
        if message.qos == 0:
            return False
        what = message.topic, bytes(message.payload)
        if message.dup and self._unsure.get(message.mid) == what:
            return True
        self._unsure[message.mid] = what
        self._unsure.move_to_end(message.mid)
        if len(self._unsure) > UNSURE:
            self._unsure.popitem(last=False)
        return False


def name_of(kiosk: str, broker: Broker, topics: Sequence[str]) -> str:
    """The name of a kiosk's line: the same after a restart, another for other kiosks, brokers and topics."""
    what = "\0".join((kiosk, str(broker), *sorted(set(topics))))
    return f"stepline-{hashlib.sha256(what.encode()).hexdigest()}"[:NAME]
