"""Who this kiosk is, and the few named values that it keeps."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kiosk.store.database import Database
from kiosk.store.tables import meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What enrolment gave this kiosk: its name on the wire, its credential, and the server's public key."""

    kiosk: str
    token: str
    server_key: dict[str, Any]
    station: dict[str, str]  # id, name, line, area
    broker: str | None


class Meta:
    """Named values, all of them in memory and on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.reading() as look:
            self._values = {row.key: row.value for row in look.execute(select(meta))}
        self.identity = self._read_identity()

    @property
    def kiosk(self) -> str:
        """The kiosk's identifier in the record; empty before it is enrolled."""
        return self.identity.kiosk if self.identity else ""

    @property
    def broker(self) -> str | None:
        """The broker that the server named when the kiosk was enrolled."""
        return self.identity.broker if self.identity else None

    def get(self, name: str) -> str | None:
        """The value of that name."""
        return self._values.get(name)

    def put(self, **values: str) -> None:
        """Keep these values, all or none; raises StoreError."""
        with self._database.writing() as tx:
            tx.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", list(values.items()))
        self._values.update(values)

    def enrol(self, identity: Identity) -> None:
        """Become that kiosk; raises StoreError."""
        self.put(
            kiosk=identity.kiosk,
            token=identity.token,
            server_key=json.dumps(identity.server_key),
            station=json.dumps(identity.station),
            broker=identity.broker or "",
        )
        self.identity = identity

    def _read_identity(self) -> Identity | None:
        values = self._values
        if not values.get("kiosk"):
            return None
        return Identity(
            kiosk=values["kiosk"],
            token=values["token"],
            server_key=json.loads(values["server_key"]),
            station=json.loads(values["station"]),
            broker=values["broker"] or None,
        )
