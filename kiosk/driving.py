"""Tells the station's outputs what is wanted of them, and what became of it to the record."""

from dataclasses import asdict
from decimal import Decimal

from content.inputs import Unit
from content.record import OutputDriven
from hardware.driver import Command, State, Wanted
from hardware.readings import CommandDone, DeviceChanged, DeviceState, OutputSet
from kiosk import outputs, routing
from kiosk.bench import Bench
from kiosk.desk import Play
from kiosk.ports import Devices
from kiosk.results import Results
from kiosk.stamp import Stamp
from kiosk.words import again

LABEL = "print"  # the command of a printer
RECALL = "recall"  # of a tool that numbers its results: tell those after a number once more


class Driving:
    """Keeps what was last wanted of each output, and says only what changed."""

    def __init__(self, bench: Bench, devices: Devices, results: Results) -> None:
        self._bench = bench
        self._devices = devices
        self._results = results
        self._met: set[str] = set()  # devices that were there since the kiosk started
        self._wanted: dict[str, Wanted] = {}
        self._printed: tuple[str, str] | None = None  # run and step whose labels were asked for

    def follow(self) -> None:
        """The desk has changed: have the outputs follow."""
        for device, asked in outputs.wanted(self._bench.desk, self._devices.settings).items():
            if self._wanted.get(device, {}) != asked:
                self._wanted[device] = asked
                self._devices.want(device, asked)
        play = self._bench.desk.play
        if play is not None:
            self._print(play)

    def _print(self, play: Play) -> None:
        """The labels of a step, once, when it first comes up."""
        step = routing.current(play.instruction, play.run)
        if step is None or self._printed == (play.run.id, step.id):
            return
        self._printed = play.run.id, step.id
        if play.run.visit > 1:
            return
        for each in step.prints:
            given = {"label": each.label, **_fields(play.run.unit)}
            self._devices.ask(
                each.device, Command(verb=LABEL, id=f"{play.run.id}.{step.id}.{each.label}", given=given)
            )

    def came(self, reading: DeviceChanged) -> None:
        """A tool is there for the first time since the kiosk started: the open run may lack what it did meanwhile."""
        device = next((each for each in self._devices.settings if each.name == reading.device), None)
        if reading.state is not DeviceState.READY or device is None or reading.device in self._met:
            return
        self._met.add(reading.device)
        last = self._results.last(reading.device)
        if RECALL in device.driver.commands and last is not None and self._bench.desk.play is not None:
            self._devices.ask(reading.device, Command(verb=RECALL, id=RECALL, given={"after": Decimal(last)}))

    def told(self, reading: OutputSet) -> bool:
        """An output was set, or may not be, which a person is told; True when the screen changes."""
        asked = self._wanted.get(reading.device, {}).get(reading.signal)
        kept = self._keep(
            reading.device,
            reading.signal,
            str(reading.value),
            self._bench.stamp(reading.tick),
            reading.reason,
            confirmed=reading.confirmed,
        )
        if kept and not reading.confirmed and asked == reading.value:
            why = again(reading.reason, self._bench.language)
            self._bench.reject(
                self._bench.words("output_wrong", device=reading.device, signal=reading.signal, why=why)
            )
        return not reading.confirmed

    def done(self, reading: CommandDone) -> bool:
        """A command was carried out, or was not, which a person is told; True when the screen changes."""
        label = reading.command.rpartition(".")[2]
        if reading.verb == LABEL:
            self._keep(
                reading.device,
                LABEL,
                label,
                self._bench.stamp(reading.tick),
                reading.reason,
                confirmed=reading.ok,
            )
        if not reading.ok:
            why = again(reading.reason, self._bench.language)
            self._bench.reject(self._bench.words("device_says", device=reading.device, why=why))
        return not reading.ok

    def _keep(
        self, device: str, signal: str, value: str, stamp: Stamp, reason: str, *, confirmed: bool
    ) -> bool:
        play = self._bench.desk.play
        fact = OutputDriven(
            device=device,
            signal=signal,
            value=value,
            confirmed=confirmed,
            reason=reason,
            run=None if play is None else play.run.id,
            step=None if play is None else play.run.step,
            at=stamp.at,
            tick=stamp.tick,
            by=self._bench.by,
        )
        return self._bench.keep([fact])


def _fields(unit: Unit) -> dict[str, State]:
    """What a label may say of the unit."""
    return {name: value for name, value in asdict(unit).items() if value}
