"""The open run: begun, told what happens, taken up after a restart, ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import uuid_utils

from content import situation
from content.decide import begin, decide
from content.deviation import DeviationKind
from content.errors import ContentError
from content.inputs import Continued, Input, Paused, Restarted, SignalGiven, Started, Unit
from content.instruction import Instruction
from content.record import RunFact, StepEntered
from content.run import IllegalMove, Run, RunState, fold, mark
from content.values import Digest, RunId
from hardware.readings import Measured, Reading, SwitchChanged, TorqueApplied
from kiosk import newsroom, playing, recalling, routing, validity
from kiosk.assignment import Assignment
from kiosk.bench import Bench, microseconds
from kiosk.desk import QUIET, Play, spoken
from kiosk.recalling import Standing
from kiosk.results import Results
from kiosk.stamp import Stamp
from kiosk.viewing_step import next_due
from kiosk.words import again


def new_run() -> RunId:
    """An identifier that no other run has; later ones sort after earlier ones."""
    return RunId(str(uuid_utils.uuid7()))


class Runner:
    """Owns the desk's `play`. Every change goes through `give` or `start`."""

    def __init__(self, bench: Bench, name_run: Callable[[], RunId] = new_run) -> None:
        self._bench = bench
        self._name_run = name_run
        self._before: dict[str, Measured] = {}  # the latest value of each device
        self._returned: set[str] = set()  # devices that were gone, and have measured nothing since
        self._signals: dict[tuple[str, str], SwitchChanged] = {}  # the latest state of each signal
        self.results = Results(bench)
        self._late: list[TorqueApplied] = []  # told while the run was held, and made before it was

    def start(self, digest: Digest, unit: Unit, stamp: Stamp) -> bool:
        """Begin a run of that release; False when it cannot be yet, and the desk says why."""
        bench = self._bench
        if digest not in bench.desk.releases:
            bench.read_station()  # the store took another assignment a moment ago, and nobody was told yet
        if ended := validity.refusal(bench.desk.expires_at, bench.ticker.best(), bench.language):
            bench.reject(ended)
            return False
        asked, digest = digest, self._for_unit(digest, unit)
        try:
            release = bench.store.library.release(digest)
        except ContentError as problem:
            bench.reject(bench.words("cannot_open", why=again(str(problem), bench.language)))
            return False
        if release is None or not isinstance(release.document, Instruction):
            bench.reject(bench.words("not_here_yet"))
            return False
        instruction = release.document
        lacking = situation.missing(instruction, bench.desk.parameters)
        if lacking:
            bench.reject(bench.words("order_first", what=", ".join(lacking)))
            return False
        news = newsroom.unread(bench, release, instruction, unit)
        if news is not None:
            bench.change(news=news, done=None, choices=(), notice=QUIET)
            return False
        assert bench.desk.station is not None
        started = Started(
            run=self._name_run(),
            release=release.digest,
            document=instruction.id,
            revision=instruction.revision,
            station=bench.desk.station.id,
            unit=unit,
            parameters=dict(bench.desk.parameters),
            options=bench.desk.options,
            at=stamp.at,
            tick=stamp.tick,
            by=bench.by,
        )
        facts = begin(instruction, started)
        if not bench.keep(facts, started):
            return False
        run = fold(facts)
        assert run is not None
        play = spoken(Play(run=run, release=release, instruction=instruction), bench.desk.language)
        bench.change(
            play=play,
            done=None,
            news=None,
            choices=(),
            unit=Unit(),
            work_order=None,
            parameters={},
            options=(),
            notice=QUIET,
            live={},
        )
        if digest != asked:
            bench.say(bench.words("begun_on", revision=instruction.revision))
        self._tell_signals(facts, stamp)
        return True

    def _for_unit(self, digest: Digest, unit: Unit) -> Digest:
        """The release to work by: the one before, where this one waits for the next unit and this unit was begun."""
        desk, library = self._bench.desk, self._bench.store.library
        terms = desk.terms.get(digest)
        if terms is None or terms.point != recalling.NEXT_UNIT or terms.before is None:
            return digest
        if terms.before in desk.withdrawn or not library.begun_before(unit, digest):
            return digest
        return digest if library.release(terms.before) is None else terms.before

    def give(self, given: Input, *, photo: Digest | None = None) -> bool:
        """Tell the run; True when that changed something. The desk changes after the facts are kept."""
        bench = self._bench
        play = bench.desk.play
        if play is None:
            return False
        facts = decide(play.instruction, play.run, given)
        if not facts or not bench.keep(facts, given, photo=photo):
            return False
        bench.desk = playing.played(bench.desk, facts)
        after = bench.desk.play
        if after is not None and after.replaced and recalling.safe_to_stop(play, after, facts):
            self._stop(recalling.REPLACED, Stamp(given.at, given.tick))
        self._tell_signals(facts, Stamp(given.at, given.tick))
        if isinstance(given, Continued):
            self._tell_late()
        return True

    def resume(self) -> None:
        """Take up the run that was open when the kiosk stopped, in the step where it was."""
        bench = self._bench
        waiting = bench.store.journal.open_runs()
        if not waiting:
            return
        last_alive = bench.store.journal.last_tick()
        kept = waiting[-1]
        play, problem = None, bench.words("no_document_here")
        try:
            release = bench.store.library.release(kept.release)
            if release is not None and isinstance(release.document, Instruction):
                play = playing.resumed(release, release.document, kept.facts)
        except (ContentError, IllegalMove) as error:
            problem = again(str(error), bench.language)
        if play is None:
            bench.change(remark=bench.words("not_taken_up", why=problem))
            return
        bench.change(play=replace(spoken(play, bench.desk.language), stopped=recalling.reason_of(play)))
        self._before = routing.weighed(kept.facts)
        self._returned = set(self._before)
        stamp = bench.stamp()
        gap = timedelta(microseconds=max(0, stamp.tick - last_alive))
        self.give(Restarted(gap=gap, at=stamp.at, tick=stamp.tick, by=bench.by))
        if bench.by is None and bench.desk.play is not None and bench.desk.play.run.state is RunState.RUNNING:
            self.give(Paused(reason="Nobody is signed in", at=stamp.at, tick=stamp.tick))

    def measured(self, reading: Measured) -> bool:
        """A value came; True when the screen changes. Cheap when the step waits for no such value."""
        bench = self._bench
        play = bench.desk.play
        counts = play is None or self.in_time(reading, play.run)
        before = self._before.get(reading.device)
        if counts:
            self._before[reading.device] = reading
            if reading.device in self._returned:
                # what lay on the pan when the line broke is the same weighing still
                self._returned.discard(reading.device)
                before = None if before is None else replace(before, tick=reading.tick)
        step = None if play is None else routing.current(play.instruction, play.run)
        if play is None or step is None or routing.measures(step, play.run.states(step.id), reading) is None:
            return False
        bench.change(live={**bench.desk.live, reading.device: reading})
        if not counts:
            return True
        stamp = bench.stamp(reading.tick)
        given = routing.value_input(step, play.run, reading, before=before, stamp=stamp, by=bench.by)
        if given is not None:
            self.give(given)
        return True

    def in_time(self, reading: Reading, run: Run) -> bool:
        """Whether it is of the step that is on: one told late may have been made before the step came up."""
        made_after = reading.made_after
        return made_after is None or self._bench.ticker.was(made_after) >= run.since

    def doubted(self, reading: Reading) -> None:
        """A device is not sure of what it says: that is shown, and proves nothing, nor does what it said before."""
        if isinstance(reading, SwitchChanged):
            self._signals.pop((reading.device, reading.signal), None)
        if isinstance(reading, Measured):
            play = self._bench.desk.play
            step = None if play is None else routing.current(play.instruction, play.run)
            if play and step and routing.measures(step, play.run.states(step.id), reading):
                self._bench.change(live={**self._bench.desk.live, reading.device: reading})

    def gone(self, device: str) -> None:
        """A device is lost: how its signals stand is not known until it says so again, nor what it measures."""
        for key in [key for key in self._signals if key[0] == device]:
            del self._signals[key]
        self._returned.add(device)
        live = self._bench.desk.live
        if device in live:
            self._bench.change(live={name: each for name, each in live.items() if name != device})

    def tightened(self, reading: TorqueApplied) -> bool:
        """A tool reported a tightening; True when something on the screen changes.

        One that is told late, because line or kiosk were away, is kept for a run that is held until it goes on.
        """
        play = self._bench.desk.play
        if reading.made_at is not None and play is not None and play.run.state is RunState.HELD:
            self._late.append(reading)
            return False
        changed = self.give(routing.torque_input(reading, self._bench.stamp(reading.tick), self._bench.by))
        if self._bench.desk.trouble is None:
            self.results.taken(reading)
        return changed

    def _tell_late(self) -> None:
        late, self._late = self._late, []
        for reading in late:
            self.tightened(reading)

    def switched(self, reading: SwitchChanged) -> bool:
        """A signal changed; True when something on the screen changes."""
        self._signals[reading.device, reading.signal] = reading
        return self._signal(reading, self._bench.stamp(reading.tick))

    def back(self, device: str) -> bool:
        """A device is there again: how its switches were said to stand while it was away is how they stand now."""
        stamp, changed = self._bench.stamp(), False
        for key, reading in list(self._signals.items()):
            if reading.device == device and reading.made_after is not None:
                self._signals[key] = now = replace(reading, made_after=None)
                changed = self._signal(now, stamp) or changed
        return changed

    def _signal(self, reading: SwitchChanged, stamp: Stamp) -> bool:
        play = self._bench.desk.play
        step = None if play is None else routing.current(play.instruction, play.run)
        if play is None or step is None or not self.in_time(reading, play.run):
            return False
        given: SignalGiven | None = routing.switch_input(step, play.run, reading, stamp, self._bench.by)
        return given is not None and self.give(given)

    def _tell_signals(self, facts: tuple[RunFact, ...], stamp: Stamp) -> None:
        """A step that comes up is told how the switches stand: a closed one does not change again."""
        if any(isinstance(fact, StepEntered) for fact in facts):
            for reading in tuple(self._signals.values()):
                self._signal(reading, stamp)

    def abide(self, assignment: Assignment, stamp: Stamp) -> None:
        """Do with the run that is on as the assignment says: it stops at once, at the next safe step, or never."""
        play = self._bench.desk.play
        if play is None:
            return
        standing = recalling.standing(play, assignment)
        self._bench.change(play=replace(play, replaced=standing is Standing.REPLACED))
        if standing is Standing.WITHDRAWN and play.stopped != recalling.WITHDRAWN:
            self._stop(recalling.WITHDRAWN, stamp)

    def _stop(self, why: str, stamp: Stamp) -> None:
        """Hold the run that is on; nobody may go on with it."""
        bench = self._bench
        if cast("Play", bench.desk.play).run.state is RunState.RUNNING:
            self.give(Paused(reason=why, at=stamp.at, tick=stamp.tick, by=bench.by))
        bench.change(play=replace(cast("Play", bench.desk.play), stopped=why))

    def due(self, tick: int) -> int | None:
        """The tick at which a timer of the step has something to say."""
        play = self._bench.desk.play
        step = None if play is None else routing.current(play.instruction, play.run)
        if play is None or step is None:
            return None
        run = play.run
        wait = next_due(step, run, lambda check: mark(DeviationKind.OVERRUN, check.id) in run.marked, tick)
        return None if wait is None else tick + microseconds(wait)
