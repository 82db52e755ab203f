"""A small plant with a past: documents, stations, people, and runs that the real decider decided."""

import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from sqlalchemy import insert, select, update

from content import chain, package, wire
from content.chain import Entry
from content.checks import (
    Check,
    Checklist,
    Choice,
    Confirm,
    FreeText,
    Measure,
    Number,
    Photo,
    Scan,
    Signal,
    Timer,
    Torque,
    Vision,
)
from content.decide import begin, decide
from content.holding import Holding, sealed
from content.inputs import (
    Aborted,
    Answered,
    CodeGiven,
    Continued,
    Input,
    Paused,
    ProblemReported,
    Restarted,
    SignalGiven,
    Started,
    Tapped,
    Ticked,
    TorqueGiven,
    Unit,
    ValueGiven,
    Waived,
)
from content.instruction import Instruction, Step
from content.package import Release, digest_of
from content.run import Run, fold
from server.house import House
from server.library import settling
from server.library.assigning import assign_documents, create_station
from server.library.publishing import publish, publish_library
from server.people.enrolment import Kiosk
from server.people.roster import add_person, bootstrap
from server.people.tokens import hashed
from server.records import holdings
from server.records.ingesting import ingest
from server.serve import open_house
from server.settings import Settings
from server.store import tables
from server.store.engine import reading, writing
from tests.library import LIBRARY

PASSWORD = "correct horse battery"
LINE = "Pump line"
STATIONS = (
    ("assembly-1", "Assembly 1", LINE, "Hall 2"),
    ("assembly-2", "Assembly 2", LINE, "Hall 2"),
    ("test-stand", "Prüfstand für Dichtheits- und Fördermengenprüfung", LINE, "Hall 2"),
    ("packing", "Packing", "Dispatch", "Hall 3"),
)
SIGNERS = {station: CryptoSigner.generate_ed25519() for station, *_ in STATIONS}
OPERATORS = (
    ("ada", "Ada Nowak"),
    ("ben", "Benjamin Okafor"),
    ("cem", "Cem Yıldırım"),
    ("lea", "Lea Müller-Schwarzenberger"),
)
SIGN_INS = (("sam", "Sam Supervisor", "supervisor"), ("eve", "Eve Engineer", "engineer"))
PROBLEMS = (
    ("part", "Thread of the third hole is cut too short; the screw stops 4 mm early."),
    ("tool", "Der Drehmomentschraubendreher schaltet bei 7 N·m ab, Akku mehrfach gewechselt."),
    ("machine", "Press stops at half stroke and says E12."),
    ("safety", "Guard of the test stand does not latch."),
)


def kiosk_of(station: str) -> str:
    return f"k-{station}"


def token_of(station: str) -> str:
    return f"token of {station}"


@dataclass
class Writer:
    """The record of one kiosk: entries in order, chained."""

    kiosk: str
    seq: int = 0
    head: str = chain.FIRST
    entries: list[Entry] = field(default_factory=list)

    def write(self, facts: Sequence, cause) -> None:
        for place, fact in enumerate(facts):
            entry = chain.link(
                self.kiosk, self.seq + 1, self.head, wire.body(fact, cause if place == 0 else None)
            )
            self.entries.append(entry)
            self.seq, self.head = entry.seq, entry.hash

    def taken(self) -> list[Entry]:
        """The entries since the last time."""
        given, self.entries = self.entries, []
        return given


