"""The dates of periodic reviews as an iCalendar feed (RFC 5545), which calendar programs subscribe to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from server.reports.reviewing import Planned

LONGEST_LINE = 75  # octets


def feed(plans: Sequence[Planned], address: str, now: datetime) -> str:
    """A calendar with a whole-day entry for each document; `address` is the portal's own."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Stepline//Periodic review//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Stepline reviews",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for plan in plans:
        lines += _entry(plan, address, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _entry(plan: Planned, address: str, now: datetime) -> list[str]:
    day = plan.due.astimezone(UTC).date()
    late = "Overdue: " if plan.state == "overdue" else ""
    looked = f"Revision {plan.revision}, looked at last on {plan.looked_at:%Y-%m-%d}"
    return [
        "BEGIN:VEVENT",
        f"UID:review-{plan.document}@stepline",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'{late}Review {plan.title}')}",
        f"DESCRIPTION:{_text(f'{looked}; {plan.interval.days} days, {plan.why}.')}",
        f"URL:{address}/reviews/documents/{plan.document}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    """A text in which nothing is a separator, and no line ends."""
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    for letter in ("\\", ";", ","):
        plain = plain.replace(letter, f"\\{letter}")
    return plain


def _folded(line: str) -> str:
    """A content line of at most 75 octets, continued in the next; no letter is torn apart."""
    rows, row = [], ""
    for letter in line:
        if len((row + letter).encode()) > LONGEST_LINE:
            rows.append(row)
            row = " "
        row += letter
    return "\r\n".join([*rows, row])
