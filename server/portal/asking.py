"""What a page's address asks for: filters as a reader sees them, days in their zone, turned into a choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request

from server.reports.choice import Choice

ZONE_COOKIE = "zone"
NAMES = ("station", "document", "step", "kind", "operator", "state", "unit", "release")
LONGEST_VALUE = 100  # characters of a filter's value
MOST_PAGES = 100_000
YEARS = range(1970, 9999)  # of which every midnight, in every zone, is an instant that can be counted with


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters of an address: the choice they make, and themselves as text to build addresses from."""

    choice: Choice
    query: Mapping[str, str | None]
    page: int
    zone: tzinfo
    narrowed: bool


def asked(request: Request, now: datetime, *, days: int | None = None) -> Asked:
    """Read an address's filters; without `from`, the reader's last `days` days are meant, or all of a release's."""
    given = {name: _given(request, name) for name in (*NAMES, "from", "to")}
    zone = zone_of(request)
    first, last = _day(given["from"]), _day(given["to"])
    narrowed = any(given.values())
    if first is None and last is None and days is not None and not given["release"]:
        first = now.astimezone(zone).date() - timedelta(days=days - 1)
    choice = Choice(
        since=None if first is None else _midnight(first, zone),
        until=None if last is None else _midnight(last + timedelta(days=1), zone),
        **{name: given[name] for name in NAMES},
    )
    query = {
        **given,
        "from": None if first is None else first.isoformat(),
        "to": None if last is None else last.isoformat(),
    }
    return Asked(choice=choice, query=query, page=_page(request), zone=zone, narrowed=narrowed)


def zone_of(request: Request) -> tzinfo:
    """The reader's time zone, which the browser tells in a cookie; UTC when it does not."""
    name = request.cookies.get(ZONE_COOKIE, "")
    try:
        return ZoneInfo(name.replace("%2F", "/")) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _given(request: Request, name: str) -> str | None:
    value = request.query_params.get(name, "").strip()[:LONGEST_VALUE]
    return value or None


def _day(text: str | None) -> date | None:
    try:
        day = None if text is None else date.fromisoformat(text)
    except ValueError:
        return None
    return day if day is not None and day.year in YEARS else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1")[:9]
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() else 1
