"""Draws everything that the panel may show, in a process of its own, and prints as JSON which texts have no room.

`python -m tests.demo.drawing FOLDER WIDTH HEIGHT` also leaves pictures in FOLDER.
"""

import json
import socket
import sys
from pathlib import Path

from stepline.demo.panel.offers import offer
from stepline.demo.panel.places import Area, side_by_side
from stepline.demo.panel.view import Line
from stepline.demo.panel.window import PanelWindow
from tests.demo.benches import everything


def main(folder: Path, width: int, height: int) -> None:
    _kiosk, place, scale = side_by_side(Area(width=width, height=height))
    window = PanelWindow(Line(socket.socketpair()[0]), place, scale)
    from kivy.base import EventLoop

    window._glass.add_widget(window.board)
    EventLoop.start()
    found: dict[str, list[str]] = {}

    def frames() -> None:
        for _ in range(4):
            window._glass.canvas.ask_update()
            EventLoop.idle()

    def look(name: str) -> None:
        frames()
        found[name] = list(lacking(window.board, place))
        window.shot(folder / f"{name.replace('/', '-')}.png")

    for name, seen in everything():
        window.board.show(offer(seen).view)
        if name in {"signed-in", "network-cut"}:
            frames()
            assert window.touch("codes")
            look(f"{name}-codes")
            assert window.touch("codes:back")
        look(name)
    print(json.dumps({"size": [place.width, place.height], "lacking": {k: v for k, v in found.items() if v}}))


def lacking(board, place: Area):
    """Texts that are cut off, or reach out of the window."""
    from kivy.core.text import Label as Letters
    from kivy.uix.label import Label

    for label in board.walk():
        if not isinstance(label, Label) or not label.text or not label.get_parent_window():
            continue
        left, _ = label.to_window(label.x, label.y)
        if left < -1 or left + label.width > place.width + 1:
            yield f"{label.text!r} leaves the window"
        if label.shorten:
            if (
                label.is_shortened and label.font_size > 17 * place.width / 580
            ):  # the small words below may be
                yield f"{label.text!r} is shortened"
            continue
        letters = Letters(
            text=label.text,
            font_size=label.font_size,
            font_name=label.font_name,
            text_size=(label.width, None),
        )
        letters.refresh()
        if letters.texture.height > label.height + 1:
            yield f"{label.text!r} needs {letters.texture.height} of {label.height}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
