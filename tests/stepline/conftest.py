"""The command `stepline` as a process, in an empty folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

COMMAND = [sys.executable, "-m", "stepline"]


def surroundings(**more: str) -> dict[str, str]:
    """The environment, without what a person may have set, in a terminal that is wide enough for any sentence."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEPLINE_")}
    return {**kept, "COLUMNS": "400", **more}


class Stepline:
    """Runs the command to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, *words: str | Path, typed: str = "", seconds: float = 60, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=surroundings(**environment),
            check=False,
        )


@pytest.fixture
def stepline(tmp_path: Path) -> Stepline:
    folder = tmp_path / "here"
    folder.mkdir()
    return Stepline(folder)


class _SignInPage(BaseHTTPRequestHandler):
    """Answers whatever is asked with a page, as a hotel's network does."""

    def do_GET(self) -> None:
        body = b"<html>Welcome to our network. Please sign in.</html>"
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def captive_portal() -> Iterator[str]:
    """A network's sign-in page that stands in the way of everything; its address."""
    portal = HTTPServer(("127.0.0.1", 0), _SignInPage)
    thread = Thread(target=portal.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{portal.server_port}"
    portal.shutdown()
    thread.join()
    portal.server_close()
