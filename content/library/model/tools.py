"""What stands on the bench beside the pump: supports, fixture, press, gauges, scale, driver, scanner, carton.

Simple but recognisable; lengths in mm, in the pump's coordinates unless a function takes a place.
"""

import math
from collections.abc import Sequence

import cadquery as cq
import numpy as np
import pyvista as pv
from PIL import Image

import pump
from printed import carton_print, dial, display, station_code
from stage import Item, mesh_of, moved, turned

RING_FLOOR = -114.0
Point = Sequence[float]


def item(
    solid: cq.Workplane, look: str, state: str = "plain", by: Point = (0, 0, 0), framed: bool = True
) -> Item:
    """A solid on the stage."""
    return Item(moved(mesh_of(solid), by), look, state, framed=framed)


def box(size: Point, centre: Point, rounding: float = 0.0) -> cq.Workplane:
    """A block, its upright edges rounded."""
    solid = cq.Workplane("XY", origin=tuple(centre)).box(*size)
    return solid.edges("|Z").fillet(rounding) if rounding else solid


def rod(start: Point, end: Point, radius: float, inner: float = 0.0) -> cq.Workplane:
    """A cylinder (or tube) between two points."""
    along = cq.Vector(*end) - cq.Vector(*start)
    solid = cq.Solid.makeCylinder(radius, along.Length, cq.Vector(*start), along)
    if inner:
        solid = solid.cut(cq.Solid.makeCylinder(inner, along.Length, cq.Vector(*start), along))
    return cq.Workplane(solid)


def ball(centre: Point, radius: float) -> cq.Workplane:
    """A sphere."""
    return cq.Workplane("XY", origin=tuple(centre)).sphere(radius)


def hose(points: Sequence[Point], radius: float) -> cq.Workplane:
    """A hose along a smooth line through the points, level with its first and last leg."""
    first = cq.Vector(*points[1]) - cq.Vector(*points[0])
    last = cq.Vector(*points[-1]) - cq.Vector(*points[-2])
    path = cq.Workplane(
        cq.Edge.makeSpline([cq.Vector(*p) for p in points], tangents=[first.normalized(), last.normalized()])
    )
    return cq.Workplane(cq.Plane(origin=tuple(points[0]), normal=first.toTuple())).circle(radius).sweep(path)


def sheet(corner: Point, across: Point, down: Point, picture: Image.Image) -> Item:
    """A flat picture in space: top left corner, the vectors along its top and its left side."""
    corner, across, down = (np.asarray(part, dtype=float) for part in (corner, across, down))
    mesh = pv.PolyData(
        np.array([corner + down, corner + down + across, corner + across, corner]), [4, 0, 1, 2, 3]
    )
    mesh.active_texture_coordinates = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    texture = pv.Texture(np.asarray(picture.convert("RGB")))
    texture.interpolate = True
    texture.mipmap = True
    return Item(mesh, "white", texture=texture, framed=False, edges=False)


def disc(centre: Point, normal: Point, up: Point, radius: float, picture: Image.Image) -> Item:
    """A round picture in space."""
    centre, normal, up = (np.asarray(part, dtype=float) for part in (centre, normal, up))
    across = np.cross(up, normal)
    turns = np.linspace(0, 2 * np.pi, 73)[:-1]
    points = np.array([centre + radius * (math.cos(t) * across + math.sin(t) * up) for t in turns])
    mesh = pv.PolyData(points, [len(points), *range(len(points))])
    mesh.active_texture_coordinates = np.column_stack((0.5 + 0.5 * np.cos(turns), 0.5 + 0.5 * np.sin(turns)))
    texture = pv.Texture(np.asarray(picture.convert("RGB")))
    texture.interpolate = True
    texture.mipmap = True
    return Item(mesh, "white", texture=texture, framed=False, edges=False)


def bench_ring() -> list[Item]:
    """The ring on which the housing stands, joint face up."""
    ring = pump.tube(43, 27, RING_FLOOR, pump.FLOOR, (0, 4)).faces(">Z or <Z").chamfer(1.5)
    return [item(ring, "tool", framed=False)]


def fixture() -> list[Item]:
    """Assembly fixture FIX-07: plate, ring, two jaws that follow the housing, clamp lever."""
    plate = box((230, 190, 14), (0, 8, RING_FLOOR - 7), 10).faces(">Z").edges().chamfer(1.5)
    jaws = []
    for side in (-1, 1):
        jaw = box((56, 34, 84), (0, side * 61, RING_FLOOR + 42), 3).cut(
            pump.oval(pump.OUTER + 0.3, RING_FLOOR - 1, 10)
        )
        jaws.append(item(jaw, "tool-light"))
    spindle = rod((0, 78, -66), (0, 122, -66), 6)
    nut = box((40, 16, 74), (0, 92, RING_FLOOR + 37), 3)
    lever = rod((0, 122, -66), (0, 128, 10), 4.5)
    return [
        item(plate, "tool"),
        *jaws,
        item(nut, "tool"),
        item(spindle, "steel"),
        item(lever, "steel"),
        item(ball((0, 128.6, 16), 11), "knob"),
        item(pump.tube(43, 27, RING_FLOOR, pump.FLOOR, (0, 4)), "tool"),
    ]


