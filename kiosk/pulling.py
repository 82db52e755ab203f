"""Bringing the store to the station's assignment: recall at once, fetch what lacks, prove all of it, switch at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from content import package
from content.errors import PackageError
from content.package import Opened
from kiosk import proof, validity
from kiosk.assignment import Assignment
from kiosk.collecting import Collector, NoRoom
from kiosk.fetching import AssignmentRefused, Fetcher, Source
from kiosk.link import Refused
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.trusting import Trusting

__all__ = ["AssignmentRefused", "Puller"]
LONG_AGO = datetime.min.replace(tzinfo=UTC)  # when what does not say when it was issued was


def quietly() -> None:
    """Nobody has to be told."""


def undisturbed() -> bool:
    """Nothing came that would be a reason to look at the assignment again."""
    return False


@dataclass(frozen=True, slots=True)
class _Coming:
    """An assignment that was believed, and is to be switched to."""

    assignment: Assignment
    opened: Opened
    etag: str | None


class _Overtaken(Exception):
    """What is being fetched is not what holds any more."""


@dataclass(slots=True)
class Puller:
    """Recalls, fetches, verifies and switches. Used on one thread only.

    What is withdrawn is out of use as soon as the assignment that says so was believed: no transfer, lack of room or
    damaged release stands before that. `meanwhile` is called on that thread during transfers, and says whether the
    assignment should be looked at again; `recalled` is called when releases came out of use.
    """

    store: Store
    source: Source
    ticker: Ticker
    limit: int | None = None  # bytes of the store
    meanwhile: Callable[[], bool] = undisturbed
    recalled: Callable[[], None] = quietly
    _etag: str | None = field(default=None, init=False)

    def pull(self) -> bool:
        """Look at trust and assignment; whether the store has switched to a new one.

        Raises:
            AssignmentRefused: older, foreign, changed or ended; said to a person.
            LinkError, StoreError: as they come; the next pull goes on where this one ended.
        """
        while (coming := self._look(self._etag)) is not None:
            try:
                self._switch(coming)
            except _Overtaken:
                continue
            return True
        return False

    def _look(self, etag: str | None) -> _Coming | None:
        """What is to be switched to, after what it withdraws came out of use; None when there is no such assignment."""
        trusting = Trusting(self.store)
        self._learn(trusting)
        answer = self.source.assignment(etag, self.store.library.payload())
        if answer is None:
            return None
        envelope, etag = answer
        try:
            opened = trusting.open(envelope, package.ASSIGNMENT_TYPE)
            assignment = Assignment.read(opened.payload)
        except PackageError as problem:
            raise AssignmentRefused(f"The station's assignment was not taken: {problem}.") from None
        if not self._is_news(assignment, trusting):
            self._etag = etag
            return None
        self._recall(assignment, opened)
        return _Coming(assignment, opened, etag)

    def _recall(self, coming: Assignment, opened: Opened) -> None:
        """Keep that it was believed, with what it withdraws: nothing older is taken from now on."""
        library = self.store.library
        held = library.assignment()
        if held is None:
            return
        library.recall(coming, opened.payload, opened.keyid)
        if not set(coming.withdrawn) <= set(held.withdrawn):
            self.recalled()

    def _switch(self, coming: _Coming) -> None:
        """Fetch what it needs, and switch to it; raises _Overtaken when another one holds by then."""
        collector = Collector(self.store, self.limit)
        fetcher = Fetcher(
            self.store, self.source, Trusting(self.store), collector, partial(self._between, coming)
        )
        assignment, opened = coming.assignment, coming.opened
        try:
            fetcher.bring(assignment)
        except NoRoom as problem:
            raise AssignmentRefused(str(problem)) from None
        self.store.library.adopt(assignment, opened.payload, opened.keyid)
        self._etag = coming.etag
        if assignment.issued_at is not None:
            self.ticker.prove(assignment.issued_at)
            proof.keep(self.store, self.ticker)
        collector.tidy()

    def _between(self, fetched: _Coming) -> None:
        """While it is fetched: does it still hold? One that may not be taken is told by the next pull, not here."""
        if not self.meanwhile():
            return
        try:
            newer = self._look(fetched.etag)
        except AssignmentRefused:
            newer = None
        if fetched.opened.keyid not in Trusting(self.store).signers:
            raise _Overtaken
        if newer is not None and _rank(newer.assignment) > _rank(fetched.assignment):
            raise _Overtaken

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
        believed = self.store.library.believed()
        for held, signer in believed:
            # whoever has stolen a key may have raised the counter: a new key counts anew
            if signer is None or signer in trusting.signers:
                _insist_on_newer(coming, held)
        current = believed[0][0] if believed else None
        if current is None or coming == current:
            return current is None
        return not (_as_said(coming) == _as_said(current) and _issued_before(coming, current))


def _insist_on_newer(coming: Assignment, held: Assignment) -> None:
    if coming.counter < held.counter:
        raise AssignmentRefused(
            f"The server sent an older assignment ({coming.counter}) "
            f"than the one in use ({held.counter}). It was not taken; "
            "an engineer assigns the documents again."
        )
    same = _as_said(coming) == _as_said(held)
    if coming.counter == held.counter and not same and _issued_before(coming, held):
        raise AssignmentRefused(
            f"The server sent an assignment ({coming.counter}) that was issued before the one in use. "
            "It was not taken; an engineer assigns the documents again."
        )


def _rank(assignment: Assignment) -> tuple[int, datetime]:
    """Which of two assignments of one station came later."""
    return assignment.counter, assignment.issued_at or LONG_AGO


def _as_said(assignment: Assignment) -> Assignment:
    """What it says, without when that was said; a stick names no broker."""
    return assignment.model_copy(update={"issued_at": None, "expires_at": None, "broker": None})


def _issued_before(one: Assignment, other: Assignment) -> bool:
    return other.issued_at is not None and (one.issued_at is None or one.issued_at < other.issued_at)
