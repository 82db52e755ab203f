"""Contact sheets with the annotations drawn in, to see whether they sit on the thing."""

import math
import re
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TILE = (800, 600)  # pixels
COLUMNS = 3
LINE = (230, 20, 90)
_NUMBER = r"(-?[\d.]+)"


def contact_sheet(instruction: Path, target: Path) -> None:
    """All pictures of an instruction on one sheet."""
    pictures: dict[str, list[str]] = {}
    name = None
    for line in instruction.read_text(encoding="utf-8").splitlines():
        if found := re.search(r"- picture: (\S+)", line):
            name = found[1]
            pictures[name] = []
        elif name and "{shape:" in line:
            pictures[name].append(line)
    rows = math.ceil(len(pictures) / COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * TILE[0], rows * TILE[1]), "white")
    for index, (file, lines) in enumerate(pictures.items()):
        tile = Image.open(instruction.parent / file).convert("RGB").resize(TILE, Image.Resampling.LANCZOS)
        draw = ImageDraw.Draw(tile)
        for line in lines:
            _draw(draw, line)
        draw.text((8, 8), Path(file).stem, fill=(90, 90, 90), font=ImageFont.load_default(22))
        sheet.paste(tile, (index % COLUMNS * TILE[0], index // COLUMNS * TILE[1]))
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target)


def _draw(draw: ImageDraw.ImageDraw, line: str) -> None:
    wide, tall = TILE
    shape = re.search(r"shape: (\w+)", line)
    text = re.search(r'text: "(.*)"', line)
    numbers = {key: float(value) for key, value in re.findall(rf"(\w+): {_NUMBER}", line)}
    points = [(float(x) * wide, float(y) * tall) for x, y in re.findall(rf"\[{_NUMBER}, {_NUMBER}\]", line)]
    place = points[0] if points else (numbers["x"] * wide, numbers["y"] * tall)
    match shape[1] if shape else "":
        case "box":
            x, y = place
            draw.rectangle(
                (x, y, x + numbers["width"] * wide, y + numbers["height"] * tall), outline=LINE, width=4
            )
            place = (x, y - 14)
        case "ellipse":
            x, y = place
            rx, ry = numbers["rx"] * wide, numbers["ry"] * tall
            draw.ellipse((x - rx, y - ry, x + rx, y + ry), outline=LINE, width=4)
            place = (x + rx, y - ry)
        case "arrow":
            draw.line(points, fill=LINE, width=5)
            draw.ellipse((points[1][0] - 7, points[1][1] - 7, points[1][0] + 7, points[1][1] + 7), fill=LINE)
        case "polygon":
            draw.line([*points, points[0]], fill=LINE, width=4)
        case "badge":
            x, y = place
            draw.ellipse((x - 17, y - 17, x + 17, y + 17), fill=LINE)
            draw.text(
                place, f"{numbers['number']:g}", fill="white", font=ImageFont.load_default(24), anchor="mm"
            )
    if text:
        draw.text(
            place,
            text[1],
            fill=LINE,
            font=ImageFont.load_default(24),
            anchor="mm",
            stroke_width=3,
            stroke_fill="white",
        )
