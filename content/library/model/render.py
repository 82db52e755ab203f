# /// script
# requires-python = ">=3.11"
# dependencies = ["cadquery>=2.8,<3", "pyvista>=0.46", "numpy>=2", "pillow>=12", "imageio-ffmpeg>=0.6"]
# ///
"""Take every picture of the library anew, and write the annotations' places into the instructions.

uv run content/library/model/render.py                  everything
uv run content/library/model/render.py --only fit-gears  one instruction, or one picture by its name
uv run content/library/model/render.py --draft          half the oversampling, for a quick look
uv run content/library/model/render.py --check DIR      also contact sheets with the annotations drawn in
"""

import argparse
import re
import subprocess
from pathlib import Path
from types import ModuleType

import imageio_ffmpeg
import numpy as np

import pump
import scenes_closing
import scenes_gears
import scenes_housing
import scenes_packing
import scenes_testing
from check_sheet import contact_sheet
from stage import OVERSAMPLING, Scene, Stage, annotations

LIBRARY = Path(__file__).resolve().parent.parent
QUALITY = 88
FILM = (1280, 960)  # pixels
FRAMES_A_SECOND = 25
FILM_SECONDS = 6
PICTURES: dict[str, tuple[ModuleType, str]] = {
    "prepare-housing": (
        scenes_housing,
        "take-housing wipe-bores set-in-press place-seal press-seal press-seal-depth fit-circlip turn-over"
        " drive-dowels fit-lower-block",
    ),
    "fit-gears": (
        scenes_gears,
        "clamp-housing weigh-gears oil-journals insert-drive-gear insert-idler-gear turn-by-hand"
        " fit-upper-block measure-end-float",
    ),
    "close-pump": (
        scenes_closing,
        "lay-o-ring set-cover start-screws tighten-screws tighten-driver turn-closed fit-key plug-ports"
        " take-serial",
    ),
    "leak-and-flow-test": (
        scenes_testing,
        "scan-pump mount-on-stand connect-lines warm-oil hold-pressure look-for-leaks read-flow"
        " release-pressure take-off",
    ),
    "label-and-pack": (
        scenes_packing,
        "scan-pump clean-field place-label press-label weigh-pump put-in-carton close-carton",
    ),
}


def scene_of(module: ModuleType, picture: str) -> Scene:
    """The scene of a picture: the function of the same name."""
    return getattr(module, picture.replace("-", "_"))()


def place_annotations(file: Path, picture: str, lines: list[str]) -> None:
    """Replace the annotations of one picture in an instruction; everything else stays as it was written."""
    text = file.read_text(encoding="utf-8")
    entry = re.compile(
        rf"(?P<head>^(?P<in> *)- picture: media/{re.escape(picture)}\.webp\n(?P=in)  alt: .*\n)"
        r"(?:(?P=in)  annotations:\n(?:(?P=in)    - .*\n)*)?",
        re.MULTILINE,
    )

    def written(found: re.Match[str]) -> str:
        indent = found["in"]
        block = "".join(f"{indent}    - {line}\n" for line in lines)
        return found["head"] + (f"{indent}  annotations:\n{block}" if lines else "")

    file.write_text(entry.sub(written, text), encoding="utf-8")


def film(stage: Stage, file: Path) -> None:
    """One turn of the shaft: H.264 baseline without B-frames, the index first so that it starts at once."""
    steps = 12  # pictures of one tooth pitch, after which the gears look the same
    pitch = 360 / pump.TEETH
    taken = [
        np.asarray(stage.take(scenes_gears.turn_by_hand(pitch * step / steps))[0]) for step in range(steps)
    ]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-y",
        "-loglevel",
        "error",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{FILM[0]}x{FILM[1]}",
        "-r",
        str(FRAMES_A_SECOND),
        "-i",
        "-",
        "-c:v",
        "libx264",
        "-profile:v",
        "baseline",
        "-bf",
        "0",
        "-pix_fmt",
        "yuv420p",
        "-crf",
        "21",
        "-preset",
        "slow",
        "-movflags",
        "+faststart",
        str(file),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for frame in range(FRAMES_A_SECOND * FILM_SECONDS):
            encoder.stdin.write(taken[frame % steps].tobytes())
    if encoder.returncode:
        raise SystemExit(f"{file}: the encoder stopped with {encoder.returncode}")


def main() -> None:
    """Take the pictures that were asked for."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--only", nargs="*", default=[])
    arguments.add_argument("--draft", action="store_true")
    arguments.add_argument("--check", type=Path)
    asked = arguments.parse_args()
    stage = Stage(oversampling=1 if asked.draft else OVERSAMPLING)
    for document, (module, names) in PICTURES.items():
        folder = LIBRARY / "instructions" / document
        for name in names.split():
            if asked.only and document not in asked.only and name not in asked.only:
                continue
            scene = scene_of(module, name)
            picture, view = stage.take(scene)
            picture.save(folder / "media" / f"{name}.webp", quality=QUALITY, method=6)
            place_annotations(folder / "instruction.yaml", name, annotations(scene, view))
            print(f"{document}/{name}", flush=True)
        if asked.check:
            contact_sheet(folder / "instruction.yaml", asked.check / f"{document}.png")
    if not asked.only or "gp-100-exploded" in asked.only:
        stage.take(scenes_packing.exploded())[0].save(
            LIBRARY / "gp-100-exploded.webp", quality=QUALITY, method=6
        )
    if not asked.draft and (not asked.only or "film" in asked.only):
        film(Stage(*FILM), LIBRARY / "instructions" / "fit-gears" / "media" / "turn-by-hand.mp4")


if __name__ == "__main__":
    main()
