"""The gear pump GP-100 as solids: parameters, real involute gears, every part in its place in the built pump.

Lengths in mm. The joint face lies at z = 0, the cover above it, the drive shaft leaves downwards.
The drive gear turns about (0, +A/2), the idler about (0, -A/2); inlet at -x, outlet at +x.
"""

import math
from dataclasses import dataclass
from functools import cache

import cadquery as cq

MODULE = 2.5
TEETH = 12
PRESSURE_ANGLE = math.radians(25.0)  # 25°: twelve teeth without undercut
BACKLASH = 0.10
GEAR_WIDTH = 16.0
CENTRES = MODULE * TEETH
TIP = MODULE * (TEETH / 2 + 1)
ROOT = MODULE * (TEETH / 2 - 1.25)
JOURNAL = 7.0
BLOCK = 12.0
END_FLOAT = 0.05
CHAMBER = 2 * BLOCK + GEAR_WIDTH + END_FLOAT
CHAMBER_RADIUS = TIP + 0.05
OUTER = 34.0
FLOOR = -58.0
PILOT = -64.0
PILOT_RADIUS = 25.0
SEAL_RADIUS = 14.0
SEAL_WIDTH = 7.0
SEAL_TOP = -54.0
CIRCLIP = -62.2
COVER = 14.0
PORT_Z = -BLOCK - GEAR_WIDTH / 2
PORT_X = 46.0
PORT_RADIUS = 9.5
GROOVE_INNER, GROOVE_OUTER, GROOVE_DEPTH = 19.2, 21.8, 1.9
SCREW_CIRCLE = 27.5
SHAFT_END = -104.0
SCREWS = tuple(
    (
        SCREW_CIRCLE * math.cos(math.radians(a)),
        side * (CENTRES / 2 + SCREW_CIRCLE * math.sin(math.radians(a))),
    )
    for side, angles in ((1, (90, 30, 150)), (-1, (90, 150, 30)))
    for a in angles
)
DOWELS = ((27.6, 0.0), (-27.6, 0.0))
DRIVE = (0.0, CENTRES / 2)
IDLER = (0.0, -CENTRES / 2)

DENSITY = {
    "aluminium": 2.70e-3,
    "steel": 7.85e-3,
    "dark": 7.85e-3,
    "bronze": 8.8e-3,
    "rubber": 1.25e-3,
    "plastic": 1.1e-3,
}
LABEL = 1.0  # g


@dataclass(frozen=True)
class Made:
    """A part in its place: its solid, what it is made of, and how many of it the pump has."""

    solid: cq.Workplane
    material: str

    @property
    def mass(self) -> float:
        """Mass in g."""
        return self.solid.val().Volume() * DENSITY[self.material]


def tube(
    outer: float, inner: float, bottom: float, top: float, at: tuple[float, float] = (0, 0)
) -> cq.Workplane:
    """A ring about the z direction; a disc when `inner` is 0."""
    work = cq.Workplane("XY", origin=(at[0], at[1], bottom)).circle(outer)
    return (work.circle(inner) if inner else work).extrude(top - bottom)


def oval(radius: float, bottom: float, top: float) -> cq.Workplane:
    """The hull of two circles about the gear axes."""
    return (
        cq.Workplane("XY", origin=(0, 0, bottom))
        .slot2D(CENTRES + 2 * radius, 2 * radius, 90)
        .extrude(top - bottom)
    )


def bores(radius: float, bottom: float, top: float) -> cq.Workplane:
    """The figure of eight that two overlapping bores make."""
    return tube(radius, 0, bottom, top, DRIVE).union(tube(radius, 0, bottom, top, IDLER))


def _involute(angle: float) -> float:
    return math.tan(angle) - angle


