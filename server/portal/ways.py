"""Conditions, ways on and failures of a step in words, for who reads an instruction."""

from dataclasses import dataclass

from content.asking import Computed, GoTo
from content.checks import Check, Measure, Number, Scan, SignOff, Table, Torque
from content.evidence import limits
from content.flow import END
from content.instruction import Instruction, Step

COMBINED = {"any": "any one of the checks is enough", "ordered": "the checks in this order"}


@dataclass(frozen=True, slots=True)
class Note:
    """A line: what it is about, its words, and the expression that decides, empty where nothing does."""

    about: str
    words: str
    expression: str = ""


def of_step(instruction: Instruction, step: Step) -> list[Note]:
    """When the step comes up, how its checks go together, and where it leads."""
    notes: list[Note] = []
    if step.when is not None:
        notes.append(Note("Only when", "", step.when))
    if step.combine != "all":
        notes.append(Note("Met by", COMBINED[step.combine]))
    for group in step.groups:
        named = ", ".join(group.checks)
        notes.append(Note("Met by", f"{COMBINED.get(group.combine, 'all of them')}: {named}"))
    for rule in step.next:
        often = f", at most {rule.at_most} times" if rule.at_most is not None else ""
        notes.append(Note("Then", f"→ {_named(instruction, rule.to)}{often}", rule.when or ""))
    return notes


def of_check(instruction: Instruction, check: Check) -> list[Note]:
    """When the check is asked, what else it wants, and what its failure does."""
    notes: list[Note] = []
    if check.when is not None:
        notes.append(Note("only when", "", check.when))
    if not check.mandatory:
        notes.append(Note("", "may be left out"))
    if check.not_applicable:
        notes.append(Note("", "may be not applicable"))
    match check:
        case Scan(same_as=str(other)):
            notes.append(Note("", f"the same as {other}"))
        case SignOff():
            person = f"a second {check.role or 'person'}" if check.second_person else check.role
            notes += [Note("", f"signed by {person}")] if person else []
        case Table():
            rows = ", ".join(row.text for row in check.rows)
            columns = "; ".join(f"{each.text} {limits(each)}".strip() for each in check.columns)
            notes.append(Note("", f"{rows}: {columns}"))
        case _:
            pass
    if isinstance(check, Scan) and check.unique:
        notes.append(Note("", "a code that was never taken before"))
    if isinstance(check, Measure | Torque | Number) and check.limits is not None:
        notes += _computed(check.limits)
    if check.bad_attempts is not None:
        notes.append(Note("", _failing(instruction, check)))
    return notes


def _computed(limits: Computed) -> list[Note]:
    told = ("low", "high", "target")
    return [Note(f"{name} from", "", text) for name in told if (text := getattr(limits, name)) is not None]


def _failing(instruction: Instruction, check: Check) -> str:
    times = check.bad_attempts or 1
    after = "after the first bad attempt" if times == 1 else f"after {times} bad attempts"
    match check.failure:
        case "supervisor":
            return f"{after} a supervisor decides"
        case "stop":
            return f"{after} the run ends"
        case GoTo(go_to=step):
            return f"{after} → {_named(instruction, step)}"
        case "repeat":
            return "repeated until it is good"


def _named(instruction: Instruction, to: str) -> str:
    if to == END:
        return "the end"
    return next((f"{step.title}" for step in instruction.steps if step.id == to), to)
