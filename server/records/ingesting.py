"""Taking in records: once by kiosk and number, one transaction a batch, nothing changed, nothing dropped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError

from content import chain, wire
from content.chain import Entry
from content.errors import ChainError, UnknownMessage, WireError
from content.record import Fact
from server.errors import Conflict, Invalid, SignInNeeded
from server.house import House
from server.records.projecting import Projector
from server.store import tables
from server.store.bulk import insert_rows, without_nul
from server.store.engine import cannot_hold, first_line, writing

MOST_ENTRIES = 1_000  # of one batch
RECORD = ("kiosk", "seq", "prev", "hash", "run", "type", "at", "received_at", "body")  # columns of `records`


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a batch led to: the highest unbroken number held, and how many entries were new."""

    held: int
    new: int


class _Unknown(NamedTuple):
    """A fact that is kept as it came, for a server that knows its type."""

    type: str
    why: str


def ingest(house: House, kiosk: str, entries: Sequence[Entry]) -> Taken:
    """Take in a batch of one kiosk's entries, in any order, with repetitions; stops before the first gap.

    Raises:
        Conflict: an entry contradicts one that is held under its number; it is parked.
        Invalid: an entry is not what its hash says, or no record at all; it is parked.
        Both: nothing of the batch is kept, what was held before stays as it was.
    """
    fresh: list[Entry] = []
    try:
        with writing(house.engine) as tx:
            held, head = _held(tx, kiosk)
            ordered = sorted(entries, key=lambda entry: entry.seq)
            _agree(tx, kiosk, [entry for entry in ordered if entry.seq <= held])
            fresh = _unbroken(ordered, held, head)
            if not fresh:
                return Taken(held=held, new=0)
            read = [_read(entry) for entry in fresh]
            stations = _keep(tx, house.now(), kiosk, fresh, read)
    except _Contradiction as problem:
        _park(house, kiosk, problem.entry, str(problem))
        raise problem.refusal from None
    except (DBAPIError, OverflowError, ValueError) as problem:
        if not fresh or not cannot_hold(problem):
            raise
        why = (
            f"records {fresh[0].seq} to {fresh[-1].seq} hold a value that no table can: {first_line(problem)}"
        )
        _park(house, kiosk, fresh[0], why)
        raise Invalid(why, "the kiosk's store may be damaged") from None
    for station in stations:
        house.live.say(station)
    return Taken(held=fresh[-1].seq, new=len(fresh))


class _Contradiction(Exception):
    def __init__(self, entry: Entry, refusal: Conflict | Invalid) -> None:
        super().__init__(refusal.detail)
        self.entry = entry
        self.refusal = refusal


_HELD = (
    select(tables.kiosks.c.held_seq, tables.kiosks.c.head_hash)
    .where(tables.kiosks.c.id == bindparam("kiosk"))
    .with_for_update()
)


def _held(tx: Connection, kiosk: str) -> tuple[int, str]:
    row = tx.execute(_HELD, {"kiosk": kiosk}).one_or_none()
    if row is None:
        raise SignInNeeded(f"there is no kiosk {kiosk}", "enrol it")
    return row.held_seq, row.head_hash


def _agree(tx: Connection, kiosk: str, known: Sequence[Entry]) -> None:
    """Every entry under a number that is held must be the one that is held."""
    if not known:
        return
    records = tables.records.c
    rows = tx.execute(
        select(records.seq, records.hash).where(
            records.kiosk == kiosk, records.seq.between(known[0].seq, known[-1].seq)
        )
    )
    held = {row.seq: row.hash for row in rows}
    for entry in known:
        if entry.hash != held.get(entry.seq):
            raise _Contradiction(
                entry,
                Conflict(
                    f"record {entry.seq} of kiosk {kiosk} differs from the one that is held: "
                    f"{entry.hash[:12]}… came, {str(held.get(entry.seq))[:12]}… is held",
                    "two kiosks may share one identity; take one of them out and enrol it anew",
                ),
            )


