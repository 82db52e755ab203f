"""A kiosk that pulls from a real server through somebody who sits between both, and how the server signs for it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk import proof
from kiosk.enrolling import Enrolling
from kiosk.events import EnrolmentOffered
from kiosk.fetching import AssignmentRefused
from kiosk.link import Link
from kiosk.pulling import Puller
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from server.library import assigning
from tests.kiosk.liar import Liar
from tests.kiosk.plant import Plant
from tests.kiosk.station import PUMP


class Kiosk:
    """A kiosk's store and puller, with somebody else's hands on the wire and on the clock."""

    def __init__(self, folder: Path, plant: Plant) -> None:
        self.plant, self.folder = plant, folder
        self.liar = Liar(plant.url)
        self.clock_off = timedelta()
        self.store = Store.open(folder)
        self.link = Link(self.liar.url, patience=0.5)
        codes: list[str] = []
        enrolling = Enrolling(
            self.store,
            self.link,
            name="bench",
            version="0.1",
            tell=lambda event: codes.append(event.code) if isinstance(event, EnrolmentOffered) else None,
        )
        enrolling.go_on()
        plant.confirm(codes[0])
        assert enrolling.go_on()
        self.switch_on()

    def switch_on(self) -> None:
        self.ticker = Ticker(wall=lambda: datetime.now(UTC) + self.clock_off)
        proof.recall(self.store, self.ticker)
        self.puller = Puller(self.store, self.link, self.ticker)

    def publish(self, **changed: Any) -> str:
        digest = self.plant.publish({**PUMP, **changed})
        self.plant.assign(digest)
        return digest

    @property
    def titles(self) -> list[str]:
        return [tile.title for tile in self.store.library.tiles()]

    def refuses(self, words: str, kind: type[Exception] = AssignmentRefused) -> None:
        """The next pull ends with these words, and nothing of what was in use has changed."""
        before = self.state
        with pytest.raises(kind, match=words):
            self.puller.pull()
        assert self.state == before

    @property
    def state(self) -> object:
        library = self.store.library
        assignment = library.assignment()
        files = {
            tile.picture and self.store.media.file(*tile.picture).read_bytes() for tile in library.tiles()
        }
        return assignment, library.tiles(), library.current(), files

    def close(self) -> None:
        self.liar.close()
        self.link.close()
        self.store.close()


def assigned(plant: Plant) -> bytes:
    return assigning.assignment(plant.house, "bench-1", "mqtt://127.0.0.1:1")
