"""Rules about what a document is made of: pictures, times, parts, limits, translations, proofs."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from content import flow, languages, units
from content.checks import Measure, Number, Table, Torque
from content.instruction import Instruction, RiskClass
from content.lint import words
from content.lint.subject import Document, Found, Remark, Subject, short
from content.media import Picture
from content.scope import Path


def unreachable(subject: Subject) -> Found:
    """Steps that no way leads to."""
    if isinstance(subject.document, Instruction):
        for place in flow.unreachable(subject.document):
            yield Remark(
                at=("steps", place, "id"),
                message="no way leads to this step",
                mend="lead a rule to it, or take it out",
            )


def missing_picture(subject: Subject) -> Found:
    """Steps without a picture."""
    for at, step in subject.steps():
        if not step.media:
            yield Remark(
                at=(*at, "id"),
                message="the step has no picture",
                mend="show what it looks like when it is right",
            )


def limit_without_device(subject: Subject) -> Found:
    """Limits that anything may measure, or without a unit."""
    for at, step in subject.steps():
        for place, check in enumerate(step.checks):
            if isinstance(check, Torque | Measure) and check.device is None:
                yield Remark(
                    at=(*at, "checks", place),
                    message=f"{check.id} takes its value from any device",
                    mend="name the `device` that has to measure it",
                )
            if isinstance(check, Number) and check.limited and check.unit == "1":
                yield Remark(
                    at=(*at, "checks", place),
                    message=f"{check.id} has limits without a unit",
                    mend="give its `unit`",
                )
            for number, column in enumerate(check.columns if isinstance(check, Table) else ()):
                if column.limited and column.unit == "1":
                    yield Remark(
                        at=(*at, "checks", place, "columns", number),
                        message=f"{check.id} {column.id} has limits without a unit",
                        mend="give the column's `unit`",
                    )


def missing_time(subject: Subject) -> Found:
    """Steps without a standard time."""
    for at, step in subject.steps():
        if step.standard_time is None:
            yield Remark(
                at=(*at, "id"),
                message="the step has no standard time",
                mend="give `standard_time`, such as 30s",
            )


def unlisted_part(subject: Subject) -> Found:
    """Part numbers in the text that are not listed."""
    if not isinstance(subject.document, Instruction):
        return
    listed = {part.number for part in subject.document.parts} | set(subject.document.applies_to.part_numbers)
    shapes = {re.sub(r"\d+", r"\\d+", re.escape(number)) for number in listed if re.search(r"\d", number)}
    if shapes:
        looks = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(shapes))})(?![\w-])")
        for at, step in subject.steps():
            for number in looks.findall(step.text):
                if number not in listed:
                    yield Remark(
                        at=(*at, "text"),
                        message=f"{number} is not in the list of parts",
                        mend="list it under `parts`, or mend the number",
                    )


def unused_part(subject: Subject) -> Found:
    """Listed parts that no step uses."""
    if isinstance(subject.document, Instruction):
        used = {number for step in subject.document.steps for number in step.parts}
        for place, part in enumerate(subject.document.parts):
            if part.number not in used:
                yield Remark(
                    at=("parts", place),
                    message=f"{part.number} is listed and used in no step",
                    mend="name it in its step's `parts`, or take it out",
                )


def unused_tool(subject: Subject) -> Found:
    """Listed tools that no step uses."""
    if isinstance(subject.document, Instruction):
        used = {name for step in subject.document.steps for name in step.tools}
        for place, tool in enumerate(subject.document.tools):
            if tool.id not in used:
                yield Remark(
                    at=("tools", place),
                    message=f"the tool {tool.id} is listed and used in no step",
                    mend="name it in its step's `tools`, or take it out",
                )


def other_value(subject: Subject) -> Found:
    """Values in the text that the limits do not allow."""
    for at, step in subject.steps():
        banded = [
            check
            for check in step.checks
            if isinstance(check, Measure | Torque | Number) and check.limits is None and check.limited
        ]
        for number, unit in words.QUANTITY.findall(step.text):
            same = [check for check in banded if units.shown(check.unit) == unit.replace("Nm", "N·m")]
            value = _decimal(number)
            if same and value is not None and not any(_fits(check, value) for check in same):
                yield Remark(
                    at=(*at, "text"),
                    message=f"the text says {number} {unit}, which the limits of {same[0].id} do not allow",
                    mend="mend the text or the limits",
                )


def same_title(subject: Subject) -> Found:
    """Titles that stand twice."""
    titles = Counter(step.title.casefold() for _, step in subject.steps())
    seen: set[str] = set()
    for at, step in subject.steps():
        title = step.title.casefold()
        if titles[title] > 1 and title in seen:
            yield Remark(
                at=(*at, "title"),
                message=f"another step has the title “{short(step.title)}” too",
                mend="say what is different",
            )
        seen.add(title)


def idle_alt(subject: Subject) -> Found:
    """Alternative texts that repeat the title."""
    for at, step in subject.steps():
        for place, medium in enumerate(step.media):
            if isinstance(medium, Picture) and medium.alt.casefold() == step.title.casefold():
                yield Remark(
                    at=(*at, "media", place, "alt"),
                    message="the picture's `alt` repeats the title",
                    mend="say what the picture shows, for who cannot see it",
                )


def missing_translation(subject: Subject) -> Found:
    """Texts that are not translated."""
    yield from _fallen(subject, "missing")


def stale_translation(subject: Subject) -> Found:
    """Translations of texts that have changed."""
    yield from _fallen(subject, "stale")


def ungoverned(subject: Subject) -> Found:
    """Tasks of high risk without a procedure."""
    document = subject.document
    if (
        isinstance(document, Instruction)
        and document.risk_class is RiskClass.HIGH
        and not document.governed_by
    ):
        yield Remark(
            at=("risk_class",),
            message="a task of high risk is governed by no procedure",
            mend="name the procedure under `governed_by`",
        )


def unknown_document(subject: Subject) -> Found:
    """Documents that are referred to and not there."""
    if subject.known is None:
        return
    for at, name in _named(subject.document):
        if name not in subject.known and name != subject.document.id:
            near = difflib.get_close_matches(name, subject.known, n=1)
            yield Remark(
                at=at,
                message=f"there is no document {name!r}",
                mend=f"did you mean {near[0]}?" if near else "write it first, or mend the name",
            )


def _named(document: Document) -> Iterator[tuple[Path, str]]:
    if isinstance(document, Instruction):
        yield from ((("governed_by", place), name) for place, name in enumerate(document.governed_by))
        return
    for place, box in enumerate(document.flow):
        name = getattr(box, "instruction", None)
        if isinstance(name, str):
            yield ("flow", place), name


def idle_exception(subject: Subject) -> Found:
    """Exceptions from rules, or in steps, that are not there."""
    document = subject.document
    steps = {step.id for _, step in subject.steps()}
    for place, each in enumerate(document.lint):
        if each.rule not in subject.rules:
            near = difflib.get_close_matches(each.rule, subject.rules, n=1)
            yield Remark(
                at=("lint", place),
                message=f"there is no rule {each.rule!r}",
                mend=f"did you mean {near[0]}?" if near else "take it out, or mend its name",
            )
        elif each.step is not None and each.step not in steps:
            yield Remark(
                at=("lint", place),
                message=f"there is no step {each.step!r}, where {each.rule} is not to hold",
                mend="take it out, or mend its step",
            )


def unproved(subject: Subject) -> Found:
    """Steps of tasks of high risk without a proof."""
    if isinstance(subject.document, Instruction) and subject.document.risk_class is RiskClass.HIGH:
        for at, step in subject.steps():
            if not any(check.mandatory for check in step.checks):
                yield Remark(
                    at=(*at, "id"),
                    message="nothing proves this step of a task of high risk",
                    mend="add a check that has to be met",
                )


def _fits(check: Measure | Torque | Number, value: Decimal) -> bool:
    return (check.low is None or value >= check.low) and (check.high is None or value <= check.high)


def _decimal(number: str) -> Decimal | None:
    try:
        return Decimal(number.replace(",", "."))
    except InvalidOperation:
        return None


def _fallen(subject: Subject, why: str) -> Found:
    for language in languages.languages(subject.document)[1:]:
        _, fell = languages.translated(subject.document, language)
        keys = [each.key for each in fell if each.why == why]
        if keys:
            more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
            yield Remark(
                at=("language",),
                message=f"{language}: the text {keys[0]}{more} {'is' if len(keys) == 1 else 'are'} {why}",
                mend=f"translate it: stepline content translate --to {language}",
            )
