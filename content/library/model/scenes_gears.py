"""What the pictures of "Fit the gears" show."""

import math

import numpy as np

import pump
import tools
from parts import laid, lower, part
from places import FLOOR, circle
from stage import Camera, Mark, Scene

PLATE = FLOOR - 14
Z = (0, 0, 1)


def clamp_housing() -> Scene:
    return Scene(
        [*lower(), *tools.fixture()],
        Camera(-68, 32, 0.90),
        floor=PLATE,
        marks=[
            Mark("arrow", [(-45, 0, pump.PORT_Z + 15)], "Inlet", shift=(-0.12, -0.10)),
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
        [*balance, *drive, *idler],
        Camera(-74, 36, 0.88),
        floor=-60,
        marks=[
            Mark("badge", [(-34, 0, 24)], number=1, shift=(-0.10, -0.03)),
            Mark("badge", [(40, 20, 24)], number=2, shift=(0.09, -0.03)),
            Mark("box", balance[3].mesh.points, "Mass", pad=0.006),
        ],
    )


def oil_journals() -> Scene:
    items = lower("plain")
    return Scene(
        [*items, *tools.bench_ring(), *tools.oil_can((0, 15, 14))],
        Camera(-80, 68, 0.84, offset=(0.03, 0.04), frame=items),
        floor=FLOOR,
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
        [*items, *tools.bench_ring()],
        Camera(-56, 30, 0.90),
        floor=FLOOR,
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
        [*items, *tools.bench_ring()],
        Camera(-58, 38, 0.86),
        floor=FLOOR,
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
        [*gears_at(degrees), *tools.bench_ring()],
        Camera(-80, 66, 0.90, frame=lower("plain")),
        floor=FLOOR,
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
        [*items, *tools.bench_ring()],
        Camera(-58, 28, 0.86),
        floor=FLOOR,
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
        [*items, *tools.bench_ring(), *gauge],
        Camera(-72, 36, 0.90, frame=[*items, *gauge]),
        floor=FLOOR,
        marks=[
            Mark("ellipse", gauge[-1].mesh.points, "0.03 to 0.08 mm", pad=0.006),
            Mark("arrow", [(11.5, 12, 0)], "Bearing block", shift=(0.24, -0.08)),
        ],
    )
