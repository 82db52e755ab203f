"""A real server process over a plant with a past, and browsers that notice every complaint of a page."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from types import ModuleType

import httpx2
import pytest

from tests.portal import writing


def _beside(name: str) -> ModuleType:
    """A module of this folder; tests are no package, so that no other `tests` can stand in its way."""
    known = f"stepline_portal_tests_{name}"
    if known not in sys.modules:
        spec = util.spec_from_file_location(known, Path(__file__).with_name(f"{name}.py"))
        module = util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]


@pytest.fixture(scope="session")
def plant_module() -> ModuleType:
    return _beside("plant")


@dataclass(frozen=True)
class Served:
    """A server process and what it serves."""

    address: str
    plant: object


@pytest.fixture(scope="session")
def served(plant_module: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the plant, started as its own process as a plant would start it."""
    data = tmp_path_factory.mktemp("portal")
    plant = plant_module.build(data / "data", runs=40, days=9)
    yield from serve(plant, data)


@pytest.fixture
def empty(plant_module: ModuleType, tmp_path: Path) -> Iterator[Served]:
    """A server that was started for the first time."""
    yield from serve(None, tmp_path)


@pytest.fixture(scope="module")
def written(plant_module: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose documents a module's tests may change."""
    data = tmp_path_factory.mktemp("written")
    yield from serve(plant_module.build(data / "data", runs=2, days=1), data)


@pytest.fixture
def served_by() -> Callable[[object], Served]:
    """What a server process that the test itself started serves."""
    return lambda server: Served(server.address, None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(plant: object, data: Path, *options: str) -> Iterator[Served]:
    port = _free_port()
    log = (data / "server.log").open("w")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "stepline", "serve", "--data", str(data / "data")),
            *("--port", str(port), "--broker-port", str(_free_port()), *options),
        ],
        env={**os.environ, "STEPLINE_ADMIN_PASSWORD": "correct horse battery"},
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(port, process, data / "server.log")
        yield Served(f"http://127.0.0.1:{port}", plant)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    """Until the server listens; between two looks it gets 100 ms, or until it ends."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"the server does not listen:\n{log.read_text()}")


class Visitor:
    """Somebody at a browser."""

    def __init__(self, context, served: Served, password: str) -> None:
        self.context = context
        self.address = served.address
        self.password = password
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(45_000)  # a busy machine; nothing waits that long in peace
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message) -> None:
        if (
            message.type in {"error", "warning"} and "status of 4" not in message.text
        ):  # refusals are asked for
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def enter(self, login: str, password: str) -> None:
        self.page.get_by_label("Login").fill(login)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def sign_in(self, login: str = "admin", path: str = "/") -> "Visitor":
        self.open(path)
        self.enter(login, self.password)
        self.page.wait_for_url(self.address + path)
        return self


@pytest.fixture
def visit(chromium, served: Served, plant_module: ModuleType) -> Iterator[Callable[..., Visitor]]:
    """Opens browsers; at the end, a page that complained on its console fails the test."""
    opened: list[Visitor] = []

    def visit(of: Served = served, **options) -> Visitor:
        context = chromium.new_context(timezone_id="Europe/Berlin", locale="en-GB", **options)
        opened.append(Visitor(context, of, plant_module.PASSWORD))
        return opened[-1]

    yield visit
    complaints = [complaint for visitor in opened for complaint in visitor.complaints]
    for visitor in opened:
        visitor.context.close()
    assert complaints == []


class Client(httpx2.Client):
    """A signed-in client without a browser, which knows its CSRF token."""

    csrf = ""

    def send_form(self, path: str, **fields: object) -> httpx2.Response:
        return self.post(path, data={"csrf": self.csrf, **fields})


@pytest.fixture
def client(served: Served, plant_module: ModuleType) -> Iterator[Callable[[str], Client]]:
    """Signs somebody in over HTTP."""
    opened: list[Client] = []

    def client(login: str | None = "admin", of: Served = served) -> Client:
        made = Client(base_url=of.address, timeout=20)
        opened.append(made)
        if login is not None:
            ticket = _value(made.get("/sign-in").text, "ticket")
            fields = {"ticket": ticket, "login": login, "password": plant_module.PASSWORD, "next": "/"}
            assert made.post("/sign-in", data=fields).status_code == 303
            made.csrf = _value(made.get("/").text, "csrf")
        return made

    yield client
    for made in opened:
        made.close()


def _value(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


@pytest.fixture
def edit(visit, written):
    """Opens the editor on a document, as somebody."""

    def edit(document: str, login: str = "eve", kind: str = "instructions"):
        writer = visit(written, viewport={"width": 1440, "height": 900}).sign_in(login)
        writer.open(f"/library/{kind}/{document}")
        writer.page.get_by_role("button", name="Edit", exact=True).click()
        writer.page.wait_for_url("**/drafts/*")
        writing.saved(writer)
        return writer

    return edit
