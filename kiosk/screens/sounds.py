"""Two short sounds: taken, and not taken. A machine without sound works as well."""

import math
import os
import wave
from array import array
from pathlib import Path

from kivy.core.audio import SoundLoader

RATE = 44_100  # samples per second
FADE = 0.008  # seconds at both ends, so that nothing clicks
LOUDNESS = 11_000  # of 32,767
TONES = {
    "accepted": ((880.0, 0.06), (1320.0, 0.09)),
    "rejected": ((220.0, 0.14), (165.0, 0.2)),
}  # Hz, seconds


class Sounds:
    """Plays the sounds that could be loaded."""

    def __init__(self) -> None:
        folder = Path(os.environ["KIVY_HOME"])
        self._sounds = {name: SoundLoader.load(str(_made(folder, name))) for name in TONES}

    def play(self, name: str) -> None:
        """Play it; nothing happens where there is no sound."""
        sound = self._sounds.get(name)
        if sound is not None:
            sound.stop()
            sound.play()


def _made(folder: Path, name: str) -> Path:
    file = folder / f"{name}.wav"
    samples = array("h")
    for pitch, length in TONES[name]:
        for count in range(int(RATE * length)):
            time = count / RATE
            fade = min(1.0, time / FADE, (length - time) / FADE)
            samples.append(int(LOUDNESS * fade * math.sin(2 * math.pi * pitch * time)))
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file
