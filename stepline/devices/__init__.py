"""`stepline device`: what a technician does with a station's devices."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

device = typer.Typer(no_args_is_help=True, help="The devices of a station.")
out = Console()
problems = Console(stderr=True, markup=False, soft_wrap=True)

File = Annotated[Path, typer.Argument(help="The station's file, station.toml.")]
Broker = Annotated[str | None, typer.Option(help="The station's broker, for `mqtt:` in the file.")]


@device.command("list")
def list_(
    file: Annotated[Path | None, typer.Argument(help="A station's file, station.toml.")] = None,
) -> None:
    """List what is plugged into this machine and which kinds are known, or what a station's file says."""
    from stepline.devices import looking

    looking.listed(out, None if file is None else _station(file, looking.ANY))


@device.command("check")
def check(
    file: File,
    broker: Broker = None,
    seconds: Annotated[float, typer.Option(help="How long to wait for each device.", min=1, max=600)] = 5,
) -> None:
    """Try whether every device of a station is there and answers; the exit code is 0 when all are."""
    from stepline.devices import looking

    raise typer.Exit(0 if looking.checked(out, _station(file, broker), seconds) else 1)


@device.command("monitor")
def monitor(
    file: File,
    broker: Broker = None,
    raw: Annotated[bool, typer.Option("--raw", help="Show the bytes of each reading too.")] = False,
) -> None:
    """Connect a station's devices and print every reading, until interrupted; Enter tells how each device does."""
    from stepline.devices import looking

    looking.monitored(out, _station(file, broker), raw=raw)


@device.command("simulate")
def simulate(
    kind: Annotated[str, typer.Argument(help="A kind of device, as `stepline device list` names them.")],
    *,
    link: Annotated[
        Path | None, typer.Option(help="Serial kinds: path under which the port appears.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Network kinds: the port to listen on.")] = None,
    broker: Annotated[str | None, typer.Option(help="MQTT kinds: the broker's address.")] = None,
    topic: Annotated[str | None, typer.Option(help="MQTT kinds: the topic.")] = None,
    field: Annotated[
        str | None, typer.Option(help="MQTT kinds: path of the value in the JSON message.")
    ] = None,
    speaks: Annotated[
        str | None, typer.Option(help="Kinds with several protocols: the one to speak, as in the table.")
    ] = None,
    asked: Annotated[
        bool, typer.Option("--asked", help="Scales and gauges: say nothing that is not asked for.")
    ] = False,
    drivers: Annotated[Path | None, typer.Option(help="Folder of a station's own drivers.")] = None,
) -> None:
    """Play a device by typing one verb a line; the kiosk cannot tell the difference."""
    from hardware.kinds import NoDriver
    from hardware.kinds import drivers as known_drivers
    from hardware.simulate.prompt import CannotSimulate, run

    options = {"link": link, "port": port, "broker": broker, "topic": topic, "field": field, "speaks": speaks}
    if asked:
        options["asked"] = "yes"
    try:
        known = known_drivers(drivers)
        if drivers is not None:
            sys.path.insert(0, str(drivers.resolve()))  # a station's own simulators lie beside its drivers
        if kind not in known:
            _end(f"there is no kind {kind!r}; there are: {', '.join(known)}")
        run(
            known[kind],
            {name: str(value) for name, value in options.items() if value is not None},
            sys.stdin,
            sys.stdout,
        )
    except (CannotSimulate, NoDriver) as problem:
        _end(str(problem))


@device.command("record")
def record(
    file: File,
    to: Annotated[Path, typer.Option("--to", help="The recording; a file that is not there yet.")],
    broker: Broker = None,
) -> None:
    """Connect a station's devices and write down what goes over their lines, until interrupted."""
    from stepline.devices import taping

    try:
        taping.recorded(out, _station(file, broker), to)
    except OSError as problem:
        _end(f"{to}: cannot be written: {problem.strerror}")


@device.command("replay")
def replay(
    *,
    recording: Annotated[Path, typer.Argument(help="A recording of `stepline device record`.")],
    file: File,
    broker: Broker = None,
    speed: Annotated[float, typer.Option(help="So many times as fast.", min=0.01, max=1000)] = 1.0,
    now: Annotated[bool, typer.Option("--now", help="Begin at once, not when Enter is pressed.")] = False,
    touches: Annotated[
        Path | None,
        typer.Option(help="The kiosk's --touches: how a scanner that types gets into its window."),
    ] = None,
) -> None:
    """Stand in for a station's devices and play a recording at their ports: whoever opens them sees it again."""
    from hardware.tape import TapeWrong
    from stepline.devices import taping

    try:
        taping.replayed(out, recording, _station(file, broker), speed, now=now, touches=touches)
    except (taping.CannotReplay, TapeWrong) as problem:
        _end(str(problem))
    except OSError as problem:
        _end(f"{recording}: cannot be read: {problem.strerror or problem}")


def _station(file: Path, broker: str | None):  # noqa: ANN202 - the type would import the room
    from hardware.settings import DevicesFileWrong, load_station

    try:
        return load_station(file, default_broker=broker).devices
    except DevicesFileWrong as problem:
        _end(str(problem))


def _end(problem: str) -> NoReturn:
    problems.print(problem)
    raise typer.Exit(2)
