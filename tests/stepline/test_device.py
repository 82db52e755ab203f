"""`stepline device simulate` and `stepline device monitor`: two processes at the two ends of a cable."""

import re
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

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "device", *words],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=surroundings(PYTHONUNBUFFERED="1", **environment),
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
def talking(stepline: Stepline, *words: str, **environment: str) -> Iterator[Talking]:
    command = Talking(stepline.folder, *words, **environment)
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
        watch.says("s ", "is ready")
        scanner.type("scan ]d20104012345000018<GS>21SN-1")
        assert watch.says("code", "0104012345000018", "SN-1").endswith("]d2")
        scanner.type("scan [/b] is no markup")
        watch.says("code", "[/b] is no markup")
        scanner.type("half_frame")
        watch.says("refused")
        scanner.type("unplug")
        watch.says("is lost")
        scanner.type("replug")
        watch.says("is ready")
        scanner.type("jump")
        scanner.says("'jump' is not known; type: scan TEXT")
        scanner.type("quit")
        assert scanner.process.wait(PATIENCE) == 0
        watch.says("is lost")
        assert watch.end() == 0
    assert not port.is_symlink()


def test_what_is_plugged_in_and_known_is_listed(stepline: Stepline) -> None:
    listed = stepline("device", "list")
    assert listed.returncode == 0
    assert "barcode scanner on a serial line" in listed.stdout
    station(stepline, 'name = "s"', 'kind = "scanner"', 'url = "serial:///dev/ttyS77?baud=19200"')
    assert "/dev/ttyS77" in stepline("device", "list", "devices.toml").stdout


def test_a_check_says_which_devices_are_there(stepline: Stepline) -> None:
    port = stepline.folder / "port"
    station(
        stepline,
        *('name = "s"', 'kind = "scanner"', f'url = "serial://{port}"', "[[device]]"),
        *('name = "gone"', 'kind = "scale"', 'url = "serial:///dev/ttyS77"'),
    )
    with talking(stepline, "simulate", "scanner", "--link", "port") as scanner:
        scanner.says("scanner at")
        checked = stepline("device", "check", "devices.toml", "--seconds", "1")
        assert checked.returncode == 1
        assert re.search(r"^s +scanner +ready +0 +0 +0 ", checked.stdout, re.MULTILINE)
        assert re.search(
            r"^gone +scale +lost +0 +0 +0 +0 +/dev/ttyS77 is not there", checked.stdout, re.MULTILINE
        )
        (stepline.folder / "devices.toml").write_text(
            (stepline.folder / "devices.toml").read_text().partition('[[device]]\nname = "gone"')[0]
        )
        assert stepline("device", "check", "devices.toml").returncode == 0


def test_what_was_recorded_is_played_again_at_the_same_ports(stepline: Stepline) -> None:
    port = stepline.folder / "port"
    station(stepline, 'name = "s"', 'kind = "scanner"', f'url = "serial://{port}"')
    with (
        talking(stepline, "simulate", "scanner", "--link", "port") as scanner,
        talking(stepline, "record", "devices.toml", "--to", "shift.tape") as recorder,
    ):
        recorder.says("s ", "is ready")
        scanner.type("scan ]C0PART-42")
        scanner.type("noise")
        recorder.says("refused")
        assert recorder.end(signal.SIGINT) == 0
        recorder.says("pieces in shift.tape")
    with (
        talking(stepline, "replay", "shift.tape", "devices.toml") as replay,
        talking(stepline, "monitor", "devices.toml") as watch,
    ):
        replay.says("s stands at")
        watch.says("s ", "is ready")
        replay.type("")
        watch.says("code 'PART-42' ]C0")
        watch.says("refused")
        replay.says("played")


@pytest.mark.parametrize(
    ("tape", "part"),
    [
        (
            '{"stepline-recording":1}\n{"at":1,"device":"other","way":"in","text":"x"}',
            "'other', which the station",
        ),
        ('{"stepline-recording":3}\n', "later version"),
        ("{}", "no recording of"),
        ('{"stepline-recording":1}\n{"at":-1}', "line 2 is no piece"),
        ("\x00\xff", "no recording"),
    ],
)
def test_what_cannot_be_replayed_is_told(stepline: Stepline, tape: str, part: str) -> None:
    (stepline.folder / "shift.tape").write_bytes(tape.encode("latin-1"))
    station(stepline, 'name = "s"', 'kind = "scanner"', f'url = "serial://{stepline.folder}/port"')
    ended = stepline("device", "replay", "shift.tape", "devices.toml", "--now")
    assert ended.returncode == 2
    assert part in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


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
        watch.says("oven", "is ready")
        watch.says("guard", "is ready")
        oven.says("type: publish VALUE")
        oven.type("publish 65.20")
        watch.says("65.20 degC")
        guard.says("type: on")
        guard.type("on")
        watch.says("guard is on")
        oven.type("garbage")
        watch.says("refused")
        oven.type("publish much")
        oven.says("write: publish VALUE")
        assert watch.end(signal.SIGINT) == 0
        watch.says("stopped")