def gear(turn: float = 0.0) -> cq.Workplane:
    """A spur gear about the origin, one tooth towards `turn` radians; base at z = 0."""
    pitch = MODULE * TEETH / 2
    base = pitch * math.cos(PRESSURE_ANGLE)
    half = math.pi / (2 * TEETH) - BACKLASH / (2 * pitch) + _involute(PRESSURE_ANGLE)
    flank = []
    for step in range(9):
        radius = base + (TIP - base) * step / 8
        flank.append((radius, half - _involute(math.acos(min(1.0, base / radius)))))
    foot = ROOT + 0.9
    gap = math.pi / TEETH
    side = [
        (ROOT, half + 0.35 * (gap - half)),
        (ROOT + 0.3, half + 0.12 * (gap - half)),
        (foot, half),
        *flank,
    ]
    points = []
    for tooth in range(TEETH):
        middle = turn + 2 * math.pi * tooth / TEETH
        for radius, angle in side:
            points.append((radius * math.cos(middle - angle), radius * math.sin(middle - angle)))
        for radius, angle in reversed(side):
            points.append((radius * math.cos(middle + angle), radius * math.sin(middle + angle)))
    blank = cq.Workplane("XY").polyline(points).close().extrude(GEAR_WIDTH)
    cone = (
        cq.Workplane("XZ")
        .polyline(
            [
                (0, 0),
                (TIP - 0.7, 0),
                (TIP + 0.2, 0.7),
                (TIP + 0.2, GEAR_WIDTH - 0.7),
                (TIP - 0.7, GEAR_WIDTH),
                (0, GEAR_WIDTH),
            ]
        )
        .close()
        .revolve(360, (0, 0, 0), (0, 1, 0))
    )
    return blank.intersect(cone)


@cache
def drive_gear() -> Made:
    """Drive gear and shaft in one piece, keyway at the lower end."""
    bottom = -BLOCK - GEAR_WIDTH
    at = DRIVE
    solid = gear(-math.pi / 2).translate((*at, bottom))
    solid = solid.union(tube(JOURNAL, 0, -70, -1, at).faces(">Z").chamfer(0.8))
    solid = solid.union(tube(6.0, 0, SHAFT_END, -69, at).faces("<Z").chamfer(0.8))
    way = cq.Workplane("XY", origin=(at[0], at[1] + 6.0 - 2.5, SHAFT_END + 13)).box(
        4, 10, 16, centered=(True, False, True)
    )
    return Made(solid.cut(way.edges("|Y").fillet(1.95)), "steel")


@cache
def idler_gear() -> Made:
    """Idler gear and its short shaft in one piece."""
    bottom = -BLOCK - GEAR_WIDTH
    turn = math.pi / 2 + math.pi / TEETH
    shaft = tube(JOURNAL, 0, -CHAMBER + 1, -1, IDLER).faces(">Z or <Z").chamfer(0.8)
    return Made(gear(turn).translate((*IDLER, bottom)).union(shaft), "steel")


def _flange() -> cq.Workplane:
    radius, reach, height = 15.0, 53.0, 13.0
    middle = (
        cq.Workplane("XY", origin=(0, 0, FLOOR)).slot2D(CENTRES + 2 * OUTER, 2 * OUTER, 90).extrude(height)
    )
    ends = [(x, 0) for x in (-reach, reach)]
    web = cq.Workplane("XY", origin=(0, 0, FLOOR))
    lean = math.atan2(OUTER - radius, reach)
    points = []
    for sx, sy in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        end = (sx * (reach + radius * math.sin(lean)), sy * radius * math.cos(lean))
        body = (sx * OUTER * math.sin(lean), sy * (CENTRES / 2 * 0.4 + OUTER * math.cos(lean)))
        points += [end, body] if sx * sy > 0 else [body, end]
    web = web.polyline(points).close().extrude(height)
    ears = cq.Workplane("XY", origin=(0, 0, FLOOR)).pushPoints(ends).circle(radius).extrude(height)
    holes = cq.Workplane("XY", origin=(0, 0, FLOOR - 1)).pushPoints(ends).circle(5.5).extrude(height + 2)
    return middle.union(web).union(ears).cut(holes)


@cache
def housing() -> Made:
    """Housing: gear chamber, ports, seal bore with its groove, O-ring groove, screw and dowel holes."""
    body = oval(OUTER, FLOOR, 0).union(_flange())
    body = body.union(tube(PILOT_RADIUS, 0, PILOT, FLOOR + 1, DRIVE).faces("<Z").chamfer(1.0))
    boss = cq.Workplane("YZ", origin=(-PORT_X, 0, PORT_Z)).circle(16).extrude(2 * PORT_X)
    body = body.union(boss.faces("<X or >X").chamfer(1.0))
    body = body.cut(bores(CHAMBER_RADIUS, -CHAMBER, 1))
    port = cq.Workplane("YZ", origin=(-PORT_X - 1, 0, PORT_Z)).circle(PORT_RADIUS).extrude(2 * PORT_X + 2)
    sink = cq.Workplane("YZ", origin=(-PORT_X - 1, 0, PORT_Z)).circle(PORT_RADIUS + 1.6).extrude(3.0)
    body = body.cut(port).cut(sink).cut(sink.mirror("YZ"))
    body = body.cut(tube(JOURNAL + 0.6, 0, PILOT - 1, 0, DRIVE))
    body = body.cut(tube(SEAL_RADIUS, 0, PILOT - 1, SEAL_TOP, DRIVE))
    body = body.cut(tube(SEAL_RADIUS + 0.9, 0, CIRCLIP - 0.65, CIRCLIP + 0.65, DRIVE))
    groove = oval(GROOVE_OUTER, -GROOVE_DEPTH, 1).cut(oval(GROOVE_INNER, -GROOVE_DEPTH - 1, 2))
    body = body.cut(groove)
    body = body.cut(cq.Workplane("XY", origin=(0, 0, -15)).pushPoints(SCREWS).circle(2.6).extrude(16))
    return Made(
        body.cut(cq.Workplane("XY", origin=(0, 0, -8)).pushPoints(DOWELS).circle(3.0).extrude(9)), "aluminium"
    )