class Player:
    """Plays one run as a good operator with bad moments would."""

    def __init__(
        self, release: Release, station: str, by: str, run: str, at: datetime, writer: Writer, seed: int
    ):
        assert isinstance(release.document, Instruction)
        self.instruction = release.document
        self.rng = random.Random(seed)
        self.writer = writer
        self.by = by
        self.at = at
        self.tick = int(at.timestamp() * 1_000_000)
        part = next(iter(self.instruction.applies_to.part_numbers), None)
        unit = Unit(part_number=part, serial=f"SN{seed % 1_000_000:06}", work_order=f"WO-{4700 + seed % 90}")
        started = Started(
            run=run,
            release=release.digest,
            document=self.instruction.id,
            revision=self.instruction.revision,
            station=station,
            unit=unit,
            at=self.at,
            tick=self.tick,
            by=by,
        )
        facts = begin(self.instruction, started)
        self.run = fold(facts)
        self.writer.write(facts, started)

    def give(self, kind: type[Input], wait: float = 0.0, **values) -> None:
        """Let time pass, then tell the run something."""
        self.at += timedelta(seconds=wait)
        self.tick += int(wait * 1_000_000)
        given = kind(at=self.at, tick=self.tick, by=self.by, **values)
        facts = decide(self.instruction, self.run, given)
        self.run = fold(facts, self.run)
        self.writer.write(facts, given)

    def play(self, steps: int = 10_000, faults: float = 0.05) -> Run:
        """Work through up to `steps` steps."""
        for step in self.instruction.steps[:steps]:
            if self.run.open:
                self._step(step, faults)
        return self.run

    def _step(self, step: Step, faults: float) -> None:
        standard = step.standard_time.total_seconds() if step.standard_time else 15.0
        spent = standard * self.rng.lognormvariate(-0.03, 0.24)
        waits = max(len(step.checks), 1)
        if self.rng.random() < faults / 2:
            self.give(Paused, spent / 3, reason="break")
            self.give(Continued, self.rng.uniform(20, 200))
        if self.rng.random() < faults / 3:
            category, comment = self.rng.choice(PROBLEMS)
            self.give(ProblemReported, spent / 4, category=category, comment=comment)
        if self.rng.random() < faults / 8:
            gap = timedelta(seconds=self.rng.uniform(5, 60))
            self.give(Restarted, gap.total_seconds() + 1, gap=gap)
        if self.rng.random() < faults / 10:
            self.give(Aborted, spent / 2, reason="The housing is scratched in the bore, set aside")
            return
        for check in step.checks:
            self._check(step, check, spent / waits, fails=self.rng.random() < faults)
        if not step.checks or self.run.step == step.id:
            self.give(Tapped, spent if not step.checks else 1.0, step=step.id)

    def _check(self, step: Step, check: Check, wait: float, *, fails: bool) -> None:
        match check:
            case Confirm():
                self.give(Tapped, wait, step=step.id, check=check.id)
            case Scan():
                if fails:
                    self.give(CodeGiven, wait / 2, text="GP-199", device="scanner", part_number="GP-199")
                self.give(CodeGiven, wait, **self._code(check))
            case Measure():
                for value in self._values(check, fails and not check.until_in_limits):
                    self.give(ValueGiven, wait, value=value, unit=check.unit, device=check.device or "scale")
            case Torque():
                self._tighten(check, wait, fails=fails)
            case Signal():
                self.give(
                    SignalGiven, wait, signal=check.signal, on=check.expect, device=check.device or "fixture"
                )
            case Timer():
                self._wait(check, wait, fails=fails)
            case Photo() | Vision():
                self.give(Waived, wait, step=step.id, check=check.id)
            case Choice() | Checklist() | Number() | FreeText():
                for answer in self._answers(check, fails):
                    self.give(Answered, wait, step=step.id, check=check.id, answer=answer)

    def _answers(self, check: Choice | Checklist | Number | FreeText, fails: bool) -> Iterator[str]:
        match check:
            case Choice():
                yield from (option.id for option in check.options if not option.good and fails)
                yield next(option.id for option in check.options if option.good)
            case Checklist():
                yield from (item.id for item in check.items)
            case Number():
                yield from (f"{value}" for value in self._values(check, fails))
            case FreeText():
                yield "K417"

    def _code(self, check: Scan) -> dict:
        text = check.part or check.exact or self.run.unit.serial
        return {"text": text, "device": "scanner", "part_number": check.part, "serial": self.run.unit.serial}

    def _values(self, check: Measure | Torque | Number, fails: bool) -> Iterator[Decimal]:
        low = float(check.low if check.low is not None else check.high - 1)
        high = float(check.high if check.high is not None else check.low + 1)
        decimals = 2 if isinstance(check, Torque) else check.decimals
        if fails:
            yield Decimal(f"{high + (high - low) * self.rng.uniform(0.1, 0.5):.{decimals}f}")
        middle, spread = (low + high) / 2, (high - low) / 7
        value = min(max(self.rng.gauss(middle, spread), low), high)
        yield min(max(Decimal(f"{value:.{decimals}f}"), Decimal(f"{low}")), Decimal(f"{high}"))

    def _tighten(self, check: Torque, wait: float, *, fails: bool) -> None:
        angle = None
        if check.angle_low is not None and check.angle_high is not None:
            angle = (check.angle_low + check.angle_high) / 2
        for number in range(check.fastenings):
            for torque in self._values(check, fails and number == 2):
                self.give(
                    TorqueGiven,
                    wait / check.fastenings,
                    torque=torque,
                    unit=check.unit,
                    device=check.device or "torque",
                    angle=angle,
                )

    def _wait(self, check: Timer, wait: float, *, fails: bool) -> None:
        if check.minimum is not None:
            self.give(Ticked, check.minimum.total_seconds() + 0.3)
        if fails and check.maximum is not None:
            self.give(Ticked, check.maximum.total_seconds() + wait)


