"""A station's package written to a stick: what a kiosk would fetch over the network, as plain files."""

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from content import carried, package
from content.disk import settle, write_whole
from server.audit import note
from server.errors import Invalid
from server.house import House
from server.library import assigning
from server.store import tables
from server.store.engine import reading, writing

README = """This folder is the Stepline package of station {station}: assignment {counter}.
Bring it on a stick to the station's kiosk, which takes it by itself when it was started with --stick.
`stepline verify` says what is in it, who signed it, and whether it is whole.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A package on a stick: its folder, its counter, how many releases and files, and bytes of media."""

    folder: Path
    counter: int
    releases: int
    files: int
    size: int


def export(house: House, station: str, stick: Path, by: str) -> Written:
    """Write the package of `station` below `stick`; files that are there already stay.

    The assignment is written last: a kiosk never finds half a package. Raises NotThere and Invalid.
    """
    counter = assigning.counter_of(house, station)
    folder = carried.package_folder(stick, station)
    try:
        return _export(house, station, counter, folder, by)
    except OSError as problem:
        raise Invalid(f"{folder} cannot be written: {problem.strerror}", "look at the stick") from None


def _export(house: House, station: str, counter: int, folder: Path, by: str) -> Written:
    for name in (carried.TRUST, carried.RELEASES, carried.MEDIA):
        (folder / name).mkdir(parents=True, exist_ok=True)
    sealed = assigning.assignment(house, station, house.settings.broker_url or "")
    named = [each["digest"] for each in json.loads(package.content_of(sealed))["releases"]]
    r, f, m = tables.releases.c, tables.release_media.c, tables.media.c
    with reading(house.engine) as tx:
        releases = tx.execute(select(r.digest, r.envelope).where(r.digest.in_(named))).all()
        media = tx.execute(
            select(m.digest, m.size)
            .join(tables.release_media, f.media == m.digest)
            .where(f.release.in_(named))
            .distinct()
        ).all()
    (folder / carried.ASSIGNMENT).unlink(missing_ok=True)
    wanted = [folder / carried.RELEASES / f"{row.digest}.json" for row in releases]
    wanted += [folder / carried.MEDIA / row.digest for row in media]
    _drop_others(folder, set(wanted))
    for row in releases:
        write_whole(folder / carried.RELEASES / f"{row.digest}.json", bytes(row.envelope))
    for row in media:
        _copy(house.media.path(row.digest), folder / carried.MEDIA / row.digest, row.size)
    settle(folder / carried.MEDIA)
    for number, statement in enumerate(house.keys.statements(), start=1):
        write_whole(folder / carried.TRUST / f"{number:04}.json", statement)
    write_whole(folder / carried.README, README.format(station=station, counter=counter).encode())
    write_whole(folder / carried.ASSIGNMENT, sealed)
    with writing(house.engine) as tx:
        note(tx, house.now(), by, "wrote package", station, f"counter {counter}, {len(releases)} releases")
    return Written(
        folder=folder,
        counter=counter,
        releases=len(releases),
        files=len(media),
        size=sum(row.size for row in media),
    )


def _drop_others(folder: Path, wanted: set[Path]) -> None:
    for name in (carried.RELEASES, carried.MEDIA, carried.TRUST):
        for file in (folder / name).iterdir():
            if file not in wanted:
                file.unlink()


def _copy(source: Path, file: Path, size: int) -> None:
    if file.is_file() and file.stat().st_size == size and _digest(file) == file.name:
        return
    write_whole(file, source.read_bytes())


def _digest(file: Path) -> str:
    return package.digest_of(file.read_bytes())
