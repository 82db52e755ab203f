"""Pictures ready before they are needed: decoded on a thread, put into graphics memory while nobody waits."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kivy.clock import Clock
from kivy.graphics.texture import Texture
from PIL import Image, ImageStat

MOST_BYTES = (
    36_000_000  # of textures, four bytes a pixel: what is shown, what comes next, and what went before
)
LARGE = 1600  # pixels of the longer side: twice the stage of a usual kiosk, sharp when it is drawn closer
SMALL = 480  # of a tile or thumbnail
SETTLED = 0.1  # seconds until a page has surely been drawn

Rgb = tuple[float, float, float]
Key = tuple[Path, int]  # the file, and its longest side
Then = Callable[[Texture | None], None]


class UnreadablePicture(Exception):
    """A file that is no picture, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture: rows from the top, three bytes a pixel; `edge` is the colour of its upper edge."""

    size: tuple[int, int]
    rgb: bytes
    edge: Rgb


def decode(file: Path, side: int = LARGE) -> Pixels:
    """The picture, no side longer than `side`; raises UnreadablePicture."""
    try:
        with Image.open(file) as picture:
            pixels = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise UnreadablePicture(str(file)) from problem
    pixels.thumbnail((side, side))
    red, green, blue = (value / 255 for value in ImageStat.Stat(pixels.crop((0, 0, pixels.width, 2))).mean)
    return Pixels(pixels.size, pixels.tobytes(), (red, green, blue))


def upload(pixels: Pixels) -> Texture:
    """The picture in graphics memory; on the UI thread.

    Without smaller copies of itself: a processor that draws needs 50 ms to make them, and no picture is
    shown at much less than half its size, where they would be missed.
    """
    texture = Texture.create(size=pixels.size, colorfmt="rgb")
    texture.min_filter = texture.mag_filter = "linear"
    texture.blit_buffer(pixels.rgb, colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


class Pictures:
    """Textures by file."""

    def __init__(self) -> None:
        self._textures: OrderedDict[Key, Texture] = OrderedDict()
        self._edges: dict[Path, Rgb] = {}
        self._coming: dict[Key, Future[Pixels]] = {}
        self._wanted: list[tuple[Key, Then]] = []
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self._arrived = Clock.create_trigger(lambda _dt: self._take())

    def get(self, file: Path) -> Texture | None:
        """The picture's texture, at once; None when it cannot be shown. On the UI thread."""
        return self._get((file, LARGE))

    def small(self, file: Path, then: Then) -> None:
        """Hand a small texture to `then`: at once, or on the UI thread as soon as it was decoded."""
        key = (file, SMALL)
        if key in self._textures:
            then(self._get(key))
            return
        self._wanted.append((key, then))
        self._order(key)

    def ahead(self, files: Iterable[Path]) -> None:
        """Have these ready soon; the page that just came up is drawn first."""
        keys = [(file, LARGE) for file in files]
        Clock.schedule_once(lambda _dt: [self._order(key) for key in keys], SETTLED)

    def edge(self, file: Path) -> Rgb | None:
        """The colour of the picture's upper edge, to carry it on around it; None before it was shown."""
        return self._edges.get(file)

    def _get(self, key: Key) -> Texture | None:
        if key in self._textures:
            self._textures.move_to_end(key)
            return self._textures[key]
        coming = self._coming.pop(key, None)
        try:
            pixels = decode(*key) if coming is None or coming.cancel() else coming.result()
        except (UnreadablePicture, OSError):
            return None
        texture = self._textures[key] = upload(pixels)
        self._edges[key[0]] = pixels.edge
        while len(self._textures) > 1 and self._bytes() > MOST_BYTES:
            self._textures.popitem(last=False)
        return texture

    def _order(self, key: Key) -> None:
        if key not in self._textures and key not in self._coming:
            self._coming[key] = coming = self._worker.submit(decode, *key)
            coming.add_done_callback(lambda _coming: self._arrived())

    def _take(self) -> None:
        """Upload one that was decoded; the next one after the next frame, so that nobody waits for all of them."""
        key = next((key for key, coming in self._coming.items() if coming.done()), None)
        if key is None:
            return
        texture = self._get(key)
        for each in [each for each in self._wanted if each[0] == key]:
            self._wanted.remove(each)
            each[1](texture)
        if any(coming.done() for coming in self._coming.values()):
            self._arrived()

    def _bytes(self) -> int:
        return sum(texture.width * texture.height * 4 for texture in self._textures.values())
