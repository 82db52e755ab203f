"""A small document that tests of several rooms write into a folder."""

from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
TEXT = """\
id: close-pump
kind: work-instruction
title: Close the pump
revision: 1
language: en
applies_to: {part_numbers: [GP-100]}
parts:
  - {number: GP-101, name: Housing}
steps:
  - id: bolt
    title: Tighten
    text: Tighten the screws.
    media:
      - picture: media/bolt.png
        alt: The screws
        annotations:
          - {shape: arrow, from: [0.1, 0.2], to: [0.5, 0.5]}
    parts: [GP-101]
    standard_time: 1m30s
    checks:
      - {id: bolts, kind: torque, fastenings: 4, unit: N.m, low: "8.5", high: "9.5", target: 9.0}
"""


def write_instruction(folder: Path, text: str = TEXT, picture: bytes | None = PNG) -> Path:
    """Write the document with its picture; the folder."""
    (folder / "media").mkdir(exist_ok=True)
    (folder / "instruction.yaml").write_text(text)
    if picture is not None:
        (folder / "media/bolt.png").write_bytes(picture)
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its path in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
