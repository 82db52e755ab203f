"""Payloads of assignments that were issued lately, so that the next one can be said as what has changed."""

import threading
import zlib
from collections import OrderedDict

from content import package

MOST = 256  # that are remembered; a kiosk that holds an older one gets the next in full


class Issued:
    """The latest payloads by their digests. Safe from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, payload: bytes) -> None:
        """Keep what was issued."""
        digest = package.digest_of(payload)
        with self._lock:
            self._kept[digest] = zlib.compress(payload, 1)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def find(self, digest: str) -> bytes | None:
        """What was issued under that digest; None when it is not remembered."""
        with self._lock:
            found = self._kept.get(digest)
        return None if found is None else zlib.decompress(found)
