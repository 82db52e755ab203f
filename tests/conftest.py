"""What tests of several rooms need: a real broker, a real PostgreSQL, a real browser, each started on a free port."""

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

os.environ.setdefault("KIVY_NO_ARGS", "1")
os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: programs would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
if "KIVY_HOME" not in os.environ:
    os.environ["KIVY_HOME"] = tempfile.mkdtemp(prefix="stepline-kivy-")
    atexit.register(shutil.rmtree, os.environ["KIVY_HOME"], ignore_errors=True)

# no example is timed: machines are shared. Where a landing hangs on it, the examples are the same each time
settings.register_profile(
    "stepline",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="STEPLINE_SAME_EXAMPLES" in os.environ,
)
settings.load_profile("stepline")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SHRINKING = 600  # s; Hypothesis makes a failing example small for up to 300, and only then says what failed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A found failure must not end as a time-out: that would say nothing of what was found."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SHRINKING))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unprivileged(name: str, folder: Path) -> dict:
    """Arguments for Popen that run a service as nobody special, owning `folder`, also when we are root."""
    if os.geteuid() != 0:
        return {}
    for candidate in (name, "nobody"):
        try:
            user = pwd.getpwnam(candidate)
        except KeyError:
            continue
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.fail(f"no unprivileged account {name} or nobody to run a service as")


def needed(*candidates: str) -> str:
    for candidate in candidates:
        if found := shutil.which(candidate):
            return found
    pytest.fail(f"{candidates[0]} is not installed; `./run test` installs what the tests need")


@pytest.fixture(scope="session", autouse=True)
def hasty_hashes() -> Iterator[None]:
    """Passwords and PINs that tests give out cost little; what the product takes is in `test_passwords.py`."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    from server.people import passwords

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", cheap)
        patch.setattr(passwords, "PIN_HASHER", cheap)
        yield


class Mosquitto:
    """A broker process that can be stopped and started on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n"
        )

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        binary = needed("mosquitto", "/usr/sbin/mosquitto")
        self.process = subprocess.Popen(
            [binary, "-c", str(self.folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **unprivileged("mosquitto", self.folder),
        )
        wait_for_port(self.port, self.process)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def wait_for_port(port: int, process: subprocess.Popen, attempts: int = 600) -> None:
    """Until something listens; each attempt lets the process run for at most 50 ms or until it ends."""
    for _ in range(attempts):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"{process.args} ended with {process.returncode} before it listened on {port}")
    pytest.fail(f"nothing listens on {port}")


def service_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="stepline-service-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def mosquitto() -> Iterator[Mosquitto]:
    """A real Mosquitto, freshly started."""
    folder = service_folder()
    broker = Mosquitto(folder)
    broker.start()
    yield broker
    broker.stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[int]:
    """A PostgreSQL cluster of our own, run by an unprivileged account; its port."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.fail("PostgreSQL is not installed; `./run test` installs what the tests need")
    binaries = found[-1].parent
    folder = service_folder()
    account = unprivileged("postgres", folder)
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "stepline", "-A", "trust", "-E", "UTF8", "--locale=C"],
        check=True,
        stdout=subprocess.DEVNULL,
        **account,
    )
    port = free_port()
    listening = ["-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *listening],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **account,
    )
    try:
        wait_for_port(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """A real PostgreSQL cluster of the session's own."""
    with running_postgres() as port:
        yield port


def fresh_database(port: int, name: str, template: str = "template1") -> str:
    """A database in the cluster, empty or a copy; its SQLAlchemy URL."""
    import psycopg

    admin = f"host=127.0.0.1 port={port} user=stepline dbname=postgres"
    for _ in range(100):
        try:
            connection = psycopg.connect(admin, autocommit=True)
            break
        except psycopg.OperationalError as problem:
            if "starting up" not in str(problem):
                raise
    with connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"postgresql+psycopg://stepline@127.0.0.1:{port}/{name}"


@pytest.fixture
def postgres_url(postgres_port: int, request: pytest.FixtureRequest) -> str:
    """An empty database for one test."""
    return fresh_database(postgres_port, f"t{abs(hash(request.node.nodeid)):x}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator:
    """A `stepline serve` of the test's own on an empty folder, not started yet."""
    from tests.server.serving import ServerProcess

    process = ServerProcess(tmp_path / "data")
    yield process
    process.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """Debian's Chromium without its window, driven by Playwright: the browser that draws nothing for itself."""
    from playwright.sync_api import sync_playwright

    binary = needed("chromium-headless-shell", "/usr/bin/chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
