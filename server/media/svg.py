"""SVG made harmless: only elements that draw, only attributes that say how, and no way out of the file.

What runs (scripts, event handlers, entities) is refused, because somebody should look at such a file; what is only of
no use here (editors' data, foreign objects, links, references to other files) is left out.
"""

import gzip
import re
import zlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from server.errors import Invalid, TooLarge

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LARGEST = 5_000_000  # bytes, unpacked
MOST_ELEMENTS = 50_000
DEEPEST = 60  # elements within elements
MOST_USES = 2_000  # references to shared parts; parts of parts multiply
DRAWING = {  # the elements that stay
    "svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "path", "rect", "circle", "ellipse",
    "line", "polyline", "polygon", "text", "tspan", "textPath", "image", "linearGradient",
    "radialGradient", "stop", "clipPath", "mask", "pattern", "marker", "style", "a", "filter",
    "feGaussianBlur", "feOffset", "feBlend", "feFlood", "feComposite", "feMerge", "feMergeNode",
    "feColorMatrix",
}  # fmt: skip
RUNNING = frozenset({"script", "handler", "listener"})
EMBEDDED = re.compile(r"^data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+$")
ELSEWHERE = re.compile(r"@import|url\s*\(\s*(?![\s'\"]*#)|expression|javascript:", re.IGNORECASE)


def unpacked(file: Path, name: str) -> bytes:
    """The SVG's own bytes; raises TooLarge when they are more than a drawing has."""
    try:
        with gzip.open(file) if name == "SVGZ" else file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise Invalid("the SVGZ file is damaged", "save the drawing again, as plain SVG") from None
    if len(data) > LARGEST:
        raise TooLarge("the drawing unpacks to too much", f"at most {LARGEST:,} bytes; save it as PNG")
    return data


def sanitised(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The drawing without anything but drawing, and what was left out; raises Invalid or TooLarge."""
    try:
        root: Element = Safe.fromstring(data, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise Invalid("the drawing defines entities", "save it as plain SVG, or as PNG") from None
    except (ParseError, ValueError, LookupError) as problem:
        raise Invalid(f"the drawing is damaged ({problem})", "save it again, or as PNG") from None
    if root.tag not in {f"{{{SVG}}}svg", "svg"}:
        raise Invalid("the file is no SVG drawing, and no picture", "save it as plain SVG, or as PNG")
    cleaner = _Cleaner()
    cleaner.clean(root, 0)
    register_namespace("", SVG)
    register_namespace("xlink", XLINK)
    left_out = ", ".join(sorted(cleaner.left_out)[:8])
    notes = (f"left out of the drawing: {left_out}",) if left_out else ()
    return tostring(root, encoding="utf-8", xml_declaration=True), notes


class _Cleaner:
    """Goes through a drawing once, counting."""

    def __init__(self) -> None:
        self.left_out: set[str] = set()
        self._elements = 0
        self._uses = 0

    def clean(self, element: Element, deep: int) -> None:
        """Make an element and all within it harmless, in place."""
        self._elements += 1
        if self._elements > MOST_ELEMENTS or deep > DEEPEST:
            raise TooLarge(
                f"the drawing has more than {MOST_ELEMENTS:,} elements, or more than {DEEPEST} within another",
                "simplify it, or save it as PNG",
            )
        if _namespace(element.tag) == "":
            element.tag = f"{{{SVG}}}{element.tag}"
        for name, value in list(element.attrib.items()):
            self._attribute(element, name, value)
        if _local(element.tag) == "style" and ELSEWHERE.search(element.text or ""):
            self.left_out.add("styles that refer to other files")
            element.text = ""
        for child in list(element):
            if self._draws(child):
                self.clean(child, deep + 1)
            else:
                element.remove(child)

    def _draws(self, element: Element) -> bool:
        name = _local(element.tag)
        if name.lower() in RUNNING:
            raise Invalid(f"the drawing holds a <{name}>: it is no picture but a program", "save it as PNG")
        if name == "use":
            self._uses += 1
            if self._uses > MOST_USES:
                raise TooLarge("the drawing repeats parts too often", "save it as PNG")
        if name in DRAWING and _namespace(element.tag) in {"", SVG}:
            return True
        if _namespace(element.tag) in {"", SVG} and name not in {"metadata", ""}:
            self.left_out.add(f"<{name[:30]}>")
        self._look_within(element)
        return False

    def _look_within(self, element: Element) -> None:
        """What is left out must not hide a program that somebody should know of."""
        for inner in element.iter():
            if _local(inner.tag).lower() in RUNNING:
                raise Invalid(
                    "the drawing holds a <script>: it is no picture but a program", "save it as PNG"
                )

    def _attribute(self, element: Element, name: str, value: str) -> None:
        local = _local(name).lower()
        if local.startswith("on"):
            raise Invalid(
                f"the drawing holds a program ({local}): it is no picture but a program", "save it as PNG"
            )
        if local in {"href", "src"}:
            image = _local(element.tag) == "image" and EMBEDDED.match(value)
            if not (value.startswith("#") or image):
                self.left_out.add("references to other files")
                del element.attrib[name]
        elif _namespace(name) or ELSEWHERE.search(value):
            if ELSEWHERE.search(value):
                self.left_out.add("references to other files")
            del element.attrib[name]


def _namespace(name: Any) -> str:
    """The name space of a tag; comments and instructions have one that is not ours."""
    if not isinstance(name, str):
        return "none"
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def _local(name: Any) -> str:
    return name.rpartition("}")[2] if isinstance(name, str) else ""
