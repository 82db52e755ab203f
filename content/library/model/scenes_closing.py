"""What the pictures of "Close the pump" show."""

import math

import numpy as np

import printed
import pump
import tools
from parts import LYING, SCREWS, closed, laid, lower, part
from places import FLOOR, circle
from stage import Camera, Mark, Scene


def _filled(state: str = "muted") -> list:
    return [
        *lower(state),
        part(pump.drive_gear(), state),
        part(pump.idler_gear(), state),
        part(pump.bearing_block(upper=True), state),
    ]


def lay_o_ring() -> Scene:
    ring = part(pump.o_ring(), "new", (0, 0, 40))
    items = [*_filled(), ring]
    ends = [(20.5, -15), (20.5, 15), (-20.5, 15), (-20.5, -15)]
    return Scene(
        [*items, *tools.bench_ring()],
        Camera(-58, 42, 0.84),
        floor=FLOOR,
        guides=[((x, y, 38), (x, y, -1)) for x, y in ends],
        marks=[
            Mark("arrow", [(20.5, -18, 0)], "Groove", shift=(0.26, 0.06)),
            Mark("arrow", [(-14.5, -29.5, 40)], "O-ring GP-132", shift=(-0.2, -0.02)),
        ],
    )


def set_cover() -> Scene:
    lift = 62.0
    cover = part(pump.cover(), "new", (0, 0, lift))
    items = [*_filled(), part(pump.o_ring(), "plain"), cover]
    return Scene(
        [*items, *tools.bench_ring()],
        Camera(-58, 34, 0.86),
        floor=FLOOR,
        guides=[((x, y, lift), (x, y, 9)) for x, y in pump.DOWELS],
        marks=[
            Mark("arrow", [(-45, 0, pump.PORT_Z + 15)], "Inlet", shift=(-0.08, -0.13)),
            Mark("arrow", [(46, 0, pump.PORT_Z)], "Outlet", shift=(0.14, -0.10)),
            Mark("ellipse", circle((0, 26.5, lift + pump.COVER), 10), "Arrow: inlet to outlet", pad=0.006),
        ],
    )


def start_screws() -> Scene:
    lift = 42.0
    screws = [part(made, "new", (0, 0, lift)) for made in SCREWS]
    items = [*closed(screws=False, key=False), *screws]
    top = pump.COVER
    return Scene(
        [*items, *tools.bench_ring()],
        Camera(-60, 36, 0.86),
        floor=FLOOR,
        guides=[((x, y, top - 12 + lift), (x, y, top)) for x, y in pump.SCREWS],
        marks=[
            Mark("badge", [(x, y, top + 5 + lift)], number=n, shift=(0, -0.035))
            for n, (x, y) in enumerate(_cross(), start=1)
        ],
    )


def _cross() -> list[tuple[float, float]]:
    """The screws in the order of tightening: each opposite the last."""
    order = [0, 3, 1, 4, 2, 5]
    found = [pump.SCREWS[index] for index in order]
    return [
        found[0],
        (0, -found[0][1]),
        found[2],
        (-found[2][0], -found[2][1]),
        (-found[2][0], found[2][1]),
        (found[2][0], -found[2][1]),
    ]


def tighten_screws() -> Scene:
    items = [*closed("muted", screws=False, key=False), *(part(made, "new") for made in SCREWS)]
    top = pump.COVER + 5
    cross = _cross()
    return Scene(
        [*items, *tools.bench_ring()],
        Camera(-90, 74, 0.84),
        floor=FLOOR,
        marks=[
            *(
                Mark("badge", [(x, y, top)], number=n, shift=(0.055 * np.sign(x) if x else 0.055, -0.01))
                for n, (x, y) in enumerate(cross, start=1)
            ),
            *(
                Mark("arrow", [tuple(0.8 * np.array((*a, top))), tuple(0.8 * np.array((*b, top)))])
                for a, b in ((cross[0], cross[1]), (cross[2], cross[3]), (cross[4], cross[5]))
            ),
        ],
    )


def tighten_driver() -> Scene:
    x, y = pump.SCREWS[0]
    others = [part(made) for made in SCREWS[1:]]
    items = [*closed(screws=False, key=False), *others, part(SCREWS[0], "new")]
    torque = tools.driver((x, y, pump.COVER + 2.5))
    return Scene(
        [*items, *tools.bench_ring(), *torque],
        Camera(-64, 28, 0.94, offset=(0, 0.04), frame=[*items, torque[0], torque[1], torque[2], torque[-1]]),
        floor=FLOOR,
        marks=[
            Mark("ellipse", circle((x, y, pump.COVER + 4), 6), "Start here", pad=0.01),
            Mark("box", torque[-1].mesh.points, "9.0 N·m", pad=0.01),
        ],
    )


def turn_closed() -> Scene:
    items = laid(closed(key=False), LYING)
    items[2].state = "new"
    end = -pump.SHAFT_END
    turns = np.radians([160, 70])
    round_end = [(24 * math.cos(t), end - 6, 15 + 24 * math.sin(t)) for t in turns]
    return Scene(
        [*items, *laid([], LYING), *tools.cradle()],
        Camera(52, 22, 0.84),
        floor=-82,
        marks=[
            Mark("arrow", round_end, "One full turn"),
            Mark("ellipse", circle((0, end, 15), 8, "y"), pad=0.012),
        ],
    )


def fit_key() -> Scene:
    body = laid(closed("plain", key=False), LYING)
    key = laid([part(pump.key(), "new", (0, 26, 0))], LYING)
    focus = [body[2], *key]
    way = laid([part(pump.key())], LYING)[0].mesh.points
    return Scene(
        [*body, *key, *tools.cradle()],
        Camera(40, 30, 0.62, offset=(-0.06, 0.10), frame=focus),
        floor=-82,
        guides=[((0, 83, 42), (0, 83, 22)), ((0, 99, 42), (0, 99, 22))],
        marks=[
            Mark("arrow", [key[0].mesh.points.mean(axis=0)], "Key GP-134", shift=(0.20, -0.06)),
            Mark("box", way, "Keyway", pad=0.008),
        ],
    )


def plug_ports() -> Scene:
    plugs = [part(pump.plug(side), "new", (side * 34, 0, 0)) for side in (-1, 1)]
    z = pump.PORT_Z
    return Scene(
        [*closed(), *plugs, *tools.bench_ring()],
        Camera(-66, 28, 0.88),
        floor=FLOOR,
        guides=[((side * 70, 0, z), (side * 44, 0, z)) for side in (-1, 1)],
        marks=[
            Mark("arrow", [(-92, 0, z), (-56, 0, z)], "Inlet"),
            Mark("arrow", [(92, 0, z), (56, 0, z)], "Outlet"),
        ],
    )


def take_serial() -> Scene:
    items = closed(plugs=True)
    code = tools.sheet((-7, -49.15, 11.5), (9, 0, 0), (0, 0, -9), printed.code_squares(180, 5))
    hand = tools.scanner((-2.5, -49.2, 7))
    return Scene(
        [*items, code, *tools.bench_ring(), *hand],
        Camera(-44, 26, 0.92, frame=[*items, hand[0]]),
        floor=FLOOR,
        marks=[Mark("box", [(-7, -49.2, 2.5), (2, -49.2, 11.5)], "SN and six digits", pad=0.012)],
    )
