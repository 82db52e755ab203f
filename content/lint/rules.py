"""The table of the rules: each with its name, how serious it is, why it is there, a bad and a good example."""

from collections.abc import Callable
from dataclasses import dataclass

from content.lint import plain, sound, terms
from content.lint.settings import Level
from content.lint.subject import Found, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its name, how serious it is, why it is there, and what it finds and does not find."""

    name: str
    level: Level
    why: str
    bad: str
    good: str
    check: Callable[[Subject], Found]


def _rule(name: str, level: Level, check: Callable[[Subject], Found], why: str, bad: str, good: str) -> Rule:  # noqa: PLR0917 - a row of the table
    return Rule(name=name, level=level, check=check, why=why, bad=bad, good=good)


RULES = {
    rule.name: rule
    for rule in (
        _rule(
            "unreachable-step",
            "error",
            sound.unreachable,
            "A step that no way leads to is never done, and nobody notices.",
            "a rule jumps over it, and nothing leads back",
            "every step is on some way",
        ),
        _rule(
            "missing-picture",
            "warning",
            sound.missing_picture,
            "A picture is understood from a metre away; a text is not.",
            "a step without `media`",
            "a step with a picture of how it looks when it is right",
        ),
        _rule(
            "limit-without-device",
            "warning",
            sound.limit_without_device,
            "A limit means little when anything may measure it, or nobody knows in what unit.",
            "a torque or measure check without `device`",
            "`device: torque`",
        ),
        _rule(
            "missing-standard-time",
            "warning",
            sound.missing_time,
            "Without it nobody sees that a step takes longer than it should.",
            "a step without `standard_time`",
            "`standard_time: 30s`",
        ),
        _rule(
            "long-step",
            "warning",
            plain.long_step,
            "Long steps are not read.",
            "a step of 120 words",
            "two steps of 40 words",
        ),
        _rule(
            "long-sentence",
            "warning",
            plain.long_sentence,
            "Who works with both hands reads a sentence once.",
            "a sentence of 30 words",
            "two sentences of 12",
        ),
        _rule(
            "several-actions",
            "warning",
            plain.several_actions,
            "One action of several is forgotten; one step proves one thing.",
            "Open the cover. Take out the seal. Clean the bore. Oil it. Fit the new seal.",
            "Take out the seal.",
        ),
        _rule(
            "not-imperative",
            "warning",
            plain.not_imperative,
            "A title that tells what to do is understood before the text is read.",
            "Tightening the cover",
            "Tighten the cover",
        ),
        _rule(
            "passive",
            "hint",
            plain.passive,
            "The passive leaves open who does it.",
            "The screws are tightened.",
            "Tighten the screws.",
        ),
        _rule(
            "vague-word",
            "warning",
            plain.vague_word,
            "A vague word means something else to everybody.",
            "Grease it properly.",
            "Grease the whole groove.",
        ),
        _rule(
            "undefined-abbreviation",
            "warning",
            plain.undefined_abbreviation,
            "A new colleague does not know it.",
            "Check the TIR.",
            "Check the total indicator reading (TIR).",
        ),
        _rule(
            "unwritten-text",
            "error",
            plain.unwritten,
            "A text that holds a place tells an operator nothing.",
            "What to do. TBD",
            "Push the seal home.",
        ),
        _rule(
            "late-warning",
            "warning",
            plain.late_warning,
            "A warning after the action comes too late.",
            "Open the valve. Warning: hot oil!",
            "`safety: [{level: warning, text: Hot oil.}]`",
        ),
        _rule(
            "preferred-term",
            "warning",
            plain.preferred_term,
            "One word for one thing; the site says which.",
            "spanner, where the site says wrench",
            "wrench",
        ),
        _rule(
            "inconsistent-term",
            "warning",
            terms.inconsistent_term,
            "Two names, or two spellings, make an operator look for two things.",
            "sealing ring in the list of parts, seal ring in a step; O-ring and O ring; circlip and snap ring",
            "the same name, written in the same way, everywhere",
        ),
        _rule(
            "inconsistent-part",
            "warning",
            terms.inconsistent_part,
            "A part number that is written otherwise is found by no search, and by no scanner.",
            "GP112 or gp-112, where the list says GP-112; GP-112 listed twice",
            "GP-112",
        ),
        _rule(
            "unlisted-part",
            "warning",
            sound.unlisted_part,
            "A part that is not listed is not at the bench; a wrong number is the wrong part.",
            "Take GP-113, with only GP-112 listed",
            "GP-112",
        ),
        _rule(
            "unused-part",
            "hint",
            sound.unused_part,
            "A part that is listed and used nowhere was forgotten in a step, or left in the list.",
            "GP-115 in `parts`, in no step",
            "each part is named in its step",
        ),
        _rule(
            "unused-tool",
            "hint",
            sound.unused_tool,
            "A tool that is listed and used nowhere was forgotten in a step, or left in the list.",
            "a mallet in `tools`, in no step",
            "each tool is named in its step",
        ),
        _rule(
            "other-value",
            "warning",
            sound.other_value,
            "Text and check must not say different things.",
            "“to 12 N·m” beside limits of 8.5 to 9.5 N·m",
            "“to 9 N·m”",
        ),
        _rule(
            "same-title",
            "warning",
            sound.same_title,
            "Two steps of the same title cannot be told apart in a report.",
            "two steps “Scan the part”",
            "“Scan the housing”, “Scan the cover”",
        ),
        _rule(
            "idle-alt",
            "hint",
            sound.idle_alt,
            "The alternative text is for who cannot see the picture.",
            "`alt` repeats the title",
            "`alt` says what the picture shows",
        ),
        _rule(
            "color-alone",
            "warning",
            plain.color_alone,
            "Not everybody sees colours.",
            "Take the red one.",
            "Take the red lever on the left.",
        ),
        _rule(
            "missing-translation",
            "warning",
            sound.missing_translation,
            "What is not translated is shown in the document's own language.",
            "a text without Arabic, in a document that has Arabic",
            "every text is translated",
        ),
        _rule(
            "stale-translation",
            "error",
            sound.stale_translation,
            "A translation of a text that has changed may tell the wrong thing; it is not shown.",
            "the source changed after it was translated",
            "the translation was made from the text as it is",
        ),
        _rule(
            "ungoverned",
            "error",
            sound.ungoverned,
            "Somebody has to answer for a task of high risk.",
            "`risk_class: high` without `governed_by`",
            "`governed_by: [build-pump]`",
        ),
        _rule(
            "unknown-document",
            "warning",
            sound.unknown_document,
            "A reference that leads nowhere answers no question.",
            "`governed_by: [biuld-pump]`, with only build-pump in the library",
            "`governed_by: [build-pump]`",
        ),
        _rule(
            "idle-exception",
            "warning",
            sound.idle_exception,
            "An exception from nothing hides that the rule still holds, or will hide what comes later.",
            "`lint: [{rule: missing-pictures, reason: nothing to see}]`",
            "`lint: [{rule: missing-picture, reason: nothing to see}]`",
        ),
        _rule(
            "unproved-step",
            "warning",
            sound.unproved,
            "In a task of high risk each step leaves a proof.",
            "a step without checks",
            "a step with a confirm",
        ),
    )
}
