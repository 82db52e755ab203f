"""Devices: a message until its reading is delivered, and two hundred devices at once."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.measure import Measure, percentile
from hardware.rack import Rack
from hardware.readings import DeviceChanged, DeviceState, Measured, Reading
from hardware.settings import load_station
from hardware.simulate.scale import SimulatedScale
from tests.conftest import Mosquitto

ROUNDS = 1000
ON_LINES, ON_TOPICS = 40, 160  # devices on serial lines, and behind the broker
RATE = 5000  # readings/s of all of them
SECONDS = 10


def measured() -> Iterator[Measure]:
    """Everything about devices beside the serial line, which `bench.lines` measures."""
    with tempfile.TemporaryDirectory(prefix="stepline-bench-") as folder:
        broker = Mosquitto(Path(folder))
        broker.start()
        try:
            yield from _published(broker.url, broker.port)
            yield _crowd(broker.url, Path(folder))
        finally:
            broker.stop()


# --- a message -----------------------------------------------------------------------------------------------


def _published(url: str, port: int) -> Iterator[Measure]:
    """A message until its reading is in hand, in turns with a bare subscriber on the same broker."""
    ours, bare = [], []
    came, marks = threading.Event(), {}
    ready = threading.Event()

    def emit(reading: Reading) -> None:
        if isinstance(reading, DeviceChanged) and reading.state is DeviceState.READY:
            ready.set()
        if isinstance(reading, Measured):
            marks["at"] = time.perf_counter()
            came.set()

    def on_message(*_: object) -> None:
        marks["at"] = time.perf_counter()
        came.set()

    table = f'[[device]]\nname="s"\nkind="sensor"\nurl="{url}"\ntopic="ours"\nfield="t"\nunit="degC"\n'
    with ExitStack() as ending, tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(table)
        file.flush()
        rack = ending.enter_context(Rack.start(load_station(Path(file.name)).devices, emit=emit))
        listener, speaker = _client(port), _client(port)
        for client in (listener, speaker):
            ending.callback(client.loop_stop)
            ending.callback(client.disconnect)
        listener.on_message = on_message
        listener.subscribe("bare", qos=1)
        ready.wait(10)
        assert rack.health()
        for number in range(ROUNDS):
            for topic, took in (("ours", ours), ("bare", bare)):
                came.clear()
                begun = time.perf_counter()
                speaker.publish(topic, b'{"t": %d}' % number, qos=1)
                came.wait(10)
                took.append((marks["at"] - begun) * 1000)
                time.sleep(0.0005)
    value, yardstick = percentile(ours, 0.99), percentile(bare, 0.99)
    yield Measure(
        name="MQTT publish → reading, p99",
        value=value,
        unit="ms",
        yardstick_name="bare paho subscriber",
        yardstick=yardstick,
        goal="≤ 5 ms, ≤ 1.5x",
        met=value <= 5 and value <= 1.5 * yardstick,
    )


def _client(port: int) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


# --- many devices --------------------------------------------------------------------------------------------


def _crowd(url: str, folder: Path) -> Measure:
    """The share of a core that a rack of 200 devices takes while all of them talk."""
    with ExitStack() as ending:
        scales = [ending.enter_context(SimulatedScale(folder / f"port-{n}")) for n in range(ON_LINES)]
        file = folder / "station.toml"
        file.write_text("".join(_tables(url, scales)))
        command = [sys.executable, "-m", "bench.rackload", str(file)]
        rack = ending.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        assert rack.stdout is not None
        assert rack.stdin is not None
        rack.stdout.readline()  # every device is ready
        speaker = _client(int(url.rpartition(":")[2]))
        sent = _talk(speaker, scales)
        rack.stdin.close()
        told = json.loads(rack.stdout.readline())
        speaker.disconnect()
        speaker.loop_stop()
    lost = sent - told["readings"]
    return Measure(
        name=f"{ON_LINES + ON_TOPICS} devices, {sent / SECONDS:,.0f} readings/s, {lost} lost: share of a core",
        value=100 * told["cpu"] / told["seconds"],
        unit="%",
        goal="≤ 60 %, none lost",
        met=100 * told["cpu"] / told["seconds"] <= 60 and not lost,
    )


def _tables(url: str, scales: list[SimulatedScale]) -> Iterator[str]:
    for number, scale in enumerate(scales):
        yield f'[[device]]\nname="scale-{number}"\nkind="scale"\nurl="{scale.url}"\n'
    for number in range(ON_TOPICS):
        yield (
            f'[[device]]\nname="sensor-{number}"\nkind="sensor"\nurl="{url}"\n'
            f'topic="crowd/{number}"\nfield="t"\nunit="degC"\n'
        )


def _talk(speaker: paho.Client, scales: list[SimulatedScale]) -> int:
    """Have every device talk in turn at the rate; how many readings were sent."""
    sent, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        while sent < passed * RATE:
            number = sent % (ON_LINES + ON_TOPICS)
            if number < ON_LINES:
                scales[number].weigh(sent)
            else:
                speaker.publish(f"crowd/{number - ON_LINES}", b'{"t": %d}' % sent, qos=0)
            sent += 1
        time.sleep(0.001)
    time.sleep(1)  # what is on its way
    return sent
