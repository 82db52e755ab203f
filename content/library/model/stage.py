"""The photographer's stage: light, materials, cameras that frame what matters, marks exactly on the thing.

A scene is a list of items (a mesh, how it looks, where it is) seen by a camera; a mark is an annotation
whose place is computed from points of the scene, in shares of the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cadquery as cq
import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1200  # pixels of a picture
OVERSAMPLING = 1.5
VIEW_ANGLE = 16.0  # degrees; long lens, so that parallel edges stay nearly parallel
ACCENT = (0.92, 0.19, 0.01)
INK = (0.10, 0.12, 0.15)
Array = NDArray[np.float64]

# linear colour, metallic, roughness
LOOKS: dict[str, tuple[tuple[float, float, float], float, float]] = {
    "aluminium": ((0.80, 0.815, 0.835), 0.35, 0.42),
    "steel": ((0.60, 0.625, 0.655), 0.55, 0.32),
    "dark": ((0.20, 0.21, 0.23), 0.40, 0.38),
    "bronze": ((0.66, 0.33, 0.07), 0.30, 0.38),
    "rubber": ((0.025, 0.025, 0.03), 0.0, 0.50),
    "plastic": ((0.04, 0.13, 0.34), 0.0, 0.45),
    "tool": ((0.13, 0.16, 0.21), 0.05, 0.50),
    "tool-light": ((0.70, 0.73, 0.77), 0.10, 0.45),
    "grip": ((0.03, 0.035, 0.045), 0.0, 0.60),
    "knob": ((0.50, 0.025, 0.02), 0.0, 0.40),
    "card": ((0.56, 0.36, 0.18), 0.0, 0.85),
    "foam": ((0.09, 0.11, 0.14), 0.0, 0.95),
    "cloth": ((0.16, 0.36, 0.64), 0.0, 0.95),
    "oil": ((0.80, 0.40, 0.02), 0.0, 0.15),
    "white": ((0.93, 0.94, 0.95), 0.0, 0.60),
    "skin": ((0.86, 0.66, 0.54), 0.0, 0.70),
    "cut": ((0.80, 0.42, 0.26), 0.0, 0.75),
    "cut-steel": ((0.45, 0.50, 0.58), 0.0, 0.75),
}


@dataclass
class Item:
    """Something on the stage: `state` is plain, new (accent), muted, ghost or beam (light)."""

    mesh: pv.PolyData
    look: str
    state: str = "plain"
    texture: pv.Texture | None = None
    framed: bool = True
    edges: bool = True


@dataclass
class Mark:
    """An annotation at points in mm; `shift` moves its tail or caption in shares of the picture."""

    shape: str
    at: Sequence[Sequence[float]] | Array = ()
    text: str | None = None
    number: int | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    pad: float = 0.012


@dataclass
class Camera:
    """Where the picture is taken from: azimuth and elevation in degrees, how much of the frame is filled."""

    azimuth: float = -60.0
    elevation: float = 35.0
    fill: float = 0.80
    offset: tuple[float, float] = (0.0, 0.0)
    frame: Sequence[Item] | None = None


@dataclass
class Scene:
    """A picture to take."""

    items: list[Item]
    camera: Camera = field(default_factory=Camera)
    guides: list[tuple[Sequence[float], Sequence[float]]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    floor: float | None = None


@dataclass(frozen=True)
class View:
    """A camera in its place."""

    right: Array
    up: Array
    forward: Array
    position: Array
    distance: float  # mm to what the camera looks at

    def project(self, points: Array) -> Array:
        """Shares of the picture, origin top left, of points in mm; shape (n, 3) to (n, 2)."""
        away = np.atleast_2d(points) - self.position
        depth = away @ self.forward
        tangent = np.tan(np.radians(VIEW_ANGLE / 2))
        x = away @ self.right / (depth * tangent * WIDTH / HEIGHT)
        y = away @ self.up / (depth * tangent)
        return np.column_stack(((1 + x) / 2, (1 - y) / 2))


def mesh_of(solid: cq.Workplane, fine: float = 0.04) -> pv.PolyData:
    """A solid as triangles with one vertex a corner."""
    vertices, triangles = solid.val().tessellate(fine, 0.10)
    points = np.array([vertex.toTuple() for vertex in vertices])
    faces = np.hstack([np.full((len(triangles), 1), 3), np.array(triangles)]).ravel()
    return pv.PolyData(points, faces).clean(tolerance=1e-5, absolute=True)


def turned(
    item_mesh: pv.PolyData, axis: Sequence[float], degrees: float, about: Sequence[float] = (0, 0, 0)
) -> pv.PolyData:
    """The mesh turned about an axis through a point."""
    return item_mesh.rotate_vector(axis, degrees, point=about, inplace=False)


def moved(item_mesh: pv.PolyData, by: Sequence[float]) -> pv.PolyData:
    """The mesh moved by a vector."""
    return item_mesh.translate(by, inplace=False)


def view_of(scene: Scene) -> View:
    """The nearest place on the camera's line of sight from which everything framed is in the picture."""
    camera = scene.camera
    azimuth, elevation = np.radians(camera.azimuth), np.radians(camera.elevation)
    forward = -np.array(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)]
    )
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    up = np.cross(right, forward)
    framed = camera.frame if camera.frame is not None else [item for item in scene.items if item.framed]
    points = np.vstack([np.asarray(item.mesh.points, dtype=float) for item in framed])
    focus, distance = points.mean(axis=0), 1000.0
    for _ in range(25):
        view = View(right, up, forward, focus - forward * distance, distance)
        shares = view.project(points)
        low, high = shares.min(axis=0), shares.max(axis=0)
        middle = (low + high) / 2 - 0.5 - np.array(camera.offset)
        tall = 2 * distance * np.tan(np.radians(VIEW_ANGLE / 2))
        focus = focus + right * middle[0] * tall * WIDTH / HEIGHT - up * middle[1] * tall
        distance *= float(max(high - low) / camera.fill)
    return View(right, up, forward, focus - forward * distance, distance)


