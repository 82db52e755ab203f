"""Wiki markup of repair guides as light Markdown; what has no place in a step is noted."""

import re
from collections.abc import Callable

_LINK = re.compile(r"\[(?:(guide|link|item|part|product|category)\|)?([^\]|]+)\|([^\]|]+)(?:\|[^\]]*)?\]")
_BARE = re.compile(r"\[\[?(?:Image|File|video|embed|image)[:|]([^\]]+)\]\]?", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{[^}]*\}\}")
_HEADING = re.compile(r"^=+\s*(.+?)\s*=+$", re.MULTILINE)


def plain(text: str, note: Callable[[str], None]) -> str:
    """The text in light Markdown; `note` is told what was changed or left out."""

    def link(match: re.Match[str]) -> str:
        note(f"the link “{match[3]}” to {match[1] or 'page'} {match[2]} was not kept, its words were")
        return match[3]

    def picture(match: re.Match[str]) -> str:
        note(f"the picture or film {match[1]} within the text was left out")
        return ""

    def template(match: re.Match[str]) -> str:
        note(f"the template {match[0]} was left out")
        return ""

    found = _TEMPLATE.sub(template, _LINK.sub(link, _BARE.sub(picture, text)))
    found = _HEADING.sub(r"**\1**", found)
    found = re.sub(r"'''\s*(.+?)\s*'''", r" **\1** ", found)
    found = re.sub(r"''\s*(.+?)\s*''", r" *\1* ", found)
    return re.sub(
        r" +([.,;:!?])", r"\1", re.sub(r"[ \t]{2,}", " ", found.replace("'''", "").replace("''", ""))
    ).strip()
