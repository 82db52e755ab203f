"""What the server's rooms share: the database, the stores, the keys, the news and the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]
from sqlalchemy import Engine

from server.issued import Issued
from server.keys import Keyring
from server.live import Live
from server.media import MediaStore
from server.preview import Previews
from server.settings import Settings


def utc_now() -> datetime:
    """The instant of now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One running server's parts; `push` tells a station's kiosks to look again."""

    settings: Settings
    engine: Engine
    media: MediaStore
    photos: MediaStore
    keys: Keyring
    previews: Previews
    issued: Issued = field(default_factory=Issued)
    live: Live = field(default_factory=Live)
    now: Callable[[], datetime] = utc_now
    push: Callable[[str, int], None] = lambda _station, _counter: None

    @property
    def signer(self) -> CryptoSigner:
        """The key that signs releases and assignments now."""
        return self.keys.signer
