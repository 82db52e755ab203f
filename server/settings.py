"""What the server is told when it starts."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from server.telling import addresses

MOST_PORTS = 65_535
MOST_DAYS = 3_650
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - to listen there is the administrator's choice


class SettingsWrong(ValueError):
    """The server cannot start so; the text names the setting and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the server keeps its data, where it listens, and which broker it uses.

    Without `broker_url` a broker is embedded on `broker_port`; without `database_url` it is SQLite in `data`.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str | None = None
    broker_url: str | None = None
    broker_port: int = 1883
    admin_password: str | None = None
    valid_days: int = 90  # that an assignment holds from the day it was issued
    secure: bool = False  # behind TLS: cookies are only sent over it
    tell: tuple[str, ...] = ()  # hosts and networks of the plant that webhooks may go to

    def check(self) -> None:
        """Raise SettingsWrong when something of it cannot be."""
        for name, port in (("--port", self.port), ("--broker-port", self.broker_port)):
            if not 1 <= port <= MOST_PORTS:
                raise SettingsWrong(f"{name} {port} is no port; use 1 to {MOST_PORTS}")
        if not 1 <= self.valid_days <= MOST_DAYS:
            raise SettingsWrong(f"--valid-days {self.valid_days} is no validity; use 1 to {MOST_DAYS:,} days")
        if self.database_url is not None and not _names_a_database(self.database_url):
            raise SettingsWrong("--database-url names none; write it like postgresql://user@host/stepline")
        if self.broker_url is not None and not re.match(r"mqtts?://[^/]", self.broker_url):
            raise SettingsWrong("--broker is no broker's address; write it like mqtt://host:1883")
        for place in self.tell:
            if not (addresses.is_network(place) or addresses.is_host(place)):
                raise SettingsWrong(f"--tell {place!r} is no host and no network; write it like 10.1.0.0/16")

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data / 'stepline.db'}"

    @property
    def broker(self) -> str:
        """The broker's address as the server itself reaches it."""
        return self.broker_url or _address(
            "127.0.0.1" if self.host in EVERYWHERE else self.host, self.broker_port
        )

    def broker_for(self, host: str) -> str:
        """The broker's address for somebody who reaches the server under the name `host`."""
        return self.broker_url or _address(host, self.broker_port)


def _names_a_database(url: str) -> bool:
    try:
        return make_url(url).drivername in {"postgresql", "postgresql+psycopg", "sqlite"}
    except (ArgumentError, ValueError):
        return False


def _address(host: str, port: int) -> str:
    return f"mqtt://[{host}]:{port}" if ":" in host else f"mqtt://{host}:{port}"
