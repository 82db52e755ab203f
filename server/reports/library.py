"""The library as it was released: procedures, work instructions and their releases."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from content.history import Released
from content.instruction import Instruction
from content.package import Release
from content.sop import Sop
from server.reports.outline import content_of
from server.reports.signatures import Signed, as_told, under
from server.store.tables import (
    assignments,
    brought,
    documents,
    releases,
    rollouts,
    stations,
    terms,
    withdrawals,
)

SHOWN = 50  # releases of a document on its page, until somebody asks for all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    """A release, and the stations that must hold it."""

    digest: str
    revision: int
    title: str
    released_at: datetime
    released_by: str
    withdrawn_at: datetime | None
    why_withdrawn: str
    superseded_at: datetime | None
    rollout: str  # where it goes, or stopped; empty when it is everywhere
    effective_at: datetime | None
    override: str  # why it was released in spite of findings
    source: str  # where it was sent from
    draft: str | None  # under which its signatures stand
    signatures: tuple[Signed, ...]
    restores: int | None  # the revision whose content it brought back
    brought: str  # who brought it in with its history, and why; empty for what was released here
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionCard:
    """A work instruction in a list; `picture` is the digest of its most telling picture."""

    id: str
    title: str
    summary: str | None
    revision: int
    steps: int
    expected: timedelta | None
    part_numbers: tuple[str, ...]
    governed_by: tuple[str, ...]
    picture: str | None
    risk: str
    stations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The newest release of every document: procedures whole, instructions as cards."""

    sops: tuple[Sop, ...]
    instructions: tuple[InstructionCard, ...]


def library(tx: Connection, words: str = "") -> Library:
    """Every document's newest release; with `words`, only those that contain all of them."""
    newest = _newest_digests(tx)
    found = content_of(tx, newest.values())
    held = _station_counts(tx)
    wanted = words.casefold().split()
    shown = [release for release in found.values() if _contains(release, wanted)]
    sops = [release.document for release in shown if isinstance(release.document, Sop)]
    cards = [_card(release, held) for release in shown if isinstance(release.document, Instruction)]
    governing = {name for sop in sops for name in sop.instructions}
    sops.sort(key=lambda sop: sop.title)
    order = {str(name): place for place, name in enumerate(name for sop in sops for name in sop.instructions)}
    return Library(
        sops=tuple(sops),
        instructions=tuple(
            sorted(cards, key=lambda card: (card.id not in governing, order.get(card.id, 0), card.title))
        ),
    )


def newest(tx: Connection) -> tuple[Release, ...]:
    """Every document's newest release that was not withdrawn."""
    return tuple(content_of(tx, _newest_digests(tx).values()).values())


def in_use(tx: Connection) -> tuple[Release, ...]:
    """Every release that a station has to hold, and each document's newest; of a document the newest first."""
    held = tx.execute(select(assignments.c.release).distinct()).scalars()
    digests = dict.fromkeys([*_newest_digests(tx).values(), *held])
    found = content_of(tx, list(digests)).values()
    return tuple(sorted(found, key=lambda each: (each.document.id, -each.document.revision)))


def newest_release(tx: Connection, document: str) -> Release | None:
    """A document's newest release that was not withdrawn; None when there is none."""
    digest = _newest_digests(tx, document).get(document)
    return None if digest is None else content_of(tx, [digest]).get(digest)


