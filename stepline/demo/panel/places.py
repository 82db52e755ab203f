"""Where the two windows stand beside each other, and how large the display allows them to be."""

import ctypes
import ctypes.util
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

KIOSK = (1280, 800)  # pixels at a scale of 1
PANEL = (580, 992)
BAR = 48  # of a window's title bar and some room around it
SMALLEST, LARGEST = 0.4, 3.0
LIKE_ONE = 1.2  # up to this scale letters are sharper at 1
VIDEO = 0x20  # SDL_INIT_VIDEO
BLIND = {"dummy", "offscreen"}  # what SDL falls back to when the display cannot be reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the display, in pixels."""

    left: int = 0
    top: int = 0
    width: int
    height: int


def side_by_side(screen: Area) -> tuple[Area, Area, float]:
    """The kiosk's place, the panel's right of it, and the scale of both."""
    wide, high = KIOSK[0] + PANEL[0] + BAR, max(KIOSK[1], PANEL[1]) + BAR
    scale = min(LARGEST, max(SMALLEST, min(screen.width / wide, screen.height / high)))
    if 1 < scale < LIKE_ONE:
        scale = 1.0
    kiosk, panel = ((round(side * scale) for side in sides) for sides in (KIOSK, PANEL))
    (kiosk_width, kiosk_height), (panel_width, panel_height) = kiosk, panel
    spare = max(0, screen.width - kiosk_width - panel_width) // 3
    top = screen.top + min(BAR, max(0, screen.height - panel_height))
    left = screen.left + spare
    return (
        Area(left=left, top=top, width=kiosk_width, height=kiosk_height),
        Area(left=left + kiosk_width + spare, top=top, width=panel_width, height=panel_height),
        scale,
    )


def find_screen() -> Area | None:
    """What the display leaves to windows; None where no window can be opened. Asks the SDL that Kivy brings."""
    sdl = _sdl()
    if sdl is None or sdl.SDL_InitSubSystem(VIDEO) != 0:
        return None
    sdl.SDL_GetCurrentVideoDriver.restype = ctypes.c_char_p
    driver = sdl.SDL_GetCurrentVideoDriver().decode()
    if driver in BLIND and os.environ.get("SDL_VIDEODRIVER") != driver:
        return None
    sides = (ctypes.c_int * 4)()
    if sdl.SDL_GetDisplayUsableBounds(0, sides) != 0:
        return None
    left, top, width, height = sides
    return Area(left=left, top=top, width=width, height=height)


def _sdl() -> ctypes.CDLL | None:
    kivy = importlib.util.find_spec("kivy")
    assert kivy is not None
    assert kivy.origin is not None
    libraries = Path(kivy.origin).parents[1] / "Kivy.libs"
    own = next((str(file) for file in sorted(libraries.glob("libSDL2-2*.so*"))), None)
    name = own or ctypes.util.find_library("SDL2-2.0")
    return ctypes.CDLL(name) if name else None
