"""HTML from elsewhere without anything that runs, loads, links to programs or hides: only what a draft is made of.

Ammonia (through nh3) does it, a parser and serialiser of HTML5 as browsers read it; what it takes out is told.
"""

from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import nh3

HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
KEPT = HEADINGS | {
    *("p", "div", "br", "hr", "ul", "ol", "li", "strong", "b", "em", "i", "code", "pre", "blockquote"),
    *("table", "thead", "tbody", "tfoot", "tr", "td", "th", "a", "img", "span", "sup", "sub"),
}
AROUND = frozenset({"html", "head", "body", "title", "meta", "link", "section", "article", "main", "figure"})
GONE = {  # with all that is in them
    *("script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "title"),
    *("textarea", "select", "button", "audio", "video", "canvas"),
}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
SCHEMES = {"http", "https", "held"}  # `held` names a picture that came with a Word file


def sanitised(html: str, note: Callable[[str], None]) -> str:
    """The HTML with only what a draft is made of; `note` is told of each kind of thing that was taken out."""
    for message, times in _odd(html).items():
        note(message if times == 1 else f"{message} ({times} times)")
    return nh3.clean(
        html,
        tags=set(KEPT),
        clean_content_tags=GONE,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )


class _Counting(HTMLParser):
    """Counts what is not kept; it decides nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.odd: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in GONE:
            self.odd[f"a <{tag}> was left out"] += 1
        elif tag not in KEPT and tag not in AROUND:
            self.odd[f"a <{tag}> was taken away around its words"] += 1
        for name, value in attrs:
            if name.startswith("on"):
                self.odd[f"an {name} of a <{tag}> was left out"] += 1
            elif name in {"href", "src"} and _runs(value or ""):
                self.odd[f"an address of a <{tag}> that is no page or picture was left out"] += 1


def _runs(address: str) -> bool:
    scheme, colon, _ = "".join(address.split()).lower().partition(":")
    return bool(colon) and "/" not in scheme and scheme not in SCHEMES and scheme not in {"mailto", "tel"}


def _odd(html: str) -> Counter[str]:
    counting = _Counting()
    counting.feed(html)
    counting.close()
    return counting.odd
