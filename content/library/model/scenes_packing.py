"""What the pictures of "Label and pack" show, and the exploded view of the whole pump."""

import printed
import pump
import tools
from parts import FLIP, LYING, PLUGS, SCREWS, closed, laid, part
from places import FLOOR
from scenes_testing import scan_pump
from stage import Camera, Item, Mark, Scene, turned

COVER_TOP = pump.COVER
PORT = pump.PORT_Z
FIELD = (44.0, 25.2)
__all__ = [
    "clean_field",
    "close_carton",
    "exploded",
    "place_label",
    "press_label",
    "put_in_carton",
    "scan_pump",
    "weigh_pump",
]


def exploded() -> Scene:
    """Every part of the pump along the two gear axes."""
    lift = {"block": 62, "drive": 118, "idler": 96, "upper": 142, "ring": 160, "cover": 178, "screws": 212}
    items = [
        part(pump.housing()),
        part(pump.seal(), by=(0, 0, -42)),
        part(pump.circlip(), by=(0, 0, -58)),
        *(part(pin, by=(0, 0, 34)) for pin in pump.dowels()),
        part(pump.bearing_block(upper=False), by=(0, 0, lift["block"])),
        part(pump.drive_gear(), "new", (0, 0, lift["drive"])),
        part(pump.idler_gear(), by=(0, 0, lift["idler"])),
        part(pump.bearing_block(upper=True), by=(0, 0, lift["upper"])),
        part(pump.o_ring(), by=(0, 0, lift["ring"])),
        part(pump.cover(), by=(0, 0, lift["cover"])),
        *(part(made, by=(0, 0, lift["screws"])) for made in SCREWS),
        part(pump.key(), by=(0, 26, lift["drive"])),
        *(part(made, by=(side * 34, 0, 0)) for side, made in zip((-1, 1), PLUGS, strict=True)),
    ]
    # Told along the x direction: a 4:3 picture has more room across than up
    lying = [Item(turned(item.mesh, (0, 1, 0), 90), item.look, item.state) for item in items]
    # From the seal (drive) and from the chamber (idler) to the cover
    guides = [((start, y, 0), (205, y, 0)) for start, (_, y) in ((-118, pump.DRIVE), (0, pump.IDLER))]
    return Scene(lying, Camera(-66, 30, 0.94), guides=guides)


def _label(lift: float) -> Item:
    return tools.sheet(
        (-FIELD[0] / 2, FIELD[1] / 2 - 6, COVER_TOP + lift),
        (FIELD[0], 0, 0),
        (0, -FIELD[1], 0),
        printed.type_label(),
    )


def _field() -> list[tuple[float, float, float]]:
    x, y = FIELD[0] / 2, FIELD[1] / 2
    return [(-x, y - 6, COVER_TOP), (x, y - 6, COVER_TOP), (x, -y - 6, COVER_TOP), (-x, -y - 6, COVER_TOP)]


def clean_field() -> Scene:
    cloth = tools.cloth((26, -30, COVER_TOP + 9), 42)
    return Scene(
        [*closed(plugs=True), *tools.bench_ring(), *cloth],
        Camera(-66, 48, 0.84),
        floor=FLOOR,
        marks=[
            Mark("polygon", _field(), "Label field"),
            Mark("arrow", [(22, -24, COVER_TOP + 8), (-14, 0, COVER_TOP)]),
        ],
    )


def place_label() -> Scene:
    x, y = FIELD[0] / 2, FIELD[1] / 2
    corners = [(sx * x, sy * y - 6) for sx in (-1, 1) for sy in (-1, 1)]
    label = _label(46)
    label.framed = True
    return Scene(
        [*closed(plugs=True), *tools.bench_ring(), label],
        Camera(-72, 44, 0.84),
        floor=FLOOR,
        guides=[((cx, cy, COVER_TOP + 46), (cx, cy, COVER_TOP)) for cx, cy in corners],
        marks=[
            Mark("polygon", _field(), "Label field"),
            Mark("arrow", [(0, -22, COVER_TOP + 44), (0, -22, COVER_TOP + 6)]),
        ],
    )


def press_label() -> Scene:
    top = COVER_TOP + 0.5
    return Scene(
        [*closed(plugs=True), *tools.bench_ring(), _label(0.4)],
        Camera(-78, 58, 0.74, frame=[part(pump.cover())]),
        floor=FLOOR,
        marks=[
            Mark("arrow", [(3, -6, top), (27, -6, top)]),
            Mark("arrow", [(-3, -6, top), (-27, -6, top)]),
            Mark("arrow", [(0, -4, top), (0, 10, top)]),
            Mark("arrow", [(0, -8, top), (0, -24, top)]),
        ],
    )


def weigh_pump() -> Scene:
    up = pump.COVER + 5.2
    body = laid(closed(plugs=True), FLIP, (0, 22, up))
    balance = tools.scale(0, f"{pump.masses()['pump']:.0f}")
    return Scene(
        [*balance, *body],
        Camera(-70, 24, 0.90),
        floor=-60,
        marks=[Mark("box", balance[3].mesh.points, "Mass", pad=0.006)],
    )


def _insert() -> list[Item]:
    foam = tools.box((240, 170, 70), (0, 0, 41), 2)
    turned_pump = (
        tools.rod((-35, 0, 70), (40, 0, 70), 36)
        .union(tools.box((75, 76, 40), (2.5, 0, 76)))
        .union(tools.box((76, 132, 40), (0, 0, 76)))
    )
    foam = foam.cut(turned_pump).cut(tools.box((60, 34, 40), (68, 0, 70)))
    return [tools.item(foam, "foam")]


def put_in_carton() -> Scene:
    body = laid([*closed(plugs=True), _label(0.4)], LYING)
    body = laid(body, ((0, 0, 1), -90.0), (-28, 0, 176))
    for item in body:
        item.state = "new" if item.texture is None else item.state
    return Scene(
        [*tools.carton(opened=True), *_insert(), *body],
        Camera(-64, 38, 0.90),
        floor=0,
        guides=[((0, 0, 124), (0, 0, 80))],
        marks=[
            Mark("arrow", [(-28 - PORT + 30, -62, 180), (-28 - PORT + 30, -62, 110)], "Into the insert"),
            Mark("arrow", [(76, 0, 192)], "Shaft right", shift=(0.12, -0.08)),
        ],
    )


def close_carton() -> Scene:
    return Scene(
        tools.carton(opened=False),
        Camera(-62, 30, 0.78),
        floor=0,
        marks=[
            Mark("arrow", [(-125, 0, 131), (125, 0, 131)], "One strip of tape"),
            Mark("box", [(-88, -90, 92), (-2, -90, 37)], "Keep readable", pad=0.008),
        ],
    )
