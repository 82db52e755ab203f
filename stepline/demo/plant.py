"""The plant's processes: one server, its kiosks, and the simulated devices at each bench."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from stepline.demo.devices import Devices

LIBRARY = Path(__file__).resolve().parents[2] / "content" / "library"
PASSWORD = "demonstration"  # noqa: S105 - of a plant that lives for minutes on this machine only
STATIONS = (("bench-1", "Bench 1", "Assembly", "Pumps"), ("bench-2", "Bench 2", "Assembly", "Pumps"))
PEOPLE = (("anna", "Anna Berger", "04A2B81F", None), ("ben", "Ben Osei", "04C73E52", "2468"))
OFFICE = (  # login, name, role: who signs in to the portal, all with PASSWORD
    ("sofia", "Sofia Lindqvist", "supervisor"),
    ("emil", "Emil Novak", "engineer"),
)


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Process:
    """One process of the plant, its output kept in a file; it can be killed and started again."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    hand_down: tuple[int, ...] = ()  # file descriptors that it gets
    running: subprocess.Popen[bytes] | None = None
    _barred: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Start it; its output is appended to the log. Raises RuntimeError when it was stopped for good."""
        with self._lock, self.log.open("ab") as out:
            if self._barred:
                raise RuntimeError(f"{self.name} was stopped for good")
            self.running = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **self.environment},
                pass_fds=self.hand_down,
                process_group=0,  # Ctrl-C is for the demonstration, which ends its processes in order
            )

    def kill(self) -> None:
        """Kill -9, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    def bar(self) -> None:
        """It is never started again: who plays on another thread may be about to."""
        with self._lock:
            self._barred = True

    def alive(self) -> bool:
        """Whether it runs."""
        return self.running is not None and self.running.poll() is None

    def ended(self) -> int | None:
        """Its exit code when it ended by itself."""
        return None if self.running is None else self.running.poll()

    def _end(self, how: signal.Signals) -> None:
        if self.running is None:
            return
        if self.running.poll() is None:
            self.running.send_signal(how)
        try:
            self.running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        self.running = None


class Uplink(Protocol):
    """Where a kiosk finds the server and the broker: the plant itself, or a cable that leads there."""

    @property
    def server_url(self) -> str:
        """As in `http://host:8080`."""
        ...

    @property
    def broker(self) -> str:
        """As in `mqtt://host:1883`."""
        ...


class Bench:
    """A station's simulated devices and its kiosk process."""

    def __init__(
        self, plant: "Plant", station: str, *, uplink: Uplink | None = None, size: str = "1280x800"
    ) -> None:
        self.station = station
        self.folder = plant.folder / station
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "kiosk"
        self.touches = self.folder / "touches"
        self.trace = self.folder / "trace.jsonl"
        self.shots = plant.folder / "screenshots"
        self.shots.mkdir(exist_ok=True)
        self.devices = Devices(self.folder, station, plant.broker, LIBRARY)
        command = self._command(plant, uplink or plant, size)
        self.kiosk = Process(station, command, self.folder / "kiosk.log", plant.kiosk_environment)

    def _command(self, plant: "Plant", uplink: Uplink, size: str) -> list[str]:
        command = [sys.executable, "-m", "kiosk", "--data", str(self.data), "--server", uplink.server_url]
        command += ["--devices", str(self.devices.file), "--broker", uplink.broker]
        command += ["--size", size, "--name", self.station, "--touches", str(self.touches)]
        command += ["--trace", str(self.trace)]
        return command if plant.headless else [*command, "--windowed"]

    def close(self) -> None:
        """Stop the kiosk and its devices."""
        self.kiosk.stop()
        self.devices.close()


class Plant:
    """A server and its benches in one folder, on free ports."""

    def __init__(self, folder: Path, *, headless: bool, port: int | None = None) -> None:
        self.folder = folder
        self.headless = headless
        self.port = port or free_port()
        self.broker_port = free_port()
        self.server_url = f"http://127.0.0.1:{self.port}"
        self.broker = f"mqtt://127.0.0.1:{self.broker_port}"
        self.data = folder / "server"
        self.kiosk_environment = (
            {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"} if headless else {}
        )
        # MIXED: Kivy else swallows what goes to stderr, and with it why a process ended
        self.kiosk_environment |= {"KIVY_HOME": str(folder / "kivy"), "KIVY_LOG_MODE": "MIXED"}
        command = [
            sys.executable,
            "-m",
            "stepline",
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
        ]
        command += ["--broker-port", str(self.broker_port)]
        environment = {"STEPLINE_ADMIN_PASSWORD": PASSWORD}
        self.server = Process("server", command, folder / "server.log", environment)
        self.benches: list[Bench] = []
        self._lock = threading.Lock()

    @property
    def database(self) -> Path:
        """The server's SQLite file."""
        return self.data / "stepline.db"

    @property
    def furnished(self) -> Path:
        """A file that is there once stations, people and documents are."""
        return self.folder / "furnished"

    def close(self) -> None:
        """Stop everything for good."""
        for process in (*(bench.kiosk for bench in self.benches), self.server):
            process.bar()
        for bench in self.benches:
            bench.close()
        self.server.stop()
