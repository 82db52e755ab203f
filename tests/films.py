"""Films for tests: every second has a colour of its own, so that one sees where they are."""

import io

import av
import numpy as np

RATE = 20  # frames a second
COLORS = ((200, 0, 0), (0, 160, 0), (0, 0, 220), (200, 200, 0), (0, 180, 180), (180, 0, 180))


def film(seconds: int = 6, size: tuple[int, int] = (320, 240)) -> bytes:
    """An MP4 of so many seconds, each of the next colour."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as made:
        stream = made.add_stream("libx264", rate=RATE)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "g": str(RATE)}
        for number in range(seconds * RATE):
            color = COLORS[number // RATE % len(COLORS)]
            shown = np.full((size[1], size[0], 3), color, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")):
                made.mux(packet)
        for packet in stream.encode():
            made.mux(packet)
    return out.getvalue()