@dataclass
class Plant:
    """What was built, and the kiosks' records so that the story can go on."""

    house: House
    releases: dict[str, Release]
    writers: dict[str, Writer]


def build(
    data: Path,
    *,
    runs: int = 60,
    days: int = 12,
    seed: int = 7,
    now: datetime | None = None,
    database_url: str | None = None,
) -> Plant:
    """A plant in `data`: finished runs over the last `days` days, and one run under way at most stations."""
    now = now or datetime.now(UTC)
    house = open_house(Settings(data=data, database_url=database_url), lambda: now)
    bootstrap(house, PASSWORD)
    releases = {release.document.id: release for release in publish_library(house, LIBRARY, "admin")}
    del releases["service-pump"]  # its conditions are played elsewhere
    instructions = [r for r in releases.values() if isinstance(r.document, Instruction)]
    people(house)
    writers = {}
    for station, name, line, area in STATIONS:
        create_station(house, station, name, line, area, "admin")
        assign_documents(house, station, [release.document.id for release in instructions], "admin")
        kiosk(house, station)
        writers[station] = Writer(kiosk_of(station))
    plant = Plant(house=house, releases=releases, writers=writers)
    past(plant, instructions, now, runs=runs, days=days, seed=seed)
    present(plant, now, seed)
    return plant


def people(house: House) -> None:
    for person, name in OPERATORS:
        add_person(house, person, name, "operator", "admin", badge=f"{person}-1234")
    add_person(house, "olga", "Olga Operator", "operator", "admin", login="olga", password=PASSWORD)
    for person, name, role in SIGN_INS:
        add_person(house, person, name, role, "admin", login=person, password=PASSWORD)


def kiosk(house: House, station: str) -> None:
    with writing(house.engine) as tx:
        tx.execute(
            insert(tables.kiosks).values(
                id=kiosk_of(station),
                station=station,
                name=f"kiosk-{station}",
                token_hash=hashed(token_of(station)),
                public_key=json.dumps(package.public_key(SIGNERS[station])),
                enrolled_at=house.now() - timedelta(days=20),
                enrolled_by="admin",
                held_seq=0,
                head_hash=chain.FIRST,
                status="{}",
            )
        )


def past(
    plant: Plant, instructions: list[Release], now: datetime, *, runs: int, days: int, seed: int
) -> None:
    rng = random.Random(seed)
    starts = sorted(now - timedelta(hours=rng.uniform(1.5, days * 24)) for _ in range(runs))
    for number, start in enumerate(starts):
        station = STATIONS[rng.randrange(len(STATIONS))][0]
        release = instructions[number % len(instructions)]
        operator = rng.choice(OPERATORS)[0]
        writer = plant.writers[station]
        Player(release, station, operator, f"r-{number:04}", start, writer, seed + number).play()
    for writer in plant.writers.values():
        deliver(plant.house, writer)


def present(plant: Plant, now: datetime, seed: int) -> None:
    """A run under way at three stations; the fourth kiosk has been silent for an hour."""
    lost = {"name": "torque", "state": "lost", "reason": "/dev/ttyUSB1 is not there"}
    for place, (station, document, steps) in enumerate(
        (
            ("assembly-1", "close-pump", 3),
            ("assembly-2", "fit-gears", 5),
            ("test-stand", "leak-and-flow-test", 2),
        )
    ):
        release = plant.releases[document]
        spent = sum(
            (s.standard_time or timedelta(seconds=15) for s in release.document.steps[:steps]), timedelta()
        )
        writer = plant.writers[station]
        player = Player(
            release,
            station,
            OPERATORS[place][0],
            f"r-now-{place}",
            now - spent * 1.05,
            writer,
            seed + 900 + place,
        )
        player.play(steps, faults=0.3 if place == 2 else 0.0)
        if place == 1:
            player.give(Paused, 1, reason="waiting for parts")
        deliver(plant.house, writer)
    for place, (station, *_rest) in enumerate(STATIONS):
        report(
            plant,
            station,
            contact=now - (timedelta(hours=1) if station == "packing" else timedelta(seconds=4)),
            undelivered=17 if station == "packing" else 0,
            devices=[{"name": "scanner", "state": "ready", "reason": ""}]
            + ([lost] if place == 2 else [{"name": "torque", "state": "ready", "reason": ""}]),
        )