def annotations(scene: Scene, view: View) -> list[str]:
    """The scene's marks as lines of YAML, placed by projection."""
    lines = []
    for mark in scene.marks:
        shares = view.project(np.asarray(mark.at, dtype=float))
        low, high = shares.min(axis=0) - mark.pad, shares.max(axis=0) + mark.pad
        low, high = np.clip(low, 0.005, 0.995), np.clip(high, 0.005, 0.995)
        text = f', text: "{mark.text}"' if mark.text else ""
        match mark.shape:
            case "box":
                size = high - low
                body = f"x: {low[0]:.4f}, y: {low[1]:.4f}, width: {size[0]:.4f}, height: {size[1]:.4f}"
            case "ellipse":
                middle, half = (low + high) / 2, (high - low) / 2
                body = f"x: {middle[0]:.4f}, y: {middle[1]:.4f}, rx: {half[0]:.4f}, ry: {half[1]:.4f}"
            case "arrow":
                tail = shares[0] + mark.shift if len(shares) == 1 else shares[0]
                body = f"from: {_pair(tail)}, to: {_pair(shares[-1])}"
            case "polygon":
                body = f"points: [{', '.join(_pair(point) for point in shares)}]"
            case "badge":
                body = f"at: {_pair(shares[0] + mark.shift)}, number: {mark.number}"
            case _:
                body = f"at: {_pair(shares[0] + mark.shift)}"
        lines.append(f"{{shape: {mark.shape}, {body}{text}}}")
    return lines


def _pair(point: Array) -> str:
    x, y = np.clip(point, 0.02, 0.98)
    return f"[{x:.4f}, {y:.4f}]"


def _studio() -> pv.Texture:
    """A softly lit room: bright ceiling panel, two side panels, grey walls."""
    tall, wide = 256, 512
    rows, columns = np.mgrid[0:tall, 0:wide] / np.array([tall, wide])[:, None, None]
    light = 0.52 + 0.30 * np.clip(1 - rows * 2, 0, 1) - 0.20 * np.clip(rows * 2 - 1, 0, 1)
    for column, row, half_wide, half_tall, power in (
        (0.15, 0.28, 0.07, 0.13, 0.5),
        (0.62, 0.30, 0.10, 0.10, 0.45),
        (0.4, 0.06, 0.5, 0.07, 0.4),
        (0.88, 0.4, 0.03, 0.2, 0.4),
    ):
        far = np.maximum(np.abs(columns - column) / half_wide, np.abs(rows - row) / half_tall)
        light = light + power * np.clip(1.6 - far, 0, 0.6) / 0.6
    tint = np.array([0.99, 1.0, 1.02])
    picture = np.clip(light[..., None] * tint, 0, 1)
    texture = pv.Texture((picture * 255).astype(np.uint8))
    texture.interpolate = True
    texture.mipmap = True
    return texture


