"""A serial frame until its reading is delivered, beside a bare pyserial read loop on a pty."""

import tempfile
import threading
import time
from pathlib import Path

import serial

from bench.measure import Measure, percentile
from hardware.rack import Rack
from hardware.readings import CodeScanned, DeviceChanged, DeviceState, Reading
from hardware.settings import load_station
from hardware.simulate.scanner import SimulatedScanner

ROUNDS = 400
FRAME = b"]d2GP-100\r\n"


def delivered() -> list[Measure]:
    """Milliseconds from the last byte written to the reading in hand."""
    ours, bare = _ours(), _bare()
    yardstick, value = percentile(bare, 0.99), percentile(ours, 0.99)
    return [
        Measure(
            name="serial frame → reading, p99",
            value=value,
            unit="ms",
            yardstick_name="bare pyserial loop",
            yardstick=yardstick,
            goal="≤ 2 ms, ≤ 1.5x",
            met=value <= 2 and value <= 1.5 * yardstick,
        )
    ]


def _ours() -> list[float]:
    ready, came, times = threading.Event(), threading.Event(), []

    def emit(reading: Reading) -> None:
        if isinstance(reading, DeviceChanged) and reading.state is DeviceState.READY:
            ready.set()
        if isinstance(reading, CodeScanned):
            times.append(time.perf_counter())
            came.set()

    with SimulatedScanner() as scanner:
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(f'[[device]]\nname = "scanner"\nkind = "scanner"\nurl = "{scanner.url}"\n')
            file.flush()
            devices = load_station(Path(file.name)).devices
        with Rack.start(devices, emit=emit):
            ready.wait(10)
            return _play(scanner, came, times)


def _bare() -> list[float]:
    came, times = threading.Event(), []
    with SimulatedScanner() as scanner, serial.Serial(str(scanner.path), 9600) as port:

        def read() -> None:
            pending = b""
            for _ in range(ROUNDS):
                while not pending.endswith(b"\n"):
                    pending += port.read(max(1, port.in_waiting))
                pending = b""
                times.append(time.perf_counter())
                came.set()

        threading.Thread(target=read, daemon=True).start()
        return _play(scanner, came, times)


def _play(scanner: SimulatedScanner, came: threading.Event, times: list[float]) -> list[float]:
    took = []
    for _ in range(ROUNDS):
        came.clear()
        begun = time.perf_counter()
        scanner.send(FRAME)
        came.wait(10)
        took.append((times[-1] - begun) * 1000)
        time.sleep(0.002)
    return took