def report(plant: Plant, station: str, *, contact: datetime, undelivered: int, devices: list[dict]) -> None:
    held = [
        release.digest for release in plant.releases.values() if isinstance(release.document, Instruction)
    ]
    held = held[:-1] if station == "packing" else held
    status = {
        "version": "0.1.0",
        "releases": held,
        "undelivered": undelivered,
        "devices": devices,
        "counter": 1,
    }
    with writing(plant.house.engine) as tx:
        tx.execute(
            update(tables.kiosks)
            .where(tables.kiosks.c.station == station)
            .values(last_contact=contact, status=json.dumps(status))
        )
    if station != "test-stand":  # one that is too old to sign anything
        prove(plant, station, held, contact)


def prove(plant: Plant, station: str, held: Sequence[str], at: datetime, **more: object) -> None:
    """The kiosk's signed report that it shows these releases."""
    writer = plant.writers[station]
    shown = Holding(
        kiosk=writer.kiosk,
        station=station,
        at=at,
        counter=1,
        releases=tuple(sorted(held)),
        seq=writer.seq,
        head=writer.head,
        **more,
    )
    with writing(plant.house.engine) as tx:
        kiosk = Kiosk(id=writer.kiosk, station=station)
        holdings.take_in(tx, kiosk, sealed(shown, SIGNERS[station]), at)


def change(
    plant: Plant, document: str, words: Mapping[str, str], pictures: Mapping[str, str] | None = None
) -> Release:
    """An engineer changed words and pictures of an instruction, and the new release goes to Assembly 1 first."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / document
        shutil.copytree(LIBRARY / "instructions" / document, folder)
        file = folder / "instruction.yaml"
        text = file.read_text(encoding="utf-8")
        for was, now in ({"revision: 1\n": "revision: 2\n"} | dict(words)).items():
            assert was in text, was
            text = text.replace(was, now, 1)
        file.write_text(text, encoding="utf-8")
        for name, other in (pictures or {}).items():
            shutil.copyfile(folder / "media" / other, folder / "media" / name)
        made = publish(plant.house, folder, "eve")
    rollout = {"release": made.digest, "document": document, "state": "running", "stages": '[["assembly-1"]]'}
    rollout |= {"stage": 0, "since": plant.house.now(), "good_runs": 10, "most_deviations": 0.5}
    with writing(plant.house.engine) as tx:
        tx.execute(insert(tables.rollouts).values(rollout))
        grown = settling.settle_in(tx, plant.house, document)
    settling.tell(plant.house, grown)
    prove(plant, "assembly-1", assigned(plant, "assembly-1"), plant.house.now())
    return made


def assigned(plant: Plant, station: str) -> Sequence[str]:
    """The digests of what the station must hold."""
    with reading(plant.house.engine) as tx:
        query = select(tables.assignments.c.release).where(tables.assignments.c.station == station)
        return tx.execute(query).scalars().all()


def deliver(house: House, writer: Writer) -> None:
    entries = writer.taken()
    for place in range(0, len(entries), 1_000):
        ingest(house, writer.kiosk, entries[place : place + 1_000])


def photo(house: House, deviation: str, data: bytes) -> None:
    """Put a photo to a deviation, as a kiosk would deliver it."""
    digest = digest_of(data)
    house.photos.keep(data, digest)
    with writing(house.engine) as tx:
        tx.execute(
            insert(tables.photos).values(
                digest=digest, kiosk="k-assembly-1", type="image/webp", received_at=house.now()
            )
        )
        tx.execute(update(tables.deviations).where(tables.deviations.c.id == deviation).values(photo=digest))
