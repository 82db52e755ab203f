"""A real kiosk in a real window: readings, scans and taps until they are painted, start, memory and idle CPU."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Measure, percentile
from stepline.demo.headless import instructions, set_up
from stepline.demo.plant import PEOPLE, Bench, Plant
from stepline.demo.player import Player, Trouble
from stepline.demo.story import ORDER
from stepline.demo.summary import latencies_in

ROUNDS = 6  # times through all instructions
CALM = 5.0  # seconds after the last run: what it left behind has been tidied up
IDLE = 10.0  # seconds of watching a kiosk that waits
PICTURE = "content/library/instructions/close-pump/media/fit-key.webp"


def shown() -> list[Measure]:
    """Everything that needs a window, from one kiosk with one operator, and the bare window's yardsticks."""
    with tempfile.TemporaryDirectory() as folder:
        plant = Plant(Path(folder), headless=True)
        try:
            set_up(plant, lambda *_: None, stations=("bench-1",))
            bare = _bare(plant.broker)
            bench = plant.benches[0]
            _play(bench)
            time.sleep(CALM)
            resident = _resident(bench)
            cpu = _idle(bench)
            started = _start(bench)
            times = latencies_in([bench.trace])
        finally:
            plant.close()
    return _measures(times, bare, resident, cpu, started)


def _play(bench: Bench) -> None:
    player = Player(bench, instructions())
    _, _, badge, pin = PEOPLE[0]
    player.sign_in(badge, pin)
    for number in range(ROUNDS * len(ORDER)):
        player.open(ORDER[number % len(ORDER)], f"9{number:05d}")
        player.play(Trouble())


def _bare(broker: str) -> dict[str, object]:
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    command = [sys.executable, "-m", "bench.bare_window", broker, PICTURE]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout.strip().splitlines()[-1])


def _resident(bench: Bench) -> float:
    assert bench.kiosk.running is not None
    pages = int(Path(f"/proc/{bench.kiosk.running.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_seconds(bench: Bench) -> float:
    assert bench.kiosk.running is not None
    fields = Path(f"/proc/{bench.kiosk.running.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _idle(bench: Bench) -> float:
    before = _cpu_seconds(bench)
    time.sleep(IDLE)
    return (_cpu_seconds(bench) - before) / IDLE * 100


def _start(bench: Bench) -> float:
    """Seconds from the start of the process to its first usable frame."""
    bench.kiosk.stop()
    begun = time.monotonic()
    bench.kiosk.start()
    Player(bench, {}).wait_until_up()
    return time.monotonic() - begun


def _measures(
    times: dict[str, list[float]], bare: dict[str, object], resident: float, cpu: float, started: float
) -> list[Measure]:
    label, button, decode = (list(map(float, bare[key])) for key in ("label_ms", "tap_ms", "decode_ms"))  # pyright: ignore[reportArgumentType, reportCallIssue]
    found = []
    rows = (
        (
            "reading → painted, p50",
            "reading_to_frame",
            0.5,
            "bare label",
            percentile(label, 0.5),
            3.0,
            "≤ 3 ms, ≤ 2x",
        ),
        (
            "reading → painted, p99",
            "reading_to_frame",
            0.99,
            "bare label",
            percentile(label, 0.99),
            10.0,
            "≤ 10 ms, ≤ 2x",
        ),
        (
            "scan → first step, p99",
            "scan_to_first_step",
            0.99,
            "decode + upload",
            percentile(decode, 0.5),
            100.0,
            "≤ 100 ms",
        ),
        (
            "tap → painted, p50",
            "tap_to_frame",
            0.5,
            "bare button",
            percentile(button, 0.5),
            16.0,
            "≤ 16 ms, ≤ 2x",
        ),
    )
    for name, key, share, yardstick_name, yardstick, limit, goal in rows:
        value = percentile(times.get(key, []), share)
        met = value <= limit and ("2x" not in goal or value <= 2 * yardstick)
        found.append(
            Measure(
                name=name,
                value=value,
                unit="ms",
                yardstick_name=yardstick_name,
                yardstick=yardstick,
                goal=goal,
                met=met,
            )
        )
    start = float(str(bare["start_s"]))
    found += [
        Measure(
            name="start → first usable frame",
            value=started,
            unit="s",
            yardstick_name="bare window",
            yardstick=start,
            goal="≤ 2x",
            met=started <= 2 * start,
        ),
        Measure(
            name=f"memory after {ROUNDS * len(ORDER)} runs",
            value=resident,
            unit="MB",
            goal="≤ 250 MB",
            met=resident <= 250,
        ),
        Measure(name="idle CPU of a kiosk", value=cpu, unit="% of a core", goal="≤ 3 %", met=cpu <= 3),
    ]
    return found
