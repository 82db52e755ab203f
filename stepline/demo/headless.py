"""The demonstration without a display or a person: set the plant up, play both shifts, count afterwards."""

import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from content.folder import folders, load
from content.instruction import Instruction
from stepline.demo.cable import Cable
from stepline.demo.ending import deafen, interruptible
from stepline.demo.office import Office, built_here, is_enrolled
from stepline.demo.plant import LIBRARY, Bench, Plant
from stepline.demo.published import published
from stepline.demo.story import ORDER, ROUNDS, Shift, play
from stepline.demo.summary import (
    Summary,
    devices_in,
    held_by,
    latencies_in,
    runs_and_deviations,
    spread,
    written_by,
)
from stepline.demo.watch import GLANCE

Say = Callable[[str, str], None]  # who, what
DELIVERY = 60  # seconds for the kiosks to deliver their last records


def run(report: Path | None, keep: Path | None, console: Console) -> bool:
    """Play the plant; True when nothing is lost, doubled or missing. Writes the figures to `report`.

    An interruption ends it in order and leaves nothing behind, unless it is to `keep` that; raises KeyboardInterrupt.
    """
    try:
        if report is not None:
            report.touch()  # told now, not when the shift is over
        folder = (keep or Path(tempfile.mkdtemp(prefix="stepline-demo-"))).resolve()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        console.print(
            f"{problem.filename} cannot be written: {problem.strerror}", markup=False, highlight=False
        )
        return False
    started = time.monotonic()
    try:
        summary = _play(folder, console)
    except KeyboardInterrupt:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    except (TimeoutError, OSError, AssertionError, RuntimeError, httpx2.HTTPError) as problem:
        console.print(f"[bold red]✗[/] {problem}", highlight=False)
        console.print(f"The logs are in {folder}", highlight=False)
        return False
    show(summary, time.monotonic() - started, console)
    figures = summary.as_json()
    if report is not None:
        report.write_text(json.dumps(figures, indent=2) + "\n")
    if keep is None and figures["ok"] and report is None:
        shutil.rmtree(folder, ignore_errors=True)
    return bool(figures["ok"])


def _play(folder: Path, console: Console) -> Summary:
    with contextlib.ExitStack() as ending:
        ending.enter_context(interruptible())
        plant = Plant(folder, headless=True)
        library = instructions()
        cable = Cable(plant)
        ending.callback(cable.cut)  # once no kiosk is there any more to note it
        cable.mend()
        ending.callback(plant.close)
        ending.callback(deafen)
        with _progress(console) as bar:
            tasks: dict[str, int] = {}

            def progress(who: str, what: str) -> None:
                if who not in tasks:
                    tasks[who] = bar.add_task(who, total=None, what=what)
                bar.update(tasks[who], what=what)  # pyright: ignore[reportArgumentType] - a TaskID is an int
                bar.refresh()

            set_up(plant, progress, make=lambda plant, station: _bench(plant, station, cable))
            shifts = play(plant, library, cable, progress)
            progress("server", "taking in the last records")
            delivered(plant)
        return count(plant, shifts)


def _bench(plant: Plant, station: str, cable: Cable) -> Bench:
    """A bench; what leads to the second one is a cable that can be pulled."""
    return Bench(plant, station, uplink=cable if station == "bench-2" else None)


def instructions() -> dict[str, Instruction]:
    """The sample plant's work instructions by identifier."""
    found = (load(folder) for folder in folders(LIBRARY))
    return {
        document.id: document
        for document in found
        if isinstance(document, Instruction) and built_here(document)
    }


def set_up(
    plant: Plant,
    say: Say,
    stations: tuple[str, ...] = ("bench-1", "bench-2"),
    make: Callable[[Plant, str], Bench] = Bench,
) -> None:
    """Start the server, publish the library, start the kiosks and enrol them, as people would.

    What a kept folder already holds is taken up again.
    """
    say("server", "starting")
    plant.server.start()
    office = Office(plant)
    office.open()
    if not plant.furnished.exists():
        say("server", "publishing the sample library")
        office.furnish(LIBRARY)
    plant.benches = [make(plant, station) for station in stations]
    strangers = [bench for bench in plant.benches if not is_enrolled(bench)]
    for bench in plant.benches:
        say(bench.station, "starting")
        bench.kiosk.start()
    for bench in strangers:
        say(bench.station, "being enrolled")
        office.enrol(bench)


def delivered(plant: Plant) -> None:
    """Wait until the server holds what the kiosks wrote, or the time for that is over: the summary tells."""
    stores = [bench.data / "kiosk.db" for bench in plant.benches]
    deadline = time.monotonic() + DELIVERY
    while time.monotonic() < deadline:
        held, _ = held_by(plant.database)
        if all(held.get(key) == value for key, value in written_by(stores).items()):
            return
        time.sleep(GLANCE * 10)


def count(plant: Plant, shifts: list[Shift]) -> Summary:
    """The figures, from the kiosks' stores and the server's database."""
    held, repeated = held_by(plant.database)
    completed, still_open, kinds = runs_and_deviations(plant.database)
    return Summary(
        written=written_by([bench.data / "kiosk.db" for bench in plant.benches]),
        held=held,
        repeated=repeated,
        runs_completed=completed,
        runs_open=still_open,
        deviations=kinds,
        latencies=latencies_in([bench.trace for bench in plant.benches]),
        screenshots=[shot for shift in shifts for shot in shift.shots],
        database=plant.database,
        report_url=f"{plant.server_url}/deviations",
        runs_wanted=ROUNDS * len(ORDER) * len(shifts),
        devices=devices_in((bench.data / "kiosk.db", bench.devices.file) for bench in plant.benches),
        change=published(shifts[0].change, plant.database),
    )


def show(summary: Summary, seconds: float, console: Console) -> None:
    """The figures as a table."""
    table = Table(title=f"A shift in {seconds:.0f} s", show_header=False, title_justify="left")
    table.add_row("runs completed", str(summary.runs_completed))
    table.add_row("facts written on the kiosks", f"{len(summary.written):,}")
    table.add_row("facts on the server", f"{len(summary.held):,}")
    table.add_row("lost / doubled", f"{summary.lost} / {summary.duplicated}")
    for kind, number in sorted(summary.deviations.items()):
        table.add_row(f"deviation: {kind}", str(number))
    kinds = ", ".join(f"{kind} {outcome['facts']}" for kind, outcome in sorted(summary.devices.items()))
    table.add_row(f"{len(summary.devices)} kinds of device", kinds)
    for what, took in summary.change.seconds.items():
        bench = summary.change.cut_off if what in {"rolled out", "caught up"} else "bench-1"
        table.add_row(f"change {what}", f"at {bench} after {took:.2f} s")
    table.add_row("runs finished on the release they began with", str(summary.change.finished))
    table.add_row("runs held by the withdrawal", str(summary.change.held))
    table.add_row("kiosks that show something withdrawn", str(len(summary.change.shown)))
    for name, values in summary.latencies.items():
        figures = spread(values)
        table.add_row(
            name.replace("_", " "), f"p50 {figures['p50']} ms, p99 {figures['p99']} ms, n {figures['n']}"
        )
    console.print(table)
    for complaint in summary.complaints():
        console.print(f"[bold red]✗[/] {complaint}")
    if not summary.complaints():
        console.print("[bold green]✓[/] nothing lost, nothing doubled, nothing missing")


def _progress(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description:<8}"), TextColumn("{task.fields[what]}"))
    return Progress(*columns, BarColumn(bar_width=12), TimeElapsedColumn(), console=console)
