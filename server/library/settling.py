"""Which release of a document each station gets, and why: effective dates, staged roll-outs, holds.

A station gets every document that is placed where it stands, or for what it makes (see `places`). Of a document it gets
the newest release that is in force for it. `settle_in` writes that down, and `tell` has the kiosks look again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from server.audit import note
from server.errors import Conflict, NotThere
from server.house import House
from server.library import tenure
from server.library.places import documents_at, stations_of
from server.library.reasons import insist_on_reason
from server.library.superseding import supersede
from server.store import tables
from server.store.engine import deciding, writing

ITSELF = "stepline"  # who does what nobody does by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A release that could be in force, and what decides: its terms, and its roll-out's state."""

    digest: str
    revision: int
    effective_at: datetime | None
    state: str  # of its roll-out; done where there is none
    reached: frozenset[str]  # stations of the stages that were reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a station gets of a document, and why this release; `coming` is a newer one that comes later."""

    document: str
    digest: str | None
    revision: int | None
    why: str
    coming: int | None = None
    placed: str = ""  # why the station gets the document at all


# --- choosing -------------------------------------------------------------------


def candidates(tx: Connection, document: str) -> list[Candidate]:
    """The releases that were not withdrawn, the newest first."""
    r, t, o = tables.releases.c, tables.terms.c, tables.rollouts.c
    query = (
        select(r.digest, r.revision, t.effective_at, o.state, o.stages, o.stage)
        .outerjoin(tables.terms, t.release == r.digest)
        .outerjoin(tables.rollouts, o.release == r.digest)
        .where(r.document == document, r.withdrawn_at.is_(None))
        .order_by(r.revision.desc())
    )
    found: list[Candidate] = []
    for row in tx.execute(query):
        stages = json.loads(row.stages or "[]")
        reached = {station for stage in stages[: (row.stage or 0) + 1] for station in stage}
        found.append(
            Candidate(
                digest=row.digest,
                revision=row.revision,
                effective_at=row.effective_at,
                state=row.state or "done",
                reached=frozenset(reached),
            )
        )
    return found


def choose(document: str, options: Sequence[Candidate], station: str, now: datetime, *, held: bool) -> Choice:
    """What the station gets of these, the newest first."""
    if held:
        return Choice(document=document, digest=None, revision=None, why="held until it is reviewed")
    newest = options[0].revision if options else None
    waits = ""
    for option in options:
        if why := _waits(option, station, now):
            waits = waits or why
        else:
            first = "among the first" if option.state != "done" else "the newest in force"
            return Choice(
                document=document,
                digest=option.digest,
                revision=option.revision,
                why=f"{first}; {waits}" if waits else first,
                coming=newest if newest != option.revision else None,
            )
    return Choice(
        document=document, digest=None, revision=None, why=waits or "nothing is released", coming=newest
    )


def _waits(option: Candidate, station: str, now: datetime) -> str:
    """Why it is not in force at the station now; empty when it is."""
    if option.effective_at is not None and option.effective_at > now:
        return f"revision {option.revision} takes effect {option.effective_at:%Y-%m-%d %H:%M} UTC"
    if option.state == "waiting":
        return f"revision {option.revision} waits until the last units are made"
    if option.state != "done" and station not in option.reached:
        stopped = "was stopped" if option.state == "stopped" else "goes to other stations first"
        return f"revision {option.revision} {stopped}"
    return ""


def _everywhere(option: Candidate, now: datetime) -> bool:
    return option.state == "done" and (option.effective_at is None or option.effective_at <= now)


def waits(options: Sequence[Candidate], revision: int, station: str, now: datetime) -> str:
    """Why a revision is not in force at the station now; empty when it is."""
    return next((_waits(each, station, now) for each in options if each.revision == revision), "")


def held_documents(tx: Connection) -> set[str]:
    """Documents that nobody may start until somebody has looked at them."""
    f = tables.flags.c
    return set(tx.execute(select(f.document).where(f.hold, f.cleared_at.is_(None))).scalars())


