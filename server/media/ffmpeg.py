"""The ffmpeg program that comes with imageio-ffmpeg, for a child that already is within its limits."""

import subprocess
from collections.abc import Sequence

import imageio_ffmpeg

LOCAL = ("-protocol_whitelist", "file")  # before an input: it is read, and nothing that it names
FED = ("-protocol_whitelist", "pipe")


def ffmpeg(words: Sequence[str], fed: bytes | None = None) -> bool:
    """Run it; whether it did all it was asked to."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-v", "error", "-y", *words]
    ended = subprocess.run(command, input=fed, capture_output=True, check=False)  # noqa: S603 - our own binary and words
    return ended.returncode == 0
