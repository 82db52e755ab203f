"""A rack in a process of its own: says when every device is ready, counts readings until its input ends, tells."""

import json
import resource
import sys
import threading
import time
from pathlib import Path

from hardware.rack import Rack
from hardware.readings import DeviceChanged, DeviceState, Measured, Reading
from hardware.settings import load_station


def main(file: Path) -> None:
    """Run the rack of that station."""
    settings = load_station(file).devices
    ready, all_ready, counts = set[str](), threading.Event(), [0]
    lock = threading.Lock()

    def emit(reading: Reading) -> None:
        if isinstance(reading, Measured):
            with lock:
                counts[0] += 1
        elif isinstance(reading, DeviceChanged) and reading.state is DeviceState.READY:
            ready.add(reading.device)
            if len(ready) == len(settings):
                all_ready.set()

    with Rack.start(settings, emit=emit):
        if not all_ready.wait(60):
            raise SystemExit(f"not ready: {sorted({each.name for each in settings} - ready)[:3]}")
        begun, before = time.monotonic(), _cpu()
        print("ready", flush=True)
        sys.stdin.read()
        told = {"readings": counts[0], "cpu": _cpu() - before, "seconds": time.monotonic() - begun}
    print(json.dumps(told), flush=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


main(Path(sys.argv[1]))
