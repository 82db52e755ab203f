"""The file of a station, `station.toml`: which devices there are, how each is reached, and what its bytes mean."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hardware.address import MqttTopic, Transport, Window, broker_at, is_topic_filter, reached_at
from hardware.decode.pattern import LinePattern
from hardware.driver import BYTES, TOPICS, Carrier, Driver, Options
from hardware.kinds import NoDriver, drivers

LONGEST_NAME = 40  # characters; the kiosk's header shows it


class DevicesFileWrong(ValueError):
    """The station's file cannot be used; the text names the file, the table, the key and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What becomes of a device's readings before anybody hears of them."""

    debounce: float = 0.0  # s that a switch must have stood before it counts
    settle_within: float = (
        0.0  # a value is stable when for `settle` s none left this band, in the device's unit
    )
    settle: float = 0.0


class Moment(StrEnum):
    """How a station can stand, for lamps that show it."""

    IDLE = "idle"
    RUNNING = "running"
    HELD = "held"
    SUPERVISOR = "supervisor"  # one is asked for
    FAILED = "failed"  # a check of the step was not good, and is not yet
    FAULT = "fault"  # a device is lost, or the kiosk cannot keep what happens


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """What drives an output besides the documents."""

    parts: Mapping[str, str] = field(default_factory=dict[str, str])  # part number -> signal of its bin
    shows: Mapping[Moment, tuple[str, ...]] = field(
        default_factory=dict[Moment, tuple[str, ...]]
    )  # how the station stands -> the signals that are on


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """One `[[device]]` table: what every device has, and in `options` what its kind adds."""

    name: str
    kind: str
    driver: Driver
    transport: Transport
    options: Options
    on_connect: str | None = None  # sent to the device each time it is reached
    quiet: float = 0.25  # s; a frame that stands still longer than this is half a frame
    rules: Rules = Rules()
    driving: Driving = field(default_factory=Driving)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """What a station's file says."""

    devices: tuple[DeviceSettings, ...] = ()
    labels: tuple[
        str, ...
    ] = ()  # regular expressions for codes of the plant's own spelling, first fitting first


ALWAYS = frozenset({"name", "kind", "url"})
DRIVING = frozenset({"parts", "shows"})
RULES = frozenset({"debounce_ms", "settle_within", "settle_ms"})


def keys_of(driver: Driver) -> tuple[frozenset[str], frozenset[str]]:
    """The keys that a table of this kind must and may hold, beside name, kind and url."""
    fields = driver.options.model_fields
    must = {name for name, field in fields.items() if field.is_required()}
    may = set(fields) - must
    if driver.carriers & (BYTES | {Carrier.KEYS}):
        may |= {"on_connect", "quiet_ms"}
    if driver.carriers & TOPICS:
        must |= {"topic"}
    if driver.decoder is not None:
        may |= RULES
    if driver.outputs:
        may |= DRIVING
    return frozenset(must), frozenset(may)


