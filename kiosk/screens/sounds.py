"""Two short sounds: taken, and not taken. A machine without sound works as well."""

import os
import wave
from pathlib import Path

import numpy as np
from kivy.core.audio import SoundLoader

RATE = 44_100  # samples per second
TONES = {"accepted": ((880.0, 0.06), (1320.0, 0.09)), "rejected": ((220.0, 0.14), (165.0, 0.2))}  # Hz, seconds


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
    parts = []
    for pitch, length in TONES[name]:
        time = np.arange(int(RATE * length)) / RATE
        fade = np.minimum(1, np.minimum(time, length - time) / 0.008)  # no clicks
        parts.append(0.35 * np.sin(2 * np.pi * pitch * time) * fade)
    samples = (np.concatenate(parts) * 32_767).astype("<i2")
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file
