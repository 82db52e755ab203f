"""The desk and the store side by side: nothing changes on the desk that was not kept before."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from content.record import Fact
from content.values import Digest, PersonId
from content.wire import Cause
from kiosk.assignment import Assignment, Station
from kiosk.desk import QUIET, Desk, Notice, Trouble
from kiosk.stamp import Stamp
from kiosk.store.errors import StoreDamaged, StoreError, StoreFull
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.view import Mark
from kiosk.words import again, say

log = logging.getLogger(__name__)


def _nobody() -> None:
    """Nobody delivers yet; what is kept waits."""


class Bench:
    """What the parts of the conductor share. Used on the UI thread only."""

    def __init__(self, store: Store, ticker: Ticker, language: str = "en") -> None:
        self.store = store
        self.ticker = ticker
        self.language = (
            language  # of the kiosk's own words; of documents too, until an operator wants another
        )
        self.desk = Desk(words=language, language=language)
        self.nudge: Callable[[], None] = _nobody  # called after a commit: there is something to deliver

    def stamp(self, nanoseconds: int | None = None) -> Stamp:
        """Now, or when a reading's clock stood at `nanoseconds`."""
        return Stamp(self.ticker.now(), self.ticker.tick(nanoseconds))

    def words(self, key: str, **values: object) -> str:
        """What the kiosk says, in its language."""
        return say(key, self.language, **values)

    @property
    def by(self) -> PersonId | None:
        """Who is signed in."""
        return None if self.desk.operator is None else self.desk.operator.id

    def change(self, **values: object) -> None:
        """Put another desk in place of this one."""
        self.desk = replace(self.desk, **values)  # type: ignore[arg-type]

    def read_station(self) -> Assignment | None:
        """Put on the desk what the assignment in force says; before there is one, what enrolment said."""
        assignment, identity = self.store.library.assignment(), self.store.meta.identity
        if assignment is not None:
            self.change(
                station=assignment.station,
                releases=frozenset(each.digest for each in assignment.releases),
                terms=assignment.terms,
                withdrawn=frozenset(assignment.withdrawn),
                expires_at=assignment.expires_at,
            )
        elif identity is not None:
            self.change(station=Station.model_validate(identity.station))
        return assignment

    def say(self, text: str, mark: Mark = Mark.WAITING) -> None:
        """One sentence about what just happened."""
        self.desk = replace(self.desk, notice=Notice(text=text, mark=mark) if text else QUIET)

    def reject(self, text: str) -> None:
        """One sentence about what was not accepted."""
        self.desk = replace(
            self.desk, notice=Notice(text=text, mark=Mark.BAD), rejected=self.desk.rejected + 1
        )

    def keep(self, facts: Sequence[Fact], cause: Cause | None = None, *, photo: Digest | None = None) -> bool:
        """Commit; False when it could not be, and the desk says so. Before enrolment there is no record."""
        if not self.store.meta.kiosk:
            return False
        try:
            self.store.keep(facts, cause, photo=photo)
        except StoreError as problem:
            self.failed(problem)
            return False
        self.nudge()
        return True

    def failed(self, problem: StoreError) -> None:
        """The store refused: say so, and accept nothing until it is mended."""
        if self.desk.trouble is None:
            log.error("not kept: %s", problem)
        self.change(trouble=trouble_of(problem, self.language))

    def mended(self) -> bool:
        """Whether the store takes writes again; the trouble goes away with that."""
        try:
            self.store.journal.probe(self.ticker.tick())
        except StoreError as problem:
            self.failed(problem)
            return False
        if self.desk.trouble is not None:
            log.info("the store takes writes again")
            self.change(trouble=None)
            self.say(self.words("writes_again"), Mark.BAD)
        return True

    def line(self) -> None:
        """Bring the number of undelivered records up to date."""
        undelivered = self.store.journal.undelivered
        if undelivered != self.desk.line.undelivered:
            self.change(line=replace(self.desk.line, undelivered=undelivered))


def trouble_of(problem: StoreError, language: str) -> Trouble:
    """What a person should know and do about it."""
    kind = {StoreFull: "full", StoreDamaged: "damaged"}.get(type(problem), "unable")
    safe, why = say("trouble_safe", language), again(str(problem), language)
    return Trouble(
        title=say(f"{kind}_title", language),
        message=say(f"{kind}_message", language, safe=safe, why=why),
        mend=say(f"{kind}_mend", language),
    )


def microseconds(duration: timedelta) -> int:
    """A duration as ticks."""
    return duration // timedelta(microseconds=1)
