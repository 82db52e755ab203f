"""Rules about plain language: short sentences, one action, words that everybody understands.

They are inspired by the ideas of ASD-STE100; they are our own, and nothing that passes them is compliant with it.
"""

import re

from content import units
from content.instruction import Instruction
from content.lint import words
from content.lint.subject import Found, Remark, Subject, short
from content.sop import Sop


def long_step(subject: Subject) -> Found:
    """Steps of more words than somebody reads."""
    for at, step in subject.steps():
        count = len(words.words(step.text))
        if count > subject.settings.longest_step:
            yield Remark(
                at=(*at, "text"),
                message=f"the step has {count} words",
                mend=f"at most {subject.settings.longest_step}: make two steps of it, or let a picture say it",
            )


def long_sentence(subject: Subject) -> Found:
    """Sentences of more words than are read once."""
    for at, text in subject.prose():
        for sentence in words.sentences(text):
            count = len(words.words(sentence))
            if isinstance(subject.document, Instruction) and count > subject.settings.longest_sentence:
                yield Remark(
                    at=at,
                    message=f"a sentence has {count} words: “{short(sentence)}”",
                    mend=f"at most {subject.settings.longest_sentence}: make two of it",
                )


def several_actions(subject: Subject) -> Found:
    """Steps that tell to do several things."""
    for at, step in subject.steps():
        if subject.document.language.startswith("en"):
            doing = [
                sentence
                for sentence in words.sentences(step.text)
                if (found := words.words(sentence)) and found[0].lower() in words.DOING
            ]
            if len(doing) > subject.settings.most_actions:
                yield Remark(
                    at=(*at, "text"),
                    message=f"the step tells to do {len(doing)} things",
                    mend=f"at most {subject.settings.most_actions} in one step, so that none is forgotten",
                )


def not_imperative(subject: Subject) -> Found:
    """Titles that do not begin with what to do."""
    if not subject.document.language.startswith("en"):
        return
    for at, step in subject.steps():
        first = next(iter(words.words(step.title)), "").lower()
        is_doing = first.endswith("ing") and first not in words.FREE
        if first in words.TELLING or is_doing:
            yield Remark(
                at=(*at, "title"),
                message=f"the title “{short(step.title)}” does not say what to do",
                mend="begin with the verb: “Tighten the cover”",
            )


def passive(subject: Subject) -> Found:
    """Sentences that leave open who acts."""
    if subject.document.language.startswith("en"):
        for at, step in subject.steps():
            found = words.PASSIVE.search(step.text)
            if found:
                yield Remark(
                    at=(*at, "text"),
                    message=f"“{found[0]}” leaves open who does it",
                    mend="tell the operator to do it",
                )


def vague_word(subject: Subject) -> Found:
    """Words that mean something else to everybody."""
    pattern = words.vague(subject.document.language, subject.settings.vague)
    if pattern is not None:
        for at, text in subject.prose():
            found = pattern.search(text)
            if found:
                yield Remark(
                    at=at,
                    message=f"“{found[0]}” means something else to everybody",
                    mend="say how much, how far, or how one sees it",
                )


def undefined_abbreviation(subject: Subject) -> Found:
    """Abbreviations that are explained nowhere."""
    whole = " ".join(text for _, text in subject.prose())
    known = words.KNOWN_ABBREVIATIONS | set(subject.settings.abbreviations) | set(units.UNITS)
    known |= set(re.findall(r"\(([A-Z]{2,5})\)", whole))
    if isinstance(subject.document, Sop):
        known |= {entry.term for entry in subject.document.definitions}
    told: set[str] = set()
    for at, text in subject.prose():
        for found in words.ABBREVIATION.findall(
            re.sub(r"[A-Z]+-?\d[\w-]*|\b\w+-[A-Z\d]+\b|\b\d[\w.-]*", " ", text)
        ):
            if found not in known and found.rstrip("s") not in known and found not in told:
                told.add(found)
                yield Remark(
                    at=at,
                    message=f"“{found}” is explained nowhere",
                    mend=f"write it out once: “long form ({found})”, or list it in the site's `abbreviations`",
                )


def unwritten(subject: Subject) -> Found:
    """Texts that only hold the place of one."""
    titles = (((*at, "title"), step.title) for at, step in subject.steps())
    for at, text in ((("title",), subject.document.title), *titles, *subject.prose()):
        found = words.UNWRITTEN.search(text)
        if found or text.strip().casefold() in words.BEGUN:
            yield Remark(
                at=at,
                message=f"“{short(found[0] if found else text)}” holds the place of a text",
                mend="write it",
            )


def late_warning(subject: Subject) -> Found:
    """Warnings in the text, where they come too late."""
    for at, step in subject.steps():
        for place, sentence in enumerate(words.sentences(step.text)):
            if words.WARNING.search(sentence):
                when = "after the action it is about" if place else "in the text"
                yield Remark(
                    at=(*at, "text"),
                    message=f"a warning stands {when}: “{short(sentence)}”",
                    mend="put it under `safety`: it is shown before the action, with its sign",
                )


def preferred_term(subject: Subject) -> Found:
    """Words that the site has another one for."""
    for at, text in subject.prose():
        for avoided, preferred in subject.settings.preferred.items():
            if re.search(rf"(?<!\w){re.escape(avoided)}(?!\w)", text, re.IGNORECASE):
                yield Remark(
                    at=at, message=f"“{avoided}” is called “{preferred}” here", mend=f"write “{preferred}”"
                )


def color_alone(subject: Subject) -> Found:
    """Things that are told by their colour alone."""
    for at, step in subject.steps():
        found = words.COLOR.search(step.text)
        if found:
            yield Remark(
                at=(*at, "text"),
                message=f"“{found[0]}” is told by its colour alone",
                mend="name its place or mark too: one man in twelve sees colours otherwise",
            )