def press(punch: float) -> list[Item]:
    """Bench press: table top at z = 0, ram over the flipped shaft bore with its punch end at `punch`."""
    x, y = 0.0, -pump.DRIVE[1]
    table = box((190, 190, 26), (x, y + 30, -13), 8).faces(">Z").edges().chamfer(2)
    column = box((60, 46, 250), (x, y + 100, 125), 6)
    head = box((74, 150, 62), (x, y + 48, 218), 10).edges("#Z").fillet(3)
    ram = box((22, 22, 190), (x, y, punch + 26 + 95), 2)
    stem = pump.tube(9, 0, punch, punch + 28, (x, y))
    tip = pump.tube(13.4, 0, punch, punch + 12, (x, y)).faces(">Z").chamfer(2)
    axle = rod((x + 37, y + 26, 218), (x + 66, y + 26, 218), 13)
    lever = rod((x + 56, y + 66, 182), (x + 56, y - 74, 306), 5.5)
    return [
        item(table, "tool"),
        item(column, "tool"),
        item(head, "tool-light"),
        item(ram, "steel"),
        item(stem.union(tip), "steel"),
        sheet((x + 42, y - 36, 0.3), (38, 0, 0), (0, -26, 0), station_code("PRESS-02")),
        item(axle, "steel"),
        item(lever, "steel"),
        item(ball((x + 56, y - 78, 309.5), 11), "knob"),
        item(ball((x + 56, y + 69, 179), 8), "grip"),
    ]


def mallet(face: Point, lean: float = 0.0) -> list[Item]:
    """Plastic mallet, the lower face of its head at `face`."""
    x, y, z = face
    head = rod((x, y, z + 12), (x, y, z + 54), 15)
    caps = [rod((x, y, z), (x, y, z + 13), 16), rod((x, y, z + 53), (x, y, z + 66), 16)]
    handle = rod((x, y, z + 33), (x + 150, y - 20, z + 33 + lean), 7.5)
    grip = rod((x + 80, y - 10.7, z + 33 + lean * 0.53), (x + 165, y - 22, z + 33 + lean * 1.1), 10)
    return [
        item(head, "steel", framed=False),
        *(item(cap.faces("<Z or >Z").chamfer(2), "plastic", framed=False) for cap in caps),
        item(handle, "tool-light", framed=False),
        item(grip, "grip", framed=False),
    ]


def pliers(ears: Point) -> list[Item]:
    """Circlip pliers, their tips in the holes of a circlip whose ears lie about `ears`."""
    x, y, z = ears
    parts = []
    for side in (-1, 1):
        parts.append(item(rod((x + side * 5.4, y, z - 2), (x + side * 5.2, y, z + 16), 1.0), "steel"))
        jaw = (
            cq.Workplane("XZ", origin=(0, y + 4, 0))
            .polyline(
                [
                    (x + side * 3, z + 14),
                    (x + side * 8, z + 14),
                    (x + side * 11, z + 40),
                    (x - side * 3, z + 66),
                    (x - side * 11, z + 62),
                    (x + side * 2, z + 40),
                ]
            )
            .close()
            .extrude(8)
        )
        parts.append(item(jaw.edges("|Y").fillet(1.2), "dark"))
        grip = hose(
            [
                (x - side * 6, y, z + 62),
                (x - side * 16, y, z + 92),
                (x - side * 24, y, z + 140),
                (x - side * 20, y, z + 175),
            ],
            6.5,
        )
        parts.append(item(grip, "knob", framed=False))
    parts.append(item(rod((x, y - 6, z + 54), (x, y + 6, z + 54), 6.5), "steel"))
    return parts


def oil_can(tip: Point) -> list[Item]:
    """Oil can tilted so that the end of its spout is at `tip`, with a drop below."""
    body = pump.tube(27, 0, 0, 62).faces(">Z").chamfer(6).faces("<Z").fillet(3)
    neck = cq.Workplane("XY", origin=(0, 0, 62)).circle(12).workplane(offset=26).circle(4.5).loft()
    spout = hose([(0, 0, 86), (0, 0, 110), (22, 0, 140), (70, 0, 146)], 2.6)
    parts = [(body, "knob"), (neck, "tool-light"), (spout, "steel")]
    made = []
    for solid, look in parts:
        mesh = turned(mesh_of(solid), (0, 1, 0), 52, (70, 0, 146))
        made.append(Item(moved(mesh, (tip[0] - 70, tip[1], tip[2] - 146)), look, framed=False))
    drop = ball((tip[0], tip[1], tip[2] - 9), 2.6)
    return [*made, item(drop, "oil")]


