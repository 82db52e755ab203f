"""A document with its whole history as plain folders: one for each release, and who released what, when."""

import zipfile
from pathlib import Path

from sqlalchemy import select

from content import package
from content.blocks import PLACE, folded
from content.folder import INSTRUCTION_FILE
from content.instruction import Instruction
from content.package import Release
from content.writing import spell, write, write_values
from server.errors import NotThere
from server.house import House
from server.library import shared
from server.store import tables
from server.store.engine import reading

HISTORY = "history.yaml"


def export(house: House, document: str, folder: Path) -> None:
    """Write every release of the document below `folder` as `r1`, `r2` and so on; raises NotThere.

    Publishing those folders gives the same releases, digest by digest.
    """
    releases = tables.releases
    with reading(house.engine) as tx:
        rows = tx.execute(
            select(releases).where(releases.c.document == document).order_by(releases.c.revision)
        ).all()
    if not rows:
        raise NotThere(f"there is no release of {document}", "look in the library")
    told: list[dict[str, object]] = []
    for row in rows:
        release = package.read_payload(row.payload.encode())
        place = folder / f"r{row.revision}"
        _write(house, release, place)
        for file in release.media:
            target = place / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(house.media.path(file.digest).read_bytes())
        entry: dict[str, object] = {
            "revision": row.revision,
            "digest": row.digest,
            "released_at": row.released_at.isoformat(),
            "released_by": row.released_by,
        }
        if row.withdrawn_at is not None:
            entry["withdrawn_at"] = row.withdrawn_at.isoformat()
        told.append(entry)
    (folder / HISTORY).write_text(spell({"document": document, "releases": told}), encoding="utf-8")


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
