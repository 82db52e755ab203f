"""The devices file of a station: which devices there are, how each is reached, and what its bytes mean."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

MQTT_PORT, MQTTS_PORT = 1883, 8883
LONGEST_TOPIC = 65_535  # bytes, says MQTT
LONGEST_NAME = 40  # characters; the kiosk's header shows it


class DevicesFileWrong(ValueError):
    """The devices file cannot be used; the text names the file, the table, the key and the mend."""


class DeviceKind(StrEnum):
    """What a device is, which decides how its bytes are read."""

    SCANNER = "scanner"
    SCALE = "scale"
    SENSOR = "sensor"
    TORQUE = "torque"
    SWITCH = "switch"
    WEDGE = "wedge"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial line: `serial:///dev/serial/by-id/…?baud=9600&bits=8&parity=N&stop=1`."""

    path: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPeer:
    """A device, or a serial-to-Ethernet converter, that listens: `tcp://host:port`."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """An MQTT broker: `mqtt://user:password@host:port`, or `mqtts://` for TLS."""

    host: str
    port: int = MQTT_PORT
    user: str | None = None
    password: str | None = None
    tls: bool = False

    def __str__(self) -> str:
        """Where it is, without its password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"Broker({self})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttTopic:
    """One topic on a broker."""

    broker: Broker
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The kiosk's own window, for a scanner that types: `window://`."""


Transport = SerialPort | TcpPeer | MqttTopic | Window


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """One `[[device]]` table. Fields that its kind does not use are None."""

    name: str
    kind: DeviceKind
    transport: Transport
    field: str | None = None  # path into a JSON payload; "" is the payload itself
    unit: str | None = None
    quantity: str | None = None
    signal: str | None = None
    encoding: str = "utf-8"
    on_connect: str | None = None  # sent to the device each time it is reached
    quiet: float = 0.25  # s; a frame that stands still longer than this is half a frame