def _unbroken(ordered: Sequence[Entry], held: int, head: str) -> list[Entry]:
    """The entries that follow what is held without a gap, each once and checked against the one before."""
    fresh: list[Entry] = []
    for entry in ordered:
        wanted = held + len(fresh) + 1
        if entry.seq < wanted:
            if fresh and entry.seq > held and entry.hash != fresh[entry.seq - held - 1].hash:
                raise _Contradiction(
                    entry, Conflict(f"record {entry.seq} came twice and differs", "send it once")
                )
            continue
        if entry.seq > wanted:
            break
        try:
            chain.verify(entry, fresh[-1].hash if fresh else head)
        except ChainError as problem:
            raise _Contradiction(entry, Invalid(str(problem), "the kiosk's store may be damaged")) from None
        fresh.append(entry)
    return fresh


def _read(entry: Entry) -> Fact | _Unknown:
    try:
        fact, _cause = wire.read_body(entry.body)
    except UnknownMessage as problem:
        return _Unknown(_type_of(entry.body), str(problem))
    except WireError as problem:
        raise _malformed(entry, str(problem)) from None
    at = fact.at
    if at.tzinfo is None:
        raise _malformed(entry, f"its time {at.isoformat()} has no zone")
    if not MINYEAR < at.year < MAXYEAR:  # in UTC it might be in a year that no calendar has
        raise _malformed(entry, f"its time {at.isoformat()} is out of range")
    return fact


def _malformed(entry: Entry, why: str) -> _Contradiction:
    return _Contradiction(entry, Invalid(f"record {entry.seq}: {why}", "update the kiosk or the server"))


def _type_of(body: str) -> str:
    fact = json.loads(body)["fact"]
    name = fact.get("type") if isinstance(fact, dict) else None
    return name[:80] if isinstance(name, str) else "?"


def _keep(
    tx: Connection, now: datetime, kiosk: str, entries: Sequence[Entry], read: Sequence[Fact | _Unknown]
) -> set[str]:
    rows = [
        (kiosk, entry.seq, entry.prev, entry.hash, *_about(fact), now, entry.body)
        for entry, fact in zip(entries, read, strict=True)
    ]
    insert_rows(tx, tables.records, RECORD, rows)
    projector = Projector(tx, kiosk, [fact for fact in read if not isinstance(fact, _Unknown)])
    stations = projector.write()
    strange = {id(fact) for fact in projector.strangers}
    for entry, fact in zip(entries, read, strict=True):
        if isinstance(fact, _Unknown):
            tx.execute(insert(tables.parked).values(_parked(kiosk, entry, fact.why, now)))
        elif id(fact) in strange:
            why = "it belongs to no run of this kiosk"
            tx.execute(insert(tables.parked).values(_parked(kiosk, entry, why, now)))
    tx.execute(_ADVANCE, {"kiosk": kiosk, "seq": entries[-1].seq, "hash": entries[-1].hash})
    return stations


_ADVANCE = (
    update(tables.kiosks)
    .where(tables.kiosks.c.id == bindparam("kiosk"))
    .values(held_seq=bindparam("seq"), head_hash=bindparam("hash"))
)


def _about(fact: Fact | _Unknown) -> tuple[str | None, str, datetime | None]:
    """A record's run, type and instant, as far as they are known."""
    if isinstance(fact, _Unknown):
        return None, fact.type, None
    return getattr(fact, "run", None), wire.type_of(fact), fact.at


def _park(house: House, kiosk: str, entry: Entry, why: str) -> None:
    with writing(house.engine) as tx:
        tx.execute(insert(tables.parked).values(_parked(kiosk, entry, why, house.now())))
    house.live.say("stations")


def _parked(kiosk: str, entry: Entry, why: str, now: datetime) -> dict[str, Any]:
    body = without_nul(entry.body)
    return {"kiosk": kiosk, "seq": entry.seq, "reason": without_nul(why), "body": body, "received_at": now}
