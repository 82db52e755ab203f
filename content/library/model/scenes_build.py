"""What the pictures of the three building instructions show: preparing the housing, fitting the gears, closing."""

import math

import numpy as np
import pump
import tools
from parts import FLIP, LYING, SCREWS, closed, cut_open, laid, lower, part
from stage import Camera, Mark, Scene

Z = (0, 0, 1)
FLOOR = tools.RING_FLOOR
TABLE = FLOOR - 14
PIN = [(x, y, 8) for x, y in pump.DOWELS]
SHAFT_TOP = (*pump.DRIVE, -1)


def circle(centre: tuple[float, float, float], radius: float, normal: str = "z") -> np.ndarray:
    """Points round a circle, for a mark that lies round something."""
    turns = np.linspace(0, 2 * math.pi, 24)
    a, b, c = radius * np.cos(turns), radius * np.sin(turns), np.zeros(24)
    order = {"z": (a, b, c), "x": (c, a, b), "y": (a, c, b)}[normal]
    return np.array(centre) + np.column_stack(order)


def oval(radius: float, z: float) -> np.ndarray:
    """Points round the two gear axes."""
    return np.vstack([circle((*pump.DRIVE, z), radius), circle((*pump.IDLER, z), radius)])


# Prepare the housing


def take_housing() -> Scene:
    return Scene(
        [part(pump.housing()), *tools.bench_ring()], Camera(-58, 42, 0.84), floor=FLOOR,
        marks=[
            Mark("ellipse", oval(pump.CHAMBER_RADIUS, 0), pad=0.008),
            Mark("arrow", [(24, -31, 0)], "Joint face", shift=(-0.25, 0.10)),
            Mark("badge", [(*pump.DRIVE, -8)], number=1),
            Mark("badge", [(*pump.IDLER, -8)], number=2),
        ],
    )


def wipe_bores() -> Scene:
    cloth = tools.cloth((2, -16, 9), 48)
    return Scene(
        [part(pump.housing()), *tools.bench_ring(), *cloth], Camera(-62, 50, 0.82), floor=FLOOR,
        marks=[
            Mark("arrow", [(8, -8, 8), (*pump.DRIVE, 0)], "Both bores"),
            Mark("arrow", [(-24, -31, 0)], "Joint face", shift=(-0.2, 0.10)),
        ],
    )


def set_in_press() -> Scene:
    press = tools.press(118)
    for index in (7, 8):
        press[index].framed = False
    body = laid([part(pump.housing(), "new")], FLIP)
    return Scene(
        [*body, *press], Camera(-52, 22, 0.96), floor=-26,
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
        [*body, *seal], Camera(-58, 36, 0.80), guides=[((0, -15, 110), (0, -15, 56))], floor=0,
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
        [*items, *punch], Camera(-22, 22, 0.84, offset=(0, 0.06), frame=[*items, punch[1]]), floor=0,
        marks=[
            Mark("arrow", [(0, -15, 112), (0, -15, 76)], "Press"),
            Mark("box", [(0, -29, 53.5), (0, -1, 61.5)], "Seal", pad=0.008),
        ],
    )


def press_seal_depth() -> Scene:
    items = _seal_section()
    focus = laid([part(pump.seal())], FLIP)
    return Scene(
        items, Camera(-18, 26, 0.42, offset=(0.02, -0.02), frame=focus),
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
        [*items, *ring, *held], Camera(-64, 34, 0.86, offset=(0, 0.05), frame=[*items, *ring, held[1]]),
        guides=[((0, -15, 92), (0, -15, 62))], floor=0,
        marks=[
            Mark("ellipse", circle((0, -15, 62.2), 14.8), "Groove"),
            Mark("arrow", [(-12.6, -15, 92)], "Circlip", shift=(-0.17, 0.0)),
        ],
    )


def turn_over() -> Scene:
    return Scene(
        [part(pump.housing(), "new"), part(pump.seal(), "muted"), *tools.bench_ring()], Camera(-58, 34, 0.82), floor=FLOOR,
        marks=[Mark("arrow", [(0, -46, 0)], "Joint face up", shift=(-0.22, -0.08))],
    )