class Stage:
    """Takes pictures of scenes; light and plotter are set up once."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, oversampling: float = OVERSAMPLING) -> None:
        self._size = (width, height)
        self._plotter = pv.Plotter(
            off_screen=True,
            window_size=(round(width * oversampling), round(height * oversampling)),
            lighting="none",
        )
        self._line = oversampling * width / WIDTH
        self._plotter.set_environment_texture(_studio(), is_srgb=True)

    def take(self, scene: Scene) -> tuple[Image.Image, View]:
        """The picture of a scene and the camera that took it."""
        plotter = self._plotter
        plotter.suppress_rendering = True  # or every added mesh would draw the half-built scene
        plotter.clear_actors()
        plotter.remove_all_lights()
        view = view_of(scene)
        self._light(view)
        floor = scene.floor
        if floor is not None:
            self._shadow(scene, floor)
        for item in scene.items:
            self._add(item, view)
        for start, end in scene.guides:
            self._guide(np.asarray(start, dtype=float), np.asarray(end, dtype=float))
        plotter.set_background((0.885, 0.900, 0.915), top=(0.975, 0.98, 0.985))
        camera = plotter.camera
        camera.position = tuple(view.position)
        camera.focal_point = tuple(view.position + view.forward)
        camera.up = tuple(view.up)
        camera.view_angle = VIEW_ANGLE
        depths = np.concatenate(
            [(np.asarray(item.mesh.points) - view.position) @ view.forward for item in scene.items]
        )
        camera.clipping_range = (max(1.0, float(depths.min()) - 30), float(depths.max()) + 400)
        plotter.enable_ssao(
            radius=0.014 * view.distance, bias=0.0011 * view.distance, kernel_size=32, blur=True
        )
        plotter.suppress_rendering = False
        plotter.render()
        colour = np.asarray(plotter.screenshot(return_img=True))[..., :3].astype(np.float32)
        raw = plotter.get_image_depth(fill_value=None)
        drawn = _silhouettes(colour, np.asarray(raw, dtype=np.float32))
        picture = Image.fromarray(drawn.astype(np.uint8)).resize(self._size, Image.Resampling.LANCZOS)
        return picture.filter(ImageFilter.UnsharpMask(radius=1.0, percent=40, threshold=2)), view

    def _light(self, view: View) -> None:
        for direction, power in (
            ((-0.6, 0.9, -0.5), 1.75),
            ((0.9, 0.35, -0.6), 0.85),
            ((0.0, -0.3, -1.0), 0.55),
        ):
            aim = view.right * direction[0] + view.up * direction[1] + view.forward * direction[2]
            lamp = pv.Light(
                position=tuple(aim * 1000),
                focal_point=(0, 0, 0),
                color="white",
                intensity=power,
                light_type="scene light",
            )
            lamp.positional = False
            self._plotter.add_light(lamp)

    def _add(self, item: Item, view: View) -> None:
        colour, metallic, roughness = LOOKS[item.look]
        edge, opacity, strength = INK, 1.0, 0.75
        if item.state == "new":
            colour, metallic, roughness, edge = ACCENT, 0.0, 0.40, (0.35, 0.10, 0.0)
        elif item.state == "muted":
            colour = tuple(0.55 * part + 0.45 * 0.80 for part in colour)
            metallic, roughness, strength = metallic * 0.3, 0.6, 0.38
        elif item.state == "ghost":
            colour, metallic, roughness, opacity, strength = (0.62, 0.70, 0.80), 0.0, 0.4, 0.16, 0.45
        elif item.state == "beam":
            colour, metallic, opacity = (0.95, 0.10, 0.08), 0.0, 0.30
        if item.texture is not None:
            self._plotter.add_mesh(item.mesh, texture=item.texture, lighting=False, show_scalar_bar=False)
            return
        smooth = item.mesh.compute_normals(
            feature_angle=28, split_vertices=True, consistent_normals=False, auto_orient_normals=False
        )
        actor = self._plotter.add_mesh(
            smooth,
            color=colour,
            pbr=True,
            metallic=metallic,
            roughness=roughness,
            opacity=opacity,
            smooth_shading=True,
            show_scalar_bar=False,
        )
        actor.mapper.SetResolveCoincidentTopologyToPolygonOffset()
        actor.mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(1.0, 2.0)
        if item.edges:
            lines = item.mesh.extract_feature_edges(
                feature_angle=28, boundary_edges=False, non_manifold_edges=False, manifold_edges=False
            )
            if lines.n_cells:
                # Blended here and drawn opaque: a translucent line is not hidden by what lies before it
                line = tuple(
                    strength * dark + (1 - strength) * light**0.4545
                    for dark, light in zip(edge, colour, strict=True)
                )
                toward = -view.forward * 0.12  # mm; lifts the lines off the faces that they bound
                self._plotter.add_mesh(
                    lines.translate(toward),
                    color=line,
                    line_width=1.5 * self._line,
                    lighting=False,
                    show_scalar_bar=False,
                )

    def _guide(self, start: Array, end: Array) -> None:
        length = float(np.linalg.norm(end - start))
        dashes = max(1, round(length / 5))
        points = np.array(
            [start + (end - start) * (dash + part) / dashes for dash in range(dashes) for part in (0.0, 0.6)]
        )
        cells = np.column_stack(
            (np.full(dashes, 2), np.arange(0, 2 * dashes, 2), np.arange(1, 2 * dashes, 2))
        )
        self._plotter.add_mesh(
            pv.PolyData(points, lines=cells.ravel()),
            color=(0.25, 0.42, 0.62),
            line_width=2.2 * self._line,
            lighting=False,
        )

    def _shadow(self, scene: Scene, floor: float) -> None:
        """A soft contact shadow: what stands on the floor, seen from above, blurred."""
        points = np.vstack(
            [np.asarray(item.mesh.points) for item in scene.items if item.state not in {"ghost", "beam"}]
        )
        low, high = points.min(axis=0)[:2] - 90, points.max(axis=0)[:2] + 90
        scale = 420 / float(max(high - low))  # pixels a mm
        size = np.ceil((high - low) * scale).astype(int)
        mask = np.zeros((size[1], size[0]), dtype=np.float32)
        for item in scene.items:
            if item.state in {"ghost", "beam"} or item.texture is not None:
                continue
            _fill(mask, item.mesh, low, scale, floor)
        soft = sum(
            np.asarray(
                Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur * scale)),
                dtype=np.float32,
            )
            * part
            for blur, part in ((3.0, 0.20), (10.0, 0.20), (26.0, 0.22))
        )
        rgba = np.zeros((*mask.shape, 4), dtype=np.uint8)
        rgba[..., :3] = (38, 46, 58)
        rgba[..., 3] = np.clip(soft, 0, 255).astype(np.uint8)
        middle, extent = (low + high) / 2, high - low
        plane = pv.Plane(
            center=(*middle, floor - 0.3),
            direction=(0, 0, 1),
            i_size=extent[0],
            j_size=extent[1],
            i_resolution=1,
            j_resolution=1,
        )
        self._plotter.add_mesh(plane, texture=pv.Texture(rgba[::-1]), lighting=False, show_scalar_bar=False)


def _fill(mask: NDArray[np.float32], mesh: pv.PolyData, low: Array, scale: float, floor: float) -> None:
    """Mark where a mesh stands over the floor, weaker the higher it is."""
    triangles = mesh.triangulate().regular_faces
    corners = np.asarray(mesh.points)[triangles]
    height = corners[..., 2].mean(axis=1) - floor
    weight = np.clip(1.0 - height / 160.0, 0.15, 1.0)
    flat = (corners[..., :2] - low) * scale
    large = np.ptp(flat, axis=1).max(axis=1) > 1.5  # pixels; smaller ones are marked at their middle
    column, row = np.clip(flat.mean(axis=1).astype(int), 0, np.array(mask.shape[::-1]) - 1).T
    np.maximum.at(mask, (row, column), weight)
    canvas = Image.fromarray((mask * 255).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    flat, weight = flat[large], weight[large]
    for index in np.argsort(weight):
        draw.polygon([tuple(point) for point in flat[index]], fill=int(255 * weight[index]))
    mask[:] = np.maximum(mask, np.asarray(canvas, dtype=np.float32) / 255)


def _silhouettes(colour: NDArray[np.float32], depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Draw a dark line where the depth jumps."""
    depth = np.nan_to_num(depth, nan=-1e5)
    span = np.abs(depth[depth > -9e4]) if np.any(depth > -9e4) else np.array([1.0])
    near = float(np.median(span))
    depth = np.maximum(depth, -near * 2.0)
    bend = np.zeros_like(depth)
    for axis in (0, 1):
        plus, minus = np.roll(depth, 1, axis), np.roll(depth, -1, axis)
        bend = np.maximum(bend, plus + minus - 2 * depth)
    jump = np.clip((-bend - near * 0.0016) / (near * 0.003), 0, 1)
    wide = np.maximum.reduce(
        [jump, np.roll(jump, 1, 0), np.roll(jump, -1, 0), np.roll(jump, 1, 1), np.roll(jump, -1, 1)]
    )
    wide[:2], wide[-2:], wide[:, :2], wide[:, -2:] = 0, 0, 0, 0
    ink = np.array(INK, dtype=np.float32) * 255
    share = (wide * 0.72)[..., None]
    return colour * (1 - share) + ink * share
