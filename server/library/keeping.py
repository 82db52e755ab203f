"""Keys are looked after: statements of trust are renewed in time, and kiosks are told when another key signs."""

from sqlalchemy import select

from server.audit import note
from server.house import House
from server.store import tables
from server.store.engine import reading, writing


class KeyWatch:
    """The clock calls `look`; a rotation comes from another process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._told = house.keys.trust.version

    def look(self) -> None:
        """Renew what is about to end, and let every kiosk look again when something was said."""
        house = self._house
        if house.keys.renew():
            with writing(house.engine) as tx:
                note(
                    tx,
                    house.now(),
                    "stepline",
                    "renewed trust",
                    "root",
                    f"version {house.keys.trust.version}",
                )
        version = house.keys.trust.version
        if version == self._told:
            return
        with reading(house.engine) as tx:
            rows = tx.execute(select(tables.stations.c.id, tables.stations.c.counter)).all()
        for row in rows:
            house.push(row.id, row.counter)
        self._told = version
