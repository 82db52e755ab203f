"""The ways through a work instruction: what can follow what, what is surely met by then, and that all of it ends.

A step is *arrived at* and then done, or skipped where its `when` is false. A way that says `at_most` is bounded: it
can be taken so often in a run and no more, and may never be taken at all. A document whose unbounded ways form a cycle
could go on for ever and is refused; in any other, whoever goes on reaches the end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from content.asking import GoTo
from content.checks import Scan, Timer
from content.conditions import spelled
from content.refusing import refusal
from content.scope import Path, expressions

if TYPE_CHECKING:
    from content.instruction import Instruction, Step

END = "end"
BUILT_IN = frozenset({"order", "unit", "options", "visits", "attempts", "passed"})


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one step to another; positions count from 0, the end's is the number of steps."""

    start: int
    to: int
    at_most: int | None = None
    when: str | None = None
    failed: str | None = None  # the check whose failure takes it
    at: Path = ()


def edges(instruction: "Instruction") -> tuple[Edge, ...]:
    """Every way on from every step that is done; skips are not among them. Raises a refusal for an unknown step."""
    places = {str(step.id): place for place, step in enumerate(instruction.steps)} | {
        END: len(instruction.steps)
    }
    return tuple(
        edge
        for place, step in enumerate(instruction.steps)
        for edge in (*_ways_on(place, step, places), *_failures(place, step, places))
    )


def _ways_on(place: int, step: "Step", places: Mapping[str, int]) -> Iterator[Edge]:
    for number, rule in enumerate(step.next):
        at: Path = ("steps", place, "next", number, "to")
        at_most = None if rule.to == END else rule.at_most  # who has come to the end does not come back
        yield Edge(place, _place(rule.to, places, at), at_most=at_most, when=rule.when, at=at)
        if rule.when is None and at_most is None:
            return  # nothing after it is ever tried
    yield Edge(place, place + 1)


def _failures(place: int, step: "Step", places: Mapping[str, int]) -> Iterator[Edge]:
    for number, check in enumerate(step.checks):
        if isinstance(check.failure, GoTo):
            at: Path = ("steps", place, "checks", number, "on_failure", "go_to")
            to = _place(check.failure.go_to, places, at)
            yield Edge(place, to, at_most=check.failure.at_most, failed=check.id, at=at)


def _place(name: str, places: Mapping[str, int], at: Path) -> int:
    if name not in places:
        import difflib  # noqa: PLC0415 - only for a message

        near = difflib.get_close_matches(name, places, n=1)
        raise refusal(
            f"there is no step {name!r}",
            mend=f"did you mean `{near[0]}`?" if near else "name a step or `end`",
            at=at,
        )
    return places[name]


def arrivals(instruction: "Instruction", place: int) -> tuple[int, ...]:
    """Where one can find oneself who is led to `place`: there, or further on where that step can be skipped."""
    found = [place]
    while found[-1] < len(instruction.steps) and instruction.steps[found[-1]].when is not None:
        found.append(found[-1] + 1)
    return tuple(found)


def successors(instruction: "Instruction", *, bounded: bool) -> dict[int, set[int]]:
    """For each step the places that can come up after it; without the bounded ways where `bounded` is false."""
    after: dict[int, set[int]] = {place: set() for place in range(len(instruction.steps))}
    for edge in edges(instruction):
        if bounded or edge.at_most is None:
            after[edge.start].update(arrivals(instruction, edge.to))
    return after


def unreachable(instruction: "Instruction") -> tuple[int, ...]:
    """The places of the steps that no way leads to."""
    after = successors(instruction, bounded=True)
    seen: set[int] = set()
    waiting = list(arrivals(instruction, 0))
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting += after.get(place, ())
    return tuple(place for place in range(len(instruction.steps)) if place not in seen)


def cycle(instruction: "Instruction") -> tuple[int, ...]:
    """The places of steps that lead to one another without a bound; empty when every way ends."""
    after = successors(instruction, bounded=False)
    done: set[int] = set()
    for start in range(len(instruction.steps)):
        path: list[int] = []
        waiting: list[tuple[int, Iterator[int]]] = [(start, iter(sorted(after[start])))]
        path.append(start)
        while waiting:
            place, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                done.add(place)
                waiting.pop()
                path.pop()
            elif following in path:
                return tuple(path[path.index(following) :])
            elif following not in done and following < len(instruction.steps):
                path.append(following)
                waiting.append((following, iter(sorted(after[following]))))
    return ()


