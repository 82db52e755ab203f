"""A real server in this process, on a real port, that can go away and come back."""

import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI

from content.instruction import Instruction
from server.api import kiosk, office, problems, public
from server.house import House
from server.library import assigning, publishing
from server.people import enrolment, roster
from server.people.passwords import BackOff
from server.serve import open_house
from server.settings import Settings
from tests.kiosk.station import PNG


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def api_of(house: House) -> FastAPI:
    api = FastAPI()
    api.state.house, api.state.back_off = house, BackOff()
    problems.install(api)
    for router in (public.router, kiosk.router, office.router):
        api.include_router(router)
    app = FastAPI()
    app.mount("/api/v1", api)
    return app


class Plant:
    """The server with one station, two of the library's documents and two people."""

    def __init__(self, folder: Path, broker: str | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.house = open_house(
            Settings(data=folder, port=self.port, broker_url=broker or "mqtt://127.0.0.1:1")
        )
        assigning.create_station(self.house, "bench-1", "Bench 1", "Line 1", "Hall", "admin")
        roster.add_person(self.house, "anna", name="Anna Berg", role="operator", badge="ANNA-1", by="admin")
        self.digests: dict[str, str] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def publish(self, document: dict[str, Any], files: Mapping[str, bytes] = {}) -> str:
        """Publish a document; pictures that are not in `files` are all the same."""
        with tempfile.TemporaryDirectory() as folder:
            for path in Instruction.model_validate(document).files:
                file = Path(folder, path)
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(files.get(path, PNG))
            Path(folder, "instruction.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
            return publishing.publish(self.house, Path(folder), "admin").digest

    def assign(self, *digests: str) -> int:
        return assigning.assign(self.house, "bench-1", digests, "admin")

    def confirm(self, code: str) -> str:
        return enrolment.confirm(self.house, code, "bench-1", "admin")

    def open(self) -> None:
        config = uvicorn.Config(api_of(self.house), "127.0.0.1", self.port, log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)

    def shut(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
            self._server = None

    @contextmanager
    def running(self) -> Iterator["Plant"]:
        self.open()
        try:
            yield self
        finally:
            self.shut()
            self.house.engine.dispose()
