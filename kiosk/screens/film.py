"""A film that plays without sound, again and again, as a texture that something else draws."""

import math
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.graphics.texture import Texture

from kiosk.view import MediumView

# Films are stored with 16 for black and 235 for white (ITU-R BT.601); Kivy's own shader shows both as grey.
TV_RANGE = """
$HEADER$
uniform sampler2D tex_y;
uniform sampler2D tex_u;
uniform sampler2D tex_v;

void main(void) {
    float y = 1.164 * (texture2D(tex_y, tex_coord0).r - 0.0627);
    float u = texture2D(tex_u, tex_coord0).r - 0.5;
    float v = texture2D(tex_v, tex_coord0).r - 0.5;
    gl_FragColor = vec4(y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u, 1.0);
}
"""


NEAR = 0.05  # seconds; the frame that shows a moment begins a little before it


class Film:
    """Plays one medium from its start to its end, again and again, until it is stopped.

    `begun` gets the texture at the first frame that belongs to it, `at` the caption of every frame.
    """

    def __init__(
        self, medium: MediumView, begun: Callable[[Texture], None], at: Callable[[str], None]
    ) -> None:
        from kivy.core.video import Video  # it brings 60 MB along, and few steps have a film

        self._medium, self._begun, self._at = medium, begun, at
        self._stopped = False
        self._sent = False  # back to the start, and not there yet
        self._seen = False  # a frame that belongs to it
        self._position = 0.0
        self._first = medium.start.total_seconds() if medium.start is not None else 0.0
        self._last = math.inf if medium.end is None else medium.end.total_seconds()
        # a player that loops by itself shows what lies before the start
        self._player: Any = Video(filename=str(medium.file), eos="ask", volume=0)
        self._player.bind(on_load=self._loaded, on_frame=self._frame, on_eos=self._ended)
        self._player.play()

    def stop(self) -> None:
        """End it, and let go of its frames."""
        self._stopped = True
        self._player.stop()  # before it is forgotten: ffpyplayer can hang otherwise

    def _loaded(self, *_: Any) -> None:
        fbo = getattr(self._player, "_fbo", None)  # the player offers no other way to its shader
        if fbo is not None:
            fbo.shader.fs = TV_RANGE
        if self._first:
            self._send_back()

    @property
    def position(self) -> float:
        """Which moment of the whole film its last frame shows, in seconds."""
        return self._position

    def _frame(self, *_: Any) -> None:
        # the player's own place runs ahead of what it shows; this is the picture and its moment
        frame = getattr(self._player, "_next_frame", None)
        if self._stopped or frame is None:  # it was sent somewhere, and this is from before
            return
        self._position = position = float(frame[1])
        if not self._first - NEAR <= position < self._last:
            self._at("")
            if not self._sent:
                self._send_back()
            return
        self._sent = False
        if not self._seen:
            self._seen = True
            return  # the player may have drawn the frame before the one it tells of
        begun, self._begun = self._begun, _nothing
        begun(self._player.texture)
        said = (
            c.text
            for c in self._medium.captions
            if c.start.total_seconds() <= position < c.end.total_seconds()
        )
        self._at(next(said, ""))

    def _ended(self, *_: Any) -> None:
        if not self._stopped:
            self._send_back()

    def _send_back(self) -> None:
        """To the start, as soon as the player is done with its frame."""
        self._sent = True
        Clock.schedule_once(lambda _dt: self._seek())

    def _seek(self) -> None:
        duration = self._player.duration
        if duration <= 0:
            self._sent = False  # the player does not know yet; its next frame tries again
        elif not self._stopped:
            self._player.seek(self._first / duration)


def _nothing(_texture: Texture) -> None:
    """It has begun already."""
