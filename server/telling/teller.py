"""Calls every webhook for every move: in order, at least once, and after a failure later and later.

How far each has been told is in the database, so that a server that starts anew goes on where it was. One receiver
that is slow or down holds up nobody but itself.
"""

import logging
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from server.house import House
from server.store import tables
from server.store.engine import reading, writing
from server.telling import addresses, calling, moves
from server.telling.addresses import AddressRefused
from server.telling.calling import NotTaken
from server.telling.moves import Move

AT_ONCE = 4  # receivers that are called at a time
MOST = 100  # calls of one receiver before others have their turn
FIRST, LONGEST = timedelta(seconds=2), timedelta(hours=1)  # between two attempts
SPREAD = 0.2  # of the pause, so that receivers that failed together are not all called together
log = logging.getLogger(__name__)


class Teller:
    """The calls that are on; `look` is one of the server's regular tasks, and never waits."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._calling: set[int] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._closed = threading.Event()

    def look(self) -> None:
        """Begin to call every receiver that has something to hear."""
        h, now = tables.hooks.c, self._house.now()
        with reading(self._house.engine) as tx:
            rows = tx.execute(select(h.id, h.told).where(or_(h.due.is_(None), h.due <= now))).all()
            waiting = [row.id for row in rows if moves.moves_after(tx, row.told, now, 1)]
        for hook in waiting:
            with self._lock:
                if hook in self._calling or self._closed.is_set():
                    continue
                self._calling.add(hook)
            self._pool.submit(self._tell, hook)

    def close(self, *, wait: bool = False) -> None:
        """Begin no further call; those that are on are bounded, and waited for where that is wanted."""
        self._closed.set()
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _tell(self, hook: int) -> None:
        try:
            for _ in range(MOST):
                if self._closed.is_set() or not self._tell_next(hook):
                    return
        except Exception:  # the top of a thread
            log.exception("a webhook could not be told; it is tried again")
        finally:
            with self._lock:
                self._calling.discard(hook)

    def _tell_next(self, hook: int) -> bool:
        """Tell one move; whether to go on with the next one."""
        with reading(self._house.engine) as tx:
            row = tx.execute(select(tables.hooks).where(tables.hooks.c.id == hook)).first()
            found = moves.moves_after(tx, row.told, self._house.now(), 1) if row else []
        if row is None or not found:
            return False
        try:
            target = addresses.take_apart(row.url)
            place = addresses.place_of(target, self._house.settings.tell)
            calling.call(target, place, row.secret, found[0], self._house.now())
        except (AddressRefused, NotTaken) as problem:
            self._failed(row, problem)
            return False
        self._told(row, found[0])
        return True

    def _told(self, row: Any, move: Move) -> None:
        if row.failures:
            log.info("%s hears again", row.url)
        h = tables.hooks.c
        values = {"told": move.number, "failures": 0, "last_error": "", "due": None}
        with writing(self._house.engine) as tx:
            tx.execute(update(tables.hooks).where(h.id == row.id).values(**values))

    def _failed(self, row: Any, problem: Exception) -> None:
        if not row.failures:
            log.warning("%s was not told: %s", row.url, problem)
        pause = min(FIRST * 2 ** min(row.failures, 20), LONGEST)
        pause *= 1 + random.uniform(-SPREAD, SPREAD)  # noqa: S311 - no secret hangs on it
        pause = max(pause, timedelta(seconds=getattr(problem, "wait", 0)))
        values = {"failures": row.failures + 1, "last_error": str(problem), "due": self._house.now() + pause}
        h = tables.hooks.c
        with writing(self._house.engine) as tx:
            tx.execute(update(tables.hooks).where(h.id == row.id).values(**values))
