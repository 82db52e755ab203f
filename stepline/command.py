"""The command `stepline`: it reads what was asked and calls the room that does it."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stepline import packages
from stepline.devices import device
from stepline.documents import content
from stepline.people import people
from stepline.vision import vision

app = typer.Typer(
    no_args_is_help=True,
    help="Shop-floor work instructions: server, kiosks, devices.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(device, name="device")
app.add_typer(content, name="content")
app.add_typer(people, name="people")
app.add_typer(vision, name="vision")
for group, name in ((packages.keys, "keys"), (packages.package, "package"), (packages.records, "records")):
    app.add_typer(group, name=name)
app.command()(packages.verify)
out = Console()
problems = Console(stderr=True, markup=False, soft_wrap=True)  # what a person typed is no markup
LONGEST_FOLDER = 80  # characters; the path of a socket in it may have 107

Data = Annotated[Path, typer.Option("--data", help="Folder that holds everything of this process.")]
Server = Annotated[str, typer.Option("--server", help="Address of the server.")]


@app.command()
def serve(
    *,
    data: Data = Path("stepline-data"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL instead of SQLite in --data.")] = None,
    broker: Annotated[
        str | None, typer.Option(help="A real MQTT broker; without it one is embedded.")
    ] = None,
    broker_port: Annotated[int, typer.Option(help="Port of the embedded broker.")] = 1883,
    valid_days: Annotated[int, typer.Option(help="Days that a kiosk may work without news from here.")] = 90,
    tell: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="A host or network of the plant that webhooks may go to."),
    ] = None,
) -> None:
    """Start the server with its portal and, unless --broker is given, an embedded MQTT broker."""
    from server.serve import serve as run
    from server.settings import Settings

    password = os.environ.get("STEPLINE_ADMIN_PASSWORD")
    run(
        Settings(
            data=data,
            host=host,
            port=port,
            database_url=database_url,
            broker_url=broker,
            broker_port=broker_port,
            valid_days=valid_days,
            tell=tuple(tell or ()),
            admin_password=password,
        )
    )


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def kiosk(context: typer.Context) -> None:
    """Start a kiosk in a window (`stepline kiosk --help` lists its options)."""
    # a process of its own: Kivy opens its window when it is imported
    os.execv(sys.executable, [sys.executable, "-m", "kiosk", *context.args])  # noqa: S606


@app.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Play by itself, without a display.")] = False,
    report: Annotated[
        Path | None, typer.Option("--json", help="Play by itself and write the figures to this file.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(file_okay=False, help="Leave the server's and kiosks' data there.")
    ] = None,
) -> None:
    """Show the whole product at work: a server, kiosks, devices and people in a small plant."""
    if keep is not None and len(str(keep.resolve())) > LONGEST_FOLDER:
        raise typer.BadParameter(
            f"{keep} is too long for the sockets in it; name a folder nearer to the root"
        )
    taken = keep is not None and keep.exists() and any(keep.iterdir())
    by_itself = headless or report is not None
    if not by_itself and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        from stepline.demo.panel.main import NoWindow, show

        try:
            raise typer.Exit(show(keep, out))
        except NoWindow:
            out.print("No window can be opened on this display: the plant plays by itself.")
    elif not by_itself:
        out.print("No display here: the plant plays by itself.")
    if taken:
        raise typer.BadParameter(
            f"{keep} is not empty; the plant that plays by itself begins in an empty folder"
        )
    from stepline.demo.headless import run

    raise typer.Exit(0 if run(report, keep, out) else 1)


@app.command()
def publish(  # noqa: PLR0917 - each is an option
    folders: Annotated[
        list[Path], typer.Argument(help="Folders that hold a document each, or a library of them.")
    ],
    server: Server = "http://127.0.0.1:8080",
    login: Annotated[str, typer.Option(help="Who publishes.")] = "admin",
    check_only: Annotated[bool, typer.Option("--check", help="Only say what is wrong.")] = False,
    token: Annotated[
        str, typer.Option(envvar="STEPLINE_TOKEN", help="A pipeline's token, instead of a login.")
    ] = "",
    comment: Annotated[
        str, typer.Option("--comment", "-m", help="What has changed, for who reviews it.")
    ] = "",
    source: Annotated[
        str, typer.Option(help="Where it comes from, as JSON: repository, commit, pipeline.")
    ] = "",
) -> None:
    """Check documents and submit them for review; the server releases what needs no approval at once."""
    from stepline.publish import check, git_source, send

    documents = check(folders, problems)
    if documents is None:
        raise typer.Exit(1)
    if check_only:
        out.print(f"{len(documents)} documents are in order")
        return
    told = {"token": token, "comment": comment, "source": source or git_source(folders[0])}
    if not token:
        password = os.environ.get("STEPLINE_PASSWORD") or typer.prompt(
            f"Password of {login}", hide_input=True
        )
        told |= {"login": login, "password": password}
    raise typer.Exit(0 if send(documents, server, out, problems, **told) else 1)


@app.command()
def doctor(
    server: Annotated[str | None, typer.Option(help="A server to look for.")] = None,
    devices: Annotated[Path | None, typer.Option(help="A station's file to check.")] = None,
) -> None:
    """Say what this machine has and lacks, and what to do about it."""
    from stepline.doctor import examine

    raise typer.Exit(0 if examine(server, devices, out) else 1)
