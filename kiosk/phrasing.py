"""What a check asks for and what came, as an operator reads it in the kiosk's language. Pure."""

from content import evidence
from content.checks import Check, FreeText, Scan, Signal
from content.example import example_of
from content.instruction import Step
from content.record import Evidence, NotApplicable, Photograph, Seen, Signature, Switch, Tap
from kiosk.words import again, say


def asked_for(check: Check, language: str) -> str:
    """What is awaited; an expression for texts is shown by a text that fits it."""
    match check:
        case Scan(pattern=str(pattern)) | FreeText(pattern=str(pattern)):
            return like(pattern, language)
        case Signal():
            return switched(check.signal, language, on=check.expect)
        case _:
            return evidence.expected(check)


def like(pattern: str, language: str) -> str:
    """A text that an expression would take, for who cannot read expressions."""
    example = example_of(pattern)
    return say("like_none", language) if example is None else say("like", language, example=example)


def switched(signal: str, language: str, *, on: bool) -> str:
    """A signal and its state."""
    return say("signal_on" if on else "signal_off", language, signal=signal)


def recorded(expected: str, step: Step, language: str) -> str:
    """What the record says was expected: the expressions of the step's checks as examples."""
    for check in step.checks:
        if isinstance(check, Scan | FreeText) and check.pattern and check.pattern in expected:
            expected = expected.replace(check.pattern, like(check.pattern, language))
    return expected


def came(what: Evidence, language: str) -> str:
    """What came."""
    match what:
        case Switch():
            return switched(what.signal, language, on=what.on)
        case Tap():
            return ""
        case Photograph():
            return say("photo_taken", language)
        case Seen():
            return say("seen_good" if what.good else "seen_bad", language, check=what.check)
        case Signature():
            return f"{what.person} ({again(what.role, language)})"
        case NotApplicable():
            return say("not_applicable", language)
        case _:
            return evidence.came(what)
