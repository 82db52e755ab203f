"""A whole bench, with a device on every transport, recorded in a run and replayed into a fresh kiosk."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from hardware.settings import load_station
from hardware.tape import Way, pieces
from server.people import roster
from stepline.demo.devices import COILS
from tests.kiosk.every_kind import FILES, INSTRUCTION, EveryKind, Kiosk
from tests.kiosk.plant import Plant
from tests.kiosk.station import GTIN
from tests.stepline.conftest import Stepline
from tests.stepline.test_device import talking

pytestmark = [pytest.mark.window, pytest.mark.timeout(180)]
BADGE = "04A2B81F"


@pytest.fixture
def plant(tmp_path: Path, mosquitto: Any) -> Iterator[Plant]:
    with Plant(tmp_path / "server", mosquitto.url).running() as plant:
        roster.add_person(plant.house, "bea", name="Bea Kern", role="operator", badge=BADGE, by="admin")
        plant.assign(plant.publish(INSTRUCTION, FILES))
        yield plant


def enrolled(folder: Path, file: Path, plant: Plant, broker: str) -> Kiosk:
    kiosk = Kiosk(folder, file, plant.url, broker)
    kiosk.start()
    plant.confirm(kiosk.code())
    kiosk.until(lambda: kiosk.rows("SELECT 1 FROM meta WHERE key = 'assignment'"), "getting its documents")
    return kiosk


def until_all_ready(kiosk: Kiosk) -> None:
    names = [
        device.name
        for device in load_station(kiosk.folder / "devices.toml", default_broker="mqtt://b").devices
    ]
    log = kiosk.folder / "kiosk.log"
    kiosk.until(lambda: all(f"{name} is ready" in log.read_text() for name in names), "finding its devices")


def work(kiosk: Kiosk, bench: EveryKind) -> None:
    """Play the run through the devices."""
    demo = bench.demo

    def passed(count: int) -> None:
        kiosk.until(lambda: kiosk.types.count("check.passed") == count, f"passing check {count}")

    def bin_lit(part: str) -> None:
        """The step is on the screen, and its lamp shows it."""
        assert demo.fixture.tables.wait(COILS[part], 1), f"bin {part} stays dark"

    demo.badge_reader.hold(BADGE)
    kiosk.until_last("operator.signed-in")
    demo.scanner.scan(f"01{GTIN}21SN77", "]d2")
    bin_lit("B3")
    bench.wedge.scan("HAND-1")
    passed(1)
    kiosk.type("WINDOW-1")
    passed(2)
    demo.scanner.scan("GP-131", "]C0")
    bin_lit("C4")
    bench.show_code("CAMERA-1")
    bin_lit("B4")
    demo.scale.weigh("12.0")
    passed(5)
    bench.far_scale.weigh("13.0")
    passed(6)
    demo.measure("mm", "14.00")
    passed(7)
    bench.gauge.measure("15.00")
    passed(8)
    demo.measure("degC", "16")
    passed(9)
    demo.measure("bar", "17")
    passed(10)
    demo.measure("l/min", "18")
    passed(11)
    bin_lit("C1")
    assert demo.torque.wait()
    demo.torque.tighten("8.50", 34, ok=True)
    passed(12)
    demo.torque.tighten("8.60", 35, ok=True)
    bin_lit("C2")
    passed(14)  # the press, which the step drives
    demo.clamp(closed=True)
    passed(15)
    bench.guard.switch(on=True)
    bin_lit("C3")
    look_at_the_label(kiosk)
    assert demo.fixture.tables.wait(COILS["green"], 0), "the lamp stays on"
    demo.scanner.scan("CMD:SIGN-OUT", "]Q1")
    signed_out(kiosk)


def signed_out(kiosk: Kiosk) -> None:
    """Until the run is over, and the outputs are as they are when nobody is there."""
    kiosk.until(lambda: "operator.signed-out" in kiosk.types, "signing out")
    kiosk.until(lambda: ("press", "close-press", "False", True) in driven(kiosk), "opening the press")


def look_at_the_label(kiosk: Kiosk) -> None:
    """What a finger does; no device tells it."""
    kiosk.tap("check:label-there")
    kiosk.until(lambda: "run.completed" in kiosk.types, "finishing")


ASIDE = {"device.changed", "output.driven"}  # told when they are, between what the run does


def facts(kiosk: Kiosk) -> list[Any]:
    """What was recorded of the run: each fact with its step, its check and what proved it.

    Devices that are asked again and again answer up to a round later: the checks of one step stand by their names.
    """
    told: list[Any] = []
    for (body,) in kiosk.rows("SELECT body FROM entries ORDER BY seq"):
        fact = json.loads(body)
        fact = fact.get("fact", fact)
        if fact["type"] in ASIDE:
            continue
        evidence = {
            key: fact.get("evidence", {}).get(key) for key in ("kind", "value", "unit", "text", "device")
        }
        told.append((fact["type"], fact.get("step"), fact.get("check"), fact.get("reason"), evidence))
    ordered: list[Any] = []
    for _, together in groupby(told, lambda fact: fact[:2]):
        ordered += sorted(together, key=lambda fact: fact[2] or "")
    return ordered


def driven(kiosk: Kiosk) -> set[Any]:
    """What was driven in the run, and whether that was confirmed."""
    told = (
        json.loads(body) for (body,) in kiosk.rows("SELECT body FROM entries WHERE type = 'output.driven'")
    )
    found = [fact for each in told if (fact := each.get("fact", each)).get("run")]
    return {(one["device"], one["signal"], str(one["value"]), one.get("confirmed")) for one in found}


def test_the_recording_of_a_bench_with_every_transport_drives_a_fresh_kiosk_through_the_same_run(
    tmp_path: Path, plant: Plant, mosquitto: Any
) -> None:
    (tmp_path / "bench").mkdir()
    bench = EveryKind(tmp_path / "bench", mosquitto.url)
    first = enrolled(tmp_path / "first", bench.file, plant, mosquitto.url)
    try:
        until_all_ready(first)
        work(first, bench)
    finally:
        first.close()
        bench.close()
    (tape,) = (first.folder / "recordings").glob("*.tape")
    names = {device.name for device in load_station(bench.file, default_broker="mqtt://b").devices}
    assert {piece.device for piece in pieces(tape) if piece.way is Way.IN} == names
    assert sum(file.stat().st_size for file in tape.with_suffix(".pictures").iterdir()) < 2_000_000

    touches = tmp_path / "second" / "touches"
    asked = ["--broker", mosquitto.url, "--touches", str(touches), "--speed", "0.5"]
    with talking(Stepline(tmp_path), "replay", str(tape), str(bench.file), *asked) as replay:
        replay.says("press Enter")
        second = enrolled(tmp_path / "second", bench.file, plant, mosquitto.url)
        try:
            until_all_ready(second)
            replay.type("")
            second.until(lambda: second.types.count("step.entered") == len(INSTRUCTION["steps"]), "replaying")
            look_at_the_label(second)
            replay.says("played")
            signed_out(second)
        finally:
            second.close()
    assert facts(second) == facts(first)
    assert driven(second) == driven(first)
