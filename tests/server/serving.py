"""The server over real HTTP: in a thread with a house that the test holds, or as a process of its own."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from content.chain import Entry
from server.app import create_app
from server.house import House

PASSWORD = "correct horse battery"
MOST_LOOKS = 600  # at a starting process, each of at most 50 ms


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(house: House) -> Iterator[str]:
    """The application on a free port, until the block ends; its address."""
    port = free_port()
    config = uvicorn.Config(
        create_app(house), "127.0.0.1", port, log_level="error", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        house.live.close()
        server.should_exit = True
        thread.join(20)


def client(address: str, token: str | None = None) -> httpx2.Client:
    """A caller of the API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.Client(base_url=f"{address}/api/v1", headers=headers, timeout=30, trust_env=False)


class ServerProcess:
    """`stepline serve` on a folder; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, *, broker: str | None = None) -> None:
        self.folder = folder
        self.port, self.broker_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.broker = broker or f"mqtt://127.0.0.1:{self.broker_port}"
        self.command = [
            sys.executable,
            "-m",
            "stepline",
            "serve",
            "--data",
            str(folder),
            "--port",
            str(self.port),
        ]
        self.command += ["--broker", broker] if broker else ["--broker-port", str(self.broker_port)]
        self.log = folder.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None
        self._callers: list[httpx2.Client] = []

    def start(self, password: str | None = PASSWORD) -> None:
        """Start it and wait until it answers."""
        environment = {name: value for name, value in os.environ.items() if name != "STEPLINE_ADMIN_PASSWORD"}
        if password:
            environment["STEPLINE_ADMIN_PASSWORD"] = password
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env=environment)
        for _ in range(MOST_LOOKS):
            if self._answers():
                return
            try:
                self.process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the server ended: {self.log.read_text()}")
        raise AssertionError(f"the server does not answer: {self.log.read_text()}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def close(self) -> None:
        """Hang up and, when it still runs, kill it."""
        for caller in self._callers:
            caller.close()
        if self.process is not None and self.process.poll() is None:
            self.end(signal.SIGKILL)

    def caller(self) -> httpx2.Client:
        """Somebody who calls the API, without credentials yet."""
        made = client(self.address)
        self._callers.append(made)
        return made

    def signed_in(self, login: str = "admin", password: str = PASSWORD) -> httpx2.Client:
        """A caller who is signed in."""
        caller = self.caller()
        answer = caller.post("/session", json={"login": login, "password": password})
        answer.raise_for_status()
        caller.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return caller

    def _answers(self) -> bool:
        try:
            with client(self.address) as caller:
                return caller.get("/health").status_code == 200
        except httpx2.TransportError:
            return False


def approve_nothing(admin: httpx2.Client) -> None:
    """A plant of one: nobody has to sign, what is submitted is released."""
    for kind in ("work-instruction", "sop"):
        for risk in ("low", "medium", "high"):
            admin.put(f"/policies/{kind}/{risk}", json={"stages": []}).raise_for_status()


def as_batch(entries: list[Entry]) -> dict[str, Any]:
    """Entries as a kiosk sends them."""
    return {"entries": [{"seq": e.seq, "prev": e.prev, "hash": e.hash, "body": e.body} for e in entries]}


def zipped(folder: Path) -> bytes:
    """A document's folder as an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()
