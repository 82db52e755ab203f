"""What the pictures of "Prepare the housing" show."""

import pump
import tools
from parts import FLIP, cut_open, laid, lower, part
from places import FLOOR, circle, oval
from stage import Camera, Mark, Scene

PIN = [(x, y, 8) for x, y in pump.DOWELS]


def take_housing() -> Scene:
    return Scene(
        [part(pump.housing()), *tools.bench_ring()],
        Camera(-58, 42, 0.84),
        floor=FLOOR,
        marks=[
            Mark("ellipse", oval(pump.CHAMBER_RADIUS, 0), pad=0.008),
            Mark("arrow", [(13, -40, 0)], "Joint face", shift=(-0.25, 0.10)),
            Mark("badge", [(*pump.DRIVE, -8)], number=1),
            Mark("badge", [(*pump.IDLER, -8)], number=2),
        ],
    )


def wipe_bores() -> Scene:
    cloth = tools.cloth((2, -16, 9), 48)
    return Scene(
        [part(pump.housing()), *tools.bench_ring(), *cloth],
        Camera(-62, 50, 0.82),
        floor=FLOOR,
        marks=[
            Mark("arrow", [(8, -8, 8), (*pump.DRIVE, 0)], "Both bores"),
            Mark("arrow", [(-13, -40, 0)], "Joint face", shift=(-0.2, 0.10)),
        ],
    )


def set_in_press() -> Scene:
    press = tools.press(118)
    for index in (7, 8):
        press[index].framed = False
    body = laid([part(pump.housing(), "new")], FLIP)
    return Scene(
        [*body, *press],
        Camera(-52, 22, 0.96),
        floor=-26,
        marks=[
            Mark("arrow", [(0, -15, 112), (0, -15, 70)], "Ram over the shaft bore"),
            Mark("box", press[5].mesh.points, "Scan this code", pad=0.008),
            Mark("text", [(-34, -50, 8)], "Joint face down", shift=(-0.2, 0.02)),
        ],
    )


def place_seal() -> Scene:
    seal = laid([part(pump.seal(), "new")], FLIP, (0, 0, 42))
    body = laid([part(pump.housing())], FLIP)
    return Scene(
        [*body, *seal],
        Camera(-58, 36, 0.80),
        guides=[((0, -15, 110), (0, -15, 56))],
        floor=0,
        marks=[
            Mark("ellipse", circle((0, -15, 64), 15), "Seal bore"),
            Mark("arrow", [(-13, -15, 96)], "Spring side down", shift=(-0.2, 0.02)),
        ],
    )


def _seal_section() -> list:
    return laid([*cut_open(pump.housing()), *cut_open(pump.seal(), "new")], FLIP)


def press_seal() -> Scene:
    items = _seal_section()
    ram = tools.press(61.2)
    punch = [ram[3], ram[4]]
    punch[0].framed = False
    return Scene(
        [*items, *punch],
        Camera(-22, 22, 0.84, offset=(0, 0.06), frame=[*items, punch[1]]),
        floor=0,
        marks=[
            Mark("arrow", [(0, -15, 112), (0, -15, 76)], "Press"),
            Mark("box", [(0, -29, 53.5), (0, -1, 61.5)], "Seal", pad=0.008),
        ],
    )


def press_seal_depth() -> Scene:
    items = _seal_section()
    focus = laid([part(pump.seal())], FLIP)
    return Scene(
        items,
        Camera(-18, 26, 0.42, offset=(0.02, -0.02), frame=focus),
        marks=[
            Mark("arrow", [(0, -27, 78), (0, -27, 64.2)], "Face of the pilot"),
            Mark("arrow", [(0, -26, 61)], "Seal", shift=(-0.2, 0.12)),
            Mark("box", [(0, -28.5, 61), (0, -23, 64)], "3.0 mm", pad=0.004),
        ],
    )


def fit_circlip() -> Scene:
    items = laid([part(pump.housing()), part(pump.seal(), "muted")], FLIP)
    ring = laid([part(pump.circlip(), "new")], FLIP, (0, 0, 30))
    ears = (0.0, -15 + 11.2, 62.2 + 30)
    held = tools.pliers(ears)
    return Scene(
        [*items, *ring, *held],
        Camera(-64, 34, 0.86, offset=(0, 0.05), frame=[*items, *ring, held[1]]),
        guides=[((0, -15, 92), (0, -15, 62))],
        floor=0,
        marks=[
            Mark("ellipse", circle((0, -15, 62.2), 14.8), "Groove"),
            Mark("arrow", [(-12.6, -15, 92)], "Circlip", shift=(-0.17, 0.0)),
        ],
    )


def turn_over() -> Scene:
    return Scene(
        [part(pump.housing(), "new"), part(pump.seal(), "muted"), *tools.bench_ring()],
        Camera(-58, 34, 0.82),
        floor=FLOOR,
        marks=[Mark("arrow", [(13, -40, 0)], "Joint face up", shift=(-0.26, -0.06))],
    )


def drive_dowels() -> Scene:
    pins = [part(made, "new") for made in pump.dowels()]
    items = [*lower(dowels=False, block=False), *pins]
    hammer = tools.mallet((pump.DOWELS[0][0], 0, 46), 26)
    return Scene(
        [*items, *hammer, *tools.bench_ring()],
        Camera(-72, 36, 0.80, offset=(-0.05, 0.10), frame=items),
        floor=FLOOR,
        guides=[((pump.DOWELS[0][0], 0, 44), (pump.DOWELS[0][0], 0, 10))],
        marks=[
            Mark("badge", [PIN[0]], number=1, shift=(-0.05, -0.02)),
            Mark("badge", [PIN[1]], number=2, shift=(-0.06, -0.02)),
            Mark("ellipse", circle((*pump.DOWELS[1], 4), 7), "8 mm proud"),
        ],
    )


def fit_lower_block() -> Scene:
    block = part(pump.bearing_block(upper=False), "new", (0, 0, 78))
    items = [*lower(block=False), block]
    return Scene(
        [*items, *tools.bench_ring()],
        Camera(-58, 36, 0.86),
        floor=FLOOR,
        guides=[((*pump.DRIVE, 38), (*pump.DRIVE, -6)), ((*pump.IDLER, 38), (*pump.IDLER, -6))],
        marks=[
            Mark("ellipse", circle((9.5, 0, 50), 5.5), pad=0.006),
            Mark("arrow", [(9.5, 0, 50)], "Relief pockets up", shift=(0.22, -0.06)),
            Mark("arrow", [(-20, -22, 44), (-20, -22, 6)], "By hand"),
        ],
    )
