"""What a simulated device can be told by typed lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Options = Mapping[str, str]  # of `stepline device simulate`: link, broker, topic, field, port


@dataclass(frozen=True, slots=True)
class Verb:
    """What may be typed: the words after it, as shown, and what it does with them.

    `do` gets the rest of the line; it raises ValueError when that is not of the shape.
    """

    shape: str
    do: Callable[[str], None]
