"""Which results of the station's tools were taken: after a restart a tool is asked for those that came since."""

import json

from hardware.readings import TorqueApplied
from kiosk.bench import Bench
from kiosk.store.errors import StoreError

KEPT = "tool-results"  # the name under which the numbers are kept over a restart


class Results:
    """The number of the last result of each tool that numbers them."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._last: dict[str, int] = json.loads(bench.store.meta.get(KEPT) or "{}")

    def taken(self, reading: TorqueApplied) -> None:
        """The run was told of it. Kept after its facts: a power cut between them repeats it, and loses nothing."""
        if reading.number is None:
            return
        self._last[reading.device] = reading.number
        try:
            self._bench.store.meta.put(**{KEPT: json.dumps(self._last)})
        except StoreError as problem:
            self._bench.failed(problem)

    def last(self, device: str) -> int | None:
        """The number of the last result that was taken of a tool."""
        return self._last.get(device)
