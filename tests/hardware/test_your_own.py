"""The page "Write your own driver" works as it stands: its code is written down, tested, simulated and monitored."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.stepline.conftest import Stepline
from tests.stepline.test_device import talking

PAGE = ROOT / "docs" / "devices" / "your-own.md"
BLOCK = re.compile(r"^`([\w./-]+)`:\n\n```(?:python|toml)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The page's files in a folder of their own."""
    folder = tmp_path / "station"
    (folder / "drivers").mkdir(parents=True)
    for name, code in BLOCK.findall(PAGE.read_text()):
        (folder / name).write_text(code)
    return folder


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "hardware.simulate.pytest_rack", "--drivers", "drivers", "drivers"]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )


def test_its_files_are_there_and_a_reader_writes_about_a_hundred_lines(written):
    names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert names == {
        "station.toml",
        "drivers/thermometer.py",
        "drivers/thermometer_simulator.py",
        "drivers/test_thermometer.py",
    }
    lines = [line for path in (written / "drivers").glob("*.py") for line in path.read_text().splitlines()]
    assert 80 <= len([line for line in lines if line.strip()]) <= 120


def test_its_tests_pass(written):
    done = run_tests(written)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_its_tests_fail_for_a_driver_that_loses_the_line_after_noise(written):
    driver = written / "drivers" / "thermometer.py"
    driver.write_text(driver.read_text().replace("FRAME.fullmatch(line)", "FRAME.match(line[1:])"))
    assert "failed" in run_tests(written).stdout


def test_its_device_is_simulated_and_monitored(written):
    file = written / "station.toml"
    said = re.sub(r"serial:///[^?]*", f"serial://{written}/port", file.read_text())
    file.write_text(said)
    stepline = Stepline(written)
    with (
        talking(stepline, "simulate", "thermometer", "--drivers", "drivers", "--link", "port") as device,
        talking(stepline, "monitor", "station.toml") as watch,
    ):
        watch.says("oven", "is ready")
        device.type("warm 65.2")
        watch.says("oven", "65.2 degC")
        device.type("unprobe")
        watch.says("oven", "no probe")
