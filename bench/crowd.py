"""`python -m bench.crowd SERVER FOLDER FIRST COUNT`: kiosks without a screen; what they hold, as lines of JSON.

Each has the store, the link, the push and the sync of a real kiosk. A line says `code` while it asks to be let in,
and `revision` with the monotonic clock in seconds when it has switched to another assignment.
"""

import json
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

from kiosk.events import AssignmentChanged, EnrolmentOffered, Event
from kiosk.store.store import Store
from kiosk.sync import Sync, SyncSettings
from kiosk.ticker import Ticker

DOCUMENT = "changing"


class Quiet:
    """One kiosk of the crowd."""

    def __init__(
        self, server: str, folder: Path, station: str, say: "SimpleQueue[dict[str, object]]"
    ) -> None:
        self.station = station
        self.store = Store.open(folder / station)
        self._say = say
        settings = SyncSettings(server=server, name=station, version="bench", poll=600.0, confirmed=0.5)
        self.sync = Sync(self.store, Ticker(), settings, tell=self._told)

    def _told(self, event: Event) -> None:
        at = time.monotonic()
        if isinstance(event, EnrolmentOffered):
            self._say.put({"station": self.station, "code": event.code})
        if isinstance(event, AssignmentChanged):
            held = self.store.library.assignment()
            found = [each.revision for each in held.releases if each.document == DOCUMENT] if held else []
            self._say.put({"station": self.station, "revision": max(found, default=0), "at": at})


def main() -> None:
    """Run the kiosks until standard input ends."""
    server, folder, first, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    say: SimpleQueue[dict[str, object]] = SimpleQueue()
    crowd = [Quiet(server, folder, f"bench-{number}", say) for number in range(first, first + count)]
    threading.Thread(target=_speak, args=(say,), daemon=True).start()
    for kiosk in crowd:
        kiosk.sync.start()
    sys.stdin.read()
    for kiosk in crowd:
        kiosk.sync.stop()
        kiosk.store.close()


def _speak(say: "SimpleQueue[dict[str, object]]") -> None:
    while True:
        sys.stdout.write(json.dumps(say.get()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