def drive_dowels() -> Scene:
    pins = [part(made, "new") for made in pump.dowels()]
    items = [*lower(dowels=False, block=False), *pins]
    hammer = tools.mallet((pump.DOWELS[0][0], 0, 46), 26)
    return Scene(
        [*items, *hammer, *tools.bench_ring()], Camera(-72, 36, 0.80, offset=(-0.05, 0.10), frame=items), floor=FLOOR,
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
        [*items, *tools.bench_ring()], Camera(-58, 36, 0.86), floor=FLOOR,
        guides=[((*pump.DRIVE, 38), (*pump.DRIVE, -6)), ((*pump.IDLER, 38), (*pump.IDLER, -6))],
        marks=[
            Mark("ellipse", circle((9.5, 0, 50), 5.5), pad=0.006),
            Mark("arrow", [(9.5, 0, 50)], "Relief pockets up", shift=(0.22, -0.06)),
            Mark("arrow", [(-20, -22, 44), (-20, -22, 6)], "By hand"),
        ],
    )


# Fit the gears


def clamp_housing() -> Scene:
    return Scene(
        [*lower(), *tools.fixture()], Camera(-50, 32, 0.90), floor=TABLE,
        marks=[
            Mark("arrow", [(-46, 0, pump.PORT_Z)], "Inlet", shift=(-0.12, -0.10)),
            Mark("ellipse", circle((0, 128.6, 16), 15, "y"), "Close the clamp"),
        ],
    )


def weigh_gears() -> Scene:
    top = 0.0
    turn = ((1, 0, 0), 90.0)
    drive = laid([part(pump.drive_gear(), "new")], turn, (-34, -32, 17.5 - 15))
    idler = laid([part(pump.idler_gear(), "new")], turn, (40, -2, 17.5 + 15))
    balance = tools.scale(top, f"{pump.masses()['gear set']:.1f}")
    return Scene(
        [*balance, *drive, *idler], Camera(-74, 36, 0.88), floor=-60,
        marks=[
            Mark("badge", [(-34, 0, 24)], number=1, shift=(-0.10, -0.03)),
            Mark("badge", [(40, 20, 24)], number=2, shift=(0.09, -0.03)),
            Mark("box", balance[3].mesh.points, "Mass", pad=0.006),
        ],
    )


def oil_journals() -> Scene:
    items = lower("plain")
    return Scene(
        [*items, *tools.bench_ring(), *tools.oil_can((0, 15, 14))], Camera(-80, 68, 0.84, offset=(0.03, 0.04), frame=items), floor=FLOOR,
        marks=[
            Mark("ellipse", circle((*pump.DRIVE, -28), 8), pad=0.006),
            Mark("ellipse", circle((*pump.IDLER, -28), 8), pad=0.006),
            Mark("badge", [(*pump.DRIVE, -28)], number=1, shift=(0.06, 0.0)),
            Mark("badge", [(*pump.IDLER, -28)], number=2, shift=(0.06, 0.0)),
        ],
    )


def insert_drive_gear() -> Scene:
    lift = 112.0
    sleeve = pump.tube(7.4, 6.1, pump.SHAFT_END - 3, -70.5, pump.DRIVE).faces("<Z").chamfer(1.0)
    sleeved = tools.item(sleeve, "plastic", by=(0, 0, lift))
    items = [*lower(), part(pump.drive_gear(), "new", (0, 0, lift)), sleeved]
    return Scene(
        [*items, *tools.bench_ring()], Camera(-56, 30, 0.90), floor=FLOOR,
        guides=[((*pump.DRIVE, 4), (*pump.DRIVE, -28))],
        marks=[
            Mark("arrow", [(-7.4, 15, lift - 86)], "Sleeve over the keyway", shift=(-0.24, -0.02)),
            Mark("arrow", [(22, 15, lift - 22), (22, 15, lift - 62)], "Lower slowly"),
        ],
    )


def insert_idler_gear() -> Scene:
    lift = 66.0
    items = [*lower(), part(pump.drive_gear(), "muted"), part(pump.idler_gear(), "new", (0, 0, lift))]
    return Scene(
        [*items, *tools.bench_ring()], Camera(-58, 38, 0.86), floor=FLOOR,
        guides=[((*pump.IDLER, lift - 40), (*pump.IDLER, -26))],
        marks=[
            Mark("arrow", [(-19, -15, lift - 16), (-19, -15, 14)], "Lower"),
            Mark("ellipse", circle((0, 0, -12), 5), "Teeth in mesh here", pad=0.012),
        ],
    )


