"""`stepline package export` and `stepline records take`: a stick between the server and kiosks without network."""

from pathlib import Path

from rich.console import Console

from server.errors import Refused
from server.library.carrying import export as write
from server.records.carried import take as take_in
from stepline.data_folder import BY, opened, say


def export(  # noqa: PLR0917 - what goes where, and where it is said
    station: str, folder: Path, data: Path, database_url: str | None, out: Console, problems: Console
) -> int:
    """Write the package; the exit code."""
    if not folder.is_dir():
        problems.print(f"{folder} is no folder; name where the stick is mounted")
        return 1
    try:
        with opened(data, database_url) as house:
            written = write(house, station, folder, BY)
    except Refused as refused:
        return say(problems, refused)
    out.print(
        f"{written.folder}: assignment {written.counter}, {written.releases} releases, "
        f"{written.files} files of {written.size:,} bytes"
    )
    return 0


def take(folder: Path, data: Path, database_url: str | None, out: Console, problems: Console) -> int:
    """Take the records in; the exit code, 1 when something of them was not taken."""
    try:
        with opened(data, database_url) as house:
            deliveries = take_in(house, folder, BY)
    except Refused as refused:
        return say(problems, refused)
    if not deliveries:
        problems.print(f"{folder} holds no records; a kiosk writes them when it was started with --stick")
        return 1
    for each in deliveries:
        if each.held:
            photos = f", {each.photos} photographs" if each.photos else ""
            out.print(f"kiosk {each.kiosk}: {each.new} new records{photos}; held up to number {each.held}")
        for problem in each.problems:
            problems.print(problem)
    return 1 if any(each.problems for each in deliveries) else 0
