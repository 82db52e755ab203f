"""Films: looked at with PyAV, then made into H.264 that every kiosk plays, with a poster. Runs in a child.

Only the demuxer of the format that the content announced is let at the file, and it may open nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from PIL import Image

from server.errors import Invalid, TooLarge
from server.media.ffmpeg import LOCAL, ffmpeg
from server.media.making import LONGEST_FILM, Made, MadeMedium, Making, Role
from server.media.pictures import from_pillow

DEMUXERS = {"MP4": "mov", "Matroska": "matroska", "AVI": "avi"}
LONGEST = 300  # s of the part that is kept
MOST_PIXELS = 4096 * 2304
MOST_FRAMES = 240  # a second, as sent
FRAMES = 30  # a second, as kept
SAMPLES = 12  # frames that the poster is chosen from
FILM = "film.mp4"


def make(folder: Path, options: dict[str, Any]) -> Making:
    """The film between `options["start"]` and `options["end"]` (s, or None), and its poster."""
    source, demuxer = folder / options["file"], DEMUXERS[options["format"]]
    duration = _probed(source, demuxer)
    start = options["start"] or 0.0
    end = duration if options["end"] is None else min(options["end"], duration)
    length = end - start
    if length <= 0:
        raise Invalid(
            f"the film is {duration:.1f} s long; nothing is left between start and end", "cut it elsewhere"
        )
    if length > LONGEST:
        raise TooLarge(
            f"the film is {length:.0f} s long",
            f"at most {LONGEST} s; say where it starts and ends, or cut it",
        )
    _transcode(source, demuxer, folder / FILM, start, length)
    return Making(media=(finished(folder, "film", length),))


def finished(folder: Path, what: str, expected: float) -> MadeMedium:
    """The film that was made, with its poster; raises Invalid when much of it is missing."""
    try:
        with _opened(folder / FILM, "mov") as film:
            stream = film.streams.video[0]
            seconds = float(Fraction(film.duration or 0, av.time_base))
            width, height = stream.codec_context.width, stream.codec_context.height
            if seconds < 0.8 * expected - 0.5:
                raise Invalid(
                    f"the film breaks off after {seconds:.1f} of {expected:.1f} s",
                    "copy it again from the camera",
                )
            poster = _sharpest(film, stream, seconds)
    except (FFmpegError, IndexError):
        raise Invalid("the film is damaged: no picture could be read", "save it again as MP4") from None
    made = Made(role=Role.FILM, file=FILM, width=width, height=height)
    pictures = from_pillow(poster, folder, what, Role.POSTER)
    return MadeMedium(what=what, files=(made, *pictures), seconds=round(seconds, 3))


@contextmanager
def _opened(file: Path, demuxer: str) -> Iterator[InputContainer]:
    """The film, read by that demuxer, which can open nothing but this file."""
    with file.open("rb") as stream, av.open(stream, format=demuxer, io_open=_nothing_else) as film:
        assert isinstance(film, InputContainer)
        yield film


def _nothing_else(url: str, _flags: int, _options: dict[str, str]) -> Any:
    raise PermissionError(url)


def _probed(source: Path, demuxer: str) -> float:
    """How long the film is in s; raises Invalid or TooLarge before much of it is decoded."""
    try:
        with _opened(source, demuxer) as film:
            if not film.streams.video:
                raise Invalid("there is no film in the file", "send a film, not only its sound")
            video = film.streams.video[0]
            if video.codec_context is None:
                raise Invalid("the film's codec is not known", "save it as MP4 with H.264")
            width, height = video.codec_context.width, video.codec_context.height
            if width * height > MOST_PIXELS or min(width, height) < 16:
                raise TooLarge(f"the film has {width} × {height} pixels", "use 16 × 16 to 4096 × 2304")
            rate = float(video.average_rate or 0)
            if rate > MOST_FRAMES:
                raise TooLarge(f"the film has {rate:.0f} frames a second", f"at most {MOST_FRAMES}")
            seconds = _seconds(film, video)
            next(film.decode(video))  # one picture at least
    except (FFmpegError, StopIteration, PermissionError, ValueError):
        raise Invalid(
            "the film is damaged, or it is cut off", "copy it again from the camera, or save it as MP4"
        ) from None
    return seconds


def _seconds(film: Any, video: Any) -> float:
    """The duration as the file tells it; LONGEST where it does not, so that the cut is made there."""
    if film.duration:
        return float(Fraction(film.duration, av.time_base))
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    return float(LONGEST)


def _transcode(source: Path, demuxer: str, target: Path, start: float, length: float) -> None:
    shape = f"scale='min({LONGEST_FILM},iw)':'min({LONGEST_FILM},ih)':force_original_aspect_ratio=decrease"
    filters = f"{shape}:force_divisible_by=2:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p"
    encode(
        [*LOCAL, "-f", demuxer, "-ss", f"{start:.3f}", "-i", f"file:{source}"],
        ["-t", f"{length:.3f}", "-map", "0:v:0", "-vf", filters, "-fpsmax", str(FRAMES)],
        target,
    )


def encode(source: list[str], shape: list[str], target: Path, fed: bytes | None = None) -> None:
    """Encode H.264 that the weakest player takes, without sound or metadata; raises Invalid when nothing comes out."""
    words = [*source, *shape, "-an", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]
    words += ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-crf", "23", "-bf", "0"]
    words += ["-maxrate", "4M", "-bufsize", "8M", "-g", "60", "-threads", "2", "-fflags", "+bitexact"]
    words += ["-movflags", "+faststart", "-f", "mp4", f"file:{target}"]
    if not ffmpeg(words, fed) and not (target.is_file() and target.stat().st_size):
        raise Invalid("the film is damaged: it could not be converted", "save it again as MP4 with H.264")


def _sharpest(film: Any, stream: Any, seconds: float) -> Image.Image:
    """Of some frames of the film the one with the most detail, as the variance of its Laplacian."""
    best: tuple[float, Image.Image] | None = None
    for number in range(SAMPLES):
        film.seek(int(seconds * (number + 0.5) / SAMPLES * av.time_base))
        frame = next(film.decode(stream), None)
        if frame is None:
            continue
        grey = frame.to_ndarray(format="gray").astype(np.float32)
        edges = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
        detail = float(edges.var())
        if best is None or detail > best[0]:
            best = (detail, frame.to_image())
    if best is None:
        raise Invalid("the film is damaged: no picture could be read", "save it again as MP4")
    return best[1]
