"""What is printed or lit: displays, dials, codes and labels, as flat pictures."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def type_size(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The type used on displays and labels."""
    return ImageFont.load_default(size)


def display(text: str, unit: str, size: tuple[int, int] = (480, 180)) -> Image.Image:
    """A lit display with one number and its unit."""
    picture = Image.new("RGB", size, (18, 32, 40))
    draw = ImageDraw.Draw(picture)
    draw.text(
        (size[0] * 0.72, size[1] / 2), text, fill=(150, 240, 215), font=type_size(size[1] * 0.66), anchor="rm"
    )
    draw.text(
        (size[0] * 0.77, size[1] * 0.62),
        unit,
        fill=(150, 240, 215),
        font=type_size(size[1] * 0.30),
        anchor="lm",
    )
    return picture


def code_squares(size: int, seed: int) -> Image.Image:
    """Squares that look like a Data Matrix; the picture of a code, not a code."""
    cells = 18
    grid = np.random.default_rng(seed).integers(0, 2, (cells, cells))
    grid[-1, :], grid[:, 0] = 1, 1
    grid[0, :], grid[:, -1] = np.arange(cells) % 2 == 0, np.arange(cells) % 2 == 1
    quiet = np.pad(grid, 1)
    return (
        Image.fromarray(((1 - quiet) * 255).astype(np.uint8))
        .resize((size, size), Image.Resampling.NEAREST)
        .convert("RGB")
    )


def station_code(name: str) -> Image.Image:
    """The plate with a station's code and its name."""
    picture = Image.new("RGB", (380, 260), (246, 247, 248))
    picture.paste(code_squares(170, 21), (105, 10))
    ImageDraw.Draw(picture).text((190, 218), name, fill=(20, 24, 30), font=type_size(56), anchor="mm")
    return picture


def type_label() -> Image.Image:
    """The type label GP-141."""
    picture = Image.new("RGB", (1120, 640), (246, 247, 248))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 1120, 130), fill=(24, 52, 84))
    draw.text((44, 66), "GEAR PUMP", fill="white", font=type_size(76), anchor="lm")
    draw.text((1076, 66), "GP-100", fill="white", font=type_size(76), anchor="rm")
    for row, (name, value) in enumerate(
        (
            ("Displacement", "7.5 cc/rev"),
            ("Pressure", "16 bar"),
            ("Speed", "1450 rpm"),
            ("Serial", "SN004217"),
        )
    ):
        draw.text((44, 205 + row * 108), name, fill=(90, 98, 108), font=type_size(56), anchor="lm")
        draw.text((410, 205 + row * 108), value, fill=(20, 24, 30), font=type_size(62), anchor="lm")
    picture.paste(code_squares(300, 7), (790, 240))
    draw.rectangle((2, 2, 1117, 637), outline=(120, 128, 138), width=5)
    return picture


def dial(
    value: float, low: float, high: float, unit: str, ticks: int, band: tuple[float, float] | None = None
) -> Image.Image:
    """The face of a pointer gauge, 270 degrees of scale."""
    size, middle = 640, 320
    picture = Image.new("RGB", (size, size), (248, 249, 250))
    draw = ImageDraw.Draw(picture)

    def angle(number: float) -> float:
        return math.radians(135 + 270 * (number - low) / (high - low))

    def at(number: float, radius: float) -> tuple[float, float]:
        return middle + radius * math.cos(angle(number)), middle + radius * math.sin(angle(number))

    if band:
        draw.arc(
            (40, 40, 600, 600),
            math.degrees(angle(band[0])),
            math.degrees(angle(band[1])),
            fill=(40, 160, 90),
            width=34,
        )
    for tick in range(ticks * 5 + 1):
        number = low + (high - low) * tick / (ticks * 5)
        major = tick % 5 == 0
        draw.line(
            (*at(number, 235 if major else 255), *at(number, 280)), fill=(30, 34, 40), width=8 if major else 4
        )
        if major:
            draw.text(at(number, 190), f"{number:g}", fill=(30, 34, 40), font=type_size(46), anchor="mm")
    draw.text((middle, 470), unit, fill=(60, 66, 74), font=type_size(56), anchor="mm")
    draw.line((*at(value, -60), *at(value, 232)), fill=(200, 40, 30), width=14)
    draw.ellipse((middle - 26, middle - 26, middle + 26, middle + 26), fill=(30, 34, 40))
    return picture


def carton_print() -> Image.Image:
    """The printed label of the carton."""
    picture = Image.new("RGB", (720, 460), (250, 250, 250))
    draw = ImageDraw.Draw(picture)
    draw.text((36, 76), "GP-100", fill=(20, 24, 30), font=type_size(96), anchor="lm")
    draw.text((36, 168), "Gear pump", fill=(70, 78, 88), font=type_size(62), anchor="lm")
    draw.text((36, 250), "1 piece  1.7 kg", fill=(70, 78, 88), font=type_size(52), anchor="lm")
    bars = np.random.default_rng(4).integers(3, 11, 60)
    place = 40
    for index, bar in enumerate(bars):
        if index % 2 == 0 and place < 420:
            draw.rectangle((place, 310, place + int(bar), 420), fill=(20, 24, 30))
        place += int(bar)
    picture.paste(code_squares(230, 11), (460, 40))
    return picture
