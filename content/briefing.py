"""What changed, in a few words for each step: for operators, who read it once before they begin."""

from collections.abc import Iterator
from dataclasses import dataclass

from content.comparison import CheckChange, Comparison, MediumChange, SafetyChange, StepChange
from content.difference import FieldChange, How
from content.instruction import Instruction

MOST = 4  # things that are named of one step; more are not read
LONGEST = 60  # characters of a value that is quoted
SAID = {  # by language; English where there is none
    "en": {
        "added": "new step",
        "removed": "step removed",
        "moved": "now step {to}, was {was}",
        "title": "new title, was “{was}”",
        "text": "text changed",
        "medium.added": "new picture",
        "medium.removed": "picture removed",
        "medium.replaced": "picture replaced",
        "medium.drawn": "other marks on the picture",
        "medium.changed": "picture changed",
        "safety.added": "new {level}: {text}",
        "safety.removed": "{level} removed: {text}",
        "safety.changed": "{level} changed: {text}",
        "safety.moved": "safety notices in another order",
        "danger": "danger",
        "warning": "warning",
        "caution": "caution",
        "notice": "notice",
        "limits": "limit {was} → {now}",
        "check.added": "new check: {asks}",
        "check.removed": "check removed: {asks}",
        "check.changed": "check changed: {asks}",
        "check.moved": "checks in another order",
        "flow": "other conditions or ways on",
        "standard_time": "standard time {was} → {now}",
        "given.added": "{what}: also {now}",
        "given.removed": "{what}: no longer {was}",
        "given.changed": "{what}: {now}, was {was}",
        "parts": "parts",
        "tools": "tools",
        "fields": "{field} changed",
        "translations": "translation changed ({languages})",
        "before": "Before you begin",
        "protective_equipment": "protective equipment",
        "nothing": "nothing",
    },
    "de": {
        "added": "neuer Schritt",
        "removed": "Schritt entfällt",
        "moved": "jetzt Schritt {to}, vorher {was}",
        "title": "neuer Titel, vorher „{was}“",
        "text": "Text geändert",
        "medium.added": "neues Bild",
        "medium.removed": "Bild entfällt",
        "medium.replaced": "anderes Bild",
        "medium.drawn": "andere Markierungen im Bild",
        "medium.changed": "Bild geändert",
        "safety.added": "neu: {level}: {text}",
        "safety.removed": "entfällt: {level}: {text}",
        "safety.changed": "geändert: {level}: {text}",
        "safety.moved": "Sicherheitshinweise in anderer Reihenfolge",
        "danger": "Gefahr",
        "warning": "Warnung",
        "caution": "Vorsicht",
        "notice": "Hinweis",
        "limits": "Grenze {was} → {now}",
        "check.added": "neue Prüfung: {asks}",
        "check.removed": "Prüfung entfällt: {asks}",
        "check.changed": "Prüfung geändert: {asks}",
        "check.moved": "Prüfungen in anderer Reihenfolge",
        "flow": "andere Bedingungen oder Wege",
        "standard_time": "Vorgabezeit {was} → {now}",
        "given.added": "{what}: auch {now}",
        "given.removed": "{what}: nicht mehr {was}",
        "given.changed": "{what}: {now}, vorher {was}",
        "parts": "Teile",
        "tools": "Werkzeuge",
        "fields": "{field} geändert",
        "translations": "Übersetzung geändert ({languages})",
        "before": "Bevor Sie beginnen",
        "protective_equipment": "Schutzausrüstung",
        "nothing": "nichts",
    },
}


@dataclass(frozen=True, slots=True)
class Brief:
    """A changed step: its identifier, its title, and one line that says what changed; no step: before the first."""

    step: str
    title: str
    what: str


def short(comparison: Comparison, language: str = "en") -> tuple[Brief, ...]:
    """The changed steps in their order; first, without a step, what is to be known before the first."""
    words = {**SAID["en"], **SAID.get(language.partition("-")[0], {})}
    teller = _Teller(words, comparison)
    first = [line for each in comparison.head if (line := teller.head(each))]
    found = [Brief("", words["before"], _line(first))] if first else []
    found += [Brief(step.id, step.step.title, _line(list(teller.step(step)))) for step in comparison.changed]
    return tuple(found)


def _line(parts: list[str]) -> str:
    """The parts as one line; a few of them, the weightiest first."""
    different = list(dict.fromkeys(parts))
    return "; ".join([*different[:MOST], *(["…"] if len(different) > MOST else [])])


def _quoted(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1].rstrip()}…"


class _Teller:
    """Says changes in the words of one language."""

    def __init__(self, words: dict[str, str], comparison: Comparison) -> None:
        self._words = words
        self._names: dict[str, str] = {}
        for side in (comparison.before, comparison.after):
            if isinstance(side, Instruction):
                self._names |= {tool.id: tool.name for tool in side.tools}
                self._names |= {part.number: f"{part.name} {part.number}" for part in side.parts}

    def _say(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def head(self, change: FieldChange) -> str:
        """What of the document itself an operator has to know."""
        if change.field not in {"protective_equipment", "tools", "parts"}:
            return ""
        return self._given(change)

    def _given(self, change: FieldChange) -> str:
        """What is taken: also, no longer, or in place of something else."""
        was, now = (_quoted(self._names.get(text, text)) for text in (change.before, change.after))
        key = "added" if not was else "removed" if not now else "changed"
        return self._say(f"given.{key}", what=self._words[change.field], was=was, now=now)

    def _value(self, key: str, change: FieldChange) -> str:
        nothing = self._words["nothing"]
        return self._say(key, was=change.before or nothing, now=change.after or nothing)

    def step(self, change: StepChange) -> Iterator[str]:
        """Everything about a step, what concerns safety first."""
        if change.how in {How.ADDED, How.REMOVED}:
            yield self._words[change.how]
            return
        yield from (self._safety(each) for each in change.safety)
        for check in change.checks:
            yield from self._check(check)
        yield from (self._medium(each) for each in change.media)
        if change.text is not None:
            yield self._words["text"]
        if change.title is not None:
            yield self._say("title", was=_quoted(change.title.before))
        if change.moved:
            yield self._say("moved", was=change.before, to=change.after)
        if change.flow:
            yield self._words["flow"]
        yield from (self._field(each) for each in change.fields)
        if change.translations:
            languages = dict.fromkeys(each.language.upper() for each in change.translations)
            yield self._say("translations", languages=", ".join(languages))

    def _safety(self, change: SafetyChange) -> str:
        notice = change.after or change.before
        assert notice is not None
        level = self._words[notice.level.value]
        return self._say(f"safety.{change.how.value}", level=level, text=_quoted(notice.text))

    def _check(self, change: CheckChange) -> Iterator[str]:
        asks = _quoted(change.check.prompt or change.asks or change.check.kind)
        limits = [each for each in change.fields if each.field == "limits"]
        yield from (self._value("limits", each) for each in limits)
        if len(limits) < len(change.fields) or not change.fields:
            yield self._say(f"check.{change.how.value}", asks=asks)

    def _medium(self, change: MediumChange) -> str:
        if change.how is How.CHANGED:
            what = "replaced" if change.replaced else "drawn" if change.drawn else "changed"
            return self._words[f"medium.{what}"]
        return self._words[f"medium.{'changed' if change.how is How.MOVED else change.how.value}"]

    def _field(self, change: FieldChange) -> str:
        if change.field == "standard_time":
            return self._value(change.field, change)
        if change.field in {"parts", "tools"}:
            return self._given(change)
        return self._say("fields", field=change.field.replace("_", " "))
