"""A kiosk without a window: a real store and conductor, a clock and a glass in the tests' hands."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner

from content import package, picture, wire
from content.instruction import Instruction
from content.label import Pattern
from content.package import MediaFile
from content.record import Fact
from content.values import Digest, PersonId, RunId
from hardware import readings
from hardware.device import DeviceHealth
from hardware.driver import Command, Wanted
from hardware.metering import Metrics
from hardware.readings import DeviceState
from hardware.settings import DeviceSettings
from kiosk.assignment import Assignment
from kiosk.bench import Bench
from kiosk.conductor import Conductor
from kiosk.events import AlarmRang, PinJudged
from kiosk.eye import Wish
from kiosk.inbox import Inbox
from kiosk.runner import Runner
from kiosk.store.meta import Identity
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.trace import NoTrace
from kiosk.view import View

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
GTIN = "04012345000016"
PUMP: dict[str, Any] = {
    "id": "close-pump",
    "kind": "work-instruction",
    "title": "Close the pump",
    "revision": 3,
    "language": "en",
    "applies_to": {"part_numbers": ["GP-100"], "gtins": [GTIN]},
    "parts": [{"number": "GP-101", "name": "Housing"}],
    "steps": [
        {
            "id": "weigh",
            "title": "Weigh",
            "text": "Weigh the housing.",
            "standard_time": "20s",
            "media": [{"picture": "media/a.png", "alt": "the housing"}],
            "parts": ["GP-101"],
            "checks": [
                {"id": "part", "kind": "scan", "part": "GP-101"},
                {
                    "id": "mass",
                    "kind": "measure",
                    "quantity": "mass",
                    "unit": "g",
                    "low": "120.0",
                    "high": "130.0",
                    "device": "scale",
                },
            ],
        },
        {
            "id": "bolt",
            "title": "Bolt",
            "text": "Tighten the screws.",
            "checks": [
                {
                    "id": "bolts",
                    "kind": "torque",
                    "unit": "N.m",
                    "low": "8.5",
                    "high": "9.5",
                    "fastenings": 2,
                },
                {"id": "seen", "kind": "confirm", "prompt": "The cover sits flat"},
            ],
        },
        {
            "id": "cure",
            "title": "Wait",
            "text": "Let it cure.",
            "checks": [
                {"id": "dwell", "kind": "timer", "minimum": "2s", "maximum": "6s"},
                {"id": "shut", "kind": "signal", "signal": "fixture-closed", "expect": True},
            ],
        },
        {"id": "look", "title": "Look", "text": "Look at it."},
    ],
}
BADGES = {"anna": "ANNA-1", "ben": "BEN-22", "cleo": "CLEO-3"}


class Clock:
    """Nanoseconds since boot that only the test moves."""

    def __init__(self, nanoseconds: int = 1_000_000_000_000) -> None:
        self.nanoseconds = nanoseconds

    def __call__(self) -> int:
        return self.nanoseconds

    def wall(self) -> datetime:
        return AT + timedelta(microseconds=self.nanoseconds // 1000)

    def passes(self, seconds: float) -> None:
        self.nanoseconds += round(seconds * 1e9)


class Glass:
    """Where views are shown."""

    def __init__(self) -> None:
        self.views: list[View] = []

    def show(self, view: View) -> None:
        self.views.append(view)

    @property
    def view(self) -> Any:
        return self.views[-1]


class StoppedAlarm:
    """Remembers when it should ring."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def set(self, seconds: float | None) -> None:
        self.seconds = seconds


class NoCamera:
    """No camera."""

    def jpeg(self) -> bytes | None:
        return None


@dataclass
class Staring:
    """An eye in the tests' hands: what it is asked to look at is written down."""

    wishes: list[Wish] = field(default_factory=list)

    def look(self, wish: Wish) -> None:
        self.wishes.append(wish)


