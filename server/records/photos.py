"""Photographs that belong to the record, named by their digests."""

from sqlalchemy import insert, select

from content import picture
from server.errors import Invalid
from server.house import House
from server.store import tables
from server.store.engine import writing


def keep_photo(house: House, kiosk: str, digest: str, data: bytes) -> None:
    """Keep a photograph once; raises Invalid when it is no picture, or not that one."""
    kind = picture.media_type(data[: picture.HEAD])
    if kind is None or not kind.startswith("image/"):
        raise Invalid("this is no picture", "send PNG, JPEG or WebP")
    house.photos.keep(data, digest)
    with writing(house.engine) as tx:
        known = tx.execute(select(tables.photos.c.digest).where(tables.photos.c.digest == digest)).scalar()
        if known is None:
            row = {"digest": digest, "kiosk": kiosk, "type": kind, "received_at": house.now()}
            tx.execute(insert(tables.photos).values(row))
