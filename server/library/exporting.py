"""A document with its whole history as plain folders: one for each release, and who released what, when and why."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from content import history, package
from content.blocks import PLACE, folded
from content.folder import INSTRUCTION_FILE
from content.history import History, Released, Signature, folder_of
from content.instruction import Instruction
from content.package import Release
from content.writing import write, write_values
from server.errors import NotThere
from server.house import House
from server.library import shared
from server.store import tables
from server.store.engine import reading


def export(house: House, document: str, folder: Path) -> None:
    """Write every release of the document below `folder` as `r1`, `r2` and so on; raises NotThere.

    Publishing those folders gives the same releases, digest by digest; `bringing.bring` also what is told of them.
    """
    with reading(house.engine) as tx:
        rows = _releases(tx, document)
        told = _told(tx, rows)
    if not rows:
        raise NotThere(f"there is no release of {document}", "look in the library")
    for row in rows:
        release = package.read_payload(row.payload.encode())
        place = folder_of(row.revision, folder)
        _write(house, release, place)
        for file in release.media:
            target = place / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(house.media.path(file.digest).read_bytes())
    history.write(History.model_validate({"document": document, "releases": told}), folder)


def _releases(tx: Connection, document: str) -> Sequence[Row[Any]]:
    r, t, w, d, p, b = (
        each.c
        for each in (
            tables.releases,
            tables.terms,
            tables.withdrawals,
            tables.drafts,
            tables.people,
            tables.brought,
        )
    )
    query = (
        select(tables.releases, t.override, t.source, t.restores, t.draft, d.comment, p.name)
        .add_columns(w.reason, w.by.label("withdrawn_by"), b.told)
        .outerjoin(tables.terms, t.release == r.digest)
        .outerjoin(tables.withdrawals, w.release == r.digest)
        .outerjoin(tables.drafts, d.id == t.draft)
        .outerjoin(tables.people, p.id == r.released_by)
        .outerjoin(tables.brought, b.release == r.digest)
        .where(r.document == document)
        .order_by(r.revision)
    )
    return tx.execute(query).all()


def _told(tx: Connection, rows: Sequence[Row[Any]]) -> list[Released]:
    """What is known of each release; of one that was brought from elsewhere, what was told of it there."""
    signed = _signatures(tx, [row.draft for row in rows if row.draft])
    numbers = {row.digest: row.revision for row in rows}
    return [_entry(row, signed.get(row.draft, ()), numbers) for row in rows]


def _entry(row: Row[Any], signatures: Sequence[Signature], numbers: Mapping[str, int]) -> Released:
    if row.told is not None:
        told = Released.model_validate_json(row.told)
        if told.withdrawn_at is not None or row.withdrawn_at is None:
            return told
        return told.model_copy(update=_withdrawal(row))  # it was withdrawn here
    return Released(
        revision=row.revision,
        digest=row.digest,
        released_at=row.released_at,
        released_by=row.released_by,
        name=row.name,
        because=(row.comment or "").strip() or None,
        in_spite_of=(row.override or "").strip() or None,
        source={
            name: str(value) for name, value in json.loads(row.source or "{}").items() if str(value).strip()
        },
        restores=numbers.get(row.restores),
        signatures=tuple(signatures),
        **_withdrawal(row),
    )


def _withdrawal(row: Row[Any]) -> dict[str, Any]:
    reason = {"withdrawn_by": row.withdrawn_by, "withdrawn_because": row.reason or None}
    return {"withdrawn_at": row.withdrawn_at, **reason}


def _signatures(tx: Connection, drafts: Sequence[str]) -> dict[str, list[Signature]]:
    """The signatures of the round in which each draft was approved."""
    a, d, p = tables.approvals.c, tables.drafts.c, tables.people.c
    query = (
        select(tables.approvals, p.name)
        .join(tables.drafts, d.id == a.draft)
        .outerjoin(tables.people, p.id == a.person)
        .where(a.draft.in_(drafts), a.verdict == "approved", a.round == d.round)
        .order_by(a.id)
    )
    found: dict[str, list[Signature]] = {}
    for row in tx.execute(query):
        signature = Signature(
            stage=row.stage,
            by=row.person,
            name=row.name,
            on_behalf_of=row.on_behalf_of,
            meaning=row.meaning,
            comment=row.comment.strip() or None,
            at=row.at,
        )
        found.setdefault(row.draft, []).append(signature)
    return found


def _write(house: House, release: Release, place: Path) -> None:
    """A release's document with its blocks beside it and references to them, where they are known."""
    document = release.document
    uses = document.blocks if isinstance(document, Instruction) else ()
    with reading(house.engine) as tx:
        held = shared.of(tx, [(use.block, use.revision) for use in uses])
    blocks = {name: each.block for (name, _), each in held.items()}
    found = (
        folded(document.plain(), blocks) if uses and len(held) == len({use.block for use in uses}) else None
    )
    if found is None:
        write(document, place)
        return
    write_values(found, place, INSTRUCTION_FILE)
    for block in blocks.values():
        write(block, place / PLACE / block.id)


def packed(folder: Path, file: Path) -> None:
    """The folder as a zip archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for each in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(each, each.relative_to(folder))
