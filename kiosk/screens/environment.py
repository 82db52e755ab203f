"""Kivy's own settings; they must stand before anything of Kivy is imported."""

import os
import tempfile
from pathlib import Path

GRAPHICS_CARD = Path("/dev/dri")


def has_graphics_chip() -> bool:
    """Whether a chip draws; without one the processor computes every frame, and should compute few."""
    return GRAPHICS_CARD.exists()


def prepare(*, size: tuple[int, int], fullscreen: bool, home: Path | None = None) -> None:
    """Set Kivy up as a kiosk: no settings panel, no escape key, no console, answers at once.

    `size` is in pixels and only counts when not full screen.
    """
    os.environ.setdefault("KIVY_HOME", str(home or Path(tempfile.gettempdir()) / "stepline-kivy"))
    os.environ["KIVY_NO_ARGS"] = "1"
    os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
    os.environ["KIVY_NO_FILELOG"] = "1"
    os.environ.setdefault("KIVY_LOG_MODE", "MIXED")  # what the program says when it dies stays readable
    os.environ.setdefault("KIVY_AUDIO", "sdl2")
    os.environ.setdefault("KIVY_CLIPBOARD", "sdl2")
    os.environ["KIVY_CLOCK"] = "interrupt"  # the default clock waits up to 16 ms before it draws what came
    # kiosks that start at the same time trip over each other where Kivy itself makes this folder
    (Path(os.environ["KIVY_HOME"]) / "mods").mkdir(parents=True, exist_ok=True)

    from kivy.config import Config

    settings = {
        "width": size[0],
        "height": size[1],
        "fullscreen": "auto" if fullscreen else 0,
        "borderless": int(fullscreen),
        "show_cursor": int(not fullscreen),
        "allow_screensaver": 0,
        # without a graphics card every sample is computed by the processor: frames would take five times as long
        "multisamples": 4 if has_graphics_chip() else 0,
        "maxfps": 60,
        "resizable": int(not fullscreen),
    }
    for name, value in settings.items():
        Config.set("graphics", name, str(value))
    Config.set("kivy", "exit_on_escape", "0")  # a wedge scanner may send it
    Config.set("kivy", "log_level", "warning")
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.remove_option("input", "%(name)s")  # the same screen twice would tap twice
