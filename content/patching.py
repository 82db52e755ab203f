"""A long canonical text said as what is new in it: pieces of the text before by their places, and the rest."""

import re
from collections.abc import Sequence

from content.errors import PackageError

Patch = list[str | list[int]]  # a piece of its own, or [first piece of the text before, how many]
MOST = 1_000_000  # pieces; whoever repeats one without end must not fill our memory
_END = re.compile(r"(?<=\},)")  # canonical lists of objects fall apart behind each of them


def make(before: str, after: str) -> Patch:
    """What has to be known beside `before` to write `after`."""
    places = {piece: place for place, piece in enumerate(_END.split(before))}
    patch: Patch = []
    for piece in _END.split(after):
        place, last = places.get(piece), patch[-1] if patch else None
        if place is None:
            if isinstance(last, str):
                patch[-1] = last + piece
            else:
                patch.append(piece)
        elif isinstance(last, list) and last[0] + last[1] == place:
            last[1] += 1
        else:
            patch.append([place, 1])
    return patch


def apply(before: str, patch: Sequence[object]) -> str:
    """The text that the patch was made for; raises PackageError when it does not fit `before`."""
    pieces, written = _END.split(before), list[str]()
    for each in patch:
        match each:
            case str():
                written.append(each)
            case [int(place), int(count)] if 0 <= place < place + count <= len(pieces):
                written += pieces[place : place + count]
            case _:
                raise PackageError("the changes do not fit what is held")
        if len(written) > MOST:
            raise PackageError("the changes are far too long")
    return "".join(written)
