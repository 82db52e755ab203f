"""Pictures ready before they are needed: decoded on a thread, kept as textures under a limit of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from kivy.graphics.texture import Texture

MOST_BYTES = 36_000_000  # of textures; a full-HD picture has 6 MB, a step and its neighbours fit
LARGEST_SIDE = 2048  # pixels; what is larger is made smaller before it goes to the graphics memory

Pixels = np.ndarray  # height x width x 3, RGB, 8 bits


class UnreadablePicture(Exception):  # noqa: N818 - it names the thing
    """A file that is no picture, or a damaged one."""


def decode(file: Path) -> Pixels:
    """The picture's pixels, top row first; raises UnreadablePicture."""
    data = np.fromfile(file, np.uint8) if file.is_file() else np.empty(0, np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    if pixels is None:
        raise UnreadablePicture(str(file))
    largest = max(pixels.shape[:2])
    if largest > LARGEST_SIDE:
        share = LARGEST_SIDE / largest
        pixels = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return pixels


def upload(pixels: Pixels) -> Texture:
    """A texture that stays crisp when it is shown smaller; on the UI thread."""
    height, width = pixels.shape[:2]
    texture = Texture.create(size=(width, height), colorfmt="rgb", mipmap=True)
    texture.min_filter, texture.mag_filter = "linear_mipmap_nearest", "linear"
    texture.blit_buffer(pixels.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


class Pictures:
    """Textures by file. `ahead` decodes on a thread what will be asked for next."""

    def __init__(self) -> None:
        self._textures: OrderedDict[Path, Texture] = OrderedDict()
        self._edges: dict[Path, tuple[float, float, float]] = {}
        self._coming: dict[Path, Future[Pixels]] = {}
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
        red, green, blue = (float(value) / 255 for value in pixels[:2].mean(axis=(0, 1)))
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
