"""A kiosk as a process of its own: the command as an operator's machine runs it, its devices, and a finger."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hardware.simulate.scale import SimulatedScale
from hardware.simulate.scanner import SimulatedScanner
from hardware.simulate.torque import SimulatedTorqueDriver

DEADLINE = 40.0  # s
DEVICES = """
[[device]]
name = "scanner"
kind = "scanner"
url = "serial://{folder}/scanner"
[[device]]
name = "scale"
kind = "scale"
url = "serial://{folder}/scale"
[[device]]
name = "torque"
kind = "torque"
url = "serial://{folder}/torque"
"""


class KioskProcess:
    """The command as an operator's machine runs it, its devices, and a finger."""

    def __init__(self, folder: Path, server: str, broker: str | None = None, size: str = "1280x800") -> None:
        self.folder = folder
        self.size = size
        self.server = server
        self.broker = broker
        self.store = folder / "data" / "kiosk.db"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}
        (folder / "devices.toml").write_text(self.plug_in())

    def plug_in(self) -> str:
        """Switch its devices on; the station's file that names them."""
        self.scanner = SimulatedScanner(self.folder / "scanner")
        self.scale = SimulatedScale(self.folder / "scale")
        self.torque = SimulatedTorqueDriver(self.folder / "torque")
        return DEVICES.format(folder=self.folder)

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "kiosk",
            "--data",
            str(self.folder / "data"),
            "--server",
            self.server,
        ]
        command += ["--devices", str(self.folder / "devices.toml"), "--size", self.size, "--poll", "2"]
        command += ["--touches", str(self.folder / "touches"), "--trace", str(self.folder / "trace.jsonl")]
        command += ["--broker", self.broker] if self.broker else []
        command += ["--record", str(self.folder / "recordings")]
        log = (self.folder / "kiosk.log").open("ab")
        environment = {
            **os.environ,
            "SDL_VIDEODRIVER": "offscreen",
            "SDL_AUDIODRIVER": "dummy",
            **self.environment,
        }
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        log.close()

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.stop()
        self.unplug()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def unplug(self) -> None:
        """Take its devices away for good."""
        for device in (self.scanner, self.scale, self.torque):
            device.close()

    def tap(self, widget: str) -> None:
        """A finger on a widget."""
        self._ask(tap=widget)

    def type(self, text: str) -> None:
        """A scanner that types into the window."""
        self._ask(type=text)

    def texts(self) -> str:
        """The words on its screen."""
        return "\n".join(self._ask(read="")["texts"])

    def shot(self, name: str) -> Path:
        """A picture of what its screen shows now."""
        self._ask(shot=name)
        return self.folder / f"{name}.png"

    def _ask(self, **wish: str) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            line.connect(str(self.folder / "touches"))
            line.sendall(json.dumps(wish).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline())
        assert answer["ok"], answer
        return answer

    def rows(self, query: str) -> list[Any]:
        try:
            with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []

    def code(self) -> str:
        """The code that it shows until it is enrolled."""
        self.until(lambda: self.rows("SELECT 1 FROM meta WHERE key = 'enrolment'"), "asking to be enrolled")
        return json.loads(self.rows("SELECT value FROM meta WHERE key = 'enrolment'")[0][0])["code"]

    @property
    def types(self) -> list[str]:
        return [kind for (kind,) in self.rows("SELECT type FROM entries ORDER BY seq")]

    def until(self, wanted: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        look = threading.Event()
        while not wanted():
            assert self.process is not None
            tail = (self.folder / "kiosk.log").read_text()[-3000:]
            assert self.process.poll() is None, tail
            assert time.monotonic() < deadline, f"{what} did not happen: {self.types}\n{tail}"
            look.wait(0.02)

    def until_last(self, kind: str) -> None:
        self.until(lambda: self.types[-1:] == [kind], kind)
