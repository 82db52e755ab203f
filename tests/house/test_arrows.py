"""Rooms import only what the house allows them to."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.tree import ROOMS, ROOT


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_every_import_goes_the_way_that_the_contracts_allow() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{len(contracts())} kept, 0 broken" in found.stdout


def test_every_room_stands_under_a_contract() -> None:
    floors = next(contract for contract in contracts() if contract["name"] == "the floors of the house")
    standing = {room.strip() for layer in floors["layers"] for room in layer.split("|")}
    packages = {folder.parent.name for folder in ROOT.glob("*/__init__.py") if folder.parent.name != "bench"}
    assert standing == packages == set(ROOMS)
