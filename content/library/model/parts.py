"""Parts of the pump as items on the stage: built, flipped, lying, cut open."""

from collections.abc import Sequence

import cadquery as cq
import numpy as np
import pyvista as pv

import pump
from pump import Made
from stage import Item, mesh_of, moved, turned

Point = Sequence[float]
FLIP = ((1, 0, 0), 180.0)  # joint face down
LYING = ((1, 0, 0), 90.0)  # cover to the front, shaft to the back
_MESHES: dict[int, pv.PolyData] = {}


def part(made: Made, state: str = "plain", by: Point = (0, 0, 0), framed: bool = True) -> Item:
    """A part where it is in the pump, moved by a vector."""
    return Item(moved(_mesh(made), by), made.material, state, framed=framed)


def _mesh(made: Made) -> pv.PolyData:
    key = id(made.solid)
    if key not in _MESHES:
        _MESHES[key] = mesh_of(made.solid)
    return _MESHES[key]


def laid(items: list[Item], pose: tuple[Point, float], by: Point = (0, 0, 0)) -> list[Item]:
    """The items turned about the origin into a pose, then moved."""
    return [
        Item(
            moved(turned(item.mesh, *pose), by), item.look, item.state, item.texture, item.framed, item.edges
        )
        for item in items
    ]


SCREWS = tuple(pump.screw(at) for at in pump.SCREWS)
PLUGS = (pump.plug(-1), pump.plug(1))


def lower(
    state: str = "muted", *, dowels: bool = True, block: bool = True, body: str = "plain"
) -> list[Item]:
    """The housing with what an earlier instruction put into it."""
    items = [part(pump.housing(), body), part(pump.seal(), state), part(pump.circlip(), state)]
    if dowels:
        items += [part(pin, state) for pin in pump.dowels()]
    if block:
        items.append(part(pump.bearing_block(upper=False), state))
    return items


def closed(state: str = "plain", *, screws: bool = True, key: bool = True, plugs: bool = False) -> list[Item]:
    """The closed pump, seen from outside."""
    items = [
        part(pump.housing(), state),
        part(pump.cover(), state),
        part(pump.drive_gear(), state),
        part(pump.seal(), state),
        part(pump.circlip(), state),
    ]
    if screws:
        items += [part(made, state) for made in SCREWS]
    if key:
        items.append(part(pump.key(), state))
    if plugs:
        items += [part(made, state) for made in PLUGS]
    return items


def cut_open(made: Made, state: str = "plain", side: float = 1.0) -> list[Item]:
    """A part without its half at `side` of x = 0, the cut face in the colour of a section."""
    away = cq.Workplane("XY", origin=(side * 200, 0, 0)).box(400, 400, 400)
    mesh = mesh_of(cq.Workplane(made.solid.cut(away).val()))
    centres = mesh.cell_centers().points
    face = np.abs(centres[:, 0]) < 1e-3
    section = mesh.extract_cells(np.flatnonzero(face)).extract_surface(algorithm=None)
    rest = mesh.extract_cells(np.flatnonzero(~face)).extract_surface(algorithm=None)
    look = {"aluminium": "cut", "steel": "cut-steel", "rubber": "rubber", "dark": "dark", "bronze": "bronze"}[
        made.material
    ]
    return [
        Item(rest, made.material, state),
        Item(section, look if state == "plain" else made.material, state),
    ]
