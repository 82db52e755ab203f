"""What the pictures of "Leak and flow test" show: the pump in the seat of the test stand."""

import printed
import pump
import stand
import tools
from parts import LYING, closed, laid
from places import FLOOR, circle
from stage import Camera, Item, Mark, Scene

TABLE = -164.0
PORT = pump.PORT_Z


def _stamp() -> Item:
    return tools.sheet((-7, -49.15, 11.5), (9, 0, 0), (0, 0, -9), printed.code_squares(180, 5))


def scan_pump() -> Scene:
    items = closed(plugs=True)
    hand = tools.scanner((-2.5, -49.2, 7), 150)
    return Scene(
        [*items, _stamp(), *tools.bench_ring(), *hand],
        Camera(-40, 28, 0.92, frame=[*items, hand[0]]),
        floor=FLOOR,
        marks=[Mark("box", [(-7, -49.2, 2.5), (2, -49.2, 11.5)], "Serial number", pad=0.012)],
    )


def _pump(
    state: str = "plain", by: tuple[float, float, float] = (0, 0, 0), *, plugs: bool = False
) -> list[Item]:
    return laid(closed(state, plugs=plugs), LYING, by)


def mount_on_stand() -> Scene:
    by = (0.0, -78.0, 0.0)
    pumped = _pump("new", by, plugs=True)
    return Scene(
        [*stand.bracket(), *pumped],
        Camera(-58, 22, 0.92),
        floor=TABLE,
        guides=[((0, 26, 15), (0, 60, 15))],
        marks=[
            Mark("ellipse", circle((0, 58, 15), 25, "y"), "Seat"),
            Mark("arrow", [(-57, by[1] - PORT, 0)], "Inlet left", shift=(-0.11, -0.10)),
        ],
    )


def _running(pressure: float, flow: float = 10.3, state: str = "plain") -> list[Item]:
    return [
        *stand.bracket(),
        *_pump(state),
        *stand.lines(),
        *stand.tank(),
        *stand.instruments(pressure, flow),
    ]


def connect_lines() -> Scene:
    items = _running(0, 6.0)
    y = -PORT
    return Scene(
        items,
        Camera(-76, 18, 0.92),
        floor=TABLE,
        marks=[
            Mark("arrow", [(-56, y, 12)], "Suction line", shift=(-0.03, -0.22)),
            Mark("arrow", [(56, y, 12)], "Pressure line", shift=(0.03, -0.22)),
        ],
    )


def warm_oil() -> Scene:
    return Scene(
        _running(0, 11.0),
        Camera(-82, 18, 0.84, frame=[*stand.tank(), *_pump()]),
        floor=TABLE,
        marks=[Mark("ellipse", circle((-96, -10, 20), 17, "y"), "38 to 42 °C", pad=0.012)],
    )


def hold_pressure() -> Scene:
    items = _running(16.0)
    focus = stand.instruments(16.0)[:8]
    return Scene(
        items,
        Camera(-70, 14, 0.72, offset=(0.14, 0.0), frame=focus),
        floor=TABLE,
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
        items,
        Camera(-62, 26, 0.66, frame=pumped),
        floor=TABLE,
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
    focus = [
        item
        for item in stand.instruments(16.0)
        if item.mesh.points[:, 0].mean() < 0 and item.mesh.points[:, 2].mean() > 0
    ]
    return Scene(
        items,
        Camera(-96, 12, 0.66, offset=(-0.12, 0.0), frame=focus),
        floor=TABLE,
        marks=[Mark("box", [(-177, 26, 75 - 4), (-135, 26, 75 + 10)], "9.8 to 10.9 l/min", pad=0.012)],
    )


def release_pressure() -> Scene:
    items = _running(0.0, 6.0)
    focus = stand.instruments(0.0)[:8]
    return Scene(
        items,
        Camera(-70, 14, 0.72, offset=(0.14, 0.0), frame=focus),
        floor=TABLE,
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
        [*stand.bracket(), *pumped, tools.item(tray, "tool-light")],
        Camera(-60, 24, 0.92),
        floor=TABLE,
        guides=[((0, -16, 15), (0, 60, 15))],
        marks=[
            Mark("arrow", [(0, 50, 78), (0, -70, 78)], "Off the stand"),
            Mark("arrow", [(57, by[1] - PORT, 0)], "Plugs in", shift=(0.12, -0.10)),
        ],
    )