def load_station(path: Path, *, default_broker: str | None = None) -> Station:
    """What the TOML file at `path` says of a station; its devices in the order of the file.

    `default_broker` is the station's broker as a URL; a device whose url is bare `mqtt://` hangs on it.
    `[station]` may name a folder of `drivers`, beside the file; a driver there goes before one of the same kind here.

    Raises:
        DevicesFileWrong: unreadable file, unknown or missing key, unusable value, a name or port used twice.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DevicesFileWrong(
            f"{path}: cannot be read ({error.strerror}); give the path of a station's file"
        ) from error
    except ValueError as error:  # TOMLDecodeError names line and column; UnicodeDecodeError the byte
        raise DevicesFileWrong(f"{path}: is no TOML: {error}; mend it there") from error
    known = _drivers(path, document.pop("station", {}))
    labels = _labels(path, document.pop("label", []))
    tables = document.pop("device", [])
    if document:
        raise DevicesFileWrong(
            f"{path}: unknown key {next(iter(document))!r}; only [station], [[label]] and [[device]] tables stand here"
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DevicesFileWrong(f"{path}: write [[device]] with two brackets, once for each device")
    devices = tuple(
        _Reader(path, place, table, known, default_broker).device()
        for place, table in enumerate(tables, start=1)
    )
    _refuse_twins(path, devices)
    return Station(devices=devices, labels=labels)


def _drivers(path: Path, table: Any) -> Mapping[str, Driver]:
    if not isinstance(table, dict) or set(table) - {"drivers"}:
        raise DevicesFileWrong(f"{path}: [station] may hold `drivers`, a folder, and nothing else")
    folder = table.get("drivers")
    if folder is None:
        return drivers()
    if not isinstance(folder, str):
        raise DevicesFileWrong(f"{path}: station: drivers: must be a text in quotes")
    try:
        return drivers(path.parent / folder)
    except NoDriver as problem:
        raise DevicesFileWrong(f"{path}: station: drivers: {problem}") from problem


def _labels(path: Path, tables: Any) -> tuple[str, ...]:
    patterns: list[str] = []
    for place, table in enumerate(tables if isinstance(tables, list) else [None], start=1):
        pattern = table.get("pattern") if isinstance(table, dict) and set(table) == {"pattern"} else None
        if not isinstance(pattern, str):
            raise DevicesFileWrong(f"{path}: label {place}: write [[label]] with one key, pattern = '…'")
        try:
            LinePattern(pattern)
        except ValueError as problem:
            raise DevicesFileWrong(f"{path}: label {place}: pattern: {problem}") from problem
        patterns.append(pattern)
    return tuple(patterns)


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

    def __init__(
        self,
        path: Path,
        place: int,
        table: dict[str, Any],
        known: Mapping[str, Driver],
        default_broker: str | None,
    ) -> None:
        self._path = path
        self._table = table
        self._known = known
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
        driver = self._driver()
        must, may = keys_of(driver)
        allowed = ALWAYS | must | may
        for key in self._table:
            if key not in allowed:
                known = ", ".join(sorted(allowed))
                raise self._wrong(key, f"unknown key for a {driver.kind}; known: {known}")
        for key in sorted(must):
            if key not in self._table:
                raise self._wrong(key, f"is missing; a {driver.kind} needs it")
        return DeviceSettings(
            name=name,
            kind=driver.kind,
            driver=driver,
            transport=self._transport(driver),
            options=self._options(driver),
            on_connect=self._text("on_connect"),
            quiet=self._milliseconds("quiet_ms", 250, low=20),
            rules=Rules(
                debounce=self._milliseconds("debounce_ms", 0),
                settle_within=self._band(),
                settle=self._milliseconds("settle_ms", 0),
            ),
            driving=self._driving(),
        )

    def _driving(self) -> Driving:
        parts, shows = self._table.get("parts", {}), self._table.get("shows", {})
        if not isinstance(parts, dict) or not all(isinstance(signal, str) for signal in parts.values()):
            raise self._wrong("parts", 'name the signal of each part\'s bin: parts = { "P-100" = "A1" }')
        if not isinstance(shows, dict):
            raise self._wrong("shows", 'name what is on: shows = { running = ["green"] }')
        for moment, signals in shows.items():
            if moment not in set(Moment):
                raise self._wrong("shows", f"{moment!r} is not known; known: {', '.join(Moment)}")
            if not isinstance(signals, list) or not all(isinstance(signal, str) for signal in signals):
                raise self._wrong("shows", f'name what is on in a list: {moment} = ["green"]')
        return Driving(
            parts=parts, shows={Moment(moment): tuple(signals) for moment, signals in shows.items()}
        )

    def _driver(self) -> Driver:
        kind = self._text("kind", required=True) or ""
        if kind not in self._known:
            raise self._wrong("kind", f"{kind!r} is not known; known: {', '.join(self._known)}")
        return self._known[kind]

    def _options(self, driver: Driver) -> Options:
        given = {key: value for key, value in self._table.items() if key in driver.options.model_fields}
        try:
            return driver.options.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in first["loc"])
            raise self._wrong(key or driver.kind, _sentence(first)) from error

    def _text(self, key: str, *, required: bool = False) -> str | None:
        value = self._table.get(key)
        if value is None and required:
            raise self._wrong(key, f'is missing; write {key} = "…"')
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "must be a text in quotes")
        return value

    def _milliseconds(self, key: str, default: int, *, low: int = 0) -> float:
        milliseconds = self._table.get(key, default)
        if (
            isinstance(milliseconds, bool)
            or not isinstance(milliseconds, int)
            or not low <= milliseconds <= 10_000
        ):
            raise self._wrong(key, f"must be a whole number of milliseconds from {low} to 10000")
        return milliseconds / 1000

    def _band(self) -> float:
        band = self._table.get("settle_within", 0)
        if isinstance(band, bool) or not isinstance(band, int | float) or not 0 <= band < 1e9:
            raise self._wrong("settle_within", "must be a number from 0, in the unit of the device")
        return float(band)

    def _transport(self, driver: Driver) -> Transport:
        if driver.carriers == {Carrier.WINDOW} or (
            Carrier.WINDOW in driver.carriers and "url" not in self._table
        ):
            return Window()
        url = self._text("url", required=True) or ""
        try:
            scheme = urlsplit(url).scheme
            if scheme in driver.carriers:
                return self._topic(url) if scheme in TOPICS else reached_at(url)
        except ValueError as error:
            if isinstance(error, DevicesFileWrong):
                raise
            raise self._wrong("url", str(error)) from error
        known = " or ".join(f"{each}://" for each in sorted(driver.carriers))
        raise self._wrong("url", f"{scheme or 'this'}:// does not carry a {driver.kind}; write {known}")

    def _topic(self, url: str) -> MqttTopic:
        if not urlsplit(url).hostname:
            if self._default_broker is None:
                raise self._wrong(
                    "url", "names no host, and the station has no broker; write mqtt://host:1883"
                )
            url = self._default_broker
        topic = self._text("topic", required=True) or ""
        if not is_topic_filter(topic):
            raise self._wrong(
                "topic", "name a topic; `+` may stand for a whole level, `#` for all that follow"
            )
        return MqttTopic(broker=broker_at(url), topic=topic)


_SAID = {
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "dict_type": "must be a table",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "missing": "is missing",
    "extra_forbidden": "is not known here",
}


def _sentence(error: ErrorDetails) -> str:
    """What pydantic found, in our words."""
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    if error["type"] in {"enum", "literal_error"}:
        return f"{error['input']!r} is not known; known: {error['ctx']['expected'].replace(chr(39), '')}"  # pyright: ignore[reportTypedDictNotRequiredAccess]
    return _SAID.get(error["type"]) or error["msg"].replace("Input should be", "must be", 1)