def cloth(centre: Point, size: float = 62.0) -> list[Item]:
    """A folded, slightly crumpled cloth."""
    grid = np.linspace(-1, 1, 60)
    x, y = np.meshgrid(grid, grid)
    z = 4.2 * np.sin(4.1 * x + 1.2 * y) * np.cos(3.3 * y - 0.8 * x) + 1.8 * np.sin(7.0 * y + 4.5 * x)
    # A square drawn to a rounder outline, its rim uneven
    across, along = x * np.sqrt(1 - 0.36 * y * y), y * np.sqrt(1 - 0.36 * x * x)
    rim = size / 2 * (1 + 0.07 * np.sin(4 * np.arctan2(y, x) + 0.8))
    z = z + 5.0 * np.exp(-6 * (x * x + y * y)) - 1.6 * (x * x + y * y)
    top = (
        pv.StructuredGrid(centre[0] + across * rim, centre[1] + along * rim, centre[2] + z)
        .extract_surface(algorithm=None)
        .triangulate()
    )
    solid = top.extrude((0, 0, -2.4), capping=True).clean().triangulate()
    return [Item(solid, "cloth")]


def depth_gauge(at: Point, reach: float) -> list[Item]:
    """Dial depth gauge: bridge on the joint face over `at`, tip `reach` below it."""
    x, y, z = at
    bridge = box((112, 18, 14), (x, y, z + 7), 2).faces("<Z").edges().chamfer(0.8)
    tip = rod((x, y, z - reach), (x, y, z + 20), 2.0)
    stem = rod((x, y, z + 14), (x, y, z + 44), 5)
    body = rod((x, y - 9, z + 70), (x, y + 9, z + 70), 29)
    cap = rod((x, y, z + 98), (x, y, z + 116), 3.5)
    rim = rod((x, y - 12, z + 70), (x, y - 9, z + 70), 30, 26.5)
    face = disc((x, y - 9.3, z + 70), (0, -1, 0), (0, 0, 1), 26.6, dial(0.05, 0, 0.2, "mm", 4, (0.03, 0.08)))
    return [
        item(bridge, "tool-light"),
        item(tip, "steel"),
        item(stem, "steel"),
        item(body, "dark"),
        item(cap, "steel"),
        item(rim, "steel"),
        face,
    ]


def scale(top: float, reading: str, unit: str = "g", centre: tuple[float, float] = (0.0, 0.0)) -> list[Item]:
    """Bench scale, its pan at z = `top`, showing `reading`."""
    x, y = centre
    profile = [(-112, 0), (112, 0), (112, 46), (-62, 46), (-112, 18)]
    body = (
        cq.Workplane("YZ", origin=(x - 100, y, top - 60))
        .polyline(profile)
        .close()
        .extrude(200)
        .edges("|X")
        .fillet(4)
    )
    foot = pump.tube(46, 0, top - 16, top - 6, (x, y + 22))
    pan = box((184, 148, 6), (x, y + 22, top - 3), 14).faces(">Z").edges().chamfer(1)
    slope = np.array([0.0, 50.0, 28.0]) / math.hypot(50, 28)
    normal = np.array([0.0, -28.0, 50.0]) / math.hypot(50, 28)
    low = np.array([x, y - 112, top - 42]) + slope * 14 + normal * 0.5
    screen = sheet(
        low + slope * 34 + np.array([-62, 0, 0]), (92, 0, 0), -slope * 34, display(reading, unit, (640, 236))
    )
    buttons = [item(pump.tube(5.5, 0, 0, 2), "knob" if k else "plastic") for k in range(2)]
    for k, button in enumerate(buttons):
        mesh = turned(button.mesh, (1, 0, 0), math.degrees(math.atan2(28, 50)))
        button.mesh = moved(mesh, low + slope * 17 + np.array([50 + k * 20, 0, 0]))
    return [item(body, "white"), item(foot, "dark"), item(pan, "tool-light"), screen, *buttons]