def refuse_endless(instruction: "Instruction") -> None:
    """Raise a refusal unless every way through the instruction leads to its end, and limits are known in time."""
    if not _branches(instruction):
        edges(instruction)
        return
    if any(step.id == END for step in instruction.steps):
        place = next(place for place, step in enumerate(instruction.steps) if step.id == END)
        raise refusal(
            "`end` is where a run ends", mend="give the step another `id`", at=("steps", place, "id")
        )
    around = cycle(instruction)
    if around:
        names = " → ".join(instruction.steps[place].id for place in (*around, around[0]))
        back = next(
            edge
            for edge in edges(instruction)
            if edge.start == around[-1]
            and edge.at_most is None
            and around[0] in arrivals(instruction, edge.to)
        )
        raise refusal(
            f"this can go on for ever: {names}",
            mend="say `at_most` on the rule that leads back",
            at=back.at or ("steps", around[-1]),
        )
    _refuse_late(instruction)


def _branches(instruction: "Instruction") -> bool:
    return any(
        step.next
        or step.when is not None
        or step.conditional
        or any(
            isinstance(check.on_failure, GoTo) or getattr(check, "same_as", None) is not None
            for check in step.checks
        )
        for step in instruction.steps
    )


def surely_met(instruction: "Instruction") -> tuple[frozenset[str], ...]:
    """For each step, the checks (as `STEP.CHECK`) that are surely met whenever it comes up.

    The greatest fixed point of a forward analysis: what holds on every way to a step.
    """
    steps = instruction.steps
    everything = frozenset(f"{step.id}.{check.id}" for step in steps for check in step.checks)
    met: list[frozenset[str]] = [everything] * (len(steps) + 1)
    for place in arrivals(instruction, 0):
        met[place] = frozenset()
    ways = edges(instruction)
    changed = True
    while changed:
        changed = False
        for edge in ways:
            before = met[edge.start]
            here = before if edge.failed is not None else before | _asked_surely(steps[edge.start])
            if edge.to <= edge.start:  # what lies between is done anew
                anew = {step.id for step in steps[edge.to : edge.start + 1]}
                here = frozenset(name for name in here if name.partition(".")[0] not in anew)
            for place in arrivals(instruction, edge.to):
                if not met[place] <= here:
                    met[place] &= here
                    changed = True
    return tuple(met[: len(steps)])


def _asked_surely(step: "Step") -> frozenset[str]:
    if step.combine == "any":
        return frozenset()
    loose = {check for group in step.groups if group.combine == "any" for check in group.checks}
    return frozenset(
        f"{step.id}.{check.id}"
        for check in step.checks
        if check.mandatory
        and check.when is None
        and not check.not_applicable
        and check.id not in loose
        and not (isinstance(check, Timer) and check.minimum is None)
    )


def _refuse_late(instruction: "Instruction") -> None:
    """What is compared with an earlier check needs that check to be met by then."""
    met = surely_met(instruction)
    for at, text, wanted in expressions(instruction):
        if "limits" in at:
            used = instruction.scope.compile(text, wanted).names
            _refuse_unmet(instruction, met[int(at[1])], used, at)
    for place, step in enumerate(instruction.steps):
        for number, check in enumerate(step.checks):
            if isinstance(check, Scan) and check.same_as is not None:
                at = ("steps", place, "checks", number, "same_as")
                first, _, second = check.same_as.partition(".")
                known = [each for each in instruction.steps if each.id == first]
                if not any(
                    other.id == second and other.kind == "scan" for each in known for other in each.checks
                ):
                    raise refusal(f"there is no scan {check.same_as!r}", mend="name it as STEP.CHECK", at=at)
                used = frozenset({spelled(first, second)})
                _refuse_unmet(instruction, met[place], used, at)


def _refuse_unmet(instruction: "Instruction", surely: frozenset[str], used: frozenset[str], at: Path) -> None:
    step = instruction.steps[int(at[1])]
    if step.combine == "ordered":
        before = {f"{step.id}.{check.id}" for check in step.checks[: int(at[3])]}
        surely |= before & _asked_surely(step)
    known = {spelled(*name.split(".")) for name in surely}
    for name in sorted(used):
        root, _, rest = name.partition(".")
        stem = f"{root}.{rest.partition('.')[0]}"
        if root not in BUILT_IN and stem not in known:
            raise refusal(
                f"`{stem}` is not surely known when this step comes up",
                mend="name a mandatory check of a step that every way leads through before",
                at=at,
            )
