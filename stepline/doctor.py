"""What this machine has and lacks for a kiosk or a server, and what to do about it."""

import ctypes.util
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
from rich.console import Console
from rich.markup import escape

EAST_ASIAN_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
LEAST_SPACE = 2_000_000_000  # bytes; a station's documents and a year of records fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing looked at: whether it is well, what was found, what to do when it is not."""

    name: str
    well: bool
    found: str
    mend: str = ""


def examine(server: str | None, devices: Path | None, out: Console) -> bool:
    """Look at everything and print a line for each; True when all is well."""
    results = list(_examine(server, devices))
    for result in results:
        sign = "[green]✓[/]" if result.well else "[bold red]✗[/]"
        out.print(f"{sign} {escape(f'{result.name}: {result.found}')}", soft_wrap=True)
        if not result.well and result.mend:
            out.print(f"    {result.mend}", markup=False, soft_wrap=True)
    return all(result.well for result in results)


def _examine(server: str | None, devices: Path | None) -> Iterator[Result]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Result(
        name="Python",
        well=(3, 11) <= sys.version_info[:2] < (3, 14),
        found=version,
        mend="install Python 3.11, 3.12 or 3.13",
    )
    yield Result(
        name="SQLite",
        well=sqlite3.sqlite_version_info >= (3, 35),
        found=sqlite3.sqlite_version,
        mend="SQLite 3.35 or later comes with Debian 12",
    )
    free = shutil.disk_usage(Path.cwd()).free
    yield Result(
        name="disk",
        well=free > LEAST_SPACE,
        found=f"{free / 1e9:.0f} GB free",
        mend="make space: 2 GB at least",
    )
    yield Result(
        name="fonts",
        well=True,  # most plants need none
        found="every script"
        if EAST_ASIAN_FONT.is_file()
        else "none for Chinese, Japanese and Korean (apt-get install fonts-noto-cjk)",
    )
    for library, package in (("EGL", "libegl1"), ("GL", "libgl1"), ("fribidi", "libfribidi0")):
        yield Result(
            name=f"lib{library}",
            well=ctypes.util.find_library(library) is not None,
            found="there" if ctypes.util.find_library(library) else "missing",
            mend=f"apt-get install {package}",
        )
    ports = sorted(Path("/dev/serial/by-id").glob("*"))
    yield Result(
        name="serial ports", well=True, found=", ".join(port.name for port in ports) or "none plugged in"
    )
    if devices is not None:
        yield _devices(devices)
    if server is not None:
        yield _server(server)


def _devices(file: Path) -> Result:
    from hardware.settings import DevicesFileWrong, load_station

    try:
        found = load_station(file, default_broker="mqtt://127.0.0.1:1883").devices
    except DevicesFileWrong as problem:
        return Result(name="station file", well=False, found="not in order", mend=str(problem))
    return Result(name="station file", well=True, found=", ".join(device.name for device in found))


def _server(address: str) -> Result:
    try:
        answer = httpx2.get(f"{address.rstrip('/')}/api/v1/health", timeout=5, trust_env=False)
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
        mend = f"{address!r} is no server's address; write it like http://plant-server:8080"
        return Result(name="server", well=False, found="not looked for", mend=mend)
    except httpx2.TransportError as problem:
        mend = f"{address}: {problem}; is the server running?"
        return Result(name="server", well=False, found="no answer", mend=mend)
    try:
        health = answer.json()
    except ValueError:
        health = None
    if not isinstance(health, dict) or not health.get("ok"):
        mend = f"{address} answers {answer.status_code}, but not as a Stepline server does; is the address right?"
        return Result(name="server", well=False, found="something else", mend=mend)
    return Result(name="server", well=True, found=f"{health.get('version')} at {address}")
