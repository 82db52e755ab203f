"""3D models as views from four sides and a film that goes round them; f3d needs no display. Runs in a child."""

import json
import math
from pathlib import Path
from typing import Any

from PIL import Image

from server.errors import Invalid
from server.media import films
from server.media.ffmpeg import FED
from server.media.making import Made, MadeMedium, Making, Role
from server.media.pictures import from_pillow

PLUGINS = {"STEP": "occt", "STL": "native", "GLB": "native", "glTF": "native"}
READERS = {"STEP": "STEP", "STL": "STL", "GLB": "GLB", "glTF": "GLTF"}
SIZE = (1280, 960)  # pixels of a view
TURN = (800, 600)  # pixels of a turntable's frame
FRAMES = 24  # of a whole turn; each takes a server without a graphics card 0.2 s
RATE = 8  # frames a second of the film
ABOVE = 0.55  # how high the turntable's camera stands, as a share of its distance
GROUND = (0.93, 0.94, 0.95)
LIGHT = 2.2  # times; what has no colour of its own is a light grey then
Side = tuple[float, float, float]  # to the right, to the front, up
VIEWS: dict[str, Side] = {  # from where
    "isometric": (1.0, 1.0, 0.8),
    "front": (0.0, 1.0, 0.0),
    "top": (0.0, 0.0, 1.0),
    "right": (1.0, 0.0, 0.0),
}
LARGEST_JSON = 20_000_000  # bytes of a glTF's own text


def make(folder: Path, options: dict[str, Any]) -> Making:
    """Views of the model `options["file"]` and its turntable."""
    source, name = folder / options["file"], options["format"]
    if name in {"GLB", "glTF"}:
        _refuse_references(source, name)
    stage = _Stage(source, name)
    media = [MadeMedium(what=view, files=from_pillow(stage.view(view), folder, view)) for view in VIEWS]
    media.append(_turntable(stage, folder))
    return Making(media=tuple(media))


def _refuse_references(source: Path, name: str) -> None:
    """A glTF may name other files; ours stands alone."""
    text = source.read_bytes()
    if name == "GLB":
        text = text[20 : 20 + int.from_bytes(text[12:16], "little")]
    if len(text) > LARGEST_JSON:
        raise Invalid("the model's description is too large", "save it as GLB with fewer parts")
    try:
        values = json.loads(text)
        named = [each.get("uri") for kind in ("buffers", "images") for each in values.get(kind, [])]
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise Invalid(f"the {name} file is damaged", "export the model again as GLB") from None
    if any(uri is not None and not str(uri).startswith("data:") for uri in named):
        raise Invalid("the model refers to other files", "export it as GLB, which holds everything")


def _turntable(stage: "_Stage", folder: Path) -> MadeMedium:
    stage.step_back()
    raw: list[bytes] = []
    frames: list[Made] = []
    for number in range(FRAMES):
        drawn = stage.turned(2 * math.pi * (number / FRAMES + 1 / 8))
        raw.append(drawn.tobytes())
        file = f"turn-{number:02}.webp"
        drawn.save(folder / file, "WEBP", quality=80, method=2)
        frames.append(Made(role=Role.FRAME, file=file, width=drawn.width, height=drawn.height))
    size = ["-s", f"{TURN[0]}x{TURN[1]}", "-r", str(RATE)]
    films.encode(
        [*FED, "-f", "rawvideo", "-pix_fmt", "rgb24", *size, "-i", "pipe:0"],
        ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"],
        folder / films.FILM,
        b"".join(raw),
    )
    made = films.finished(folder, "turntable", FRAMES / RATE)
    return MadeMedium(what=made.what, files=(*made.files, *frames), seconds=made.seconds)


class _Stage:
    """A model before a camera."""

    def __init__(self, source: Path, name: str) -> None:
        try:
            import f3d  # noqa: PLC0415 - it is there on 64-bit Intel and AMD machines with Linux only
        except ImportError:
            raise Invalid(
                "this server cannot draw 3D models: that needs Linux on a 64-bit Intel or AMD machine",
                "send pictures of the model",
            ) from None
        f3d.Log.set_verbose_level(f3d.Log.VerboseLevel.QUIET)
        self._up = (
            1 if name in {"GLB", "glTF"} else 2
        )  # glTF says that y is up; machine builders' files have z
        try:
            f3d.Engine.load_plugin(PLUGINS[name], [])
            self._engine = f3d.Engine.create(True)
        except RuntimeError:
            raise Invalid(
                "this server cannot draw 3D models: it has no EGL",
                "install libegl1 and libgl1-mesa-dri there",
            ) from None
        self._engine.options.update(
            {
                "scene.up_direction": (0.0, 1.0, 0.0) if self._up == 1 else (0.0, 0.0, 1.0),
                "scene.force_reader": READERS[name],
                "render.background.color": GROUND,
                "render.light.intensity": LIGHT,
                "render.effect.antialiasing.mode": "fxaa",
                "ui.loader_progress": False,
                "render.grid.enable": False,
                "ui.axis": False,
            }
        )
        try:
            self._engine.scene.add(str(source))
        except RuntimeError:
            raise Invalid(f"the {name} file is damaged: no model could be read", "export it again") from None

    def view(self, name: str) -> Image.Image:
        """The model from one side; in perspective, without which flat faces run together."""
        self._engine.window.size = SIZE
        self._fit(VIEWS[name])
        return self._drawn()

    def step_back(self) -> None:
        """Stand so far away that the model stays in sight all the way round."""
        self._engine.window.size = TURN
        self._away = 1.2 * max(self._fit(_around(math.pi * eighth / 4)) for eighth in range(8))

    def turned(self, angle: float) -> Image.Image:
        """The model from that angle about its upright axis, in radians."""
        self._stand(_around(angle), self._away)
        return self._drawn()

    def _fit(self, side: Side) -> float:
        """Look from a side so that the model fills the picture; the distance that this takes."""
        camera = self._engine.window.camera
        camera.reset_to_bounds(0.9)
        self._stand(side, math.dist(camera.position, camera.focal_point))
        camera.reset_to_bounds(0.9)
        return math.dist(camera.position, camera.focal_point)

    def _stand(self, side: Side, away: float) -> None:
        camera = self._engine.window.camera
        (x, y, z), (right, up, back) = camera.focal_point, self._own(side)
        length = away / math.hypot(right, up, back)
        camera.position = (x + length * right, y + length * up, z + length * back)
        camera.view_up = self._own((0.0, -1.0, 0.0) if side[:2] == (0.0, 0.0) else (0.0, 0.0, 1.0))

    def _own(self, side: Side) -> Side:
        """Right, front and up in the model's own axes: x, -y, z where z is up; x, z, y where y is."""
        right, front, up = side
        return (right, up, front) if self._up == 1 else (right, -front, up)

    def _drawn(self) -> Image.Image:
        image = self._engine.window.render_to_image()
        mode = {3: "RGB", 4: "RGBA"}[image.channel_count]
        drawn = Image.frombytes(mode, (image.width, image.height), bytes(image.content))
        return drawn.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")


def _around(angle: float) -> Side:
    return math.sin(angle), math.cos(angle), ABOVE
