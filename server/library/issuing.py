"""Assignments on their way to kiosks: in full, or as what has changed since the one that a kiosk says it holds."""

import json

from content import package, patching, wire
from server.house import House
from server.library import assigning


def issue(house: House, station: str, broker: str, held: str | None) -> bytes:
    """The signed assignment, as JSON: an envelope, or the changes to make one of the payload with digest `held`."""
    sealed = assigning.assignment(house, station, broker)
    payload = package.content_of(sealed)
    house.issued.remember(payload)
    before = None if held is None else house.issued.find(held)
    if before is None:
        return sealed
    values = json.loads(sealed)
    del values["payload"]
    values["digest"] = package.digest_of(payload)
    values["patch"] = patching.make(before.decode(), payload.decode())
    return wire.canonical(values).encode()