@cache
def bearing_block(upper: bool) -> Made:
    """Bronze block that carries both shafts; relief pockets on the side of the gears."""
    bottom = -BLOCK - END_FLOAT if upper else -CHAMBER
    block = bores(CHAMBER_RADIUS - 0.03, bottom, bottom + BLOCK)
    for at in (DRIVE, IDLER):
        block = block.cut(tube(JOURNAL + 0.02, 0, bottom - 1, bottom + BLOCK + 1, at))
    face = bottom if upper else bottom + BLOCK
    for x in (-9.5, 9.5):
        pocket = cq.Workplane("XY", origin=(x, 0, face)).box(9, 8, 3.0).edges("|Z").fillet(3.5)
        block = block.cut(pocket)
    for x, y in (DRIVE, IDLER):
        slot = cq.Workplane("XY", origin=(x + JOURNAL, y, bottom + BLOCK / 2)).box(2.0, 2.4, BLOCK + 2)
        block = block.cut(slot)
    back = bottom + BLOCK if upper else bottom
    return Made(
        block.edges("|Z").chamfer(0.2).faces(">Z" if back > face else "<Z").edges("%CIRCLE").chamfer(0.5),
        "bronze",
    )


@cache
def seal() -> Made:
    """Radial shaft seal in its bore."""
    top, bottom = SEAL_TOP, SEAL_TOP - SEAL_WIDTH
    section = [
        (SEAL_RADIUS, bottom + 0.6),
        (SEAL_RADIUS - 0.6, bottom),
        (8.4, bottom),
        (8.0, bottom + 1.6),
        (9.6, bottom + 2.2),
        (6.9, bottom + 4.2),
        (9.0, top - 0.4),
        (10.4, top - 0.6),
        (10.6, bottom + 2.6),
        (12.6, bottom + 2.6),
        (12.6, top),
        (SEAL_RADIUS - 0.5, top),
        (SEAL_RADIUS, top - 0.6),
    ]
    ring = cq.Workplane("XZ").polyline(section).close().revolve(360, (0, 0, 0), (0, 1, 0))
    return Made(ring.translate((*DRIVE, 0)), "rubber")


@cache
def circlip() -> Made:
    """Retaining ring for a bore, ears with plier holes."""
    thick = 1.2
    ring = cq.Workplane("XY").circle(14.8).circle(12.4).extrude(thick)
    ring = ring.cut(cq.Workplane("XY").center(0, -13).rect(9, 9).extrude(thick))
    ears = cq.Workplane("XY").pushPoints([(-5.4, -11.4), (5.4, -11.4)]).circle(2.7).extrude(thick)
    holes = cq.Workplane("XY").pushPoints([(-5.4, -11.2), (5.4, -11.2)]).circle(1.1).extrude(thick)
    return Made(ring.union(ears).cut(holes).translate((*DRIVE, CIRCLIP - thick / 2)), "dark")


@cache
def dowels() -> tuple[Made, Made]:
    """The two dowel pins, 8 mm proud of the joint face."""
    pins = [tube(3.0, 0, -8, 8, at).faces(">Z").chamfer(0.7).faces("<Z").fillet(0.6) for at in DOWELS]
    return Made(pins[0], "steel"), Made(pins[1], "steel")


@cache
def o_ring() -> Made:
    """The O-ring of the joint face, a torus swept along an oval."""
    radius = (GROOVE_INNER + GROOVE_OUTER) / 2
    half = CENTRES / 2
    path = (
        cq.Workplane("XY")
        .moveTo(radius, -half)
        .lineTo(radius, half)
        .threePointArc((0, half + radius), (-radius, half))
        .lineTo(-radius, -half)
        .threePointArc((0, -half - radius), (radius, -half))
        .close()
    )
    ring = cq.Workplane("XZ", origin=(radius, -half, 0)).circle(1.2).sweep(path)
    return Made(ring.translate((0, 0, -0.75)), "rubber")


