"""Where things are that several scenes point at, and the outlines that marks lie round."""

import math

import numpy as np

import pump
import tools

FLOOR = tools.RING_FLOOR


def circle(centre: tuple[float, float, float], radius: float, normal: str = "z") -> np.ndarray:
    """Points round a circle, for a mark that lies round something."""
    turns = np.linspace(0, 2 * math.pi, 24)
    a, b, c = radius * np.cos(turns), radius * np.sin(turns), np.zeros(24)
    order = {"z": (a, b, c), "x": (c, a, b), "y": (a, c, b)}[normal]
    return np.array(centre) + np.column_stack(order)


def oval(radius: float, z: float) -> np.ndarray:
    """Points round the two gear axes."""
    return np.vstack([circle((*pump.DRIVE, z), radius), circle((*pump.IDLER, z), radius)])
