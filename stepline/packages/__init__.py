"""Packages outside the network: the server's keys, packages on sticks, records that come back, and verifying."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stepline.data_folder import DATA, Data, Database

keys = typer.Typer(no_args_is_help=True, help="The keys that kiosks trust.", rich_markup_mode=None)
package = typer.Typer(
    no_args_is_help=True, help="Packages for kiosks without network.", rich_markup_mode=None
)
records = typer.Typer(
    no_args_is_help=True, help="Records from kiosks without network.", rich_markup_mode=None
)
out = Console(soft_wrap=True, markup=False, highlight=False)
problems = Console(stderr=True, markup=False, soft_wrap=True)


@keys.command()
def show(*, data: Data = DATA, database_url: Database = None) -> None:
    """Show which keys sign, until when the root vouches for them, and their fingerprints."""
    from stepline.packages.keeping import show as run

    raise typer.Exit(run(data, database_url, out, problems))


@keys.command()
def rotate(
    *,
    data: Data = DATA,
    database_url: Database = None,
    root: Annotated[
        Path | None, typer.Option("--root", help="The file that the root key was taken out to.")
    ] = None,
    new_root: Annotated[bool, typer.Option("--new-root", help="Make a new root key as well.")] = False,
    compromised: Annotated[
        bool, typer.Option("--compromised", help="The key was stolen: nobody may trust it from now on.")
    ] = False,
) -> None:
    """Sign with a new key from now on; kiosks learn it with their next look."""
    from stepline.packages.keeping import rotate as run

    raise typer.Exit(
        run(data, database_url, out, problems, root=root, new_root=new_root, compromised=compromised)
    )


@keys.command("take-out")
def take_out(
    file: Annotated[Path, typer.Argument(help="File to write the root key to, on a stick for a safe.")],
    *,
    data: Data = DATA,
    database_url: Database = None,
) -> None:
    """Move the root key off this machine."""
    from stepline.packages.keeping import take_out as run

    raise typer.Exit(run(file, data, database_url, out, problems))


@package.command("export")
def export(
    station: Annotated[str, typer.Argument(help="The station's identifier.")],
    *,
    folder: Annotated[Path, typer.Option("--out", help="Where the stick is mounted.")],
    data: Data = DATA,
    database_url: Database = None,
) -> None:
    """Write a station's documents to a stick."""
    from stepline.packages.carrying import export as run

    raise typer.Exit(run(station, folder, data, database_url, out, problems))


@records.command("take")
def take(
    folder: Annotated[Path, typer.Argument(help="Where the stick is mounted.")],
    *,
    data: Data = DATA,
    database_url: Database = None,
) -> None:
    """Take in the records that kiosks wrote to a stick."""
    from stepline.packages.carrying import take as run

    raise typer.Exit(run(folder, data, database_url, out, problems))


def verify(
    path: Annotated[Path, typer.Argument(help="A stick, a package's folder, or one of its files.")],
    *,
    trust: Annotated[
        Path | None, typer.Option("--trust", help="A statement of trust that is believed already.")
    ] = None,
    fingerprint: Annotated[
        str,
        typer.Option(
            "--fingerprint",
            help="The root key's fingerprint, as `keys show` prints it; of a proof the kiosk's.",
        ),
    ] = "",
) -> None:
    """Check a package without a server: what it is, who signed it, until when, and what is wrong with it.

    Exits with 1 when something is wrong, and with 3 when it is whole, but neither option says whose it has to be.
    """
    from stepline.packages.verifying import run

    raise typer.Exit(run(path, trust, fingerprint, out, problems))
