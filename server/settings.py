"""What the server is told when it starts."""

from dataclasses import dataclass
from pathlib import Path


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
        """The broker's address as kiosks are told it."""
        return self.broker_url or f"mqtt://{self.host}:{self.broker_port}"
