"""What a change costs on the wire: that change, whatever else the station holds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.library import publishing
from tests.kiosk.plant import Plant
from tests.kiosk.pulled import Kiosk
from tests.kiosk.station import PUMP

MANY, FEW = 500, 20
PICTURE = 100_000  # bytes


def publish(plant: Plant, number: int, seed: int, **more: Any) -> str:
    document = {**PUMP, "id": f"doc-{number}", "title": f"Work {number}", **more}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "media").mkdir()
        data = b"\x89PNG\r\n\x1a\n" + seed.to_bytes(4, "big") * (PICTURE // 4)
        Path(folder, "media/a.png").write_bytes(data)
        Path(folder, "instruction.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        return publishing.publish(plant.house, Path(folder), "admin").digest


@pytest.fixture(params=[FEW])
def kiosk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Kiosk]:
    with Plant(tmp_path / "server").running() as plant:
        plant.assign(*(publish(plant, number, 1) for number in range(request.param)))
        kiosk = Kiosk(tmp_path / "kiosk", plant)
        assert kiosk.puller.pull()
        yield kiosk
        kiosk.close()


@pytest.mark.parametrize("kiosk", [FEW, MANY], indirect=True)
def test_a_one_picture_change_costs_that_picture(kiosk: Kiosk) -> None:
    changed = publish(kiosk.plant, 7, 2, revision=4)
    others = sorted(kiosk.store.library.current())
    gone = next(tile.digest for tile in kiosk.store.library.tiles() if tile.title == "Work 7")
    kiosk.plant.assign(changed, *(digest for digest in others if digest != gone))
    before, asked = kiosk.liar.sent, len(kiosk.liar.asked)
    assert kiosk.puller.pull()
    assert kiosk.liar.sent - before <= 1.1 * PICTURE + 16 * 1024
    assert kiosk.liar.sent - before > PICTURE
    paths = [path.removeprefix("/api/v1/").split("/")[0] for path in kiosk.liar.asked[asked:]]
    assert paths == ["kiosk", "kiosk", "releases", "media"]


def test_a_server_that_has_forgotten_what_it_issued_says_it_in_full(kiosk: Kiosk) -> None:
    kiosk.plant.house.issued._kept.clear()
    kiosk.plant.assign(*sorted(kiosk.store.library.current())[1:])
    assert kiosk.puller.pull()
    assert len(kiosk.store.library.current()) == FEW - 1


def test_changes_that_lead_elsewhere_are_asked_for_in_full(kiosk: Kiosk) -> None:
    kiosk.plant.assign(*sorted(kiosk.store.library.current())[1:])
    kiosk.liar.dropped = []
    asked = len(kiosk.liar.asked)
    lies = iter([lambda truth: truth.replace(b'"patch":[', b'"patch":["x",')])

    def once(truth: bytes) -> bytes:
        lie = next(lies, None)
        return truth if lie is None else lie(truth)

    kiosk.liar.lie("assignment", once)
    assert kiosk.puller.pull()
    assert len(kiosk.store.library.current()) == FEW - 1
    assert [path for path in kiosk.liar.asked[asked:] if "assignment" in path] == [
        "/api/v1/kiosk/assignment"
    ] * 2
