"""A camera that reads codes: more than the library alone, nothing where there is nothing, over a real stream."""

from collections import Counter

import cv2
import numpy as np
import pytest
import zxingcpp

from bench.filming import Tally, default, live, watch
from bench.photographs import empty_ones, photographs
from hardware.decode.picture_codes import LIVE, MOST_PIXELS, codes_in, plain
from hardware.driver import Place
from hardware.drivers.camera import DRIVER, CameraOptions
from hardware.readings import CodeScanned, DeviceState, Mark
from hardware.simulate.camera import SimulatedCamera
from tests.hardware.test_decoders import NOW


def label(text: str, kind: str = "QRCode") -> np.ndarray:
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    drawn = np.array(zxingcpp.write_barcode_to_image(code, scale=5, add_quiet_zones=True), np.uint8)
    picture = np.full((480, 640), 140, np.uint8)
    high, wide = min(drawn.shape[0], 440), min(drawn.shape[1], 600)
    picture[20 : 20 + high, 20 : 20 + wide] = drawn[:high, :wide]
    return picture


def test_more_is_read_than_by_the_library_alone_and_never_less_in_any_symbology():
    alone, ours = Counter(), Counter()
    for photograph in photographs(6):
        plainly = zxingcpp.read_barcodes(photograph.picture)
        alone[photograph.symbology] += any(code.bytes == photograph.text.encode() for code in plainly)
        found = codes_in(photograph.picture)
        assert {code.text for code in found} <= {photograph.text}, "a false decode"
        ours[photograph.symbology] += bool(found)
    assert all(ours[kind] >= alone[kind] for kind in alone)
    assert ours.total() >= 1.1 * alone.total()


def test_a_live_camera_reads_no_less_than_the_library_alone_in_the_same_time_and_nothing_false():
    ours, alone = Tally(), Tally()
    films = list(photographs(1))[:6]
    for photograph in (*films, *empty_ones(2)):
        watch(photograph, live(), ours, 300)
        watch(photograph, default, alone, 300)
    assert all(ours.read[each.symbology] >= alone.read[each.symbology] for each in films)
    assert not ours.false
    assert ours.read.total() > 0


def test_each_look_of_a_live_camera_is_for_one_family_of_codes_and_all_looks_are_for_both():
    matrix, linear = label("GP-131"), label("GP-131", "Code128")
    for look in LIVE:
        assert not (look(matrix) and look(linear))
    for shown in (matrix, linear):
        assert sum(bool(look(shown)) for look in LIVE) >= len(LIVE) // 4


def test_nothing_is_read_where_there_is_no_code():
    assert [codes_in(photograph.picture) for photograph in empty_ones(12)] == [()] * 12


def test_a_code_is_told_with_its_aim_identifier():
    (gs1,) = codes_in(label("\x1d010401234500001821SN-1", "DataMatrix"))
    assert gs1.symbology in {"]d1", "]d2"}
    (found,) = codes_in(cv2.cvtColor(label("GP-131"), cv2.COLOR_GRAY2BGR))
    assert (found.text, found.symbology, found.kind) == ("GP-131", "]Q1", "QRCode")


def test_a_code_of_a_weak_kind_must_be_seen_twice_and_is_no_piece_of_a_longer_one():
    def stamp() -> Mark:
        return {"device": "d", "at": NOW, "tick": 1}

    decoder = DRIVER.decoder(CameraOptions(), Place(name="d", stamp=stamp))
    picture = label("00000117", "ITF")
    assert list(decoder.look(picture)) == []
    (told,) = [one for _ in range(4) for one in decoder.look(picture)]
    assert told.text == "00000117"
    cut = next(photograph for photograph in photographs(18) if photograph.text == "00000117")
    assert [found.text for found in codes_in(cut.picture)] == ["00000117"]


def test_a_huge_picture_is_made_smaller_first():
    assert plain(np.zeros((8000, 6000), np.uint8)).size <= MOST_PIXELS


@pytest.mark.parametrize(
    "picture", [np.zeros((1, 1), np.uint8), np.zeros((3, 900), np.uint8), np.full((200, 2), 255, np.uint8)]
)
def test_no_picture_is_too_small_to_be_looked_at(picture):
    assert codes_in(picture) == ()


def test_a_code_in_sight_is_one_scan_until_it_was_away():
    now = [0]

    def stamp() -> Mark:
        return {"device": "d", "at": NOW, "tick": now[0] * 1_000_000}

    decoder = DRIVER.decoder(CameraOptions(again_ms=1000), Place(name="d", stamp=stamp))
    told = []
    for at in range(0, 1800, 100):  # ms
        now[0] = at
        told += decoder.look(label("GP-131"))
    assert [code.text for code in told] == ["GP-131"]
    now[0] = 4000
    told += [*decoder.look(label("GP-131")), *decoder.look(label("GP-131")), *decoder.look(label("GP-131"))]
    assert len(told) == 2
    assert (
        list(DRIVER.decoder(CameraOptions(codes=False), Place(name="d", stamp=stamp)).look(label("X"))) == []
    )


def test_codes_are_read_from_a_stream_that_breaks_and_comes_back(rack, devices, heard):
    with SimulatedCamera() as camera:
        running = rack(devices(f'name="eye"\nkind="camera"\nurl="{camera.url}"\nagain_ms=300'))
        heard.ready()
        camera.show(label("GP-131"))
        assert heard.kind(CodeScanned).text == "GP-131"
        assert running.picture("eye", 5).shape == (480, 640, 3)
        camera.unplug()
        lost = heard.state(DeviceState.LOST)
        assert "gives no" in lost.reason
        place = len(heard.readings)
        camera.show(label("GP-132", "Code128"))
        camera.replug()
        heard.ready(after=place)
        assert heard.kind(CodeScanned, after=place).text == "GP-132"


def test_a_camera_that_is_not_there_is_told(rack, devices, heard):
    rack(devices('name="eye"\nkind="camera"\nurl="camera:///dev/video77"'))
    assert "plug the camera in" in heard.state(DeviceState.LOST).reason
