"""XLIFF 2.1 (OASIS standard) for translators: a document's texts out, and the translated ones back.

A unit's `name` is the text's lasting key, and its `id` that key spelled as XML wants it. What comes back is taken only
where its source is still the document's text; the rest is told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, register_namespace, tostring

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from content.blocks import Block
from content.instruction import Instruction
from content.languages import Translated, lasting, spoken, stamp, texts
from content.sop import Sop
from content.values import LONGEST_TEXT

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
LARGEST = 5_000_000  # characters of a file that comes back
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KEY = re.compile(r"[^A-Za-z0-9._-]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XliffWrong(Exception):
    """A file that is no XLIFF 2 for this document, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a translator's file holds: the language, texts to take, and what was not taken and why."""

    language: str
    texts: Mapping[str, Translated]
    left: tuple[str, ...]


def export(document: Instruction | Sop | Block, language: str) -> str:
    """The document's texts as an XLIFF 2.1 file; what is translated already is in it with its state."""
    register_namespace("", NAMESPACE)
    root = Element(
        f"{{{NAMESPACE}}}xliff", {"version": "2.1", "srcLang": document.language, "trgLang": language}
    )
    file = SubElement(
        root, f"{{{NAMESPACE}}}file", {"id": document.id, "original": f"{document.id} r{document.revision}"}
    )
    held = spoken(document, language)
    for key, source in texts(document).items():
        if not any(letter.isalpha() for letter in source):
            continue
        unit = SubElement(file, f"{{{NAMESPACE}}}unit", {"id": _unit(key), "name": key})
        known = held.get(key)
        stale = known is not None and known.of != stamp(source)
        notes = SubElement(unit, f"{{{NAMESPACE}}}notes")
        SubElement(notes, f"{{{NAMESPACE}}}note").text = key
        if stale:
            SubElement(
                notes, f"{{{NAMESPACE}}}note"
            ).text = "The source has changed since this was translated."
        state = "initial" if known is None or stale else "translated"
        segment = SubElement(unit, f"{{{NAMESPACE}}}segment", {"state": state})
        _text(segment, "source", source)
        if known is not None:
            _text(segment, "target", known.text)
    indent(root, " ")
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _unit(key: str) -> str:
    """A key as an identifier of XML: what cannot stand in one is written by its number."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):x}_", key)


def _text(segment: Element, name: str, text: str) -> None:
    child = SubElement(segment, f"{{{NAMESPACE}}}{name}")
    child.text = _FORBIDDEN.sub("", text)
    if text != text.strip() or "\n" in text:
        child.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def take(document: Instruction | Sop | Block, data: str) -> Returned:
    """What a translator's file holds for this document; raises XliffWrong."""
    if len(data) > LARGEST:
        raise XliffWrong(f"the file has {len(data):,} characters; at most {LARGEST:,}")
    try:
        root = Safe.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as problem:
        raise XliffWrong(f"the file is no XML that is taken ({problem}); save it as XLIFF 2 again") from None
    if root.tag != f"{{{NAMESPACE}}}xliff" or not root.get("version", "").startswith("2."):
        raise XliffWrong(
            "the file is not XLIFF 2; export it from the translation program as XLIFF 2.0 or 2.1"
        )
    language = root.get("trgLang", "")
    if not LANGUAGE.fullmatch(language):
        raise XliffWrong("the file does not say what language it is in (trgLang)")
    file = root.find(f"{{{NAMESPACE}}}file")
    if file is None or file.get("id") != document.id:
        raise XliffWrong(
            f"the file is for {file.get('id') if file is not None else 'nothing'}, not for {document.id}"
        )
    return _returned(document, language, root)


def _returned(document: Instruction | Sop | Block, language: str, root: Element) -> Returned:
    own = texts(document)
    found: dict[str, Translated] = {}
    left: list[str] = []
    for unit in root.iter(f"{{{NAMESPACE}}}unit"):
        source = "".join(_said(each) for each in unit.iter(f"{{{NAMESPACE}}}source"))
        key = lasting(unit.get("name", ""), stamp(source))
        target = "".join(_said(each) for each in unit.iter(f"{{{NAMESPACE}}}target")).strip()
        if key not in own:
            left.append(f"{_KEY.sub('?', key)[:80]}: the document has no such text any more")
        elif source != own[key]:
            left.append(f"{key}: the source has changed since it was sent out")
        elif len(target) > LONGEST_TEXT:
            left.append(f"{key}: the translation has {len(target):,} characters; at most {LONGEST_TEXT:,}")
        elif target and not _is_untouched(unit, target, source):
            found[key] = Translated(of=stamp(own[key]), text=target)
    return Returned(language=language, texts=found, left=tuple(left))


def _is_untouched(unit: Element, target: str, source: str) -> bool:
    """Whether a program only copied the source into the target."""
    states = {segment.get("state", "initial") for segment in unit.iter(f"{{{NAMESPACE}}}segment")}
    return target == source and states == {"initial"}


def _said(element: Element) -> str:
    return "".join(element.itertext())
