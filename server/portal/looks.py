"""How pages look: the templates, and the filters that turn values into words, times and marks."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from content import evidence, units
from content.checks import Check
from server.people.sessions import Role, Visitor

HERE = Path(__file__).parent
STATIC = HERE / "static"
KINDS = {
    "wrong_code": "Wrong code",
    "out_of_limits": "Out of limits",
    "bad_tightening": "Bad tightening",
    "wrong_answer": "Wrong answer",
    "bad_picture": "Bad picture",
    "manual_entry": "Entered by hand",
    "device_disabled": "Device out of use",
    "overrun": "Took too long",
    "problem": "Reported problem",
    "aborted": "Aborted run",
}
FACTS = {
    "run.started": "Run started",
    "step.entered": "Step came up",
    "check.passed": "Check passed",
    "check.failed": "Check failed",
    "step.completed": "Step done",
    "step.left": "Step left",
    "step.skipped": "Step skipped",
    "route.taken": "Another way taken",
    "supervisor.needed": "Waits for a supervisor",
    "picture.doubted": "Camera asks a person",
    "failure.ruled": "Supervisor decided",
    "deviation.raised": "Deviation",
    "reading.refused": "Reading refused",
    "run.held": "Paused",
    "run.continued": "Continued",
    "run.interrupted": "Kiosk was away",
    "run.completed": "Run completed",
    "run.aborted": "Run aborted",
}
STATES = {
    "ready": "Ready",
    "running": "Running",
    "held": "Paused",
    "completed": "Completed",
    "aborted": "Aborted",
    "open": "Open",
    "reviewed": "Reviewed",
    "closed": "Closed",
}
CHECKS = {
    "confirm": "Confirm",
    "scan": "Scan",
    "measure": "Measure",
    "torque": "Tighten",
    "signal": "Signal",
    "timer": "Time",
    "choice": "Choose",
    "checklist": "Tick off",
    "number": "Number",
    "text": "Words",
    "vision": "Camera",
    "table": "Table",
    "sign-off": "Signature",
    "photo": "Photograph",
}
# paragraphs, lists, bold and italics; no HTML, no links, no pictures from elsewhere
_MARKDOWN = MarkdownIt("zero", {"html": False, "breaks": False}).enable(["emphasis", "list", "escape"])


class Looks:
    """Renders pages for a visitor."""

    def __init__(self, asks: Callable[[Visitor], int] = lambda _visitor: 0) -> None:
        """`asks` says how many reviews wait for somebody."""
        self._asks = asks
        self._pages = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters.update(
            at=at,
            duration=duration,
            number=number,
            percent=percent,
            markdown=markdown,
            kind=lambda name: KINDS.get(name, name),
            fact=lambda name: FACTS.get(name, name),
            state=lambda name: STATES.get(name, name),
            check=lambda name: CHECKS.get(name, name),
            asked=asked,
            unit=units.shown,
            json=as_json,
            short=lambda digest: digest[:12],
            zip=zip,
        )
        self._pages.globals.update(static=static, Role=Role, with_query=with_query)

    def page(self, request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page as an answer; `visitor` is whoever the request's dependencies found."""
        visitor = getattr(request.state, "visitor", None)
        asked_for = self._asks(visitor) if visitor is not None else 0
        html = self.render(
            name, request=request, visitor=visitor, asks=asked_for, path=request.url.path, **values
        )
        return HTMLResponse(html, status_code=status)

    def render(self, name: str, **values: Any) -> str:
        """A template as text."""
        return self._pages.get_template(name).render(**values)


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """The address of a static file; it changes with the file's content, so that it may be kept for ever."""
    file = STATIC / name
    # modules import each other by their names: all of them make the address
    modules = sorted((STATIC / "js").glob("*/*.js")) if name.endswith(".js") else []
    files = [file, *modules]
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:10]
    return f"/static/{digest}/{name}"


def at(instant: datetime | None, style: str = "long") -> Markup:
    """An instant; the browser turns it into the reader's zone, with UTC on hover. Styles: long, time, day."""
    if instant is None:
        return Markup('<span class="none">–</span>')
    utc = instant.astimezone(UTC)
    shown = {"time": "%H:%M:%S", "day": "%Y-%m-%d"}.get(style, "%Y-%m-%d %H:%M")
    return Markup('<time datetime="{}" data-style="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        style,
        utc.strftime("%Y-%m-%d %H:%M:%S UTC"),
        utc.strftime(shown) + ("" if style == "day" else " UTC"),
    )


def duration(value: timedelta | None) -> str:
    """A duration for people: 8.4 s, 1:05 min, 2:10 h."""
    if value is None:
        return "–"
    seconds = value.total_seconds()
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02} h"


def number(value: int) -> str:
    """A count with narrow spaces between thousands (ISO 80000-1)."""
    return f"{value:,}".replace(",", "\u202f")


def percent(value: float | None) -> str:
    """A share as a whole percentage."""
    return "–" if value is None else f"{value * 100:.0f} %"


def markdown(text: str) -> Markup:
    """A document's text as HTML: paragraphs, lists, bold, italics; all else is shown as it is written."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - the renderer escapes; raw HTML is off


def asked(check: Check) -> str:
    """What a check asks for, in a few words."""
    expected = evidence.expected(check)
    count = evidence.needed(check)
    return f"{count} × {expected}" if count > 1 else expected


def as_json(value: Any) -> Markup:
    """A value as JSON that is safe in an attribute."""
    return escape(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def with_query(query: Mapping[str, str | None], **changes: str | int | None) -> str:
    """A query string with some values set, or taken out where None."""
    merged = {**query, **{name: None if value is None else str(value) for name, value in changes.items()}}
    kept = {name: value for name, value in merged.items() if value}
    return f"?{urlencode(kept)}" if kept else "?"
