"""The station's documents on disk: releases, what opens them, who may sign in; switched all at once."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from content import package
from content.folder import Document
from content.inputs import Unit
from content.instruction import Instruction
from content.package import Release
from content.values import Digest, PersonId
from kiosk.assignment import Assignment, Person
from kiosk.store.database import Database
from kiosk.store.tables import (
    applies,
    begun,
    entries,
    in_force,
    meta,
    open_runs,
    people,
    pin_tries,
    release_files,
    releases,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is known of an instruction without reading it: enough for a tile."""

    digest: Digest
    title: str
    revision: int
    part_numbers: tuple[str, ...]
    steps: int
    expected: timedelta | None
    picture: tuple[Digest, str] | None  # digest and media type


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A file that a release needs: SHA-256, media type, size in bytes, and the title of the document."""

    digest: Digest
    type: str
    size: int
    title: str


@dataclass(frozen=True, slots=True)
class PinTries:
    """Wrong PINs in a row, and the tick until which no more are taken (0: not locked)."""

    failures: int = 0
    locked_until: int = 0


class Library:
    """What the station holds. Reads cost the same however much that is."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read = lru_cache(maxsize=8)(self._read_release)

    def held(self) -> set[Digest]:
        """The digests of all releases that are here, in use or not."""
        with self._database.reading() as look:
            return {Digest(digest) for digest in look.execute(select(releases.c.digest)).scalars()}

    def add(self, release: Release, envelope: bytes, payload: bytes) -> None:
        """Take in a verified release; it is not in use before an assignment names it. Raises StoreError."""
        document = release.document
        with self._database.writing() as tx:
            tx.execute(
                releases.insert().prefix_with("OR IGNORE"),
                {
                    "digest": release.digest,
                    "envelope": envelope,
                    "payload": payload,
                    "kind": document.kind,
                    "document": document.id,
                    "revision": document.revision,
                    "title": document.title,
                    "summary": json.dumps(_summary(release)),
                    "active": False,
                },
            )
            codes = [{"code": code, "release": release.digest} for code in _codes(document)]
            if codes:
                tx.execute(applies.insert().prefix_with("OR IGNORE"), codes)
            files = _file_rows(release)
            if files:
                tx.execute(release_files.insert().prefix_with("OR IGNORE"), files)

    def adopt(self, assignment: Assignment, payload: bytes, signer: str = "") -> None:
        """Switch to `assignment`, whose releases are all here: documents and people in one transaction.

        `signer` is the identifier of the key that had signed it. What was in use becomes the previous generation.
        """
        wanted = [release.digest for release in assignment.releases]
        with self._database.writing() as tx:
            used = set(tx.execute(select(releases.c.digest).where(releases.c.active)).scalars())
            if used != set(wanted):
                _put(tx, "previous", json.dumps(sorted(used)))
            named = releases.c.digest.in_(wanted)
            tx.execute(update(releases).where(releases.c.active, ~named).values(active=False))
            tx.execute(update(releases).where(~releases.c.active, named).values(active=True))
            last = tx.execute(select(func.max(entries.c.seq))).scalar() or 0
            for digest in set(wanted) - used:
                tx.exec_driver_sql("INSERT OR REPLACE INTO in_force VALUES (?, ?)", (digest, last))
            tx.execute(delete(people))
            if assignment.people:
                tx.execute(people.insert(), [_person_row(person) for person in assignment.people])
            _put(tx, "counter", str(assignment.counter))
            _put(tx, "assignment", payload.decode())
            _put(tx, "assignment_signer", signer)
            tx.execute(delete(meta).where(meta.c.key.in_(("heard", "heard_signer", "recalled"))))

    def recall(self, heard: Assignment, payload: bytes, signer: str = "") -> None:
        """Take out of use what `heard` says is withdrawn, long before all that it assigns is here.

        The rest of the assignment in force stays so until `adopt`. One transaction; raises StoreError.
        """
        with self._database.writing() as tx:
            gone = set(heard.withdrawn) | _recalled(tx)
            used = set(tx.execute(select(releases.c.digest).where(releases.c.active)).scalars())
            out = releases.c.digest.in_(sorted(used & gone))
            tx.execute(update(releases).where(out).values(active=False))
            _put(tx, "heard", payload.decode())
            _put(tx, "heard_signer", signer)
            _put(tx, "recalled", json.dumps(sorted(gone)))

    def believed(self) -> list[tuple[Assignment, str | None]]:
        """The assignments that a newer one must not be older than, and who signed each: the one in force, then heard.

        Nothing is taken out of them.
        """
        with self._database.reading() as look:
            found = [
                (_get(look, name), _get(look, f"{name}_signer") or None) for name in ("assignment", "heard")
            ]
        return [
            (Assignment.read(payload.encode()), signer) for payload, signer in found if payload is not None
        ]

    @property
    def counter(self) -> int:
        """The highest counter of an assignment that was believed here, in force yet or not; 0 before the first."""
        return max((assignment.counter for assignment, _ in self.believed()), default=0)

    def payload(self) -> bytes | None:
        """The assignment in force as it was signed."""
        with self._database.reading() as look:
            payload = _get(look, "assignment")
        return None if payload is None else payload.encode()

    def current(self) -> set[Digest]:
        """The releases in use, and those that units are still finished on."""
        with self._database.reading() as look:
            used = set(look.execute(select(releases.c.digest).where(releases.c.active)).scalars())
        assignment = self.assignment()
        return (
            used | {each.before for each in assignment.terms.values() if each.before} if assignment else used
        )

    def begun_before(self, unit: Unit, release: Digest) -> bool:
        """Whether somebody had begun to work on the unit here before that release came into use."""
        query = select(begun.c.unit).where(
            begun.c.unit == unit.lasting,
            begun.c.seq <= select(in_force.c.seq).where(in_force.c.release == release).scalar_subquery(),
        )
        with self._database.reading() as look:
            return bool(unit.lasting) and look.execute(query).first() is not None

    def previous(self) -> set[Digest]:
        """The releases that were in use before the latest switch."""
        with self._database.reading() as look:
            return set(json.loads(_get(look, "previous") or "[]"))

    def running(self) -> set[Digest]:
        """The releases of runs that are not over."""
        with self._database.reading() as look:
            return set(look.execute(select(open_runs.c.release)).scalars())

    def needed(self, wanted: Collection[Digest] | None) -> list[Needed]:
        """The files of these releases (None: of all that are here), each once a release."""
        query = select(release_files, releases.c.title).join(
            releases, releases.c.digest == release_files.c.release
        )
        with self._database.reading() as look:
            rows = look.execute(query.order_by(releases.c.title, release_files.c.digest)).all()
        wanted = None if wanted is None else set(wanted)
        return [
            Needed(digest=Digest(row.digest), type=row.type, size=row.size, title=row.title)
            for row in rows
            if wanted is None or row.release in wanted
        ]

    def forget(self, digests: Collection[Digest]) -> None:
        """Take releases away that nobody needs; their files are somebody else's business."""
        gone = [{"gone": digest} for digest in digests]
        if not gone:
            return
        with self._database.writing() as tx:
            for table, column in (
                (release_files, release_files.c.release),
                (applies, applies.c.release),
                (releases, releases.c.digest),
            ):
                tx.execute(delete(table).where(column == bindparam("gone")), gone)
        self.forget_read()

    def assignment(self) -> Assignment | None:
        """The assignment that is in force, without what was withdrawn since."""
        with self._database.reading() as look:
            payload, recalled = _get(look, "assignment"), _recalled(look)
        if payload is None:
            return None
        assignment = Assignment.read(payload.encode())
        return assignment.without(recalled) if recalled else assignment

    def tiles(self) -> tuple[Summary, ...]:
        """The instructions in use, by title."""
        query = (
            select(releases.c.digest, releases.c.title, releases.c.revision, releases.c.summary)
            .where(releases.c.active, releases.c.kind == "work-instruction")
            .order_by(releases.c.title, releases.c.digest)
        )
        with self._database.reading() as look:
            return tuple(_tile(row) for row in look.execute(query))

    def matching(self, *, gtin: str | None, part_number: str | None) -> tuple[Digest, ...]:
        """The instructions in use that a label with these opens, by title."""
        codes = [f"{kind}:{value}" for kind, value in (("gtin", gtin), ("part", part_number)) if value]
        query = (
            select(releases.c.digest)
            .join(applies, applies.c.release == releases.c.digest)
            .where(applies.c.code.in_(codes), releases.c.active)
            .distinct()
            .order_by(releases.c.title, releases.c.digest)
        )
        with self._database.reading() as look:
            return tuple(Digest(digest) for digest in look.execute(query).scalars())

    def release(self, digest: Digest) -> Release | None:
        """A release that is here, in use or not."""
        return self._read(digest)

    def _read_release(self, digest: Digest) -> Release | None:
        query = select(releases.c.payload).where(releases.c.digest == digest)
        with self._database.reading() as look:
            payload = look.execute(query).scalar()
        return None if payload is None else package.read_payload(bytes(payload))

    def forget_read(self) -> None:
        """Read releases from disk again; one that was not here may be now."""
        self._read.cache_clear()

    def badge(self, digest: str) -> Person | None:
        """Whose badge has that SHA-256."""
        return self._one(people.c.badge == digest)

    def person(self, person: PersonId) -> Person | None:
        """The person of that identifier, when the station knows them."""
        return self._one(people.c.id == person)

    def _one(self, condition: Any) -> Person | None:
        with self._database.reading() as look:
            row = look.execute(select(people).where(condition)).first()
        if row is None:
            return None
        return Person(id=PersonId(row.id), name=row.name, badge=row.badge, pin=row.pin, role=row.role)

    def pin_tries(self, person: PersonId) -> PinTries:
        """How often a wrong PIN was given for that person."""
        query = select(pin_tries).where(pin_tries.c.person == person)
        with self._database.reading() as look:
            row = look.execute(query).first()
        return PinTries() if row is None else PinTries(row.failures, row.locked_until)

    def note_pin_tries(self, person: PersonId, tries: PinTries) -> None:
        """Keep it, so that switching the kiosk off does not help a guesser."""
        with self._database.writing() as tx:
            tx.execute(delete(pin_tries).where(pin_tries.c.person == person))
            if tries != PinTries():
                tx.execute(
                    pin_tries.insert().values(
                        person=person, failures=tries.failures, locked_until=tries.locked_until
                    )
                )


