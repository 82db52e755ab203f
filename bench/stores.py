"""Facts committed on a kiosk and taken in by the server, beside bare SQLite and a plain Core insert."""

import contextlib
import gc
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from sqlalchemy import insert

from bench.measure import Measure, percentile
from content import chain, wire
from content.chain import Entry
from content.inputs import Unit
from content.record import CheckPassed, RunFact, RunStarted, StepCompleted, StepEntered, Value
from content.values import CheckId, Digest, DocumentId, PersonId, RunId, StepId
from kiosk.store.store import Store
from server.house import House
from server.library.assigning import create_station
from server.people import enrolment
from server.records.ingesting import ingest
from server.serve import open_house
from server.settings import Settings
from server.store import tables
from server.store.engine import writing

ROUNDS = 400
BATCH, BATCHES = 1_000, 10
AT = datetime(2026, 1, 1, tzinfo=UTC)


STEPS = 8  # of the runs that are taken in


def fact(number: int) -> RunFact:
    """The facts of one run after another, in the mixture that runs have."""
    run, place = divmod(number - 1, 1 + 3 * STEPS)
    stamp = {"run": RunId(f"r{run}"), "at": AT, "tick": number, "by": PersonId("anna")}
    if place == 0:
        return RunStarted(
            release=Digest("0" * 64),
            document=DocumentId("close-pump"),
            revision=1,
            station="bench",
            unit=Unit(serial=str(run)),
            **stamp,
        )
    step = StepId(f"step-{(place - 1) // 3}")
    match (place - 1) % 3:
        case 0:
            return StepEntered(step=step, visit=1, **stamp)
        case 1:
            evidence = Value(value=Decimal("124.8"), unit="g", device="scale")
            return CheckPassed(step=step, check=CheckId("mass"), attempt=1, evidence=evidence, **stamp)
        case _:
            return StepCompleted(step=step, visit=1, elapsed=timedelta(seconds=9), held=timedelta(), **stamp)


def committed() -> list[Measure]:
    """One fact committed on the kiosk against one row committed by bare sqlite3, alternating."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, body TEXT)")
        body = wire.body(fact(1), None)
        with Store.open(Path(folder) / "kiosk") as store:
            store.meta.put(kiosk="k-bench")
            for number in range(ROUNDS):
                begun = time.perf_counter()
                database.execute("BEGIN")
                database.execute("INSERT INTO entries (body) VALUES (?)", (body,))
                database.execute("COMMIT")
                bare.append((time.perf_counter() - begun) * 1000)
                begun = time.perf_counter()
                store.keep(
                    [StepEntered(run=RunId("r"), step=StepId("s"), visit=number + 1, at=AT, tick=number)],
                    None,
                )
                ours.append((time.perf_counter() - begun) * 1000)
        database.close()
    yardstick = percentile(bare, 0.5)
    value = percentile(ours, 0.5)
    return [
        Measure(
            name="fact committed on the kiosk, p50",
            value=value,
            unit="ms",
            yardstick_name="bare sqlite3 commit",
            yardstick=yardstick,
            goal="≤ 2x",
            met=value <= 2 * yardstick,
        )
    ]


def taken_in(name: str, url: str | None) -> list[Measure]:
    """Facts per second taken in by the server against a Core insert of the same rows."""
    with tempfile.TemporaryDirectory() as folder, _house(Path(folder), url) as (house, kiosk):
        gc.collect()
        gc.freeze()  # as the server does when it starts; the yardstick is not looked through either
        plain, ours = 0.0, 0.0
        prev, seq = chain.FIRST, 0
        for _ in range(BATCHES):
            entries: list[Entry] = []
            for _ in range(BATCH):
                seq += 1
                entries.append(chain.link(kiosk, seq, prev, wire.body(fact(seq), None)))
                prev = entries[-1].hash
            rows = [_row(entry) for entry in entries]
            begun = time.perf_counter()
            with writing(house.engine) as tx:
                tx.execute(insert(tables.records), rows)
            plain += time.perf_counter() - begun
            begun = time.perf_counter()
            ingest(house, kiosk, entries)
            ours += time.perf_counter() - begun
    gc.unfreeze()
    value, yardstick = BATCH * BATCHES / ours, BATCH * BATCHES / plain
    return [
        Measure(
            name=f"facts taken in on {name}",
            value=value,
            unit="facts/s",
            yardstick_name="Core insert of the same rows",
            yardstick=yardstick,
            goal="≥ 0.5x",
            met=value >= 0.5 * yardstick,
        )
    ]


def _row(entry: Entry) -> dict[str, object]:
    return {
        "kiosk": "k-yardstick",
        "seq": entry.seq,
        "prev": entry.prev,
        "hash": entry.hash,
        "run": "r",
        "type": "step.entered",
        "at": AT,
        "received_at": AT,
        "body": entry.body,
    }


@contextlib.contextmanager
def _house(folder: Path, url: str | None) -> Iterator[tuple[House, str]]:
    from content import package

    house = open_house(Settings(data=folder, database_url=url))
    create_station(house, "bench", "Bench", "", "", "bench")
    asked = enrolment.ask(house, "bench", package.public_key(CryptoSigner.generate_ed25519()))
    kiosk = enrolment.confirm(house, asked.code, "bench", "bench")
    yield house, kiosk
    house.engine.dispose()
