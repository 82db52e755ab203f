"""What the pictures of testing and packing show, and the exploded view of the whole pump."""

import pump
import tools
from PIL import Image, ImageDraw
from parts import FLIP, LYING, PLUGS, SCREWS, closed, laid, part
from scenes_build import FLOOR, circle
from stage import Camera, Item, Mark, Scene, turned

TABLE = -164.0
COVER_TOP = pump.COVER
PORT = pump.PORT_Z


def exploded() -> Scene:
    """Every part of the pump along the two gear axes."""
    lift = {"block": 62, "drive": 118, "idler": 96, "upper": 142, "ring": 160, "cover": 178, "screws": 212}
    items = [
        part(pump.housing()), part(pump.seal(), by=(0, 0, -42)), part(pump.circlip(), by=(0, 0, -58)),
        *(part(pin, by=(0, 0, 34)) for pin in pump.dowels()), part(pump.bearing_block(upper=False), by=(0, 0, lift["block"])),
        part(pump.drive_gear(), "new", (0, 0, lift["drive"])), part(pump.idler_gear(), by=(0, 0, lift["idler"])),
        part(pump.bearing_block(upper=True), by=(0, 0, lift["upper"])), part(pump.o_ring(), by=(0, 0, lift["ring"])),
        part(pump.cover(), by=(0, 0, lift["cover"])), *(part(made, by=(0, 0, lift["screws"])) for made in SCREWS),
        part(pump.key(), by=(0, 26, lift["drive"])), *(part(made, by=(side * 34, 0, 0)) for side, made in zip((-1, 1), PLUGS, strict=True)),
    ]
    # Told along the x direction: a 4:3 picture has more room across than up
    lying = [Item(turned(item.mesh, (0, 1, 0), 90), item.look, item.state) for item in items]
    guides = [((-130, y, 0), (250, y, 0)) for y in (pump.DRIVE[1], pump.IDLER[1])]
    return Scene(lying, Camera(-66, 30, 0.94), guides=guides)


def _stamp() -> Item:
    return tools.sheet((-7, -49.15, 11.5), (9, 0, 0), (0, 0, -9), tools.code_squares(180, 5))


def scan_pump() -> Scene:
    items = closed(plugs=True)
    hand = tools.scanner((-2.5, -49.2, 7), 150)
    return Scene(
        [*items, _stamp(), *tools.bench_ring(), *hand], Camera(-40, 28, 0.92, frame=[*items, hand[0]]), floor=FLOOR,
        marks=[Mark("box", [(-7, -49.2, 2.5), (2, -49.2, 11.5)], "Serial number", pad=0.012)],
    )


# Leak and flow test, the pump in the seat of the stand


def _pump(state: str = "plain", by: tuple[float, float, float] = (0, 0, 0), *, plugs: bool = False) -> list[Item]:
    return laid(closed(state, plugs=plugs), LYING, by)


def _lines() -> list[Item]:
    y = -PORT
    thick = tools.hose([(-58, y, 0), (-90, y, 0), (-150, y + 10, -30), (-168, y + 30, -90), (-170, y + 40, -140)], 11)
    thin = tools.hose([(58, y, 0), (86, y, 0), (140, y + 6, 30), (165, y + 10, 70), (168, y + 10, 92)], 7)
    nuts = [tools.rod((side * 44, y, 0), (side * 60, y, 0), 14) for side in (-1, 1)]
    return [tools.item(thick, "grip"), tools.item(thin, "rubber"), *(tools.item(nut, "steel") for nut in nuts)]


def _instruments(pressure: float, flow: float = 10.3) -> list[Item]:
    face = tools.dial(pressure, 0, 25, "bar", 5, (15.5, 16.5))
    gauge = tools.gauge_on_stand((168, 20, 150), 44, face)
    block = tools.box((56, 44, 40), (168, 34, 88), 4)
    knob = tools.rod((168, 12, 88), (168, -14, 88), 17)
    stem = tools.rod((168, 14, 88), (168, 4, 88), 8)
    marker = tools.box((5, 2, 14), (168, -15, 96))
    glass = tools.box((46, 26, 150), (-156, 40, 70), 4)
    top = tools.box((54, 34, 16), (-156, 40, 150), 4)
    foot = tools.box((54, 34, 16), (-156, 40, -10), 4)
    post = tools.rod((-156, 52, -140), (-156, 52, -10), 9)
    post_right = tools.rod((168, 44, -140), (168, 44, 70), 9)
    return [
        *gauge, tools.item(block, "steel"), tools.item(stem, "steel"), tools.item(knob, "knob"), tools.item(marker, "white"),
        tools.item(glass, "white"), tools.item(top, "tool"), tools.item(foot, "tool"), tools.item(post, "steel"), tools.item(post_right, "steel"),
        _flow_scale(flow),
    ]


