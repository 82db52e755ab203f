"""The server's data folder at the command line: its options, opening it, and how a refusal is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from server.errors import Refused
    from server.house import House

Data = Annotated[Path, typer.Option("--data", help="The server's data folder.")]
Database = Annotated[
    str | None, typer.Option("--database-url", help="PostgreSQL instead of SQLite in --data, as for serve.")
]
DATA = Path("stepline-data")
BY = "command line"


@contextmanager
def opened(data: Path, database_url: str | None) -> "Iterator[House]":
    """The house over a server's data folder; raises Refused when it is none."""
    from sqlalchemy.exc import OperationalError

    from server.errors import Invalid
    from server.serve import open_house
    from server.settings import Settings
    from server.store.engine import first_line

    if not (data / "keys").is_dir():
        raise Invalid(
            f"{data} is no server's data folder", "name the one that `stepline serve` uses: --data DIR"
        )
    try:
        house = open_house(Settings(data=data, database_url=database_url))
    except OperationalError as problem:
        raise Invalid(
            f"the database does not answer: {first_line(problem)}", "look at --database-url"
        ) from None
    try:
        yield house
    finally:
        house.previews.close()
        house.engine.dispose()


def say(problems: Console, refused: "Refused") -> int:
    """Print what was refused and the mend; the exit code."""
    between = " " if refused.detail.endswith(".") else " - "
    problems.print(between.join(each for each in (refused.detail, refused.mend) if each))
    return 1
