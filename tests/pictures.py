"""How much two pictures of a screen differ."""

from PIL import Image, ImageChops

VISIBLE = 24  # grey levels; less is rounding


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ visibly; both pictures are RGB and of one size."""
    changed = (
        ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > VISIBLE else 0)
    )
    return changed.histogram()[255] / (one.width * one.height)
