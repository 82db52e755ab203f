"""What the site wants of the checker: used wherever a document is checked, changed by a person under their name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from content.errors import DocumentError
from content.lint.rules import RULES
from content.lint.settings import LintSettings
from content.lint.site import read_settings, unknown_rules
from content.revision import RevisionState
from server.audit import note
from server.errors import Conflict, Invalid
from server.house import House
from server.store import tables
from server.store.engine import reading, writing

SUBJECT = "checker"  # in the audit trail
USUAL = LintSettings()
NUMBERS = {
    "longest_step": "words of a step",
    "longest_sentence": "words of a sentence",
    "most_actions": "actions of a step",
}
WORDS = {"abbreviations": "abbreviations", "vague": "vague words"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The settings that hold, under their number; `at` and `by`: since when, and who wanted it so."""

    number: int
    settings: LintSettings
    at: datetime | None = None
    by: str = ""


def site(tx: Connection) -> Site:
    """What holds now; the usual until somebody decides."""
    t = tables.checker_settings
    row = tx.execute(select(t).order_by(t.c.id.desc()).limit(1)).first()
    if row is None:
        return Site(number=0, settings=USUAL)
    return Site(number=row.id, settings=LintSettings.model_validate_json(row.body), at=row.at, by=row.by)


def site_of(house: House) -> LintSettings:
    """The settings alone, for who checks a document."""
    with reading(house.engine) as tx:
        return site(tx).settings


def decide(house: House, wanted: LintSettings, by: str, number: int | None = None) -> Site:
    """Let these settings hold from now on; `number` is that of the settings they were made from, where that is known.

    Raises:
        Invalid: they name a rule that there is not.
        Conflict: somebody else has changed them since.
    """
    if wrong := unknown_rules(wanted.levels):
        raise Invalid(wrong[0].message, wrong[0].mend, tuple(wrong))
    wanted = tidied(wanted)
    with writing(house.engine) as tx:
        held = site(tx)
        if number is not None and number != held.number:
            raise Conflict(
                f"{held.by or 'Somebody'} has changed the checker's settings meanwhile.",
                "Load the page again, and make your change once more.",
            )
        told = list(differences(held.settings, wanted))
        if not told:
            return held
        now = house.now()
        row = {"body": wanted.model_dump_json(exclude_defaults=True), "at": now, "by": by}
        made = tx.execute(insert(tables.checker_settings).values(row)).inserted_primary_key
        note(tx, now, by, "checker changed", SUBJECT, "; ".join(told))
    house.live.say("library")
    return Site(number=int(made[0]) if made else held.number + 1, settings=wanted, at=now, by=by)


def take_file(house: House, text: str, by: str) -> Site:
    """Let the settings of a `lint.yaml` hold from now on; raises Invalid with what is wrong at which line."""
    try:
        wanted = read_settings(text)
    except DocumentError as problem:
        first, more = problem.findings[0], len(problem.findings) - 1
        told = f"{first}" if not more else f"{first}; and {more} more"
        raise Invalid(told, "Nothing was changed.", problem.findings) from None
    return decide(house, wanted, by)


def known(tx: Connection) -> frozenset[str]:
    """The documents that can be referred to: released, or being written."""
    d, w = tables.documents.c, tables.drafts.c
    written = select(w.document).where(w.state.not_in([RevisionState.DISCARDED]))
    return frozenset([*tx.scalars(select(d.id)), *tx.scalars(written)])


def wishes(house: House) -> tuple[LintSettings, frozenset[str]]:
    """What a draft is checked by: the site's settings, and the documents that there are."""
    with reading(house.engine) as tx:
        return site(tx).settings, known(tx)


def explained() -> dict[str, dict[str, str]]:
    """Each rule with why it is there, and what it does and does not find."""
    return {name: {"why": rule.why, "bad": rule.bad, "good": rule.good} for name, rule in RULES.items()}


def tidied(wanted: LintSettings) -> LintSettings:
    """The same without levels that are the usual ones anyway: a later release may know better ones."""
    levels = {rule: level for rule, level in sorted(wanted.levels.items()) if RULES[rule].level != level}
    return wanted.model_copy(update={"levels": levels})


def differences(before: LintSettings, after: LintSettings) -> Iterator[str]:
    """What changed, in words: for the audit trail."""
    for rule in RULES:
        was, now = (each.levels.get(rule, RULES[rule].level) for each in (before, after))
        if was != now:
            yield f"{rule}: {now}, was {was}"
    for name, words in NUMBERS.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield f"{words}: at most {now}, was {was}"
    for name, words in WORDS.items():
        was, now = set(getattr(before, name)), set(getattr(after, name))
        yield from _changed(words, sorted(now - was), sorted(was - now))
    pairs = [{f"{word} → {better}" for word, better in each.preferred.items()} for each in (before, after)]
    yield from _changed("words", sorted(pairs[1] - pairs[0]), sorted(pairs[0] - pairs[1]))


def _changed(what: str, new: list[str], gone: list[str]) -> Iterator[str]:
    if new:
        yield f"{what}: {', '.join(new)}"
    if gone:
        yield f"{what}: no longer {', '.join(gone)}"
