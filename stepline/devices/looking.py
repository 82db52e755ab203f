"""Look at devices: what is plugged in, what a station's file says, whether they answer, what they send."""

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hardware.decode.excerpt import excerpt
from hardware.device import DeviceHealth
from hardware.driver import Carrier
from hardware.kinds import drivers
from hardware.rack import Rack
from hardware.readings import DeviceState, Reading
from hardware.sentences import sentence
from hardware.settings import DeviceSettings

ANY = "mqtt://broker.invalid"  # stands for the station's broker where nothing is connected
STATES = {DeviceState.READY: "green", DeviceState.LOST: "red", DeviceState.CONNECTING: "yellow"}


def listed(out: Console, devices: Sequence[DeviceSettings] | None) -> None:
    """Print the devices of a station, or this machine's ports and the known kinds."""
    if devices is not None:
        table = _table("name", "kind", "reached at")
        for each in devices:
            table.add_row(each.name, each.kind, escape(str(each.transport)))
        out.print(table)
        return
    ports = _table("plugged in", "as")
    for path, what in _plugged():
        ports.add_row(str(path), what)
    out.print(ports if ports.row_count else "no serial port, keyboard or camera is plugged in")
    kinds = _table("kind", "what it is", "reached by")
    for driver in drivers().values():
        kinds.add_row(driver.kind, driver.title, ", ".join(f"{each}:" for each in sorted(driver.carriers)))
    out.print(kinds)


def _plugged() -> Iterator[tuple[Path, str]]:
    for folder, pattern, scheme in (
        ("/dev/serial/by-id", "*", Carrier.SERIAL),
        ("/dev/input/by-id", "*-event-kbd", Carrier.KEYS),
        ("/dev", "video*", Carrier.CAMERA),
    ):
        for path in sorted(Path(folder).glob(pattern)):
            yield path, f"{scheme}://{path}"


def checked(out: Console, devices: Sequence[DeviceSettings], seconds: float) -> bool:
    """Connect every device, wait at most `seconds` until all are ready, print how each is; whether all are."""
    changed = threading.Condition()

    def told(_reading: Reading) -> None:
        with changed:
            changed.notify_all()

    with Rack.start(devices, emit=told) as rack, changed:
        changed.wait_for(lambda: _all_ready(rack), seconds)
        health = rack.health()
    _print_health(out, health)
    return all(each.state is DeviceState.READY for each in health.values())


def _print_health(out: Console, health: Mapping[str, DeviceHealth]) -> None:
    """How each device does: its state, what it was counted for, and how its readings flow."""
    table = _table(
        "device", "kind", "state", "taken", "refused", "lost", "back", "a second", "last", "delay", "why"
    )
    for name, each in health.items():
        counts = (str(count) for count in (each.accepted, each.refused, each.losses, each.returns))
        told = each.metrics
        flow = ("", "", "")
        if told.age is not None:
            flow = f"{told.rate:.1f}", f"{told.age:.1f} s ago", f"{told.delay:.1f} / {told.delay_99:.1f} ms"
        table.add_row(name, each.kind, _coloured(each), *counts, *flow, escape(each.reason))
    out.print(table)


def _all_ready(rack: Rack) -> bool:
    return all(each.state is DeviceState.READY for each in rack.health().values())


def _coloured(health: DeviceHealth) -> str:
    return f"[{STATES[health.state]}]{health.state}[/]"


def monitored(out: Console, devices: Sequence[DeviceSettings], *, raw: bool) -> None:
    """Connect the devices and print every reading, until standard input ends or the person interrupts.

    At each line that is typed, and at the end, how every device does is told.
    """

    def told(reading: Reading) -> None:
        out.print(f"{reading.at:%H:%M:%S.%f}"[:-3], escape(f"{reading.device:<16} {sentence(reading)}"))
        if raw and reading.raw:
            out.print(" " * 12, escape(excerpt(reading.raw)))

    with Rack.start(devices, emit=told) as rack:
        try:
            for _ in sys.stdin:
                _print_health(out, rack.health())
        except KeyboardInterrupt:
            out.print("stopped")
        _print_health(out, rack.health())


def _table(*heads: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(head)
    return table
