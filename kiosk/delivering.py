"""The outbox: records go to the server in order, in batches, until it holds them all. No thread, no clock."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.link import BATCH, BATCH_CHARACTERS, Contradicted, Link, Refused
from kiosk.store.journal import Journal
from kiosk.store.store import Store

NOT_THERE = 404
log = logging.getLogger(__name__)
TWINS = (
    "Two kiosks share one identity, or this one's store was put back: the server holds other records under "
    "the same numbers. Nothing is lost; stop one of them and call an administrator."
)
AHEAD = (
    "The server holds more records of this kiosk than the kiosk itself: its store was replaced. "
    "Records wait here; call an administrator, who enrols it anew."
)


@dataclass(slots=True)
class Outbox:
    """Delivers; `stopped` says why it does so no more, and what to do."""

    store: Store
    link: Link
    stopped: str = ""

    @property
    def waiting(self) -> bool:
        """Whether there is something that can be delivered."""
        return not self.stopped and self._journal.undelivered > 0

    @property
    def _journal(self) -> Journal:
        return self.store.journal

    def deliver_batch(self) -> bool:
        """Hand over the next batch; whether more waits. Raises LinkError and StoreError.

        The server's word counts: what it holds is where the next batch begins, even when that is less than
        before, because it was restored from a backup. Nothing is deleted here after it was delivered.
        """
        journal = self._journal
        entries = journal.after(journal.held, BATCH, BATCH_CHARACTERS)
        if not entries:
            return False
        try:
            held = self.link.deliver(entries)
        except Contradicted:
            self.stopped = TWINS
            return False
        except Refused as problem:
            if problem.status == 413:
                raise
            self.stopped = (
                f"The server refuses this kiosk's records: {problem}. They wait here; call an administrator."
            )
            return False
        before = journal.held
        self._take(held)
        return journal.held != before and self.waiting

    def compare(self) -> None:
        """Ask what the server holds when nothing waits: restored, it may hold less than before."""
        if not self.stopped and not self.waiting:
            self._take(self.link.deliver(()))

    def _take(self, held: int) -> None:
        if held > self._journal.last_seq:
            self.stopped = AHEAD
            return
        self._journal.server_holds(max(0, held))

    def deliver_photos(self, pressing: Callable[[], bool]) -> None:
        """Hand over the photographs of records, until something else presses; raises LinkError and StoreError."""
        for digest in self._journal.photos_to_deliver():
            if pressing():
                return
            self.link.photo(digest, self.store.photos.read(digest, "image/jpeg"))
            self._journal.photo_delivered(digest)

    def deliver_teaching(self, pressing: Callable[[], bool]) -> None:
        """Hand over the pictures that cameras are to be taught from; raises LinkError and StoreError."""
        for picture in self.store.teaching.waiting():
            if pressing():
                return
            try:
                self.link.teaching(
                    picture.device, picture.at, self.store.teaching.read(picture), good=picture.good
                )
            except Refused as problem:
                if problem.status == NOT_THERE:  # the server is older than this kiosk
                    return
                log.warning("the server refuses a picture of %s: %s", picture.device, problem)
            self.store.teaching.forget(picture)
