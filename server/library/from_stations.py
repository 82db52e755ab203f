"""Pictures to teach a camera from that a technician took with that camera, at the station."""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, insert, select

from content import picture as pictures
from server.errors import Invalid
from server.house import House
from server.library import teaching
from server.people.enrolment import Kiosk
from server.store import tables
from server.store.engine import reading, writing

MOST = 200  # of one station that are listed; those that came before go
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a kiosk says of a picture."""

    device: str
    good: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The pictures of one station, the newest first: digest, and what was said of it."""

    station: str
    name: str
    pictures: Sequence[tuple[str, Sent]]


def take_in(house: House, kiosk: Kiosk, sent: Sent, data: bytes) -> None:
    """Keep a picture of the kiosk's station, normalised as every upload; raises Invalid for anything else."""
    ending = ENDINGS.get(pictures.media_type(data[: pictures.HEAD]) or "")
    if ending is None:
        raise Invalid("this is no picture", "send PNG, JPEG or WebP")
    with tempfile.TemporaryDirectory(dir=house.settings.data, prefix=".upload-") as place:
        file = Path(place) / "sent"
        file.write_bytes(data)
        taken = teaching.take_picture(house, file, f"{sent.device}.{ending}", kiosk.id)
    p = tables.station_pictures.c
    values = {"device": sent.device, "good": sent.good, "at": sent.at, "received_at": house.now()}
    with writing(house.engine) as tx:
        same = (p.station == kiosk.station, p.media == taken.digest)
        tx.execute(delete(tables.station_pictures).where(*same))  # it comes again after a lost answer
        row = {"station": kiosk.station, "media": taken.digest} | values
        tx.execute(insert(tables.station_pictures).values(row))
        newest = (
            select(p.media)
            .where(p.station == kiosk.station)
            .order_by(p.received_at.desc(), p.at.desc())
            .limit(MOST)
        )
        kept = list(tx.execute(newest).scalars())
        old = (p.station == kiosk.station, p.media.not_in(kept))
        tx.execute(delete(tables.station_pictures).where(*old))


def shelves(house: House) -> list[Shelf]:
    """What stations have sent and is still here, station by station."""
    p, s = tables.station_pictures.c, tables.stations.c
    query = (
        select(s.id, s.name, p.media, p.device, p.good, p.at)
        .join(tables.stations, s.id == p.station)
        .order_by(s.name, s.id, p.at.desc(), p.media)
    )
    with reading(house.engine) as tx:
        rows = tx.execute(query).all()
    return [
        Shelf(
            station=station,
            name=name,
            pictures=tuple((row.media, Sent(device=row.device, good=row.good, at=row.at)) for row in held),
        )
        for (station, name), held in itertools.groupby(rows, key=lambda row: (row.id, row.name))
    ]