def gears_at(degrees: float) -> list:
    """Housing and both gears, the drive gear turned by `degrees` and the idler the other way."""
    items = lower("plain")
    drive, idler = part(pump.drive_gear(), "new"), part(pump.idler_gear())
    drive.mesh = drive.mesh.rotate_vector(Z, degrees, point=(*pump.DRIVE, 0), inplace=False)
    idler.mesh = idler.mesh.rotate_vector(Z, -degrees, point=(*pump.IDLER, 0), inplace=False)
    return [*items, drive, idler]


def turn_by_hand(degrees: float = 0.0) -> Scene:
    turns = np.radians(np.linspace(150, 30, 3))
    round_shaft = [(pump.DRIVE[0] + 25 * math.cos(t), pump.DRIVE[1] + 25 * math.sin(t), 0) for t in turns]
    return Scene(
        [*gears_at(degrees), *tools.bench_ring()], Camera(-80, 66, 0.90, frame=lower("plain")), floor=FLOOR,
        marks=[
            Mark("arrow", [round_shaft[0], round_shaft[2]], "Two full turns"),
            Mark("ellipse", circle((*pump.DRIVE, -1), 7), pad=0.006),
        ],
    )


def fit_upper_block() -> Scene:
    lift = 58.0
    block = part(pump.bearing_block(upper=True), "new", (0, 0, lift))
    items = [*lower(), part(pump.drive_gear(), "muted"), part(pump.idler_gear(), "muted"), block]
    return Scene(
        [*items, *tools.bench_ring()], Camera(-58, 28, 0.86), floor=FLOOR,
        guides=[((*pump.DRIVE, lift - 12), (*pump.DRIVE, -1)), ((*pump.IDLER, lift - 12), (*pump.IDLER, -1))],
        marks=[
            Mark("arrow", [(9.5, -3, lift - 12)], "Relief pockets down", shift=(0.24, 0.05)),
            Mark("arrow", [(-20, -22, lift - 14), (-20, -22, 8)], "Over both shafts"),
        ],
    )


def measure_end_float() -> Scene:
    block = part(pump.bearing_block(upper=True), "new")
    items = [*lower(), part(pump.drive_gear(), "muted"), part(pump.idler_gear(), "muted"), block]
    gauge = tools.depth_gauge((0, -29.4, 0), pump.END_FLOAT)
    return Scene(
        [*items, *tools.bench_ring(), *gauge], Camera(-72, 36, 0.90, frame=[*items, *gauge]), floor=FLOOR,
        marks=[
            Mark("ellipse", gauge[-1].mesh.points, "0.03 to 0.08 mm", pad=0.006),
            Mark("arrow", [(11.5, 12, 0)], "Bearing block", shift=(0.24, -0.08)),
        ],
    )


# Close the pump


def _filled(state: str = "muted") -> list:
    return [
        *lower(state), part(pump.drive_gear(), state), part(pump.idler_gear(), state), part(pump.bearing_block(upper=True), state),
    ]