class PlainJudge:
    """Compares PINs in clear, and at once."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    def judge(self, person: PersonId, verifier: str, pin: str) -> None:
        self.inbox.put(PinJudged(person=person, right=verifier == pin))


def signer() -> CryptoSigner:
    return CryptoSigner.generate_ed25519()


def release_of(
    document: dict[str, Any], files: Mapping[str, bytes] = {}
) -> tuple[bytes, tuple[MediaFile, ...]]:
    """The canonical payload of a release, and its media: of those that are not in `files`, all the same picture."""
    parsed = Instruction.model_validate(document)
    held = {path: files.get(path, PNG) for path in parsed.files}
    media = tuple(
        MediaFile(
            path=path,
            digest=package.digest_of(data),
            size=len(data),
            type=picture.media_type(data[:16]) or "",
        )
        for path, data in held.items()
    )
    return package.payload(parsed, media), media


def assignment_of(
    payloads: Sequence[bytes], counter: int = 1, roles: Mapping[str, str] = {}, **more: Any
) -> dict[str, Any]:
    releases = []
    for payload in payloads:
        document = package.read_payload(payload).document
        releases.append(
            {
                "digest": package.digest_of(payload),
                "document": document.id,
                "revision": document.revision,
                "title": document.title,
            }
        )
    people = [
        {
            "id": name,
            "name": name.title(),
            "badge": hashlib.sha256(badge.encode()).hexdigest(),
            "pin": "1234" if name == "cleo" else None,
            "role": roles.get(name, "operator"),
        }
        for name, badge in BADGES.items()
    ]
    return {
        "format": 1,
        "station": {"id": "bench-1", "name": "Bench 1", "line": "L", "area": "A"},
        "counter": counter,
        "issued_at": "2026-11-23T08:00:00Z",
        "releases": releases,
        "people": people,
        "broker": None,
        **more,
    }


def fill(
    store: Store,
    documents: Sequence[dict[str, Any]] = (PUMP,),
    counter: int = 1,
    key: CryptoSigner | None = None,
    files: Mapping[str, bytes] = {},
    **more: Any,
) -> list[Digest]:
    """Give the store an identity, these documents and the three people."""
    if store.meta.identity is None:
        store.meta.enrol(
            Identity(
                kiosk="k-1",
                token="secret",
                server_key=package.public_key(key or signer()),
                station={"id": "bench-1", "name": "Bench 1"},
                broker=None,
            )
        )
    payloads = []
    for document in documents:
        payload, media = release_of(document, files)
        payloads.append(payload)
        store.library.add(package.read_payload(payload), b"", payload)
        for file in media:
            store.media.partial(file.digest).write_bytes(files.get(file.path, PNG))
            store.media.accept(file.digest, file.type)
    values = wire.canonical(assignment_of(payloads, counter, **more)).encode()
    store.library.adopt(Assignment.read(values), values)
    return [package.digest_of(payload) for payload in payloads]


@dataclass
class Shelf:
    """The station's devices in the tests' hands: what is wanted and asked of them is written down."""

    settings: Sequence[DeviceSettings] = ()
    patterns: Sequence[Pattern] = ()
    state: DeviceState = DeviceState.READY
    metrics: Metrics = field(default_factory=Metrics)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    asked: list[tuple[str, Command]] = field(default_factory=list)

    def health(self) -> dict[str, DeviceHealth]:
        return {
            each.name: DeviceHealth(
                kind=each.kind, state=self.state, since=AT, reason="connected", metrics=self.metrics
            )
            for each in self.settings
        }

    def want(self, device: str, wanted: Wanted) -> None:
        self.wanted[device] = wanted

    def ask(self, device: str, command: Command) -> None:
        self.asked.append((device, command))


@dataclass
class Station:
    """A running kiosk without a window."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    filled: bool = True
    runs: int = 0
    devices: Shelf = field(default_factory=Shelf)
    eye: Any = field(default_factory=Staring)
    glass: Any = field(default_factory=Glass)
    inbox: Inbox = field(default_factory=Inbox)
    language: str = "en"

    def __post_init__(self) -> None:
        self.boot("boot-1")

    def boot(self, boot: str) -> None:
        """Switch the kiosk on."""
        self.store = Store.open(self.folder)
        if self.filled and self.store.meta.identity is None:
            fill(self.store)
        self.ticker = Ticker.resume(
            self.store.journal.last_tick(),
            self.store.meta.get("ticker"),
            boot=boot,
            nanoseconds=self.clock,
            wall=self.clock.wall,
        )
        self.store.meta.put(ticker=self.ticker.mark(boot))
        self.alarm = StoppedAlarm()
        self.bench = Bench(self.store, self.ticker, self.language)
        self.conductor = Conductor(
            self.bench,
            self.inbox,
            runner=Runner(self.bench, self._name_run),
            judge=PlainJudge(self.inbox),
            alarm=self.alarm,
            camera=NoCamera(),
            eye=self.eye,
            devices=self.devices,
            trace=NoTrace(),
        )
        self.conductor.start(self.glass)

    def _name_run(self) -> RunId:
        self.runs += 1
        return RunId(f"run-{self.store.journal.last_seq}")

    def switch_off(self) -> None:
        self.store.close()

    @property
    def view(self) -> Any:
        return self.glass.view

    def put(self, *events: Any) -> None:
        for event in events:
            self.inbox.put(event)
        self.conductor.drain()

    def stamp(self, device: str) -> dict[str, Any]:
        return {"device": device, "at": self.clock.wall(), "tick": self.clock.nanoseconds}

    def scan(self, text: str, symbology: str | None = None) -> None:
        self.put(readings.CodeScanned(**self.stamp("scanner"), text=text, symbology=symbology))

    def badge(self, name: str) -> None:
        self.scan(f"BDG:{BADGES[name]}")

    def weigh(self, grams: str, unit: str = "g", *, stable: bool = True) -> None:
        self.clock.passes(1.5)
        self.put(
            readings.Measured(
                **self.stamp("scale"), value=Decimal(grams), unit=unit, quantity="mass", stable=stable
            )
        )

    def tighten(self, torque: str, **more: Any) -> None:
        self.put(
            readings.TorqueApplied(
                **self.stamp("torque"), torque=Decimal(torque), unit="N.m", angle=None, ok=None, **more
            )
        )

    def waits(self, seconds: float) -> None:
        self.clock.passes(seconds)
        self.put(AlarmRang())

    def switch(self, *, on: bool) -> None:
        self.put(readings.SwitchChanged(**self.stamp("fixture"), signal="fixture-closed", on=on))

    def tap(self, check: str | None = None) -> None:
        self.clock.passes(0.5)
        self.conductor.confirm(self.view.step, check)

    @property
    def facts(self) -> list[Fact]:
        return facts_of(self.store)

    @property
    def types(self) -> list[str]:
        return [wire.type_of(fact) for fact in self.facts]


def facts_of(store: Store) -> list[Fact]:
    return [wire.read_body(entry.body)[0] for entry in store.journal.after(0, 100_000, 10**9)]
