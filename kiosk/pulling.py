"""Bringing the store to the station's assignment: fetch what is missing, prove all of it, switch at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from content import package
from content.errors import PackageError
from kiosk import proof, validity
from kiosk.assignment import Assignment
from kiosk.collecting import Collector, NoRoom
from kiosk.fetching import AssignmentRefused, Fetcher, Source, nothing
from kiosk.link import Refused
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.trusting import Trusting

__all__ = ["AssignmentRefused", "Puller"]


@dataclass(slots=True)
class Puller:
    """Fetches, verifies and switches. Used on one thread only, which `meanwhile` is called on during transfers."""

    store: Store
    source: Source
    ticker: Ticker
    limit: int | None = None  # bytes of the store
    meanwhile: Callable[[], None] = nothing
    _etag: str | None = field(default=None, init=False)

    def pull(self) -> bool:
        """Look at trust and assignment; whether the store has switched to a new one.

        Raises:
            AssignmentRefused: older, foreign, changed or ended; said to a person.
            LinkError, StoreError: as they come; the next pull goes on where this one ended.
        """
        trusting = Trusting(self.store)
        self._learn(trusting)
        answer = self.source.assignment(self._etag, self.store.library.payload())
        if answer is None:
            return False
        envelope, etag = answer
        try:
            opened = trusting.open(envelope, package.ASSIGNMENT_TYPE)
            assignment = Assignment.read(opened.payload)
        except PackageError as problem:
            raise AssignmentRefused(f"The station's assignment was not taken: {problem}.") from None
        if not self._is_news(assignment, trusting):
            self._etag = etag
            return False
        collector = Collector(self.store, self.limit)
        try:
            Fetcher(self.store, self.source, trusting, collector, self.meanwhile).bring(assignment)
        except NoRoom as problem:
            raise AssignmentRefused(str(problem)) from None
        self.store.library.adopt(assignment, opened.payload, opened.keyid)
        self._etag = etag
        if assignment.issued_at is not None:
            self.ticker.prove(assignment.issued_at)
            proof.keep(self.store, self.ticker)
        collector.tidy()
        return True

    def _learn(self, trusting: Trusting) -> None:
        held = trusting.held
        try:
            statements = self.source.trust(0 if held is None else held.version)
        except Refused as problem:
            if problem.status == 404:  # a server of before there was a root key
                return
            raise
        try:
            trusting.learn(statements)
        except PackageError as problem:
            raise AssignmentRefused(
                f"What the server says about its keys was not believed: {problem}. The documents in use stay; "
                "an administrator looks at the server's keys, or enrols this kiosk anew."
            ) from None
        held = trusting.held
        if held is not None:
            self.ticker.prove(held.issued_at)
            if held.expires_at <= self.ticker.best():
                raise AssignmentRefused(
                    f"The server's keys were vouched for until {validity.moment(held.expires_at)} only. "
                    "The documents in use stay; an administrator renews that with the root key."
                )

    def _is_news(self, coming: Assignment, trusting: Trusting) -> bool:
        """Whether it is to be switched to; raises AssignmentRefused when it may not be."""
        identity = self.store.meta.identity
        ours = identity.station.get("id") if identity else None
        if coming.station.id != ours:
            raise AssignmentRefused(
                f"The server sent the assignment of station {coming.station.id}, "
                f"but this kiosk stands at {ours}. It was not taken; "
                "an administrator checks the kiosk in the portal."
            )
        now = self.ticker.best()
        if coming.expires_at is not None and validity.over(coming.expires_at, now):
            raise AssignmentRefused(
                f"An assignment came that held until {validity.moment(coming.expires_at)}, and here it is "
                f"{validity.moment(now)}. It was not taken; have the clocks of server and kiosk looked at."
            )
        current = self.store.library.assignment()
        if current is None or coming == current:
            return current is None
        self._insist_on_newer(coming, current, trusting)
        return not (_as_said(coming) == _as_said(current) and _issued_before(coming, current))

    def _insist_on_newer(self, coming: Assignment, current: Assignment, trusting: Trusting) -> None:
        signer = self.store.library.signer()
        if signer is not None and signer not in trusting.signers:
            return  # whoever has stolen a key may have raised the counter: a new key counts anew
        if coming.counter < current.counter:
            raise AssignmentRefused(
                f"The server sent an older assignment ({coming.counter}) "
                f"than the one in use ({current.counter}). It was not taken; "
                "an engineer assigns the documents again."
            )
        same = _as_said(coming) == _as_said(current)
        if coming.counter == current.counter and not same and _issued_before(coming, current):
            raise AssignmentRefused(
                f"The server sent an assignment ({coming.counter}) that was issued before the one in use. "
                "It was not taken; an engineer assigns the documents again."
            )


def _as_said(assignment: Assignment) -> Assignment:
    """What it says, without when that was said; a stick names no broker."""
    return assignment.model_copy(update={"issued_at": None, "expires_at": None, "broker": None})


def _issued_before(one: Assignment, other: Assignment) -> bool:
    return other.issued_at is not None and (one.issued_at is None or one.issued_at < other.issued_at)
