"""What an assignment needs and this kiosk lacks, fetched several at once; nothing counts before it is verified."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from content import package
from content.errors import PackageError
from content.package import Release
from content.values import Digest
from kiosk.assignment import Assignment, Named
from kiosk.collecting import Collector
from kiosk.link import Abandoned, Refused
from kiosk.store.library import Needed
from kiosk.store.store import Store
from kiosk.trusting import Trusting

CONNECTIONS = 4  # transfers at a time
LOOK = 0.5  # s between two looks at what else is to be done while transfers run


class AssignmentRefused(Exception):
    """An assignment or one of its releases was not taken; said to a person. What was in use stays so."""


class Source(Protocol):
    """Where a package comes from: the server, or a stick."""

    def trust(self, after: int) -> Sequence[bytes]:
        """The statements of trust above that version, the oldest first."""
        ...

    def assignment(self, etag: str | None, held: bytes | None) -> tuple[bytes, str | None] | None:
        """The sealed assignment and its ETag; None when it is still the one of `etag`. `held` is what is in force."""
        ...

    def release(self, digest: Digest) -> bytes:
        """The sealed release."""
        ...

    def media(self, digest: Digest, size: int, partial: Path, insist: Callable[[], None]) -> None:
        """Bring a file of `size` bytes into `partial`, on from where an earlier try ended.

        `insist` is called again and again; what it raises ends the transfer.
        """
        ...


def nothing() -> None:
    """Nothing else is to be done."""


@dataclass(slots=True)
class Fetcher:
    """Brings releases and media into the store. `meanwhile` is called on the caller's thread while transfers run."""

    store: Store
    source: Source
    trusting: Trusting
    collector: Collector
    meanwhile: Callable[[], None] = nothing
    _abandoned: threading.Event = field(default_factory=threading.Event, init=False)

    def bring(self, assignment: Assignment) -> None:
        """Fetch what is missing; afterwards all of it is here and whole.

        Raises:
            AssignmentRefused: something is changed, foreign, not there, or has no room; said to a person.
            LinkError, StoreError: as they come; what has arrived stays, and the next try goes on from there.
        """
        held = self.store.library.held()
        self._together(
            partial(self._release, each) for each in assignment.releases if each.digest not in held
        )
        lacking = self.lacking(assignment)
        self.collector.make_room(assignment, lacking)
        by_digest: dict[Digest, list[Needed]] = {}
        for each in lacking:
            by_digest.setdefault(each.digest, []).append(each)
        self._together(partial(self._media, each) for each in by_digest.values())
        self.store.media.settle()

    def lacking(self, assignment: Assignment) -> list[Needed]:
        """The files of its releases that are not here with the size they should have."""
        media = self.store.media
        needed = self.store.library.needed([each.digest for each in assignment.releases])
        return [each for each in needed if not media.has(each.digest, each.type, each.size)]

    def _release(self, named: Named) -> None:
        try:
            envelope = self.source.release(named.digest)
            payload = self.trusting.open(envelope, package.RELEASE_TYPE).payload
            release = _the_one(payload, named.digest)
        except PackageError as problem:
            raise AssignmentRefused(
                f"“{named.title}” was not taken: {problem}. The documents in use stay."
            ) from None
        except Refused as problem:
            raise AssignmentRefused(f"“{named.title}” could not be fetched: {problem}") from None
        self.store.library.add(release, envelope, payload)

    def _media(self, needed: Sequence[Needed]) -> None:
        media, first = self.store.media, needed[0]
        for each in needed:
            try:
                self.source.media(each.digest, each.size, media.partial(each.digest), self._insist)
                media.accept(each.digest, each.type)
            except PackageError as problem:
                raise AssignmentRefused(
                    f"“{first.title}” was not taken: {problem}. The documents in use stay."
                ) from None
            except Refused as problem:
                raise AssignmentRefused(
                    f"A file of “{first.title}” could not be fetched: {problem}"
                ) from None

    def _insist(self) -> None:
        if self._abandoned.is_set():
            raise Abandoned

    def _together(self, work: Iterable[Callable[[], None]]) -> None:
        """Do it several at a time; the first that fails ends it, and what has come by then stays."""
        running: set[Future[None]] = set()
        with ThreadPoolExecutor(CONNECTIONS, "kiosk-fetch") as pool:
            try:
                for each in work:
                    running.add(pool.submit(each))
                    while len(running) >= 2 * CONNECTIONS:
                        running = self._settled(running)
                while running:
                    running = self._settled(running)
            except BaseException:
                self._abandoned.set()
                for each in running:
                    each.cancel()
                raise

    def _settled(self, running: set[Future[None]]) -> set[Future[None]]:
        done, rest = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
        for each in done:
            each.result()
        self.meanwhile()
        return rest


def _the_one(payload: bytes, digest: Digest) -> Release:
    if package.digest_of(payload) != digest:
        raise PackageError("it is another release than the one that is assigned")
    return package.read_payload(payload)
