"""Whatever is asked wrongly is answered with one sentence, never with a traceback."""

import re
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.library import LIBRARY

NOBODY = "127.0.0.1:9"  # the discard port: nothing listens there
EXAMPLE = Path(__file__).parents[2] / "hardware" / "example-station.toml"
SENSOR = ("device", "simulate", "sensor")
WRONG = {
    "a document that is not there": (("publish", "--check", "nothing"), "nothing: no document there"),
    "a folder without a document": (("publish", "--check", "."), "name a folder that holds instruction.yaml"),
    "publishing to nobody": (("publish", LIBRARY, "--server", f"http://{NOBODY}"), "does not answer"),
    "publishing to no address": (("publish", LIBRARY, "--server", "plant"), "'plant' is no server's address"),
    "publishing to a half address": (
        ("publish", LIBRARY, "--server", "http://[::1"),
        "is no server's address",
    ),
    "a device nobody knows": (("device", "simulate", "robot"), "there are: "),
    "a sensor without a broker": (SENSOR, "needs --broker and --topic"),
    "a broker that is none": (
        (*SENSOR, "--broker", "plant", "--topic", "a"),
        "is no broker; write mqtt://host:1883",
    ),
    "a broker that is not there": (
        (*SENSOR, "--broker", f"mqtt://{NOBODY}", "--topic", "a"),
        "no broker answers at 127.0.0.1:9",
    ),
    "a broker's port beyond all ports": (
        (*SENSOR, "--broker", "mqtt://plant:99999", "--topic", "a"),
        "Port out of range",
    ),
    "many topics": (
        (*SENSOR, "--broker", f"mqtt://{NOBODY}", "--topic", "a/#"),
        "is not exactly one topic",
    ),
    "a port in no folder": (
        ("device", "simulate", "scale", "--link", "nowhere/port"),
        "nowhere is no folder",
    ),
    "a port where a folder is": (("device", "simulate", "scale", "--link", "."), "is there already"),
    "devices that are not there": (("device", "monitor", "nothing.toml"), "nothing.toml: cannot be read"),
    "devices in a folder": (("device", "monitor", "."), "cannot be read"),
    "devices that are a picture": (
        ("device", "monitor", LIBRARY / "gp-100-exploded.webp"),
        "is no TOML",
    ),
    "devices on no broker": (
        ("device", "monitor", EXAMPLE, "--broker", "plant"),
        "is no broker; write mqtt://host:1883",
    ),
    "a port beyond all ports": (("serve", "--port", "99999"), "--port 99999 is no port; use 1 to 65535"),
    "a broker's port below all ports": (("serve", "--broker-port", "0"), "--broker-port 0 is no port"),
    "a database that is none": (("serve", "--database-url", "mysql://x/y"), "write it like postgresql://"),
    "a database with a wild port": (
        ("serve", "--database-url", "postgresql://x:1y/z"),
        "write it like postgresql://",
    ),
    "a database that is not there": (
        ("serve", "--database-url", f"postgresql://{NOBODY}/x"),
        "the database does not answer",
    ),
    "a plant's broker that is none": (("serve", "--broker", "plant"), "write it like mqtt://host:1883"),
    "data where nothing can be": (("serve", "--data", "/proc/nowhere"), "choose another --data"),
    "data where a file is": (("serve", "--data", EXAMPLE), "choose another --data"),
}


@pytest.mark.parametrize(("words", "told"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_done_is_said_in_one_sentence(stepline, words, told) -> None:
    ended = stepline(*words, STEPLINE_PASSWORD="correct horse")
    assert ended.returncode in {1, 2}
    assert ended.stdout == ""
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr


def test_an_address_where_the_server_cannot_listen_is_said_in_one_sentence(stepline) -> None:
    ended = stepline("serve", "--host", "no-such-host.invalid", "--broker-port", str(free_port()))
    assert ended.returncode == 1
    told = ended.stderr.splitlines()
    assert len(told) == 1, ended.stderr
    assert told[0].startswith("the embedded broker cannot listen on no-such-host.invalid")


@pytest.mark.parametrize("option", ["--keep", "--json"])
def test_a_demonstration_that_could_leave_nothing_behind_does_not_begin(stepline, option) -> None:
    ended = stepline("demo", "--headless", option, "/proc/nowhere/there", seconds=30)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert re.fullmatch(r"/proc/nowhere\S* cannot be written: No such file or directory\n", ended.stdout)


@pytest.mark.parametrize(
    "words", [("dance",), ("device", "dance"), ("publish",), ("serve", "--port", "many"), ("doctor", "--now")]
)
def test_a_command_that_is_misspelled_is_answered_with_how_to_get_help(stepline, words) -> None:
    ended = stepline(*words)
    assert ended.returncode == 2
    assert "--help' for help" in ended.stderr
    assert "Error: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_refused_command_leaves_nothing_behind(stepline) -> None:
    for words in (("serve", "--port", "99999"), ("device", "simulate", "scale", "--link", "nowhere/port")):
        stepline(*words)
    assert list(stepline.folder.iterdir()) == []
