"""What happens in the demonstration: which runs at which bench, and what goes wrong in each."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from content.instruction import Instruction
from stepline.demo.cable import Cable
from stepline.demo.change import DOCUMENT, Change
from stepline.demo.plant import PEOPLE, Bench, Plant
from stepline.demo.player import Player, Trouble

ORDER = ("prepare-housing", "fit-gears", "close-pump", "leak-and-flow-test", "label-and-pack")
ROUNDS = 2  # times through ORDER at each bench: 2 benches, 20 runs
LAST = ROUNDS * len(ORDER) - 1  # the run, counted from 0, of the document that is changed
PATIENCE = 120  # seconds that one bench waits for what happens at the other
Progress = Callable[[str, str], None]


@dataclass
class Shift:
    """One bench's work: its player, its runs in order, and what has gone wrong so far."""

    bench: Bench
    player: Player
    troubles: dict[int, Trouble]  # run number (from 0) -> trouble
    person: tuple[str, str, str, str | None]
    change: Change
    waits_before: int | None = None  # this run, until the change is over
    done: int = 0
    failure: Exception | None = None
    shots: list[Path] = field(default_factory=list)

    def work(self, library: dict[str, Instruction], progress: Progress) -> None:
        """Play every run of the shift."""
        _, name, badge, pin = self.person
        progress(self.bench.station, f"{name} signs in")
        self.shots.append(self.player.shot("idle"))
        self.player.sign_in(badge, pin)
        self.shots.append(self.player.shot("choose"))
        for number in range(ROUNDS * len(ORDER)):
            document = ORDER[number % len(ORDER)]
            if number == self.waits_before:
                progress(self.bench.station, f"run {number + 1} waits for the office")
                self.change.over.wait(PATIENCE)
            progress(self.bench.station, f"run {number + 1}: {library[document].title}")
            self.player.open(document, f"{self.bench.station[-1]}{number:05d}")
            self.shots.append(self.player.shot(f"run-{number + 1:02d}-{document}"))
            self.player.play(self.troubles.get(number, Trouble()))
            self.done = number + 1
        self.shots.append(self.player.shot("done"))


def shifts(plant: Plant, library: dict[str, Instruction], cable: Cable, progress: Progress) -> list[Shift]:
    """The two benches' shifts with everything that is to go wrong in them."""
    first, second = plant.benches
    players = [Player(bench, library) for bench in plant.benches]

    def cut_power() -> None:
        progress(first.station, "power cut (kill -9)")
        first.kiosk.kill()
        first.kiosk.start()
        players[0].wait_until_up()

    def stop_server() -> None:
        progress("server", "stopped; the benches go on")
        plant.server.stop()

    def start_server() -> None:
        plant.server.start()
        progress("server", "back")

    def kill_server() -> None:
        progress("server", "power cut (kill -9)")
        plant.server.kill()
        plant.server.start()

    change = Change(plant, first, second, cable)
    shots: list[Path] = []

    def release_change() -> None:
        progress("office", "releases a change to Bench 1 first, which is in a run")
        change.release(str(players[0].record.latest))

    def roll_change_out() -> None:
        progress("office", "lets it go everywhere")
        change.roll_out()

    def withdraw_change() -> None:
        progress("office", "withdraws it; Bench 2 is cut off")
        change.withdraw()
        players[0].record.until(lambda: players[0].held, "being held by the withdrawal")
        shots.append(players[0].shot("held-by-withdrawal"))
        change.mend()
        progress("office", "withdrawn; both benches have what they had")
        players[0].begin_again(DOCUMENT, f"{first.station[-1]}99999")

    anna = {
        0: Trouble(wrong_scan=True, problem=True),
        1: Trouble(bad_value=True, at_step={4: cut_power}),
        2: Trouble(bad_torque=True, pause=True),
        4: Trouble(overrun=True, back=True, at_step={3: release_change}),
        5: Trouble(at_step={2: roll_change_out}),
        6: Trouble(at_step={3: kill_server}),
        LAST: Trouble(at_step={3: withdraw_change}),
    }
    ben = {
        0: Trouble(bad_value=True),
        1: Trouble(at_step={2: stop_server, 6: start_server}),
        2: Trouble(wrong_scan=True),
        3: Trouble(problem=True),
        4: Trouble(pause=True, overrun=True, no_labels=True),
        8: Trouble(bad_value=True),
    }
    return [
        Shift(first, players[0], anna, PEOPLE[0], change, shots=shots),
        Shift(second, players[1], ben, PEOPLE[1], change, waits_before=LAST),
    ]


def play(plant: Plant, library: dict[str, Instruction], cable: Cable, progress: Progress) -> list[Shift]:
    """Both shifts at once, each on a thread; raises the first failure."""
    found = shifts(plant, library, cable, progress)

    def work(shift: Shift) -> None:
        try:
            shift.work(library, progress)
        except (TimeoutError, OSError, AssertionError, RuntimeError) as problem:  # told when both have ended
            shift.failure = problem
            with contextlib.suppress(OSError):
                shift.player.shot("failed")

    # daemons: when the demonstration is interrupted nobody waits for what they wait for
    threads = [
        threading.Thread(target=work, args=(shift,), name=shift.bench.station, daemon=True) for shift in found
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for shift in found:
        if shift.failure is not None:
            raise shift.failure
    return found
