"""Every kind's recordings: `hardware/recordings/KIND/NAME.bin` (or `.tape`) means what `NAME.json` beside it says.

A `.bin` holds bytes of a line, a `.tape` the messages of a broker as `stepline device record` writes them. The JSON
holds `table`, the keys of the kind's table, and `told`, what comes of it: for each reading its type and any of its
fields, as text (`ReadingRefused` by a part of its reason). What the decoder answers to the device is passed over.
`conversation` says that what bytes mean depends on what was said before.

Where a library speaks the protocol (Modbus, OPC UA, a camera's stream) or the kernel (keys), JSON holds a `url` too and
the tape is played to a rack over that transport, as `stepline device replay` does; `want` says what is driven, and
before which piece. What is told of each signal, quantity or code comes in that order.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import hardware
from hardware.driver import Decoder, HangUp, Place, Publish, Ready, Send, Talker
from hardware.kinds import drivers
from hardware.readings import Mark, Reading, ReadingRefused
from hardware.tape import Way, pieces, version
from stepline.devices.ends import far_end
from stepline.devices.taping import play
from tests.conftest import free_port

ROOT = Path(hardware.__file__).parent / "recordings"
NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
RECORDED = sorted(
    path
    for folder in ROOT.iterdir()
    if folder.is_dir()
    for path in folder.iterdir()
    if path.suffix in {".bin", ".tape"}
)
LINES = [path for path in RECORDED if path.suffix == ".bin"]
CARRIED = [path for path in RECORDED if "url" in json.loads(path.with_suffix(".json").read_text())]
TAPES = [path for path in RECORDED if path.suffix == ".tape" and path not in CARRIED]


def named(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def stamp() -> Mark:
    return {"device": "d", "at": NOW, "tick": 1}


def made(kind: str, expected: dict[str, Any]) -> Any:
    driver = drivers()[kind]
    assert driver.decoder is not None
    place = Place(name="d", stamp=stamp, topic=expected.get("topic", ""))
    decoder = driver.decoder(driver.options.model_validate(expected["table"]), place)
    if isinstance(decoder, Talker):
        list(decoder.opened())
    return decoder


def read(decoder: Decoder, whole: bytes, size: int | None = None) -> list[Reading]:
    size = size or max(len(whole), 1)
    return [told for i in range(0, len(whole), size) for told in readings(decoder.feed(whole[i : i + size]))]


def readings(told: Iterator[Any]) -> Iterator[Reading]:
    return (each for each in told if not isinstance(each, Send | Publish | Ready | HangUp))


def said(reading: Reading, wanted: dict[str, str]) -> dict[str, str]:
    """The fields of `reading` that `wanted` names, spelled alike."""
    found = {"type": type(reading).__name__}
    for name in (key for key in wanted if key != "type"):
        value = str(getattr(reading, name))
        within = isinstance(reading, ReadingRefused) and wanted[name] in value
        found[name] = wanted[name] if within else value
    return found


@pytest.mark.parametrize("size", [1, 2, 7, None])
@pytest.mark.parametrize("path", LINES, ids=named(LINES))
def test_recorded_frames_mean_the_same_however_their_bytes_arrive(path, size):
    expected = json.loads(path.with_suffix(".json").read_text())
    told = read(made(path.parent.name, expected), path.read_bytes(), size)
    wanted = expected["told"]
    assert [said(one, want) for one, want in zip(told, wanted, strict=False)] == wanted
    assert len(told) == len(wanted)


@pytest.mark.parametrize("path", TAPES, ids=named(TAPES))
def test_recorded_messages_mean_what_is_said(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    decoder = made(path.parent.name, expected)
    taped = [piece for piece in pieces(path) if piece.way is Way.IN]
    told = [
        one
        for piece in taped
        for one in readings(decoder.hear(piece.topic, piece.data, retained=piece.retained))
    ]
    wanted = expected["told"]
    assert [said(one, want) for one, want in zip(told, wanted, strict=False)] == wanted
    assert len(told) == len(wanted)


def about(told: dict[str, str]) -> str:
    return told.get("signal") or told.get("quantity") or told["type"]


def by_what(told: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """What was told of each thing, in order; a value that is read again and again is told once."""
    found: dict[str, list[dict[str, str]]] = {}
    for one in told:
        of_it = found.setdefault(about(one), [])
        if one["type"] != "Measured" or of_it[-1:] != [one]:
            of_it.append(one)
    return found


@pytest.mark.parametrize("path", CARRIED, ids=named(CARRIED))
def test_what_was_recorded_of_a_carrier_is_told_again_over_that_carrier(path, tmp_path, devices, rack, heard):
    expected = json.loads(path.with_suffix(".json").read_text())
    url = expected["url"].format(path=tmp_path / "port", port=free_port())
    keys = "".join(f"{key} = {toml(value)}\n" for key, value in expected["table"].items())
    (device,) = devices(f'name = "d"\nkind = "{path.parent.name}"\nurl = "{url}"\n{keys}')
    taped = list(pieces(path))
    speed = expected.get("speed", 1.0)  # slower where the hand that held a code was quicker than two looks
    end = far_end(device, taped, version(path), None)
    try:
        running, place = rack([device]), 0
        heard.ready()
        for each in expected.get("want", ()):
            play(taped[place : each["before"]], {"d": end}, speed)
            running.want("d", each["signals"])
            place = each["before"]
        play(taped[place:], {"d": end}, speed)
        wanted = by_what(expected["told"])
        kinds = {one["type"]: one for one in expected["told"]}

        def told() -> dict[str, list[dict[str, str]]]:
            came = [one for one in list(heard.readings) if type(one).__name__ in kinds]
            return by_what([said(one, kinds[type(one).__name__]) for one in came])

        with suppress(AssertionError):  # what was heard instead is shown below
            heard.wait(lambda _: told() == wanted)
        assert told() == wanted
    finally:
        end.close()


def toml(value: Any) -> str:
    """A value of JSON as TOML spells it on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return json.dumps(value)


@pytest.mark.parametrize("path", LINES, ids=named(LINES))
@pytest.mark.parametrize("noise", [b"\xff\x00\x80", bytes(range(256)) * 40, b"\r\n\r\n", b"~" * 100_000])
def test_no_frame_is_lost_after_noise_and_a_pause(path, noise):
    expected = json.loads(path.with_suffix(".json").read_text())
    decoder = made(path.parent.name, expected)
    list(decoder.feed(noise))
    list(decoder.give_up("quiet"))
    assert not decoder.pending
    wanted = expected["told"]
    told = read(decoder, path.read_bytes())
    assert [said(one, want) for one, want in zip(told, wanted, strict=False)] == wanted
    assert len(told) == len(wanted)


@pytest.mark.parametrize("kind", sorted(drivers()))
def test_every_kind_has_recordings_and_each_says_what_it_means(kind):
    names = {path.stem for path in (ROOT / kind).iterdir() if path.is_file()}
    for name in names:
        assert any((ROOT / kind / f"{name}.{suffix}").exists() for suffix in ("bin", "tape"))
        assert (ROOT / kind / f"{name}.json").exists()