def _flow_scale(flow: float) -> Item:


    picture = Image.new("RGB", (300, 960), (246, 248, 250))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 40, 110, 920), fill=(226, 186, 96), outline=(60, 66, 74), width=5)

    def at(value: float) -> float:
        return 880 - 800 * (value - 6) / 8

    draw.rectangle((120, at(10.9), 140, at(9.8)), fill=(40, 160, 90))
    for value in range(6, 15):
        draw.line((120, at(value), 170, at(value)), fill=(30, 34, 40), width=7)
        if value % 2 == 0:
            draw.text((184, at(value)), str(value), fill=(30, 34, 40), font=tools.type_size(66), anchor="lm")
    draw.text((292, 36), "l/min", fill=(60, 66, 74), font=tools.type_size(50), anchor="rm")
    draw.polygon([(44, at(flow) - 26), (106, at(flow) - 26), (98, at(flow) + 26), (52, at(flow) + 26)], fill=(200, 40, 30))
    return tools.sheet((-177, 26.6, 142), (42, 0, 0), (0, 0, -134), picture)


def _tank() -> list[Item]:
    hull = tools.box((150, 100, 92), (-150, 30, -94), 6)
    lid = tools.box((158, 108, 8), (-150, 30, -46), 4)
    probe = tools.rod((-96, 6, -60), (-96, 6, 4), 3.2)
    head = tools.rod((-96, -10, 20), (-96, 10, 20), 17)
    face = tools.disc((-96, -10.6, 20), (0, -1, 0), (0, 0, 1), 15, tools.dial(40, 0, 80, "°C", 4, (38, 42)))
    return [tools.item(hull, "tool-light"), tools.item(lid, "tool"), tools.item(probe, "steel"), tools.item(head, "dark"), face]


def mount_on_stand() -> Scene:
    by = (0.0, -78.0, 0.0)
    pumped = _pump("new", by, plugs=True)
    return Scene(
        [*tools.stand(), *pumped], Camera(-58, 22, 0.92), floor=TABLE, guides=[((0, 26, 15), (0, 60, 15))],
        marks=[
            Mark("ellipse", circle((0, 58, 15), 25, "y"), "Seat"),
            Mark("arrow", [(-57, by[1] - PORT, 0)], "Inlet left", shift=(-0.11, -0.10)),
        ],
    )


def _running(pressure: float, flow: float = 10.3, state: str = "plain") -> list[Item]:
    return [*tools.stand(), *_pump(state), *_lines(), *_tank(), *_instruments(pressure, flow)]


def connect_lines() -> Scene:
    items = _running(0, 6.0)
    y = -PORT
    return Scene(
        items, Camera(-76, 18, 0.92), floor=TABLE,
        marks=[
            Mark("arrow", [(-56, y, 12)], "Suction line", shift=(-0.03, -0.22)),
            Mark("arrow", [(56, y, 12)], "Pressure line", shift=(0.03, -0.22)),
        ],
    )


def warm_oil() -> Scene:
    return Scene(
        _running(0, 11.0), Camera(-82, 18, 0.84, frame=[*_tank(), *_pump()]), floor=TABLE,
        marks=[Mark("ellipse", circle((-96, -10, 20), 17, "y"), "38 to 42 °C", pad=0.012)],
    )


def hold_pressure() -> Scene:
    items = _running(16.0)
    focus = _instruments(16.0)[:8]
    return Scene(
        items, Camera(-70, 14, 0.72, offset=(0.14, 0.0), frame=focus), floor=TABLE,
        marks=[
            Mark("ellipse", focus[3].mesh.points, "16 bar", pad=0.008),
            Mark("ellipse", circle((168, -14, 88), 17, "y"), "Throttle", pad=0.012),
        ],
    )


def look_for_leaks() -> Scene:
    items = _running(16.0)
    pumped = _pump()
    y = -PORT
    return Scene(
        items, Camera(-62, 26, 0.66, frame=pumped), floor=TABLE,
        marks=[
            Mark("badge", [(0, 0, 49)], number=1, shift=(0.0, -0.02)),
            Mark("badge", [(0, 55, 49)], number=2, shift=(0.0, -0.02)),
            Mark("badge", [(46, y, 14)], number=3, shift=(0.02, -0.04)),
            Mark("badge", [(-46, y, 14)], number=3, shift=(-0.02, -0.05)),
            Mark("arrow", [(0, 0, 49)], "Joint face", shift=(-0.24, -0.10)),
        ],
    )


def read_flow() -> Scene:
    items = _running(16.0, 10.3)
    focus = [item for item in _instruments(16.0) if item.mesh.points[:, 0].mean() < 0 and item.mesh.points[:, 2].mean() > 0]
    return Scene(
        items, Camera(-96, 12, 0.66, offset=(-0.12, 0.0), frame=focus), floor=TABLE,
        marks=[Mark("box", [(-177, 26, 75 - 4), (-135, 26, 75 + 10)], "9.8 to 10.9 l/min", pad=0.012)],
    )


def release_pressure() -> Scene:
    items = _running(0.0, 6.0)
    focus = _instruments(0.0)[:8]
    return Scene(
        items, Camera(-70, 14, 0.72, offset=(0.14, 0.0), frame=focus), floor=TABLE,
        marks=[
            Mark("ellipse", focus[3].mesh.points, "0 bar", pad=0.008),
            Mark("arrow", [(150, -14, 72), (150, -14, 104)], "Open"),
        ],
    )