def driver(at: Point, reading: str = "9.0") -> list[Item]:
    """Upright electric torque driver, its hex bit ending at `at`."""
    x, y, z = at
    bit = cq.Workplane("XY", origin=(x, y, z)).polygon(6, 5.7).extrude(46)
    chuck = pump.tube(8, 0, z + 34, z + 62, (x, y)).faces("<Z").chamfer(2.5)
    gears = pump.tube(15, 0, z + 62, z + 112, (x, y)).faces("<Z").chamfer(4)
    ring = pump.tube(18, 0, z + 112, z + 122, (x, y))
    body = pump.tube(19, 0, z + 122, z + 262, (x, y)).faces(">Z").fillet(8)
    flat = box((27, 3, 46), (x, y - 18.5, z + 190))
    lever = box((9, 7, 40), (x + 21, y, z + 158), 2)
    cable = hose([(x, y, z + 258), (x, y, z + 300), (x + 30, y + 20, z + 360), (x + 120, y + 40, z + 400)], 4)
    screen = sheet((x - 12, y - 20.2, z + 205), (24, 0, 0), (0, 0, -13), display(reading, "N·m", (480, 260)))
    return [
        item(bit, "steel"),
        item(chuck, "dark"),
        item(gears, "tool-light"),
        item(ring, "knob"),
        item(body, "tool"),
        item(flat, "dark"),
        item(lever, "knob"),
        item(cable, "grip", framed=False),
        screen,
    ]


def scanner(target: Point, distance: float = 150.0) -> list[Item]:
    """Hand scanner to the front right of `target` with its fan of red light on it."""
    head = box((46, 74, 34), (0, 0, 0), 8).edges("#Z").fillet(5)
    window = box((34, 3, 17), (0, 37, 0))
    handle = (
        cq.Workplane("YZ", origin=(-15, 0, 0))
        .polyline([(-32, -14), (-2, -14), (-22, -112), (-54, -108)])
        .close()
        .extrude(30)
        .edges()
        .fillet(6)
    )
    trigger = box((10, 12, 26), (0, 1, -28), 3)
    parts = [(head, "tool"), (window, "knob"), (handle, "grip"), (trigger, "knob")]
    turn = -42.0
    made = []
    middle = np.asarray(target, dtype=float) + np.array(
        [distance * math.sin(math.radians(turn)), -distance * math.cos(math.radians(turn)), 0]
    )
    for solid, look in parts:
        made.append(Item(moved(turned(mesh_of(solid), (0, 0, 1), turn), middle), look))
    ahead = middle + np.array([-38 * math.sin(math.radians(turn)), 38 * math.cos(math.radians(turn)), 0])
    aside = np.array([math.cos(math.radians(turn)), math.sin(math.radians(turn)), 0])
    fan = pv.PolyData(
        np.array(
            [
                ahead - aside * 3,
                ahead + aside * 3,
                np.asarray(target) + aside * 15,
                np.asarray(target) - aside * 15,
            ]
        ),
        [4, 0, 1, 2, 3],
    )
    return [*made, Item(fan, "knob", "beam", framed=False, edges=False)]


def cradle() -> list[Item]:
    """Soft block in which the closed pump lies, shaft level."""
    block = box((104, 66, 40), (0, 20, -62), 4).cut(rod((0, -40, -15), (0, 80, -15), pump.OUTER + 0.2))
    return [item(block, "foam")]


def carton(opened: bool) -> list[Item]:
    """The carton GP-142: opened with its insert, or closed with tape and label."""
    length, width, height, wall = 250.0, 180.0, 130.0, 3.0
    hull = box((length, width, height), (0, 0, height / 2))
    if not opened:
        tape = box((length + 0.8, 46, 0.8), (0, 0, height + 0.2)).union(
            box((0.8, 46, 40), (length / 2 + 0.2, 0, height - 20))
        )
        tape = tape.union(box((0.8, 46, 40), (-length / 2 - 0.2, 0, height - 20)))
        seam = box((length, 0.8, 0.4), (0, 0, height + 0.1))
        return [
            item(hull, "card"),
            item(seam, "dark"),
            item(tape, "tool-light"),
            *carton_label((-88, -width / 2 - 0.5, 92)),
        ]
    hull = hull.cut(box((length - 2 * wall, width - 2 * wall, height), (0, 0, height / 2 + wall)))
    flaps = []
    for side in (-1, 1):
        flap = box((wall, width, 84), (0, 0, 42))
        flaps.append(
            Item(
                moved(
                    turned(mesh_of(flap), (0, 1, 0), side * 128), (side * (length / 2 - wall / 2), 0, height)
                ),
                "card",
            )
        )
        flap = box((length, wall, 84), (0, 0, 42))
        flaps.append(
            Item(
                moved(
                    turned(mesh_of(flap), (1, 0, 0), -side * 128), (0, side * (width / 2 - wall / 2), height)
                ),
                "card",
            )
        )
    return [item(hull, "card"), *flaps]


def carton_label(corner: Point) -> list[Item]:
    """The printed label on the long side of the carton."""
    return [sheet(corner, (86, 0, 0), (0, 0, -55), carton_print())]
