"""One thread between store and server: enrol, deliver, pull, report. The operator never waits for it."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from content.errors import PackageError
from kiosk import proof, reporting, validity
from kiosk.delivering import Outbox
from kiosk.enrolling import Enrolling
from kiosk.events import AssignmentChanged, Event, LineChanged
from kiosk.link import Link, LinkError, NotOurServer, Refused, Revoked, Unreachable, Unwell
from kiosk.pulling import AssignmentRefused, Puller
from kiosk.push import Push
from kiosk.stick import StickDesk
from kiosk.store.errors import StoreError
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.words import again, say

log = logging.getLogger(__name__)

STICK = 3.0  # s between two looks whether a stick is there
PROOF = 600.0  # s between two notes of how late it is at least
SOON = 4.0  # s within which the server learns what is shown now; sooner would hold up those that still fetch
SHORTEST, LONGEST = 0.5, 15.0  # s between two tries while the server does not answer
Report = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """Where the server is, what the kiosk calls itself until it is enrolled, and how often it looks again.

    `poll` is in seconds; so is `confirmed`, between two looks whether somebody has confirmed the code.
    """

    server: str
    name: str
    version: str
    poll: float = 15.0
    confirmed: float = 2.0
    language: str = "en"  # of what the kiosk says
    disk_limit: int | None = None  # bytes of the store
    stick: Path | None = None  # where a stick is mounted
    broker: str | None = None  # instead of the one that the server names


class Sync:
    """Started once; `wake` and `look_again` are safe from any thread."""

    def __init__(
        self,
        store: Store,
        ticker: Ticker,
        settings: SyncSettings,
        *,
        tell: Callable[[Event], None],
        report: Report = dict,
        link: Link | None = None,
    ) -> None:
        self._store = store
        self._ticker = ticker
        self._settings = settings
        self._tell = tell
        self._report = report
        identity = store.meta.identity
        self._link = link or Link(settings.server)
        self._link.token = identity.token if identity else None
        self._outbox = Outbox(store, self._link)
        self._puller: Puller | None = None
        self._enrolling = Enrolling(
            store, self._link, name=settings.name, version=settings.version, tell=tell
        )
        self._stick = (
            None
            if settings.stick is None
            else StickDesk(
                store, ticker, settings.stick, settings.language, settings.disk_limit, self._recalled
            )
        )
        self._push: Push | None = None
        self._pushed_by = ""
        self._line = LineChanged(online=False, undelivered=store.journal.undelivered)
        self._told: LineChanged | None = None
        self._failures = 0
        self._refused = ""  # why the assignment was not taken
        self._pull_due = self._peek_due = self._status_due = self._proof_due = 0.0
        self._assignment = store.library.assignment()
        self._awake = threading.Event()
        self._look = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kiosk-sync", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to deliver."""
        self._awake.set()

    def look_again(self) -> None:
        """There may be a new assignment."""
        self._look.set()
        self._awake.set()

    def stop(self) -> None:
        """Try once to deliver what waits, and end."""
        self._stopping.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        if self._push is not None:
            self._push.stop()
        self._link.close()

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.is_set():
            # while the server is away a new record is no reason to try sooner; a push is, it came from there
            self._awake.wait(wait)
            self._awake.clear()
            began = time.monotonic()
            wait = self._round()
            if self._failures:
                if self._look.is_set():  # it is not forgotten, but must not make us hurry
                    self._look.clear()
                    self._pull_due = 0.0
                rest = wait - (time.monotonic() - began)
                while rest > 0 and not self._stopping.is_set() and not self._look.is_set():
                    self._awake.wait(rest)
                    self._awake.clear()
                    rest = wait - (time.monotonic() - began)
                wait = 0.0
        if not self._failures:
            self._round()

    def _round(self) -> float:
        """Do what is due; seconds until something is due again."""
        trouble = ""
        self._look_at_stick()
        try:
            wait = self._work()
            self._failures = 0
            online = True
        except (Unreachable, Unwell) as problem:
            wait, online = self._failed(problem), False
            if self._store.meta.identity is None:
                trouble = self._words("silent", server=self._settings.server)
        except NotOurServer as problem:
            wait, online = self._failed(problem), False
            trouble = self._words("portal", why=self._again(problem))
        except Revoked as problem:
            wait, online, trouble = self._failed(problem), False, self._words("revoked")
        except Refused as problem:
            wait, online, trouble = (
                self._failed(problem),
                True,
                self._words("server_refused", why=self._again(problem)),
            )
        except (LinkError, StoreError, PackageError) as problem:
            wait, online = self._failed(problem), self._line.online
            trouble = self._words("not_exchanged", why=self._again(problem))
        except Exception as problem:  # the top of a thread: else the kiosk would silently stop delivering
            log.exception("the program failed while talking to the server")
            wait, online = self._failed(problem), False
            trouble = self._words("program_failed")
        self._news(
            online=online, trouble=self._again(self._outbox.stopped) or trouble or self._refused or self._ends
        )
        return wait if self._stick is None else min(wait, STICK)

    def _look_at_stick(self) -> None:
        stick = self._stick
        if stick is None:
            return
        try:
            if stick.look():
                self._switched()
        except (StoreError, LinkError) as problem:
            stick.trouble = self._again(problem)
        self._line = replace(self._line, told=stick.told)

    def _work(self) -> float:
        if self._store.meta.identity is None:
            if not self._enrolling.go_on():
                return self._settings.confirmed
            self._pull_due = self._status_due = 0.0
        more = self._outbox.waiting
        while more and not self._stopping.is_set():
            more = self._outbox.deliver_batch()
            self._news(online=True, trouble=self._again(self._outbox.stopped) or self._line.trouble)
            if self._pressing():  # after a week without network something may have been withdrawn
                break
        if self._stopping.is_set():
            if self._outbox.waiting:
                self._outbox.deliver_batch()
            return 0.0
        now = time.monotonic()
        if now >= self._status_due:  # first: it tells the time, by which an assignment is judged
            self._status()
            self._outbox.compare()
            self._status_due = now + self._settings.poll
        if self._look.is_set() or now >= self._pull_due:
            self._look.clear()
            self._pull()
            self._pull_due = now + self._settings.poll
            self._outbox.deliver_photos(self._look.is_set)
            self._outbox.deliver_teaching(self._look.is_set)
        if now >= self._proof_due:
            proof.keep(self._store, self._ticker)
            self._proof_due = now + PROOF
        if more:
            return 0.0
        return max(0.05, min(self._pull_due, self._status_due) - time.monotonic())

    def _pressing(self) -> bool:
        """Whether the assignment is to be looked at before anything that takes long."""
        return self._look.is_set() or time.monotonic() >= self._pull_due

    def _pull(self) -> None:
        if self._puller is None:
            limit = self._settings.disk_limit
            self._puller = Puller(
                self._store, self._link, self._ticker, limit, self._meanwhile, self._recalled
            )
        self._listen()  # first: what is fetched now may take minutes
        self._peek_due = time.monotonic() + self._settings.poll
        self._refused = ""
        try:
            if self._puller.pull():
                self._switched()
        except AssignmentRefused as problem:
            self._refused = self._again(problem)
            log.warning("%s", problem)
        self._listen()

    def _switched(self) -> None:
        self._assignment = self._store.library.assignment()
        # soon, but not all kiosks at once: others still fetch what was released
        self._status_due = time.monotonic() + random.uniform(0.0, SOON)  # noqa: S311
        self._tell(AssignmentChanged())

    def _recalled(self) -> None:
        """Releases came out of use, long before what takes their place is here: the server is told at once."""
        self._assignment = self._store.library.assignment()
        self._status_due = 0.0
        self._tell(AssignmentChanged())

    def _meanwhile(self) -> bool:
        """Records, reports and the end do not wait until all documents are here; may there be another assignment?"""
        if self._stopping.is_set():
            raise Unreachable("the kiosk is being switched off")
        if self._outbox.waiting:
            self._outbox.deliver_batch()
        now = time.monotonic()
        if now >= self._status_due:
            self._status()
            self._status_due = now + self._settings.poll
        if not self._look.is_set() and now < self._peek_due:
            return False
        self._look.clear()
        self._peek_due = now + self._settings.poll
        return True

    def _listen(self) -> None:
        """Follow the broker that the server names; it may name another one later."""
        identity, assignment = self._store.meta.identity, self._assignment
        assert identity is not None
        broker = self._settings.broker or (assignment.broker if assignment else None) or identity.broker or ""
        if broker == self._pushed_by:
            return
        if self._push is not None:
            self._push.stop()
        self._push = Push(broker, identity.station["id"], self.look_again) if broker else None
        self._pushed_by = broker

    def _status(self) -> None:
        journal = self._store.journal
        answer = self._link.status(
            {
                "version": self._settings.version,
                "proof": reporting.report(self._store, self._ticker),
                "counter": self._store.library.counter,
                "undelivered": journal.undelivered,
                "last_seq": journal.last_seq,
                "time": self._ticker.now().isoformat(),
                **self._report(),
            }
        )
        if answer.round_trip < timedelta(seconds=5):  # a slower one says too little about the clock
            self._line = replace(self._line, clock_ahead=self._ticker.measured(answer.time))

    def _words(self, key: str, **values: object) -> str:
        return say(key, self._settings.language, **values)

    def _again(self, problem: object) -> str:
        return again(str(problem), self._settings.language)

    @property
    def _ends(self) -> str:
        """What is to be said about the end of the documents in use."""
        return validity.warning(self._assignment, self._ticker.best(), self._settings.language)

    def _failed(self, problem: Exception) -> float:
        if not self._failures:
            log.info("the server cannot be used: %s", problem)
        self._failures += 1
        longest = min(LONGEST, self._settings.poll)
        return min(longest, SHORTEST * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311

    def _news(self, *, online: bool, trouble: str) -> None:
        stick = "" if self._stick is None else self._stick.trouble
        line = replace(
            self._line, online=online, trouble=stick or trouble, undelivered=self._store.journal.undelivered
        )
        if _minutes(line) != _minutes(self._told):
            self._told = line
            self._tell(line)
        self._line = line


def _minutes(line: LineChanged | None) -> LineChanged | None:
    """The line without what changes a little with every report."""
    if line is None:
        return None
    return replace(line, clock_ahead=timedelta(minutes=round(line.clock_ahead / timedelta(minutes=1))))
