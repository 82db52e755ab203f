"""`./run bench [--json FILE] [--long]`: every promise of this version beside its yardstick, from one run."""

import argparse
import json
import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import devices, documents, filming, lines, packages, publishing, seeing, stores, window
from bench.measure import Measure
from tests.conftest import fresh_database, running_postgres


def measures(say: Callable[[str], None], *, long: bool) -> Iterator[Measure]:
    """Everything, one after another, so that nothing disturbs the next; `long` with the sizes that promises name."""
    say("facts on the kiosk")
    yield from stores.committed()
    say("facts on the server, SQLite")
    yield from stores.taken_in("SQLite", None)
    say("facts on the server, PostgreSQL")
    with running_postgres() as port:
        yield from stores.taken_in("PostgreSQL", fresh_database(port, "bench"))
    say("serial frames")
    yield from lines.delivered()
    say("devices")
    yield from devices.measured()
    say("codes before a camera (some minutes)")
    yield from filming.measured()
    say("vision checks")
    yield from seeing.measured()
    say("documents")
    yield from documents.measured()
    say("publishing to fifty kiosks")
    yield from publishing.measured()
    say("packages")
    yield from packages.measured(long=long)
    say("a kiosk in its window (a minute or two)")
    yield from window.shown()


def main() -> None:
    """Measure, print the table, write the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path, dest="file")
    options.add_argument("--long", action="store_true", help="a library of 500 documents and 2 GB")
    asked = options.parse_args()
    console = Console()
    with console.status("measuring") as status:
        found = list(measures(lambda what: status.update(f"measuring {what}"), long=asked.long))
    table = Table(title="Promises", title_justify="left")
    for name in ("measure", "value", "yardstick", "ratio", "goal", "met"):
        table.add_column(name, justify="right" if name in {"value", "ratio"} else "left")
    for each in found:
        yardstick = "" if each.yardstick is None else f"{each.yardstick:,.2f} {each.yardstick_name}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        table.add_row(
            each.name,
            f"{each.value:,.2f} {each.unit}",
            yardstick,
            ratio,
            each.goal,
            "yes" if each.met else "no",
        )
    console.print(table)
    if asked.file is not None:
        report = {
            "at": datetime.now(UTC).isoformat(),
            "machine": f"{platform.machine()}, {platform.python_version()}",
            "measures": [each.as_json() for each in found],
        }
        asked.file.write_text(json.dumps(report, indent=2) + "\n")


main()