_BYTES = frozenset({"serial", "tcp"})
_MQTT = frozenset({"mqtt", "mqtts"})
_STREAM_KEYS = frozenset({"on_connect", "quiet_ms"})
_ENCODINGS = ("utf-8", "ascii", "latin-1", "shift_jis", "gb18030")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What a table of one kind may and must hold besides name, kind and url."""

    schemes: frozenset[str]
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


TABLES: Mapping[DeviceKind, _Table] = {
    DeviceKind.SCANNER: _Table(schemes=_BYTES, may=_STREAM_KEYS | {"encoding"}),
    DeviceKind.SCALE: _Table(schemes=_BYTES, may=_STREAM_KEYS | {"quantity"}),
    DeviceKind.TORQUE: _Table(schemes=_BYTES, may=_STREAM_KEYS),
    DeviceKind.SENSOR: _Table(
        schemes=_MQTT, must=frozenset({"topic", "unit"}), may=frozenset({"field", "quantity"})
    ),
    DeviceKind.SWITCH: _Table(schemes=_MQTT, must=frozenset({"topic"}), may=frozenset({"field", "signal"})),
    DeviceKind.WEDGE: _Table(schemes=frozenset({"window"})),
}


def load_devices(path: Path, *, default_broker: str | None = None) -> tuple[DeviceSettings, ...]:
    """The devices that the TOML file at `path` lists, in its order.

    `default_broker` is the station's broker as a URL; a device whose url is bare `mqtt://` hangs on it.

    Raises:
        DevicesFileWrong: unreadable file, unknown or missing key, unusable value, a name or port used twice.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DevicesFileWrong(
            f"{path}: cannot be read ({error.strerror}); give the path of a devices file"
        ) from error
    except ValueError as error:  # TOMLDecodeError names line and column; UnicodeDecodeError the byte
        raise DevicesFileWrong(f"{path}: is no TOML: {error}; mend it there") from error
    tables = document.pop("device", [])
    if document:
        raise DevicesFileWrong(
            f"{path}: unknown key {next(iter(document))!r}; only [[device]] tables stand here"
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DevicesFileWrong(f"{path}: write [[device]] with two brackets, once for each device")
    devices = tuple(
        _Reader(path, place, table, default_broker).device() for place, table in enumerate(tables, start=1)
    )
    _refuse_twins(path, devices)
    return devices


def broker_at(url: str) -> Broker:
    """The broker that an `mqtt://` or `mqtts://` URL names; raises ValueError with the mend."""
    parts = urlsplit(url)
    if parts.scheme not in _MQTT or not parts.hostname:
        named = f"{parts.scheme}://…" if parts.scheme else "this"  # not the whole: it may hold a password
        raise ValueError(f"{named} is no broker; write mqtt://host:1883")
    if parts.path.strip("/") or parts.query:
        raise ValueError("a broker's url ends after its port; the topic stands in the key `topic`")
    tls = parts.scheme == "mqtts"
    return Broker(
        host=parts.hostname,
        port=parts.port or (MQTTS_PORT if tls else MQTT_PORT),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
    )


def is_one_topic(name: str) -> bool:
    """Whether it names exactly one MQTT topic."""
    return bool(name) and not set(name) & {"+", "#", "\0"} and len(name.encode()) <= LONGEST_TOPIC


def _refuse_twins(path: Path, devices: tuple[DeviceSettings, ...]) -> None:
    names: set[str] = set()
    ports: dict[Transport, str] = {}
    for device in devices:
        if device.name in names:
            raise DevicesFileWrong(
                f"{path}: two devices are named {device.name!r}; give each a name of its own"
            )
        names.add(device.name)
        if isinstance(device.transport, MqttTopic):
            continue
        if device.transport in ports:
            twin = ports[device.transport]
            raise DevicesFileWrong(
                f"{path}: {device.name!r} and {twin!r} have the same url; one port serves one device"
            )
        ports[device.transport] = device.name


class _Reader:
    """Reads one table, and knows how to say where it is wrong."""

    def __init__(self, path: Path, place: int, table: dict[str, Any], default_broker: str | None) -> None:
        self._path = path
        self._table = table
        self._default_broker = default_broker
        name = table.get("name")
        self._where = f"{path}: device {place}" + (f" ({name})" if isinstance(name, str) else "")

    def _wrong(self, key: str, problem: str) -> DevicesFileWrong:
        return DevicesFileWrong(f"{self._where}: {key}: {problem}")

    def device(self) -> DeviceSettings:
        """The table as settings."""
        name = self._text("name", required=True)
        if name is None or not re.fullmatch(rf"[\w.-]{{1,{LONGEST_NAME}}}", name):
            raise self._wrong("name", "use letters, digits, dot, dash and underscore, at most 40 of them")
        kind = self._kind()
        rules = TABLES[kind]
        allowed = {"name", "kind", "url"} | rules.must | rules.may
        for key in self._table:
            if key not in allowed:
                raise self._wrong(key, f"unknown key for a {kind}; known: {', '.join(sorted(allowed))}")
        for key in sorted(rules.must):
            if key not in self._table:
                raise self._wrong(key, f"is missing; a {kind} needs it")
        by_topic = rules.schemes == _MQTT
        return DeviceSettings(
            name=name,
            kind=kind,
            transport=self._transport(kind, rules),
            field=(self._text("field") or "") if by_topic else None,
            unit=self._text("unit"),
            quantity=self._text("quantity") or ("mass" if kind is DeviceKind.SCALE else None),
            signal=(self._text("signal") or name) if kind is DeviceKind.SWITCH else None,
            encoding=self._encoding(),
            on_connect=self._text("on_connect"),
            quiet=self._quiet(),
        )

    def _kind(self) -> DeviceKind:
        kind = self._text("kind", required=True)
        if kind not in set(DeviceKind):
            raise self._wrong("kind", f"{kind!r} is not known; known: {', '.join(DeviceKind)}")
        return DeviceKind(kind)

    def _text(self, key: str, *, required: bool = False) -> str | None:
        value = self._table.get(key)
        if value is None and required:
            raise self._wrong(key, f'is missing; write {key} = "…"')
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "must be a text in quotes")
        return value

    def _encoding(self) -> str:
        encoding = self._text("encoding") or "utf-8"
        if encoding not in _ENCODINGS:
            raise self._wrong("encoding", f"{encoding!r} is not known; known: {', '.join(_ENCODINGS)}")
        return encoding

    def _quiet(self) -> float:
        milliseconds = self._table.get("quiet_ms", 250)
        if (
            isinstance(milliseconds, bool)
            or not isinstance(milliseconds, int)
            or not 20 <= milliseconds <= 10_000
        ):
            raise self._wrong("quiet_ms", "must be a whole number of milliseconds from 20 to 10000")
        return milliseconds / 1000

    def _transport(self, kind: DeviceKind, rules: _Table) -> Transport:
        if kind is DeviceKind.WEDGE and "url" not in self._table:
            return Window()
        url = self._text("url", required=True) or ""
        try:
            parts = urlsplit(url)
            match parts.scheme if parts.scheme in rules.schemes else None:
                case "serial":
                    return _serial(parts)
                case "tcp":
                    return _tcp(parts)
                case "mqtt" | "mqtts":
                    return self._topic(url)
                case "window":
                    return Window()
        except DevicesFileWrong:
            raise
        except ValueError as error:
            raise self._wrong("url", str(error)) from error
        known = " or ".join(f"{scheme}://" for scheme in sorted(rules.schemes))
        raise self._wrong("url", f"{parts.scheme or 'this'}:// does not carry a {kind}; write {known}")

    def _topic(self, url: str) -> MqttTopic:
        if not urlsplit(url).hostname:
            if self._default_broker is None:
                raise self._wrong(
                    "url", "names no host, and the station has no broker; write mqtt://host:1883"
                )
            url = self._default_broker
        topic = self._text("topic", required=True) or ""
        if not is_one_topic(topic):
            raise self._wrong("topic", "name exactly one topic, without + and #")
        return MqttTopic(broker=broker_at(url), topic=topic)


def _serial(parts: SplitResult) -> SerialPort:
    if parts.netloc or not parts.path.startswith("/"):
        raise ValueError("write the port's whole path after serial://, as in serial:///dev/ttyUSB0")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = {"baud", "bits", "parity", "stop"}
    if unknown := set(options) - known:
        raise ValueError(f"unknown option {min(unknown)!r}; known: {', '.join(sorted(known))}")
    baud, bits, parity, stop = (
        options.get("baud", "9600"),
        options.get("bits", "8"),
        options.get("parity", "N").upper(),
        options.get("stop", "1"),
    )
    if not re.fullmatch(r"[1-9][0-9]{1,6}", baud):
        raise ValueError(f"baud={baud} is no speed; write for example baud=9600")
    if bits not in {"7", "8"} or parity not in {"N", "E", "O"} or stop not in {"1", "1.5", "2"}:
        raise ValueError("write bits=7 or 8, parity=N, E or O, stop=1, 1.5 or 2")
    return SerialPort(
        path=unquote(parts.path), baud=int(baud), bits=int(bits), parity=parity, stop=float(stop)
    )


def _tcp(parts: SplitResult) -> TcpPeer:
    if not parts.hostname or parts.port is None or parts.path.strip("/") or parts.query:
        raise ValueError("write host and port, as in tcp://192.0.2.7:4001")
    return TcpPeer(host=parts.hostname, port=parts.port)
