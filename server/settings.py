"""What the server is told when it starts."""

from dataclasses import dataclass
from pathlib import Path

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - to listen there is the administrator's choice


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
    secure: bool = False  # behind TLS: cookies are only sent over it

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


def _address(host: str, port: int) -> str:
    return f"mqtt://[{host}]:{port}" if ":" in host else f"mqtt://{host}:{port}"