@cache
def cover() -> Made:
    """Cover: screw and dowel holes, an arrow for the direction of flow, a flat field for the label."""
    body = oval(OUTER, 0, COVER).faces(">Z").edges().chamfer(1.2)
    body = body.cut(cq.Workplane("XY", origin=(0, 0, -1)).pushPoints(SCREWS).circle(3.4).extrude(COVER + 2))
    body = body.cut(cq.Workplane("XY", origin=(0, 0, -1)).pushPoints(DOWELS).circle(3.02).extrude(10))
    spots = cq.Workplane("XY", origin=(0, 0, COVER - 0.8)).pushPoints(SCREWS).circle(5.9).extrude(2)
    body = body.cut(spots)
    arrow = [(-9, -1.6), (3, -1.6), (3, -4.2), (9.5, 0), (3, 4.2), (3, 1.6), (-9, 1.6)]
    mark = cq.Workplane("XY", origin=(0, 26.5, COVER - 0.7)).polyline(arrow).close().extrude(2)
    return Made(body.cut(mark), "aluminium")


@cache
def screw(at: tuple[float, float] = (0.0, 0.0)) -> Made:
    """Socket screw M6 × 25, its head on the cover."""
    seat = COVER - 0.8
    head = tube(5.0, 0, seat, seat + 6).faces(">Z").edges().fillet(0.5)
    socket = cq.Workplane("XY", origin=(0, 0, seat + 3)).polygon(6, 5 / math.cos(math.pi / 6)).extrude(4)
    shank = tube(2.95, 0, seat - 25, seat).faces("<Z").chamfer(0.6)
    rings = [
        cq.Workplane("XZ")
        .polyline([(2.5, z), (3.2, z - 0.5), (3.2, z + 0.5)])
        .close()
        .revolve(360, (0, 0, 0), (0, 1, 0))
        for z in (seat - 24 + i for i in range(18))
    ]
    for ring in rings:
        shank = shank.cut(ring)
    return Made(head.cut(socket).union(shank).translate((*at, 0)), "dark")


@cache
def key() -> Made:
    """Feather key in the keyway of the shaft."""
    bar = cq.Workplane("XY", origin=(0, DRIVE[1] + 3.5, SHAFT_END + 13)).box(
        3.96, 4, 15.9, centered=(True, False, True)
    )
    return Made(bar.edges("|Y").fillet(1.9).faces(">Y").chamfer(0.25), "steel")


@cache
def plug(side: int) -> Made:
    """Port plug of plastic with a hexagon, screwed into the inlet (side -1) or the outlet (side +1)."""
    body = (
        cq.Workplane("YZ")
        .circle(PORT_RADIUS - 0.1)
        .extrude(-10)
        .union(cq.Workplane("YZ").circle(13.5).extrude(3))
    )
    body = (
        body.union(cq.Workplane("YZ", origin=(3, 0, 0)).polygon(6, 22).extrude(8))
        .faces(">X")
        .edges()
        .chamfer(0.8)
    )
    body = body.cut(cq.Workplane("YZ", origin=(5, 0, 0)).circle(6.5).extrude(10)).translate(
        (PORT_X, 0, PORT_Z)
    )
    return Made(body if side > 0 else body.mirror("YZ"), "plastic")


def masses() -> dict[str, float]:
    """Mass in g of every part, of the gear set and of the finished pump with its plugs and label."""
    parts = {
        "GP-111 housing": housing().mass,
        "GP-112 seal": seal().mass,
        "GP-113 circlip": circlip().mass,
        "GP-114 dowel": dowels()[0].mass,
        "GP-115 block": bearing_block(False).mass,
        "GP-121 drive gear": drive_gear().mass,
        "GP-122 idler gear": idler_gear().mass,
        "GP-131 cover": cover().mass,
        "GP-132 O-ring": o_ring().mass,
        "GP-133 screw": screw().mass,
        "GP-134 key": key().mass,
        "GP-135 plug": plug(1).mass,
    }
    number = {"GP-114 dowel": 2, "GP-115 block": 2, "GP-133 screw": 6, "GP-135 plug": 2}
    whole = sum(mass * number.get(name, 1) for name, mass in parts.items()) + LABEL
    return parts | {"gear set": parts["GP-121 drive gear"] + parts["GP-122 idler gear"], "pump": whole}


if __name__ == "__main__":
    for name, mass in masses().items():
        print(f"{name:20} {mass:8.1f} g")
