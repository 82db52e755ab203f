"""Test stand TS-3: bracket and motor, lines, tank with thermometer, gauge, throttle and flow meter."""

from PIL import Image, ImageDraw

import printed
import pump
from stage import Item
from tools import Point, box, disc, hose, item, rod, sheet

PORT = pump.PORT_Z


def bracket() -> list[Item]:
    """Test stand TS-3 without its instruments: table, bracket with the pump's seat, motor behind."""
    table = box((520, 330, 24), (0, 130, -152), 8).faces(">Z").edges().chamfer(2)
    plate = box((230, 16, 262), (0, 66, -9)).edges("|Y").fillet(10).cut(rod((0, 50, 15), (0, 80, 15), 25.2))
    ribs = [box((12, 90, 130), (side * 108, 118, -75)) for side in (-1, 1)]
    lantern = rod((0, 74, 15), (0, 130, 15), 44)
    motor = rod((0, 130, 15), (0, 270, 15), 62).faces(">Y").chamfer(8)
    fins = [box((4, 112, 136), (dx, 196, 15)) for dx in range(-40, 41, 16)]
    coupling = rod((0, 70, 15), (0, 108, 15), 15)
    return [
        item(table, "tool"),
        item(plate, "tool-light"),
        *(item(rib, "tool-light") for rib in ribs),
        item(lantern, "tool"),
        item(motor, "plastic"),
        *(item(fin, "plastic", framed=False) for fin in fins),
        item(coupling, "steel"),
    ]


def gauge_on_stand(centre: Point, radius: float, face: Image.Image) -> list[Item]:
    """Pointer gauge that looks to the front."""
    x, y, z = centre
    case = rod((x, y, z), (x, y + 26, z), radius)
    rim = rod((x, y - 4, z), (x, y + 2, z), radius + 1.5, radius - 4)
    neck = rod((x, y + 13, z - radius - 20), (x, y + 13, z - radius + 2), 6)
    return [
        item(case, "dark"),
        item(rim, "steel"),
        item(neck, "steel"),
        disc((x, y - 0.6, z), (0, -1, 0), (0, 0, 1), radius - 3.6, face),
    ]


def lines() -> list[Item]:
    y = -PORT
    thick = hose(
        [(-58, y, 0), (-90, y, 0), (-150, y + 10, -30), (-168, y + 30, -90), (-170, y + 40, -140)], 11
    )
    thin = hose([(58, y, 0), (86, y, 0), (140, y + 6, 30), (165, y + 10, 70), (168, y + 10, 92)], 7)
    nuts = [rod((side * 44, y, 0), (side * 60, y, 0), 14) for side in (-1, 1)]
    return [
        item(thick, "grip"),
        item(thin, "rubber"),
        *(item(nut, "steel") for nut in nuts),
    ]


def instruments(pressure: float, flow: float = 10.3) -> list[Item]:
    face = printed.dial(pressure, 0, 25, "bar", 5, (15.5, 16.5))
    gauge = gauge_on_stand((168, 20, 150), 44, face)
    block = box((56, 44, 40), (168, 34, 88), 4)
    knob = rod((168, 12, 88), (168, -14, 88), 17)
    stem = rod((168, 14, 88), (168, 4, 88), 8)
    marker = box((5, 2, 14), (168, -15, 96))
    glass = box((46, 26, 150), (-156, 40, 70), 4)
    top = box((54, 34, 16), (-156, 40, 150), 4)
    foot = box((54, 34, 16), (-156, 40, -10), 4)
    post = rod((-156, 52, -140), (-156, 52, -10), 9)
    post_right = rod((168, 44, -140), (168, 44, 70), 9)
    return [
        *gauge,
        item(block, "steel"),
        item(stem, "steel"),
        item(knob, "knob"),
        item(marker, "white"),
        item(glass, "white"),
        item(top, "tool"),
        item(foot, "tool"),
        item(post, "steel"),
        item(post_right, "steel"),
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
            draw.text(
                (184, at(value)), str(value), fill=(30, 34, 40), font=printed.type_size(66), anchor="lm"
            )
    draw.text((292, 36), "l/min", fill=(60, 66, 74), font=printed.type_size(50), anchor="rm")
    draw.polygon(
        [(44, at(flow) - 26), (106, at(flow) - 26), (98, at(flow) + 26), (52, at(flow) + 26)],
        fill=(200, 40, 30),
    )
    return sheet((-177, 26.6, 142), (42, 0, 0), (0, 0, -134), picture)


def tank() -> list[Item]:
    hull = box((150, 100, 92), (-150, 30, -94), 6)
    lid = box((158, 108, 8), (-150, 30, -46), 4)
    probe = rod((-96, 6, -60), (-96, 6, 4), 3.2)
    head = rod((-96, -10, 20), (-96, 10, 20), 17)
    face = disc((-96, -10.6, 20), (0, -1, 0), (0, 0, 1), 15, printed.dial(40, 0, 80, "°C", 4, (38, 42)))
    return [
        item(hull, "tool-light"),
        item(lid, "tool"),
        item(probe, "steel"),
        item(head, "dark"),
        face,
    ]
