"""The kiosk's record on disk: facts chained one after the other, kept also after they were delivered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from content import chain, wire
from content.chain import Entry
from content.errors import WireError
from content.record import (
    ChangesSeen,
    CheckPassed,
    Code,
    Fact,
    OperatorSignedIn,
    RunAborted,
    RunCompleted,
    RunFact,
    RunStarted,
)
from content.values import Digest, PersonId, RunId
from content.wire import Cause
from kiosk.store.database import Database
from kiosk.store.meta import Meta
from kiosk.store.tables import begun, entries, evidence, open_runs, pulse, seen_changes

# The hot path: one statement, prepared once by SQLite's own cache
_INSERT = "INSERT INTO entries (seq, prev, hash, run, type, body) VALUES (?, ?, ?, ?, ?, ?)"
ROOM = 64 * 1024  # bytes that must be free before the kiosk takes inputs again
SESSION = ("operator.signed-in", "operator.signed-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """A run that was not over when the kiosk stopped, and its facts in order."""

    run: RunId
    release: Digest
    facts: tuple[RunFact, ...]


class Journal:
    """Append-only. What `keep` returned from is on disk."""

    def __init__(self, database: Database, meta: Meta) -> None:
        self._database = database
        self._meta = meta
        with database.reading() as look:
            last = look.execute(
                select(entries.c.seq, entries.c.hash).order_by(entries.c.seq.desc()).limit(1)
            ).first()
        self._seq, self._hash = (0, chain.FIRST) if last is None else (int(last.seq), str(last.hash))
        self._held = int(meta.get("held") or 0)

    @property
    def last_seq(self) -> int:
        """Number of the latest fact, 0 when there is none."""
        return self._seq

    @property
    def held(self) -> int:
        """The highest number up to which the server has confirmed that it holds everything."""
        return self._held

    @property
    def undelivered(self) -> int:
        """How many facts the server does not hold yet."""
        return max(0, self._seq - self._held)

    def keep(self, facts: Sequence[Fact], cause: Cause | None = None, *, photo: Digest | None = None) -> None:
        """Commit all facts of one decision at once, with fsync, before this returns; raises StoreError.

        `cause` is kept in the first one's body. A `photo` is noted as evidence that has to be delivered too.
        """
        if not facts:
            return
        kiosk = self._meta.kiosk
        rows: list[tuple[Any, ...]] = []
        with self._database.writing() as tx:
            prev, seq = self._hash, self._seq
            for place, fact in enumerate(facts):
                seq += 1
                body = wire.body(fact, cause if place == 0 else None)
                digest = chain.digest(kiosk, seq, prev, body)
                rows.append((seq, prev, digest, getattr(fact, "run", None), wire.type_of(fact), body))
                prev = digest
            tx.exec_driver_sql(_INSERT, rows)
            _note(tx, facts, self._seq + 1)
            if photo is not None:
                tx.execute(
                    evidence.insert()
                    .prefix_with("OR IGNORE")
                    .values(digest=photo, seq=self._seq + 1, delivered=False)
                )
        self._seq, self._hash = seq, prev

    def after(self, seq: int, limit: int, most: int) -> list[Entry]:
        """The entries that follow number `seq`: at most `limit`, of at most `most` characters in all.

        Always at least one when there is one.
        """
        query = select(entries).where(entries.c.seq > seq).order_by(entries.c.seq).limit(limit)
        found: list[Entry] = []
        length = 0
        with self._database.reading() as look:
            for row in look.execute(query):
                length += len(row.body)
                if found and length > most:
                    break
                found.append(
                    Entry(kiosk=self._meta.kiosk, seq=row.seq, prev=row.prev, hash=row.hash, body=row.body)
                )
        return found

    def server_holds(self, seq: int) -> None:
        """The server holds everything up to `seq`; it may be less than before, when it was restored."""
        if seq == self._held:
            return
        self._meta.put(held=str(seq))
        self._held = seq

    def open_runs(self) -> tuple[OpenRun, ...]:
        """The runs that are not over, in the order in which they began; raises StoreError."""
        with self._database.reading() as look:
            found = look.execute(select(open_runs).order_by(open_runs.c.seq)).all()
            return tuple(
                OpenRun(run=RunId(row.run), release=Digest(row.release), facts=_facts(look, row.run, row.seq))
                for row in found
            )

    def standing(self) -> tuple[int, str, tuple[Digest, ...]]:
        """Number and hash of the latest fact on disk, and the releases that runs are open on; raises StoreError."""
        with self._database.reading() as look:
            last = look.execute(
                select(entries.c.seq, entries.c.hash).order_by(entries.c.seq.desc()).limit(1)
            ).first()
            opened = look.execute(select(open_runs.c.release).distinct()).scalars()
            seq, head = (0, chain.FIRST) if last is None else (int(last.seq), str(last.hash))
            return seq, head, tuple(sorted(Digest(release) for release in opened))

    def session(self) -> OperatorSignedIn | None:
        """The sign-in that still holds, None when nobody is signed in."""
        query = (
            select(entries.c.body).where(entries.c.type.in_(SESSION)).order_by(entries.c.seq.desc()).limit(1)
        )
        with self._database.reading() as look:
            body = look.execute(query).scalar()
        fact = None if body is None else wire.read_body(body)[0]
        return fact if isinstance(fact, OperatorSignedIn) else None

    def saw(self, person: PersonId, release: Digest) -> bool:
        """Whether that person was shown at this kiosk what the release changed; raises StoreError."""
        query = select(seen_changes.c.release).where(
            seen_changes.c.person == person, seen_changes.c.release == release
        )
        with self._database.reading() as look:
            return look.execute(query).first() is not None

    def took(self, code: str, step: str, check: str, but: RunId) -> bool:
        """Whether that check took the code before, in another run of this station; raises StoreError."""
        part = json.dumps({"text": code}, ensure_ascii=False)[1:-1].replace(": ", ":", 1)
        query = select(entries.c.body).where(
            entries.c.type == "check.passed",
            entries.c.run != but,
            entries.c.body.contains(part, autoescape=True),
        )
        with self._database.reading() as look:
            facts = [wire.read_body(body)[0] for body in look.execute(query).scalars()]
        return any(
            isinstance(fact, CheckPassed)
            and (fact.step, fact.check) == (step, check)
            and isinstance(fact.evidence, Code)
            and fact.evidence.text == code
            for fact in facts
        )

    def beat(self, tick: int) -> None:
        """Note that the kiosk was alive at `tick`."""
        with self._database.writing() as tx:
            tx.exec_driver_sql("INSERT OR REPLACE INTO pulse (id, tick) VALUES (1, ?)", (tick,))

    def probe(self, tick: int) -> None:
        """Prove that there is room for more than one fact, and leave nothing behind; raises StoreError."""
        with self._database.writing() as tx:
            tx.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('probe', zeroblob(?))", (ROOM,))
            tx.exec_driver_sql("DELETE FROM meta WHERE key = 'probe'")
            tx.exec_driver_sql("INSERT OR REPLACE INTO pulse (id, tick) VALUES (1, ?)", (tick,))

    def last_tick(self) -> int:
        """The latest tick that is on disk, in a fact or as a pulse; 0 in a new store."""
        with self._database.reading() as look:
            beaten = look.execute(select(pulse.c.tick)).scalar() or 0
            body = look.execute(select(entries.c.body).order_by(entries.c.seq.desc()).limit(1)).scalar()
        try:
            told = 0 if body is None else wire.read_body(body)[0].tick
        except WireError:  # written by a newer version that was rolled back
            told = 0
        return max(int(beaten), told)

    def photos_to_deliver(self) -> list[Digest]:
        """Photographs that belong to the record and are not on the server yet, oldest first."""
        query = select(evidence.c.digest).where(evidence.c.delivered.is_(False)).order_by(evidence.c.seq)
        with self._database.reading() as look:
            return [Digest(digest) for digest in look.execute(query).scalars()]

    def photos_delivered(self) -> list[Digest]:
        """Photographs that the server holds."""
        query = select(evidence.c.digest).where(evidence.c.delivered.is_(True)).order_by(evidence.c.seq)
        with self._database.reading() as look:
            return [Digest(digest) for digest in look.execute(query).scalars()]

    def photo_delivered(self, digest: Digest) -> None:
        """The server holds this photograph."""
        with self._database.writing() as tx:
            tx.execute(update(evidence).where(evidence.c.digest == digest).values(delivered=True))


def _note(tx: Connection, facts: Sequence[Fact], seq: int) -> None:
    for fact in facts:
        match fact:
            case RunStarted():
                tx.execute(open_runs.insert().values(run=fact.run, release=fact.release, seq=seq))
                if fact.unit.lasting:
                    first = begun.insert().prefix_with("OR IGNORE")
                    tx.execute(first.values(unit=fact.unit.lasting, seq=seq))
            case ChangesSeen():
                seen = seen_changes.insert().prefix_with("OR IGNORE")
                tx.execute(seen.values(person=fact.by, release=fact.release))
            case RunCompleted() | RunAborted():
                tx.execute(delete(open_runs).where(open_runs.c.run == fact.run))
            case _:
                pass


def _facts(look: Connection, run: str, seq: int) -> tuple[RunFact, ...]:
    query = (
        select(entries.c.body)
        .where(entries.c.run == run, entries.c.run.is_not(None), entries.c.seq >= seq)
        .order_by(entries.c.seq)
    )
    facts = (wire.read_body(body)[0] for body in look.execute(query).scalars())
    return tuple(fact for fact in facts if isinstance(fact, RunFact))
