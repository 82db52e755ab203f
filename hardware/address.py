"""Where a device is reached: the transports, and how a url names one."""

import re
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hardware.keyboard import LAYOUTS

MQTT_PORT, MQTTS_PORT = 1883, 8883
MODBUS_PORT, OPC_UA_PORT = 502, 4840
LONGEST_TOPIC = 65_535  # bytes, says MQTT


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial line: `serial:///dev/serial/by-id/…?baud=9600&bits=8&parity=N&stop=1`."""

    path: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: float = 1

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePort:
    """A serial port behind a network that takes its settings too (RFC 2217): `rfc2217://host:port?baud=9600`."""

    host: str
    port: int
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: float = 1

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPeer:
    """A device, or a serial-to-Ethernet converter, that listens: `tcp://host:port`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


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
    """A device behind a broker; `topic` may hold `+` and `#` where its kind reads several topics."""

    broker: Broker
    topic: str

    def __str__(self) -> str:
        return f"{self.topic} at {self.broker}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The kiosk's own window, for a scanner that types: `window://`."""

    def __str__(self) -> str:
        return "the kiosk's window"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPort:
    """A keyboard that is read past the window, and kept from it: `keys:///dev/input/by-id/…-event-kbd?layout=us`."""

    path: str
    layout: str = "us"

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSource:
    """Pictures of a camera: `camera:///dev/video0`, or a stream that OpenCV opens, `camera://?url=http://host/video`."""

    source: str
    width: int = 1280
    height: int = 720

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusServer:
    """A PLC or an I/O module: `modbus-tcp://host:502?unit=1` or `modbus-rtu:///dev/ttyUSB0?baud=19200&unit=1`."""

    reached: TcpPeer | SerialPort
    unit: int = 1

    def __str__(self) -> str:
        return f"unit {self.unit} at {self.reached}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpcUaServer:
    """An OPC UA server: `opc.tcp://user:password@host:4840/path`."""

    endpoint: str  # without user and password
    user: str | None = None
    password: str | None = None

    def __str__(self) -> str:
        return self.endpoint

    def __repr__(self) -> str:
        return f"OpcUaServer({self})"


Transport = (
    SerialPort
    | RemotePort
    | TcpPeer
    | MqttTopic
    | Window
    | KeysPort
    | CameraSource
    | ModbusServer
    | OpcUaServer
)


def broker_at(url: str) -> Broker:
    """The broker that an `mqtt://` or `mqtts://` URL names; raises ValueError with the mend."""
    parts = urlsplit(url)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
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


def is_topic_filter(name: str) -> bool:
    """Whether it is a topic, or a filter as MQTT 3.1.1 says (section 4.7): `+` a whole level, `#` the last."""
    levels = name.split("/")
    whole = all(level in {"+", "#"} or not set(level) & {"+", "#", "\0"} for level in levels)
    return bool(name) and whole and "#" not in levels[:-1] and len(name.encode()) <= LONGEST_TOPIC


def reached_at(url: str) -> Transport:
    """The transport that `url` names, MQTT aside; raises ValueError with the mend."""
    parts = urlsplit(url)
    match parts.scheme:
        case "serial":
            return SerialPort(path=_path(parts, "serial:///dev/ttyUSB0"), **_line(parts))
        case "rfc2217":
            host, port = _host(parts, "rfc2217://192.0.2.7:4001")
            return RemotePort(host=host, port=port, **_line(parts))
        case "tcp":
            host, port = _host(parts, "tcp://192.0.2.7:4001")
            if parts.query:
                raise ValueError("write host and port and nothing more, as in tcp://192.0.2.7:4001")
            return TcpPeer(host=host, port=port)
        case "window":
            return Window()
        case "keys":
            return _keys(parts)
        case "camera":
            return _camera(parts)
        case "modbus-tcp":
            host, port = _host(parts, "modbus-tcp://192.0.2.7:502", default=MODBUS_PORT)
            options = _options(parts, {"unit"})
            return ModbusServer(reached=TcpPeer(host=host, port=port), unit=_unit(options))
        case "modbus-rtu":
            path = _path(parts, "modbus-rtu:///dev/ttyUSB0")
            unit = _unit(_options(parts, {"unit", *_LINE}))
            return ModbusServer(reached=SerialPort(path=path, **_line(parts, {"unit"})), unit=unit)
        case "opc.tcp":
            return _opc_ua(parts)
        case other:
            raise ValueError(f"{other or 'this'}:// is not known")


class _Line(TypedDict):
    baud: int
    bits: int
    parity: str
    stop: float


_LINE = frozenset({"baud", "bits", "parity", "stop"})


def _path(parts: SplitResult, example: str) -> str:
    if parts.netloc or not parts.path.startswith("/"):
        raise ValueError(f"write the port's whole path after {parts.scheme}://, as in {example}")
    return unquote(parts.path)


def _host(parts: SplitResult, example: str, default: int | None = None) -> tuple[str, int]:
    port = parts.port or default
    if not parts.hostname or port is None or parts.path.strip("/"):
        raise ValueError(f"write host and port, as in {example}")
    return parts.hostname, port


def _options(parts: SplitResult, known: set[str] | frozenset[str]) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := set(options) - known:
        raise ValueError(f"unknown option {min(unknown)!r}; known: {', '.join(sorted(known))}")
    return options


def _line(parts: SplitResult, beside: set[str] | frozenset[str] = frozenset()) -> _Line:
    options = _options(parts, _LINE | beside)
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
    return {"baud": int(baud), "bits": int(bits), "parity": parity, "stop": float(stop)}


def _unit(options: dict[str, str]) -> int:
    unit = options.get("unit", "1")
    if not unit.isdecimal() or not 0 <= int(unit) <= 255:
        raise ValueError(f"unit={unit} is no Modbus unit; write 0 to 255")
    return int(unit)


def _keys(parts: SplitResult) -> KeysPort:
    layout = _options(parts, {"layout"}).get("layout", "us")
    if layout not in LAYOUTS:
        raise ValueError(f"layout={layout} is not known; known: {', '.join(LAYOUTS)}")
    return KeysPort(path=_path(parts, "keys:///dev/input/by-id/usb-scanner-event-kbd"), layout=layout)


def _camera(parts: SplitResult) -> CameraSource:
    options = _options(parts, {"url", "width", "height"})
    source = options.get("url") or unquote(parts.path)
    if not source or (parts.netloc and "url" not in options):
        raise ValueError("write camera:///dev/video0, or camera://?url=http://host/video for a stream")
    sizes = {name: options.get(name) for name in ("width", "height")}
    for name, size in sizes.items():
        if size is not None and not re.fullmatch(r"[1-9][0-9]{1,4}", size):
            raise ValueError(f"{name}={size} is no number of pixels")
    return CameraSource(source=source, **{name: int(size) for name, size in sizes.items() if size})


def _opc_ua(parts: SplitResult) -> OpcUaServer:
    if not parts.hostname:
        raise ValueError("write opc.tcp://host:4840")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return OpcUaServer(
        endpoint=f"opc.tcp://{host}:{parts.port or OPC_UA_PORT}{parts.path}",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
