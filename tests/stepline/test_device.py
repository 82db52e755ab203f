"""`stepline device simulate` and `stepline device monitor`: two processes at the two ends of a cable."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stepline.conftest import COMMAND, Stepline, surroundings

PATIENCE = 30  # s until something is said; far beyond what it takes


class Talking:
    """A command that runs on: what it says is heard line by line, what is typed reaches it."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "device", *words],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=surroundings(PYTHONUNBUFFERED="1"),
        )
        self.said: list[str] = []
        self._more = threading.Condition()
        self._ears = threading.Thread(target=self._listen)
        self._ears.start()

    def type(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def says(self, *parts: str) -> str:
        """The first line that was not yet asked for with all the parts in it."""
        with self._more:
            found = self._more.wait_for(lambda: self._with(parts), PATIENCE)
            assert found, f"{parts} was not said: {self.said}"
            del self.said[: self.said.index(found) + 1]
            return found

    def end(self, how: signal.Signals | None = None) -> int:
        """Hang up, or send a signal; the exit code."""
        if how is None:
            self.process.stdin.close()
        else:
            self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        self._ears.join(PATIENCE)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._ears.join(PATIENCE)
        for end in (self.process.stdin, self.process.stdout):
            end.close()

    def _with(self, parts: tuple[str, ...]) -> str | None:
        return next((line for line in self.said if all(part in line for part in parts)), None)

    def _listen(self) -> None:
        for line in self.process.stdout:
            with self._more:
                self.said.append(line.rstrip("\n"))
                self._more.notify_all()


@contextmanager
def talking(stepline: Stepline, *words: str) -> Iterator[Talking]:
    command = Talking(stepline.folder, *words)
    try:
        yield command
    finally:
        command.close()


def station(stepline: Stepline, *lines: str) -> None:
    (stepline.folder / "devices.toml").write_text("[[device]]\n" + "\n".join(lines))


def test_what_a_played_scanner_scans_is_seen_by_who_watches(stepline: Stepline) -> None:
    port = stepline.folder / "port"
    station(stepline, 'name = "s"', 'kind = "scanner"', f'url = "serial://{port}"')
    with (
        talking(stepline, "simulate", "scanner", "--link", "port") as scanner,
        talking(stepline, "monitor", "devices.toml") as watch,
    ):
        assert scanner.says("scanner at") == "scanner at serial://port"
        watch.says("DeviceChanged", "'s'", "ready")
        scanner.type("scan ]d20104012345000018<GS>21SN-1")
        assert "]d2" in watch.says("CodeScanned", "0104012345000018", "SN-1")
        scanner.type("scan [/b] is no markup")
        watch.says("CodeScanned", "[/b] is no markup")
        scanner.type("half_frame")
        watch.says("ReadingRefused")
        scanner.type("unplug")
        watch.says("DeviceChanged", "lost")
        scanner.type("replug")
        watch.says("DeviceChanged", "ready")
        scanner.type("jump")
        scanner.says("'jump' is not known; type: scan TEXT")
        scanner.type("quit")
        assert scanner.process.wait(PATIENCE) == 0
        watch.says("DeviceChanged", "lost")
        assert watch.end() == 0
    assert not port.is_symlink()


def test_a_simulator_that_was_killed_starts_again_at_the_same_place(stepline: Stepline) -> None:
    with talking(stepline, "simulate", "scale", "--link", "port") as scale:
        scale.says("scale at")
        scale.end(signal.SIGKILL)
    assert (stepline.folder / "port").is_symlink()
    with talking(stepline, "simulate", "scale", "--link", "port") as scale:
        scale.says("scale at")
        assert scale.end() == 0


def test_a_file_that_stands_where_the_port_was_to_be_is_left_as_it_is(stepline: Stepline) -> None:
    kept = stepline.folder / "letters.txt"
    kept.write_text("dear")
    (stepline.folder / "link").symlink_to(kept)
    for there in ("letters.txt", "link"):
        ended = stepline("device", "simulate", "scanner", "--link", there)
        assert ended.returncode == 2
        assert ended.stderr == f"scanner: {there} is there already; name a path where nothing stands\n"
    assert kept.read_text() == "dear"


@pytest.mark.parametrize("broker_from", ["file", "option"])
def test_a_played_sensor_and_switch_speak_over_a_broker(
    stepline: Stepline, mosquitto, broker_from: str
) -> None:
    url = mosquitto.url if broker_from == "file" else "mqtt://"
    station(
        stepline,
        *('name = "oven"', 'kind = "sensor"', f'url = "{url}"', 'topic = "line1/oven"'),
        *('field = "temperature.value"', 'unit = "degC"', "[[device]]"),
        *('name = "guard"', 'kind = "switch"', f'url = "{url}"', 'topic = "line1/guard"'),
    )
    option = () if broker_from == "file" else ("--broker", mosquitto.url)
    at = ("--broker", mosquitto.url, "--topic")
    with (
        talking(stepline, "monitor", "devices.toml", *option) as watch,
        talking(stepline, "simulate", "sensor", *at, "line1/oven", "--field", "temperature.value") as oven,
        talking(stepline, "simulate", "switch", *at, "line1/guard") as guard,
    ):
        watch.says("DeviceChanged", "'oven'", "ready")
        watch.says("DeviceChanged", "'guard'", "ready")
        oven.says("type: publish VALUE")
        oven.type("publish 65.20")
        watch.says("Measured", "65.2")
        guard.says("type: on")
        guard.type("on")
        watch.says("SwitchChanged", "True")
        oven.type("garbage")
        watch.says("ReadingRefused")
        oven.type("publish much")
        oven.says("write: publish VALUE")
        assert watch.end(signal.SIGINT) == 0
        watch.says("stopped")