def _file_rows(release: Release) -> list[dict[str, Any]]:
    """A release's files as rows, each once."""
    files = {(file.digest, file.type): file.size for file in release.media}
    return [
        {"release": release.digest, "digest": digest, "type": kind, "size": size}
        for (digest, kind), size in files.items()
    ]


def _codes(document: Document) -> list[str]:
    if not isinstance(document, Instruction):
        return []
    applies_to = document.applies_to
    return [f"part:{number}" for number in applies_to.part_numbers] + [
        f"gtin:{gtin}" for gtin in applies_to.gtins
    ]


def _summary(release: Release) -> dict[str, Any]:
    document = release.document
    if not isinstance(document, Instruction):
        return {}
    pictures = [file for file in release.media if file.type.startswith("image/")]
    last = pictures[-1] if pictures else None  # the finished thing tells most
    expected = document.standard_time
    return {
        "part_numbers": document.applies_to.part_numbers,
        "steps": len(document.steps),
        "expected_s": None if expected is None else expected.total_seconds(),
        "picture": None if last is None else [last.digest, last.type],
    }


def _tile(row: Any) -> Summary:
    values = json.loads(row.summary)
    picture = values["picture"]
    return Summary(
        digest=Digest(row.digest),
        title=row.title,
        revision=row.revision,
        part_numbers=tuple(values["part_numbers"]),
        steps=values["steps"],
        expected=None if values["expected_s"] is None else timedelta(seconds=values["expected_s"]),
        picture=None if picture is None else (Digest(picture[0]), picture[1]),
    )


def _person_row(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "badge": person.badge,
        "pin": person.pin,
        "role": person.role,
    }


def _get(look: Connection, name: str) -> str | None:
    return look.execute(select(meta.c.value).where(meta.c.key == name)).scalar()


def _recalled(look: Connection) -> set[Digest]:
    """What was withdrawn by an assignment that is not in force yet."""
    return {Digest(digest) for digest in json.loads(_get(look, "recalled") or "[]")}


def _put(tx: Connection, name: str, value: str) -> None:
    tx.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (name, value))