def release(tx: Connection, digest: str) -> Release | None:
    """The release of that digest; None when there is none."""
    return content_of(tx, [digest]).get(digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRelease:
    """A release as people call it, and whether and why it was withdrawn."""

    document: str
    title: str
    revision: int
    withdrawn_at: datetime | None
    why: str


def named(tx: Connection, digest: str) -> NamedRelease | None:
    """The release of that digest; None when there is none."""
    r, w = releases.c, withdrawals.c
    query = (
        select(r.document, r.title, r.revision, r.withdrawn_at, w.reason)
        .outerjoin(withdrawals, w.release == r.digest)
        .where(r.digest == digest)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    return NamedRelease(
        document=row.document,
        title=row.title,
        revision=row.revision,
        withdrawn_at=row.withdrawn_at,
        why=row.reason or "",
    )


def how_many(tx: Connection, document: str) -> int:
    """How many releases a document has had."""
    r = releases.c
    return int(tx.execute(select(func.count(r.revision)).where(r.document == document)).scalar_one())


def before(tx: Connection, document: str, digest: str) -> str | None:
    """The release before that one; None before the first."""
    r = releases.c
    own = select(r.revision).where(r.digest == digest, r.document == document).scalar_subquery()
    query = select(r.digest).where(r.document == document, r.revision < own)
    return tx.execute(query.order_by(r.revision.desc()).limit(1)).scalar()


def releases_of(
    tx: Connection, document: str, most: int = SHOWN, also: Collection[str | None] = ()
) -> tuple[ReleaseRow, ...]:
    """A document's releases, the newest first: so many, `also` these, and whatever is somewhere or on its way."""
    places: dict[str, list[str]] = {}
    query = (
        select(assignments.c.release, stations.c.name)
        .join(stations, stations.c.id == assignments.c.station)
        .join(releases, releases.c.digest == assignments.c.release)
        .where(releases.c.document == document)
    )
    for digest, name in tx.execute(query.order_by(stations.c.name)):
        places.setdefault(digest, []).append(name)
    o = rollouts.c
    going = tx.execute(select(o.release).where(o.document == document, o.state != "done")).scalars()
    r = releases.c
    newest = select(r.digest).where(r.document == document).order_by(r.revision.desc()).limit(most)
    wanted = {*tx.execute(newest).scalars(), *places, *going, *also}
    rows = _with_terms(tx, document, wanted)
    known = {row.digest: row for row in rows}
    while lacking := {row.restores for row in known.values()} - known.keys() - {None}:
        found = _with_terms(tx, document, lacking)
        if not found:
            break
        known |= {row.digest: row for row in found}
    names = {row.id: row.name for row in tx.execute(select(stations.c.id, stations.c.name))}
    drafts = _signed_drafts(known)
    signed = under(tx, [draft for digest, draft in drafts.items() if digest in wanted])
    made = (
        ReleaseRow(
            digest=row.digest,
            revision=row.revision,
            title=row.title,
            released_at=row.released_at,
            released_by=row.released_by,
            withdrawn_at=row.withdrawn_at,
            superseded_at=row.superseded_at,
            stations=tuple(places.get(row.digest, ())),
            why_withdrawn=row.reason or "",
            rollout=_going(row, names),
            effective_at=row.effective_at,
            override=row.override or "",
            source=_source(json.loads(row.source or "{}")),
            draft=drafts.get(row.digest),
            signatures=signed.get(drafts.get(row.digest, ""), ()),
            restores=known[row.restores].revision if row.restores in known else None,
            brought=f"{row.bringer}: {row.because}" if row.told else "",
        )
        for row in rows
    )
    return tuple(_as_told(each, row.told) if row.told else each for each, row in zip(made, rows, strict=True))


def _as_told(row: ReleaseRow, told: str) -> ReleaseRow:
    """A release that came with its history, with what was told of it where it was released."""
    release = Released.model_validate_json(told)
    return replace(
        row,
        released_by=release.name or release.released_by,
        override=release.in_spite_of or "",
        source=_source(release.source),
        signatures=as_told(release),
        restores=release.restores,
    )


def _source(told: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in told.items())


def _with_terms(tx: Connection, document: str, wanted: Collection[str | None]) -> list[Any]:
    """Those of these that are the document's, with how they took effect, the newest first; without their content."""
    r = releases.c
    query = (
        select(
            r.digest,
            r.document,
            r.revision,
            r.title,
            r.released_at,
            r.released_by,
            r.withdrawn_at,
            r.superseded_at,
            withdrawals.c.reason,
            terms.c.effective_at,
            terms.c.override,
            terms.c.source,
            terms.c.draft,
            terms.c.restores,
            brought.c.told,
            brought.c.because,
            brought.c.by.label("bringer"),
            rollouts.c.state,
            rollouts.c.stages,
            rollouts.c.stage,
            rollouts.c.why,
        )
        .outerjoin(withdrawals, withdrawals.c.release == releases.c.digest)
        .outerjoin(terms, terms.c.release == releases.c.digest)
        .outerjoin(brought, brought.c.release == releases.c.digest)
        .outerjoin(rollouts, rollouts.c.release == releases.c.digest)
        .where(r.digest.in_(wanted))  # and nothing else: else all of the document's are looked at
        .order_by(r.revision.desc())
    )
    return [row for row in tx.execute(query) if row.document == document]


def _signed_drafts(rows: Mapping[str, Any]) -> dict[str, str]:
    """The draft that was signed for each release: its own, or that of the release whose content it brought back."""
    found: dict[str, str] = {}
    for digest in rows:
        row, seen = rows[digest], set[str]()
        while row is not None and row.draft is None and row.restores not in {None, *seen}:
            seen.add(row.restores)
            row = rows.get(row.restores)
        if row is not None and row.draft is not None:
            found[digest] = row.draft
    return found


def _going(row: Any, names: Mapping[str, str]) -> str:
    """Where a staged release is, in words; empty when it is everywhere or was never staged."""
    if row.withdrawn_at is not None or row.state in {None, "done"}:
        return ""
    if row.state == "waiting":
        return "waits until the last units are made"
    stages = json.loads(row.stages)
    reached = [station for stage in stages[: row.stage + 1] for station in stage]
    told = ", ".join(names.get(station, station) for station in reached)
    if len(stages) > 1:
        told += f" (stage {row.stage + 1} of {len(stages)})"
    return f"stopped at {told}: {row.why}" if row.state == "stopped" else f"goes to {told} first"


def titles(tx: Connection, documents: tuple[str, ...]) -> Mapping[str, str]:
    """The titles of the documents that have been released."""
    query = select(releases.c.document, releases.c.title).where(releases.c.document.in_(documents))
    return {row[0]: row[1] for row in tx.execute(query.order_by(releases.c.revision))}


def titles_of_all(tx: Connection) -> dict[str, str]:
    """The title of every document that was ever released."""
    rows = tx.execute(select(documents.c.id, documents.c.title).order_by(documents.c.title))
    return {row.id: row.title for row in rows}


def _newest_digests(tx: Connection, document: str | None = None) -> Mapping[str, str]:
    """By document; from the newest downwards, so that a long history is not read."""
    r = releases.c
    first = select(r.digest).where(r.document == documents.c.id, r.withdrawn_at.is_(None))
    first = first.order_by(r.revision.desc()).limit(1).scalar_subquery()
    query = select(documents.c.id, first)
    if document is not None:
        query = query.where(documents.c.id == document)
    return {row[0]: row[1] for row in tx.execute(query.order_by(documents.c.id)) if row[1] is not None}


def _station_counts(tx: Connection) -> Mapping[str, int]:
    query = (
        select(releases.c.document, func.count(func.distinct(assignments.c.station)))
        .join(assignments, assignments.c.release == releases.c.digest)
        .group_by(releases.c.document)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _contains(found: Release, wanted: list[str]) -> bool:
    if not wanted:
        return True
    document = found.document
    texts = [document.id, document.title]
    if isinstance(document, Sop):
        texts += [document.purpose, document.scope, *(box.title for box in document.flow)]
    else:
        texts += [document.summary or "", *document.applies_to.part_numbers, *document.applies_to.gtins]
        texts += [part.number + " " + part.name for part in document.parts]
        texts += [step.title + " " + step.text for step in document.steps]
    text = " ".join(texts).casefold()
    return all(word in text for word in wanted)


def _card(found: Release, held: Mapping[str, int]) -> InstructionCard:
    document = found.document
    assert isinstance(document, Instruction)
    pictures = [file for file in found.media if file.type.startswith("image/")]
    return InstructionCard(
        id=document.id,
        title=document.title,
        summary=document.summary,
        revision=document.revision,
        steps=len(document.steps),
        expected=document.standard_time,
        part_numbers=document.applies_to.part_numbers,
        governed_by=document.governed_by,
        picture=pictures[len(pictures) // 2].digest if pictures else None,
        risk=document.risk_class,
        stations=held.get(document.id, 0),
    )