def lay_o_ring() -> Scene:
    ring = part(pump.o_ring(), "new", (0, 0, 40))
    items = [*_filled(), ring]
    ends = [(20.5, -15), (20.5, 15), (-20.5, 15), (-20.5, -15)]
    return Scene(
        [*items, *tools.bench_ring()], Camera(-58, 42, 0.84), floor=FLOOR, guides=[((x, y, 38), (x, y, -1)) for x, y in ends],
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
        [*items, *tools.bench_ring()], Camera(-58, 34, 0.86), floor=FLOOR, guides=[((x, y, lift), (x, y, 9)) for x, y in pump.DOWELS],
        marks=[
            Mark("arrow", [(-46, 0, pump.PORT_Z)], "Inlet", shift=(-0.08, -0.13)),
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
        [*items, *tools.bench_ring()], Camera(-60, 36, 0.86), floor=FLOOR,
        guides=[((x, y, top - 12 + lift), (x, y, top)) for x, y in pump.SCREWS],
        marks=[Mark("badge", [(x, y, top + 5 + lift)], number=n, shift=(0, -0.035)) for n, (x, y) in enumerate(_cross(), start=1)],
    )


def _cross() -> list[tuple[float, float]]:
    """The screws in the order of tightening: each opposite the last."""
    order = [0, 3, 1, 4, 2, 5]
    found = [pump.SCREWS[index] for index in order]
    return [found[0], (0, -found[0][1]), found[2], (-found[2][0], -found[2][1]), (-found[2][0], found[2][1]), (found[2][0], -found[2][1])]


def tighten_screws() -> Scene:
    items = [*closed("muted", screws=False, key=False), *(part(made, "new") for made in SCREWS)]
    top = pump.COVER + 5
    cross = _cross()
    return Scene(
        [*items, *tools.bench_ring()], Camera(-90, 74, 0.84), floor=FLOOR,
        marks=[
            *(Mark("badge", [(x, y, top)], number=n, shift=(0.055 * np.sign(x) if x else 0.055, -0.01)) for n, (x, y) in enumerate(cross, start=1)),
            *(Mark("arrow", [tuple(0.8 * np.array((*a, top))), tuple(0.8 * np.array((*b, top)))]) for a, b in ((cross[0], cross[1]), (cross[2], cross[3]), (cross[4], cross[5]))),
        ],
    )


def tighten_driver() -> Scene:
    x, y = pump.SCREWS[0]
    others = [part(made) for made in SCREWS[1:]]
    items = [*closed(screws=False, key=False), *others, part(SCREWS[0], "new")]
    torque = tools.driver((x, y, pump.COVER + 2.5))
    return Scene(
        [*items, *tools.bench_ring(), *torque], Camera(-64, 28, 0.94, offset=(0, 0.04), frame=[*items, torque[0], torque[1], torque[2], torque[-1]]), floor=FLOOR,
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
        [*items, *laid([], LYING), *tools.cradle()], Camera(52, 22, 0.84), floor=-82,
        marks=[Mark("arrow", round_end, "One full turn"), Mark("ellipse", circle((0, end, 15), 8, "y"), pad=0.012)],
    )


def fit_key() -> Scene:
    body = laid(closed("plain", key=False), LYING)
    key = laid([part(pump.key(), "new", (0, 26, 0))], LYING)
    focus = [body[2], *key]
    way = laid([part(pump.key())], LYING)[0].mesh.points
    return Scene(
        [*body, *key, *tools.cradle()], Camera(40, 30, 0.62, offset=(-0.06, 0.10), frame=focus), floor=-82,
        guides=[((0, 83, 42), (0, 83, 22)), ((0, 99, 42), (0, 99, 22))],
        marks=[Mark("arrow", [key[0].mesh.points.mean(axis=0)], "Key GP-134", shift=(0.20, -0.06)), Mark("box", way, "Keyway", pad=0.008)],
    )


def plug_ports() -> Scene:
    plugs = [part(pump.plug(side), "new", (side * 34, 0, 0)) for side in (-1, 1)]
    z = pump.PORT_Z
    return Scene(
        [*closed(), *plugs, *tools.bench_ring()], Camera(-66, 28, 0.88), floor=FLOOR,
        guides=[((side * 70, 0, z), (side * 44, 0, z)) for side in (-1, 1)],
        marks=[
            Mark("arrow", [(-92, 0, z), (-56, 0, z)], "Inlet"),
            Mark("arrow", [(92, 0, z), (56, 0, z)], "Outlet"),
        ],
    )


def take_serial() -> Scene:
    items = closed(plugs=True)
    code = tools.sheet((-7, -49.15, 11.5), (9, 0, 0), (0, 0, -9), tools.code_squares(180, 5))
    hand = tools.scanner((-2.5, -49.2, 7))
    return Scene(
        [*items, code, *tools.bench_ring(), *hand], Camera(-44, 26, 0.92, frame=[*items, hand[0]]), floor=FLOOR,
        marks=[Mark("box", [(-7, -49.2, 2.5), (2, -49.2, 11.5)], "SN and six digits", pad=0.012)],
    )
