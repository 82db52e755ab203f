"""What is wanted of a station's outputs, from what is on the desk: lamps, bins, clamps, tools. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from content.checks import Torque
from content.evidence import FRESH, accepting
from content.instruction import Step
from content.run import Run, RunState
from hardware.driver import State, Wanted
from hardware.settings import DeviceSettings, Moment
from kiosk import routing
from kiosk.desk import Desk, Play


def moment(desk: Desk) -> Moment:
    """How the station stands."""
    play = desk.play
    if desk.trouble is not None or desk.lost:
        return Moment.FAULT
    if play is None:
        return Moment.IDLE
    if play.run.waiting is not None or play.stopped:
        return Moment.SUPERVISOR
    if play.run.state is RunState.HELD:
        return Moment.HELD
    states = () if play.run.step is None else play.run.states(play.run.step).values()
    return Moment.FAILED if any(state.failed is not None for state in states) else Moment.RUNNING


def wanted(desk: Desk, devices: Sequence[DeviceSettings]) -> Mapping[str, Wanted]:
    """For each output device, how each of its signals should be now; what is not named is off."""
    play = desk.play
    step = None if play is None or desk.trouble is not None else routing.current(play.instruction, play.run)
    now = moment(desk)
    return {device.name: _of(device, play, step, now, desk) for device in devices if device.driver.outputs}


def _of(device: DeviceSettings, play: Play | None, step: Step | None, now: Moment, desk: Desk) -> Wanted:
    if device.name in desk.disabled:
        return {}
    if desk.tending is not None and desk.tending.device == device.name and desk.tending.trying:
        return desk.tending.trying
    asked: dict[str, State] = dict.fromkeys(device.driving.shows.get(now, ()), True)
    if play is None or step is None:
        return asked
    asked |= {
        device.driving.parts[part]: True for part in _unpicked(step, play.run) if part in device.driving.parts
    }
    asked |= {drive.signal: drive.value for drive in step.drives if drive.device == device.name}
    if device.driver.tool:
        asked |= _of_tool(device.name, step, play.run)
    return asked


def _unpicked(step: Step, run: Run) -> Sequence[str]:
    """The parts of the step whose scan is not yet good: the light of a bin goes out when its part was scanned."""
    states = run.states(step.id)
    picked = {
        check.part
        for check in step.checks
        if check.kind == "scan" and check.part is not None and states.get(check.id, FRESH).passed
    }
    return [part for part in step.parts if part not in picked]


def _of_tool(name: str, step: Step, run: Run) -> Wanted:
    """A tool runs only while a tightening of the step waits for it."""
    states = run.states(step.id)
    for check in accepting(step, states):
        if isinstance(check, Torque) and check.device in {None, name}:
            state = states.get(check.id, FRESH)
            if state.manual:
                continue
            asked: dict[str, State] = {"enabled": True, "batch": Decimal(check.fastenings)}
            if check.program is not None:
                asked["program"] = Decimal(check.program)
            if run.unit.lasting:
                asked["identifier"] = run.unit.serial or run.unit.lot or ""
            return asked
    return {}