# --- settling -------------------------------------------------------------------


def tell(house: House, grown: Mapping[str, int]) -> None:
    """Let the kiosks of these stations look again: what `settle_in` returned, once that is committed."""
    for station, counter in grown.items():
        house.push(station, counter)
    if grown:
        house.live.say("stations")


def settle_in(
    tx: Connection, house: House, document: str, *, withdrawn: str | None = None, by: str = ITSELF
) -> dict[str, int]:
    """Bring the stations' assignments in line for one document; the counters of those that are to look again.

    It belongs to the transaction of whatever changes what is in force: a crash leaves both or neither. `withdrawn`:
    this release was just taken back, and every station that ever had it is told. `by` is whose doing it is that a newer
    release takes the place of the older ones.
    """
    a, r = tables.assignments.c, tables.releases.c
    options, now = candidates(tx, document), house.now()
    if (ruling := next((each for each in options if _everywhere(each, now)), None)) is not None:
        supersede(tx, house, document, ruling.revision, by)
    held = document in held_documents(tx)
    wanted = {row.id: choose(document, options, row.id, now, held=held) for row in stations_of(tx, document)}
    query = (
        select(a.station, a.release)
        .join(tables.releases, r.digest == a.release)
        .where(r.document == document)
    )
    holding: dict[str, set[str]] = {}
    for row in tx.execute(query):
        holding.setdefault(row.station, set()).add(row.release)
    grown = {}
    told = set[str]() if withdrawn is None else tenure.held_by(tx, withdrawn)
    for station in sorted(wanted.keys() | holding.keys() | told):
        choice = wanted.get(station)
        target = {choice.digest} if choice is not None and choice.digest is not None else set[str]()
        if target != holding.get(station, set()):
            _switch(tx, station, holding.get(station, set()), target, now)
        elif station not in told:
            continue
        grown[station] = grow(tx, station)
    return grown


def _switch(tx: Connection, station: str, before: set[str], after: set[str], now: datetime) -> None:
    a = tables.assignments
    tx.execute(delete(a).where(a.c.station == station, a.c.release.in_(before)))
    for digest in after:
        tx.execute(insert(a).values(station=station, release=digest))
    tenure.begin(tx, station, after - before, now)


def grow(tx: Connection, station: str) -> int:
    """The station's counter, one higher; raises NotThere."""
    s = tables.stations.c
    changed = tx.execute(
        update(tables.stations).where(s.id == station).values(counter=s.counter + 1).returning(s.counter)
    ).scalar()
    if changed is None:
        raise NotThere(f"there is no station {station}")
    return changed


# --- staged releases ------------------------------------------------------------

ENOUGH = 3  # runs that say something about deviations
ENDED = ("completed", "aborted")


def advance(house: House, digest: str, by: str, reason: str = "") -> None:
    """The next stage of a roll-out, by hand; one that was stopped goes on, with a reason.

    Raises NotThere, Conflict and Invalid.
    """
    _move_rollout(house, digest, by, reason.strip() or "by hand")


def stop(house: House, digest: str, by: str, why: str) -> None:
    """Let a roll-out go no further."""
    o = tables.rollouts.c
    with writing(house.engine) as tx:
        row = _rollout(tx, digest)
        tx.execute(update(tables.rollouts).where(o.release == digest).values(state="stopped", why=why))
        note(tx, house.now(), by, "roll-out stopped", row.document, why)
    house.live.say("library")