def take_off() -> Scene:
    by = (0.0, -120.0, 0.0)
    pumped = _pump("new", by, plugs=True)
    tray = tools.box((210, 150, 20), (0, -112, -128), 10).faces(">Z").shell(-3)
    return Scene(
        [*tools.stand(), *pumped, tools.item(tray, "tool-light")], Camera(-60, 24, 0.92), floor=TABLE,
        guides=[((0, -16, 15), (0, 60, 15))],
        marks=[
            Mark("arrow", [(0, 50, 78), (0, -70, 78)], "Off the stand"),
            Mark("arrow", [(57, by[1] - PORT, 0)], "Plugs in", shift=(0.12, -0.10)),
        ],
    )


# Label and pack

FIELD = (44.0, 25.2)


def _label(lift: float) -> Item:
    return tools.sheet((-FIELD[0] / 2, FIELD[1] / 2 - 6, COVER_TOP + lift), (FIELD[0], 0, 0), (0, -FIELD[1], 0), tools.type_label())


def _field() -> list[tuple[float, float, float]]:
    x, y = FIELD[0] / 2, FIELD[1] / 2
    return [(-x, y - 6, COVER_TOP), (x, y - 6, COVER_TOP), (x, -y - 6, COVER_TOP), (-x, -y - 6, COVER_TOP)]


def clean_field() -> Scene:
    cloth = tools.cloth((26, -30, COVER_TOP + 9), 42)
    return Scene(
        [*closed(plugs=True), *tools.bench_ring(), *cloth], Camera(-66, 48, 0.84), floor=FLOOR,
        marks=[Mark("polygon", _field(), "Label field"), Mark("arrow", [(22, -24, COVER_TOP + 8), (-14, 0, COVER_TOP)])],
    )


def place_label() -> Scene:
    x, y = FIELD[0] / 2, FIELD[1] / 2
    corners = [(sx * x, sy * y - 6) for sx in (-1, 1) for sy in (-1, 1)]
    return Scene(
        [*closed(plugs=True), *tools.bench_ring(), _label(46)], Camera(-72, 44, 0.84), floor=FLOOR,
        guides=[((cx, cy, COVER_TOP + 46), (cx, cy, COVER_TOP)) for cx, cy in corners],
        marks=[Mark("polygon", _field(), "Label field"), Mark("arrow", [(0, -22, COVER_TOP + 44), (0, -22, COVER_TOP + 6)])],
    )


def press_label() -> Scene:
    top = COVER_TOP + 0.5
    return Scene(
        [*closed(plugs=True), *tools.bench_ring(), _label(0.4)],
        Camera(-78, 58, 0.74, frame=[part(pump.cover())]), floor=FLOOR,
        marks=[
            Mark("arrow", [(3, -6, top), (27, -6, top)]), Mark("arrow", [(-3, -6, top), (-27, -6, top)]),
            Mark("arrow", [(0, -4, top), (0, 10, top)]), Mark("arrow", [(0, -8, top), (0, -24, top)]),
        ],
    )


def weigh_pump() -> Scene:
    up = pump.COVER + 5.2
    body = laid(closed(plugs=True), FLIP, (0, 22, up))
    balance = tools.scale(0, f"{pump.masses()['pump']:.0f}")
    return Scene(
        [*balance, *body], Camera(-70, 24, 0.90), floor=-60,
        marks=[Mark("box", balance[3].mesh.points, "Mass", pad=0.006)],
    )


def _insert() -> list[Item]:
    foam = tools.box((240, 170, 70), (0, 0, 41), 2)
    turned_pump = tools.rod((-35, 0, 70), (40, 0, 70), 36).union(tools.box((75, 76, 40), (2.5, 0, 76))).union(tools.box((76, 132, 40), (0, 0, 76)))
    foam = foam.cut(turned_pump).cut(tools.box((60, 34, 40), (68, 0, 70)))
    return [tools.item(foam, "foam")]


def put_in_carton() -> Scene:
    body = laid([*closed(plugs=True), _label(0.4)], LYING)
    body = laid(body, ((0, 0, 1), -90.0), (-28, 0, 176))
    for item in body:
        item.state = "new" if item.texture is None else item.state
    return Scene(
        [*tools.carton(opened=True), *_insert(), *body], Camera(-64, 38, 0.90), floor=0,
        guides=[((0, 0, 124), (0, 0, 80))],
        marks=[
            Mark("arrow", [(-28 - PORT + 30, -62, 180), (-28 - PORT + 30, -62, 110)], "Into the insert"),
            Mark("arrow", [(76, 0, 192)], "Shaft right", shift=(0.12, -0.08)),
        ],
    )


def close_carton() -> Scene:
    return Scene(
        tools.carton(opened=False), Camera(-62, 30, 0.78), floor=0,
        marks=[
            Mark("arrow", [(-125, 0, 131), (125, 0, 131)], "One strip of tape"),
            Mark("box", [(-88, -90, 92), (-2, -90, 37)], "Keep readable", pad=0.008),
        ],
    )


