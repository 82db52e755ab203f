"""The repository as the tests of the house see it: what is tracked, and which of it is text."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("content", "hardware", "kiosk", "server", "stepline")  # what is shipped
MANUALS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git keeps and that is there, by its path from the root."""
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return tuple(name for name in found.stdout.decode().split("\0") if name and (ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """Every tracked file that is text, links and pictures left out."""
    found = {}
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            found[name] = data.decode("utf-8", errors="replace")
    return found


def lines_with(pattern, names) -> list[str]:
    """Where a compiled pattern occurs, as `file:line: what`."""
    return [
        f"{name}:{number}: {match[0]}"
        for name in names
        for number, line in enumerate(texts()[name].splitlines(), 1)
        for match in [pattern.search(line)]
        if match
    ]