def _move_rollout(house: House, digest: str, by: str, why: str) -> None:
    o = tables.rollouts.c
    with deciding(house.engine) as tx:
        row = _rollout(tx, digest)
        stages = json.loads(row.stages)
        after: dict[str, Any]
        if row.state == "stopped":
            if by == ITSELF:
                return  # somebody has stopped it meanwhile
            insist_on_reason(why, "say why it goes on", f"it was stopped: {row.why}")
            after = {"state": "running", "why": ""}
        elif row.state == "waiting":
            after = {"state": "running" if stages else "done"}
        else:
            last = row.stage + 1 >= len(stages)
            after = {"state": "done"} if last else {"stage": row.stage + 1}
        values = after | {"since": house.now()}
        tx.execute(update(tables.rollouts).where(o.release == digest).values(**values))
        told = (
            "to every station"
            if after.get("state") == "done"
            else f"stage {after.get('stage', row.stage) + 1}"
        )
        note(tx, house.now(), by, "rolled out", row.document, f"{told}: {why}")
        grown = settle_in(tx, house, row.document, by=by)
    tell(house, grown)
    house.live.say("library")


def _rollout(tx: Connection, digest: str) -> Row[Any]:
    row = tx.execute(select(tables.rollouts).where(tables.rollouts.c.release == digest)).first()
    if row is None:
        raise NotThere("This release is not staged.", "It went to every station at once.")
    if row.state == "done":
        raise Conflict("This release is at every station already.", "Load the page again.")
    return row


def look_at_rollouts(house: House) -> None:
    """Move on what has made its good runs, stop what deviates too much: the clock calls this."""
    with writing(house.engine) as tx:
        rows = tx.execute(
            select(tables.rollouts).where(tables.rollouts.c.state.in_(("waiting", "running")))
        ).all()
        verdicts = [(row.release, verdict) for row in rows if (verdict := _verdict(tx, row))]
    for digest, (kind, why) in verdicts:
        if kind == "stop":
            stop(house, digest, ITSELF, why)
        else:
            _move_rollout(house, digest, ITSELF, why)


def _verdict(tx: Connection, row: Row[Any]) -> tuple[str, str] | None:
    r = tables.runs.c
    if row.state == "waiting":
        made = tx.execute(
            select(r.id).where(r.document == row.document, r.state == "completed", r.ended_at >= row.since)
        ).all()
        return ("go", f"the last {row.last_units} units are made") if len(made) >= row.last_units else None
    done = tx.execute(
        select(r.state, r.deviations).where(
            r.release == row.release, r.state.in_(ENDED), r.ended_at >= row.since
        )
    ).all()
    # a run that was broken off is a departure, also where nobody has noted one
    counts = [each.deviations if each.state == "completed" else max(1, each.deviations) for each in done]
    rate = sum(counts) / len(counts) if counts else 0.0
    if row.most_deviations and len(counts) >= ENOUGH and rate > row.most_deviations:
        return (
            "stop",
            f"{rate:.1f} deviations a run in {len(counts)} runs, at most {row.most_deviations:g} were allowed",
        )
    good = sum(count == 0 for count in counts)
    if row.good_runs and good >= row.good_runs:
        return "go", f"{good} good runs"
    return None


def come_due(house: House, since: datetime, now: datetime) -> None:
    """Settle the documents whose releases have taken effect between two instants: the clock calls this."""
    t, r = tables.terms.c, tables.releases.c
    with writing(house.engine) as tx:
        query = select(r.document).join(tables.terms, t.release == r.digest).distinct()
        due = tx.execute(query.where(t.effective_at > since, t.effective_at <= now)).scalars().all()
    for document in due:
        with deciding(house.engine) as tx:
            grown = settle_in(tx, house, document)
            if grown:  # what took effect long ago is looked at again with every start
                note(tx, now, ITSELF, "took effect", document, f"at {', '.join(sorted(grown))}"[:2_000])
        tell(house, grown)


# --- what a station gets, and why -----------------------------------------------


def outlook(tx: Connection, station: str, now: datetime) -> list[Choice]:
    """Every document that is placed at the station: what it gets, and why."""
    row = tx.execute(select(tables.stations).where(tables.stations.c.id == station)).first()
    if row is None:
        raise NotThere(f"there is no station {station}")
    held = held_documents(tx)
    return [
        replace(choose(name, candidates(tx, name), station, now, held=name in held), placed=placed)
        for name, placed in documents_at(tx, row).items()
    ]
