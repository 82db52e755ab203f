"""What differs between two taught checks, as a reviewer reads it: what it looks for, where, and from which score on."""

from collections.abc import Iterator, Mapping

from content.difference import FieldChange
from content.vision.taught import (
    Code,
    Count,
    Model,
    Orientation,
    Region,
    TaughtCheck,
    Text,
)

WAYS = {"markers": "its markers", "features": "its features", "fixed": "a camera that stands still"}


def differing(before: TaughtCheck, after: TaughtCheck) -> tuple[FieldChange, ...]:
    """Every difference, the ones first that decide about good and bad; empty for the same check."""
    return tuple(_found(before, after))


def _found(before: TaughtCheck, after: TaughtCheck) -> Iterator[FieldChange]:
    yield from _field("kind", before.kind, after.kind)
    yield from _settings(settings(before.model), settings(after.model))
    yield from _regions(before.regions, after.regions)
    yield from _field("threshold", f"{before.threshold:.2f}", f"{after.threshold:.2f}")
    yield from _field("undecided", band(before), band(after))
    yield from _field("scene found by", WAYS[before.align], WAYS[after.align])
    yield from _field("asks", before.ask, after.ask)
    yield from _field("name", before.name, after.name)
    yield from _field("note", before.note, after.note)
    yield from _field("taught from", sources(before), sources(after))
    if before.frame != after.frame:
        yield FieldChange("scene", "the picture it was taught on", "another picture")
    if before.model != after.model or before.light != after.light:
        yield FieldChange("learned", "as before", "taught anew")


def settings(model: Model) -> Mapping[str, str]:
    """What its teacher said besides where to look; nothing for a kind that is taught by pictures alone."""
    match model:
        case Count(expected=expected):
            return {"parts": str(expected)}
        case Code(expected=expected) | Text(expected=expected):
            return {"reads": expected}
        case Orientation(by=by, marker=marker, tolerance=tolerance):
            told = f"marker {marker}" if by == "marker" else "its pattern"
            return {"turned by": told, "tolerance": f"{tolerance:g}°"}
        case _:
            return {}


def band(check: TaughtCheck) -> str:
    """Between which scores a person is asked."""
    return f"{check.undecided.low:.2f} – {check.undecided.high:.2f}"


def sources(check: TaughtCheck) -> str:
    """From how many pictures it was taught."""
    good = sum(source.good for source in check.taught_from)
    return f"{good} good and {len(check.taught_from) - good} bad pictures"


def _settings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*before, *after]):
        yield from _field(name, before.get(name, ""), after.get(name, ""))


def _regions(before: tuple[Region, ...], after: tuple[Region, ...]) -> Iterator[FieldChange]:
    """Regions by their names, or by their places where they have none."""
    old, new = _named(before), _named(after)
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was != now:
            yield FieldChange("region", _spelled(was), _spelled(now), item=name)


def _named(regions: tuple[Region, ...]) -> dict[str, Region]:
    named: dict[str, Region] = {}
    for place, region in enumerate(regions, 1):
        name = region.name or str(place)
        named[name if name not in named else f"{name} ({place})"] = region
    return named


def _spelled(region: Region | None) -> str:
    if region is None:
        return ""
    return f"{region.width:.1%} × {region.height:.1%} at {region.x:.1%} from the left, {region.y:.1%} from the top"


def _field(name: str, before: str, after: str) -> Iterator[FieldChange]:
    if before != after:
        yield FieldChange(name, before, after)
