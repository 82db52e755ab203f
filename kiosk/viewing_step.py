"""What the step screen says: the instruction, its checks, and what is awaited now. Pure."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from content import units
from content.checks import (
    Check,
    Checklist,
    Choice,
    Confirm,
    FreeText,
    Measure,
    Number,
    Photo,
    Scan,
    Signal,
    SignOff,
    Table,
    Timer,
    Torque,
    Vision,
)
from content.evidence import (
    BY_DEVICE,
    FRESH,
    CheckState,
    States,
    accepting,
    blocks,
    limits,
    needed,
    unmet,
)
from content.instruction import Instruction, Step
from content.media import Medium, Picture
from content.moving import reachable
from content.record import Answer, Tightening, Value
from content.run import Run, RunState
from content.situation import asked
from content.values import Digest
from hardware.readings import Measured
from kiosk import viewing_vision
from kiosk.desk import Desk, Play
from kiosk.phrasing import asked_for, came, switched
from kiosk.routing import measures
from kiosk.view import (
    CheckView,
    Entry,
    GaugeView,
    Mark,
    MediumView,
    OptionView,
    RailStep,
    StatusView,
    StepView,
)
from kiosk.words import again, say

FileOf = Callable[[Digest, str], Path]
Cell = tuple[str, str]  # row and column of a table
MARGIN = 0.5  # of the band, drawn on either side of it
ENTRIES: dict[type[Check], Entry] = {Number: Entry.NUMBER, FreeText: Entry.TEXT, Photo: Entry.PHOTO}


def step_view(
    desk: Desk, play: Play, file_of: FileOf, *, tick: int, monotonic: float, status: StatusView
) -> StepView:
    """The step that the run is on."""
    run, instruction = play.run, play.shown or play.instruction
    assert run.step is not None
    step = asked(instruction, run, run.step)
    number = instruction.number(step.id)
    primary, can_confirm = _primary(step, run, instruction, desk)
    return StepView(
        status=status,
        step=step.id,
        visit=run.visit,
        number=number,
        total=len(instruction.steps),
        title=step.title,
        text=step.text,
        language=status.language or instruction.language,
        media=(
            *viewing_vision.medium(desk, step.title),
            *(_medium(medium, play, file_of) for medium in step.media),
        ),
        ahead=_ahead(play, number, file_of),
        safety=step.safety,
        parts=tuple(_part(instruction, part) for part in step.parts),
        tools=tuple(tool.name for tool in instruction.tools if tool.id in step.tools),
        checks=tuple(_check(check, step, run, instruction, desk) for check in step.checks),
        rail=_rail(run, instruction),
        primary=primary,
        can_confirm=can_confirm,
        opens=_opens(step, run),
        can_go_back=number > 1,
        expected=step.standard_time,
        elapsed=run.elapsed_at(tick),
        since=monotonic,
        running=run.state is RunState.RUNNING,
        notice=desk.notice.text,
        notice_mark=desk.notice.mark,
        accepted=desk.accepted,
        rejected=desk.rejected,
    )


def _medium(medium: Medium, play: Play, file_of: FileOf) -> MediumView:
    def place(path: str) -> Path:
        file = play.release.file(path)
        return file_of(file.digest, file.type)

    if isinstance(medium, Picture):
        return MediumView(file=place(medium.picture), alt=medium.alt, annotations=medium.annotations)
    return MediumView(
        file=place(medium.video),
        alt=medium.alt,
        poster=place(medium.poster),
        start=medium.start,
        end=medium.end,
        captions=medium.captions,
    )


def _ahead(play: Play, number: int, file_of: FileOf) -> tuple[Path, ...]:
    if number >= len(play.instruction.steps):
        return ()
    views = (_medium(medium, play, file_of) for medium in play.instruction.steps[number].media)
    return tuple(view.poster or view.file for view in views)


def _part(instruction: Instruction, number: str) -> str:
    part = next(part for part in instruction.parts if part.number == number)
    return f"{part.quantity} × {part.name} ({part.number})"


def _part_name(instruction: Instruction, number: str) -> str:
    name = next((part.name for part in instruction.parts if part.number == number), None)
    return number if name is None else f"{name} {number}"


def _rail(run: Run, instruction: Instruction) -> tuple[RailStep, ...]:
    open_steps = reachable(run)
    return tuple(
        RailStep(
            id=step.id,
            number=number,
            title=step.title,
            mark=_rail_mark(run, step),
            reachable=step.id in open_steps and step.id != run.step,
        )
        for number, step in enumerate(instruction.steps, start=1)
    )


def _rail_mark(run: Run, step: Step) -> Mark:
    if step.id == run.step:
        return Mark.ACTIVE
    if step.id in run.skipped:
        return Mark.SKIPPED
    return Mark.GOOD if step.id in run.done else Mark.WAITING


def _check(check: Check, step: Step, run: Run, instruction: Instruction, desk: Desk) -> CheckView:
    state = run.states(step.id).get(check.id, FRESH)
    open_checks = accepting(step, run.states(step.id))
    active = bool(open_checks) and open_checks[0].id == check.id
    device = getattr(check, "device", None)
    words = desk.words
    lost = ""
    if device and device in desk.lost:
        lost = f" ({say('is_lost', words, device=device, why=again(desk.lost[device], words))})"
    elif device and device in desk.doubted:
        lost = f" ({say('is_unsure', words, device=device, what=again(desk.doubted[device], words))})"
    live = _live(check, step, run.states(step.id), desk) if not state.passed else None
    bad = state.failed is not None and (live is None or _tried(state, live))
    mark = Mark.GOOD if state.passed else Mark.BAD if bad else Mark.ACTIVE if active else Mark.WAITING
    cell = _next_cell(check, state)
    row = CheckView(
        id=check.id,
        kind=check.kind,
        prompt=check.prompt or _prompt(check, instruction, words),
        mark=mark,
        awaited=_awaited(check, state, cell, words) + lost,
        came=_came(state, live, words),
        verdict=_verdict(check, state, words),
        count=state.good,
        total=needed(check),
        gauge=_gauge(check, state, live),
        tappable=isinstance(check, Confirm) and not state.passed,
        options=_options(check, state, words) or viewing_vision.options(state, words),
        entry=viewing_vision.entry(check, state) or _entry(check, cell, state),
        cell=cell,
        cell_name=_cell_name(check, cell),
        skippable=check.not_applicable and not state.passed,
        by_hand=isinstance(check, BY_DEVICE) and not (state.passed or state.manual) and _gone(device, desk),
    )
    return viewing_vision.asked(row, state)


def _gone(device: str | None, desk: Desk) -> bool:
    """Whether what should prove the check cannot: its device, or where none is named any that might."""
    unable = desk.lost.keys() | desk.disabled.keys() | desk.doubted.keys()
    return bool(unable) if device is None else device in unable


def _awaited(check: Check, state: CheckState, cell: Cell | None, language: str) -> str:
    """What is awaited, where the prompt does not say it already."""
    match check:
        case Confirm() | Choice() | Checklist() | Photo():
            return ""
        case Table() if cell is not None:
            column = next(column for column in check.columns if column.id == cell[1])
            band = limits(column) if column.type == "number" else ""
            return ": ".join(part for part in (_cell_name(check, cell), band) if part)
        case Torque() if check.order and state.good < len(check.order):
            return f"{check.order[state.good]}: {limits(check)}"
        case Measure() if check.repeat > 1 and not state.passed:
            return f"{limits(check)}, {say('x_of_y', language, number=state.good + 1, total=check.repeat)}"
        case _:
            return asked_for(check, language)


def _next_cell(check: Check, state: CheckState) -> Cell | None:
    """The row and column of a table that are filled in next."""
    if not isinstance(check, Table) or state.passed:
        return None
    cells = ((row.id, column.id) for row in check.rows for column in check.columns)
    return next((cell for cell in cells if ".".join(cell) not in state.answers), None)


def _cell_name(check: Check, cell: Cell | None) -> str:
    if cell is None or not isinstance(check, Table):
        return ""
    row = next(row.text for row in check.rows if row.id == cell[0])
    return f"{row} · {next(column.text for column in check.columns if column.id == cell[1])}"


def _entry(check: Check, cell: Cell | None, state: CheckState) -> Entry:
    if state.manual and not state.passed and isinstance(check, Measure | Torque):
        return Entry.NUMBER
    if cell is not None and isinstance(check, Table):
        column = next(column for column in check.columns if column.id == cell[1])
        return Entry.NUMBER if column.type == "number" else Entry.TEXT
    return ENTRIES.get(type(check), Entry.NONE)


def _options(check: Check, state: CheckState, language: str) -> tuple[OptionView, ...]:
    match check:
        case Choice() if not state.passed:
            last = state.last.answer if isinstance(state.last, Answer) else None
            return tuple(OptionView(id=o.id, text=o.text, chosen=o.id == last) for o in check.options)
        case Signal() if state.manual and not state.passed:
            return tuple(
                OptionView(id=each, text=switched(check.signal, language, on=each == "on"))
                for each in ("on", "off")
            )
        case Vision() if state.manual and not state.passed:
            return tuple(OptionView(id=each, text=say(each, language)) for each in ("good", "bad"))
        case Checklist() if not state.passed:
            return tuple(OptionView(id=i.id, text=i.text, chosen=i.id in state.answers) for i in check.items)
        case _:
            return ()


def _opens(step: Step, run: Run) -> str:
    """The check whose entry the large action opens."""
    waiting = _waiting(step, run)
    if not waiting:
        return ""
    first, state = waiting[0], run.states(step.id).get(waiting[0].id, FRESH)
    opens = isinstance(first, Number | FreeText | Photo | Table) or viewing_vision.entry(first, state)
    return first.id if opens else ""


def _waiting(step: Step, run: Run) -> tuple[Check, ...]:
    """What the step waits for now, in order."""
    states = run.states(step.id)
    blocking = {check.id for check in unmet(step, states)}
    return tuple(check for check in accepting(step, states) if check.id in blocking)


def _prompt(check: Check, instruction: Instruction, language: str) -> str:
    match check:
        case Scan(part=str(part)):
            return say("scan_the", language, part=_part_name(instruction, part))
        case Scan():
            return say("scan_code", language)
        case Measure():
            return say("measure", language, quantity=again(check.quantity, language))
        case Torque():
            key = "tighten_many" if check.fastenings > 1 else "tighten"
            return say(key, language, count=check.fastenings)
        case Signal():
            return switched(check.signal, language, on=check.expect)
        case Vision():
            return say("camera_check", language, check=check.check)
        case Timer(minimum=None):
            return say("in_time", language)
        case Timer():
            return say("wait", language)
        case _:
            return check.prompt or ""


def _live(check: Check, step: Step, states: States, desk: Desk) -> Measured | None:
    if not isinstance(check, Measure):
        return None
    for reading in desk.live.values():
        served = measures(step, states, reading)
        if served is not None and served.id == check.id:
            return reading
    return None


def _tried(state: CheckState, live: Measured) -> bool:
    """Whether what the device shows is the attempt that was judged last: an emptied pan is none."""
    if not isinstance(state.last, Value):
        return False
    return units.convert(live.value, live.unit, state.last.unit) == state.last.value


def _came(state: CheckState, live: Measured | None, language: str) -> str:
    if live is not None:
        return units.quantity(live.value, live.unit)
    return "" if state.last is None else came(state.last, language)


def _verdict(check: Check, state: CheckState, language: str) -> str:
    if state.passed:
        return say("verdict_good", language)
    if state.failed is not None:
        pattern = getattr(check, "pattern", None)
        wanted = asked_for(check, language) if pattern == state.failed else state.failed
        return say("verdict_bad", language, expected=wanted)
    if needed(check) > 1 and state.good:
        return say("x_of_y", language, number=state.good, total=needed(check))
    return ""


def _gauge(check: Check, state: CheckState, live: Measured | None) -> GaugeView | None:
    if not isinstance(check, Measure | Torque | Number) or (check.low is None and check.high is None):
        return None
    value = _value(check, state, live)
    low, high, target = check.low, check.high, check.target
    start, end = _scale(low, high)

    def share(number: Decimal | None) -> float | None:
        return None if number is None else min(1.0, max(0.0, float((number - start) / (end - start))))

    unit = units.shown(check.unit)
    return GaugeView(
        text="" if value is None else f"{_rounded(check, value)} {unit}",
        low=share(low),
        high=share(high),
        target=share(target),
        value=share(value),
        low_text="" if low is None else f"{low}",
        high_text="" if high is None else f"{high}",
    )


def _value(check: Measure | Torque | Number, state: CheckState, live: Measured | None) -> Decimal | None:
    if live is not None:
        return units.convert(live.value, live.unit, check.unit)
    match state.last:
        case Value(value=value):
            return value
        case Tightening(torque=torque):
            return torque
        case _:
            return None


def _scale(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    """Where the gauge begins and ends: the band and half of it on either side; one limit: twice its size."""
    if low is not None and high is not None and high > low:
        margin = (high - low) * Decimal(str(MARGIN))
        return low - margin, high + margin
    limit = high if high is not None else low
    assert limit is not None
    width = abs(limit) or Decimal(1)
    return limit - width, limit + width


def _rounded(check: Measure | Torque | Number, value: Decimal) -> Decimal:
    decimals = 2 if isinstance(check, Torque) else check.decimals
    exponent = value.as_tuple().exponent
    return round(value, decimals) if isinstance(exponent, int) and -exponent > decimals else value


def _primary(step: Step, run: Run, instruction: Instruction, desk: Desk) -> tuple[str, bool]:
    """The one large action, and whether a tap does it."""
    waiting, language = _waiting(step, run), desk.words
    if not waiting:
        return say("done", language), True
    check = waiting[0]
    state = run.states(step.id).get(check.id, FRESH)
    match check:
        case Confirm():
            return check.prompt or say("done", language), True
        case Number() | FreeText() | Photo():
            return check.prompt, True
        case Table():
            return _cell_name(check, _next_cell(check, state)) or check.prompt, True
        case SignOff():
            return say("sign_scan", language, prompt=check.prompt), False
        case Vision() if viewing_vision.entry(check, state) is not None:
            return viewing_vision.primary(state, desk)
        case Torque():
            place = f", {check.order[state.good]}" if state.good < len(check.order) else ""
            number, band = state.good + 1, limits(check)
            given = {"number": number, "total": check.fastenings, "place": place, "limits": band}
            return say("tighten_next", language, **given), False
        case Measure():
            return f"{check.prompt or _prompt(check, instruction, language)}: {limits(check)}", False
        case Timer():
            return f"{check.prompt or say('wait', language)}: {_minimum(check.minimum)}", False
        case _:
            return check.prompt or _prompt(check, instruction, language), False


def _minimum(minimum: timedelta | None) -> str:
    return "" if minimum is None else f"{minimum.total_seconds():g} s"


def next_due(step: Step, run: Run, marked: Callable[[Timer], bool], tick: int) -> timedelta | None:
    """How long until a timer of the step has something to say; None when none has."""
    elapsed = run.elapsed_at(tick)
    due: list[timedelta] = []
    for check in step.checks:
        if not isinstance(check, Timer):
            continue
        if (
            blocks(check)
            and not run.states(step.id).get(check.id, FRESH).passed
            and check.minimum is not None
        ):
            due.append(check.minimum - elapsed)
        if check.maximum is not None and not marked(check):
            due.append(check.maximum - elapsed + timedelta(milliseconds=1))
    return max(timedelta(), min(due)) if due else None
