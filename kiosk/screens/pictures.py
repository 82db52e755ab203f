"""Pictures ready before they are needed: decoded on a thread, kept as textures under a limit of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from kivy.graphics.texture import Texture
from PIL import Image, ImageStat

MOST_BYTES = 18_000_000  # of pictures; graphics memory takes twice that, and three pictures of a step fit
LARGEST_SIDE = 2048  # pixels; what is larger is made smaller before it goes to the graphics memory


class UnreadablePicture(Exception):  # noqa: N818 - it names the thing
    """A file that is no picture, or a damaged one."""


def decode(file: Path) -> Image.Image:
    """The picture, RGB, no larger than can be shown; raises UnreadablePicture."""
    try:
        with Image.open(file) as picture:
            pixels = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise UnreadablePicture(str(file)) from problem
    pixels.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return pixels


def upload(pixels: Image.Image) -> Texture:
    """A texture that stays crisp when it is shown smaller; on the UI thread."""
    texture = Texture.create(size=pixels.size, colorfmt="rgb", mipmap=True)
    texture.min_filter, texture.mag_filter = "linear_mipmap_nearest", "linear"
    texture.blit_buffer(pixels.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


class Pictures:
    """Textures by file. `ahead` decodes on a thread what will be asked for next."""

    def __init__(self) -> None:
        self._textures: OrderedDict[Path, Texture] = OrderedDict()
        self._edges: dict[Path, tuple[float, float, float]] = {}
        self._coming: dict[Path, Future[Image.Image]] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self._lock = threading.Lock()

    def get(self, file: Path) -> Texture | None:
        """The picture's texture; None when it cannot be shown. On the UI thread."""
        if file in self._textures:
            self._textures.move_to_end(file)
            return self._textures[file]
        with self._lock:
            coming = self._coming.pop(file, None)
        try:
            pixels = coming.result() if coming is not None else decode(file)
        except (UnreadablePicture, OSError):
            return None
        self._textures[file] = upload(pixels)
        red, green, blue = (value / 255 for value in ImageStat.Stat(pixels.crop((0, 0, pixels.width, 2))).mean)
        self._edges[file] = (red, green, blue)
        self._forget()
        return self._textures[file]

    def edge(self, file: Path) -> tuple[float, float, float] | None:
        """The colour of the picture's upper edge, to carry it on around the picture; None before it was shown."""
        return self._edges.get(file)

    def ahead(self, files: Iterable[Path]) -> None:
        """Decode these in the background."""
        for file in files:
            with self._lock:
                if file in self._textures or file in self._coming:
                    continue
                if len(self._coming) > 4:
                    self._coming.clear()
                self._coming[file] = self._worker.submit(decode, file)

    def _forget(self) -> None:
        while len(self._textures) > 1 and self._bytes() > MOST_BYTES:
            self._textures.popitem(last=False)

    def _bytes(self) -> int:
        return sum(texture.width * texture.height * 3 for texture in self._textures.values())
