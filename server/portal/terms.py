"""How a release takes effect, as the fields of `_terms.html` say it."""

from datetime import UTC, datetime

from starlette.datastructures import FormData

from server.errors import Invalid
from server.library.releasing import POINTS, Terms
from server.portal.guard import text

MOST_STAGES = 5  # of a staged release, before everybody


def read_terms(form: FormData) -> Terms:
    """The terms that somebody filled in. Raises Invalid."""
    point = text(form, "point") or "next-run"
    if point not in POINTS:
        raise Invalid("There is no such point.", "Choose one of the list.")
    named = [[str(each) for each in form.getlist(f"first-{stage}")] for stage in range(1, MOST_STAGES + 1)]
    return Terms(
        effective_at=_instant(text(form, "effective_at")),
        point=point,
        acknowledge=bool(text(form, "acknowledge")),
        first=tuple(tuple(stations) for stations in named if stations),
        good_runs=_whole(text(form, "good_runs")),
        most_deviations=_number(text(form, "most_deviations")),
        last_units=_whole(text(form, "last_units")),
    )


def _instant(given: str) -> datetime | None:
    """An instant as the page's script sends it, in UTC."""
    if not given:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid("This is no date and time.", "Choose them from the calendar.") from None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _whole(given: str) -> int:
    if not given:
        return 0
    if not given.isdecimal() or len(given) > 6:
        raise Invalid(f"“{given}” is no whole number.", "Write digits only.")
    return int(given)


def _number(given: str) -> float:
    if not given:
        return 0.0
    try:
        return max(0.0, float(given.replace(",", ".")))
    except ValueError:
        raise Invalid(f"“{given}” is no number.", "Write it as 0.5.") from None
