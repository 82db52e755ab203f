"""Records that came on a stick: taken in as if they had come over the network, with a receipt to carry back."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from content import carried, package
from content.carried import Carried, Receipt
from content.chain import Entry
from content.disk import write_whole
from content.errors import PackageError
from content.values import Digest
from server.audit import note
from server.errors import Refused
from server.house import House
from server.records.ingesting import MOST_ENTRIES, ingest
from server.records.photos import keep_photo
from server.store import tables
from server.store.engine import reading, writing

LARGEST_FILE = 64 * 1024 * 1024  # bytes; a kiosk writes files of 4 MiB
LARGEST_PHOTO = 10 * 1024 * 1024  # bytes, as over the network


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of one kiosk's records: how many were new, what is held now, and what was wrong."""

    kiosk: str
    new: int = 0
    held: int = 0
    photos: int = 0
    problems: tuple[str, ...] = ()


def take(house: House, stick: Path, by: str) -> list[Delivery]:
    """Take in the records of every kiosk that has some on the stick; the same stick again changes nothing."""
    folder = stick / carried.TOP / carried.RECORDS
    folders = sorted(each for each in folder.glob("*") if each.is_dir())
    return [_take(house, each, by) for each in folders]


def _take(house: House, folder: Path, by: str) -> Delivery:
    kiosk = folder.name
    k = tables.kiosks.c
    with reading(house.engine) as tx:
        row = tx.execute(select(k.public_key, k.revoked_at, k.held_seq).where(k.id == kiosk)).first()
    if row is None:
        return Delivery(kiosk=kiosk, problems=(f"{folder}: no kiosk {kiosk} is enrolled here",))
    if row.revoked_at is not None:
        why = f"{folder}: kiosk {kiosk} was revoked; an administrator decides what its records are worth"
        return Delivery(kiosk=kiosk, problems=(why,))
    key = package.read_key(json.loads(row.public_key))
    new, problems, photos = 0, list[str](), list[str]()
    for file in sorted(folder.glob("*-*.json"), key=_first_of):
        try:
            came = carried.open_records(_bytes(file, LARGEST_FILE), kiosk, key)
            new += _ingest(house, came)
            photos += _keep_photos(house, folder, came)
        except (PackageError, Refused, OSError) as problem:
            problems.append(f"{file}: {problem}")
    with writing(house.engine) as tx:
        held = tx.execute(select(k.held_seq).where(k.id == kiosk)).scalar_one()
        note(tx, house.now(), by, "took records from a stick", kiosk, f"{new} new, held up to {held}")
    receipt = Receipt(kiosk=kiosk, held=held, photos=tuple(Digest(each) for each in photos))
    try:
        write_whole(folder / carried.RECEIPT, carried.seal_receipt(receipt, house.signer))
    except OSError as problem:
        problems.append(f"{folder}: no receipt could be written: {problem.strerror}")
    return Delivery(kiosk=kiosk, new=new, held=held, photos=len(photos), problems=tuple(problems))


def _ingest(house: House, came: Carried) -> int:
    return sum(ingest(house, came.kiosk, batch).new for batch in _batches(came.entries))


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for place in range(0, len(entries), MOST_ENTRIES):
        yield entries[place : place + MOST_ENTRIES]


def _keep_photos(house: House, folder: Path, came: Carried) -> list[str]:
    kept: list[str] = []
    for digest in came.photos:
        file = folder / carried.PHOTOS / digest
        if file.is_file():
            keep_photo(house, came.kiosk, digest, _bytes(file, LARGEST_PHOTO))
            kept.append(digest)
    return kept


def _bytes(file: Path, most: int) -> bytes:
    if file.stat().st_size > most:
        raise PackageError(f"it is larger than {most:,} bytes")
    return file.read_bytes()


def _first_of(file: Path) -> int:
    first = file.stem.partition("-")[0]
    return int(first) if first.isdigit() else 0
