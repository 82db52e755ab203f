"""Whole documents at random, with every kind of check and every field of the language, as values that are valid."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from content.checks import KINDS
from content.instruction import RiskClass, SafetyLevel
from content.languages import stamp, texts
from content.values import Piece, format_duration
from tests.content import asked
from tests.content.asked import Values, some
from tests.content.words import LINES, MARKS, SLUGS, TEXTS
from tests.library import LIBRARY

TAUGHT = LIBRARY / "instructions" / "label-and-pack" / "vision" / "type-label.vision"
HEADS = {
    ".png": b"\x89PNG\r\n\x1a\n" + b"\0" * 32,
    ".jpg": b"\xff\xd8\xff\xe0" + b"\0" * 32,
    ".webp": b"RIFF\0\0\0\0WEBP" + b"\0" * 32,
    ".mp4": b"\0\0\0\x18ftypmp42" + b"\0" * 32,
    ".pdf": b"%PDF-1.7\n" + b"\0" * 32,
}
PARTS = ("GP-101", "m6.x_20/A+", "0")
LANGUAGES = ("de", "ar", "he", "ja", "zh-Hans", "pt-BR")  # some from right to left, some without spaces

DURATIONS = st.integers(1, 10**9).map(lambda found: format_duration(timedelta(milliseconds=found)))
SHARES = st.integers(0, 1000).map(lambda found: f"{found / 1000:.6g}") | st.sampled_from([0, 1, 0.5])
POINTS = st.tuples(SHARES, SHARES).map(list)
PLACED = {"x": SHARES, "y": SHARES, "width": SHARES, "height": SHARES}


def _shape(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Values]:
    return some({"shape": st.just(name), **fields}, {} if name in {"text", "blur"} else {"text": LINES})


ANNOTATIONS = st.one_of(
    _shape("box", **PLACED),
    _shape("ellipse", x=SHARES, y=SHARES, rx=SHARES, ry=SHARES),
    some({"shape": st.just("arrow"), "from": POINTS, "to": POINTS}, {"text": LINES}),
    _shape("polygon", points=st.lists(POINTS, min_size=3, max_size=5)),
    _shape("badge", at=POINTS, number=st.integers(0, 99)),
    _shape("text", at=POINTS, text=LINES),
    _shape("blur", x=SHARES, y=SHARES, width=st.just("0.2"), height=st.just(0.25)),
)
PICTURES = some(
    {"picture": MARKS.map(lambda found: f"media/{found}.png") | st.just("media/b c.webp"), "alt": LINES},
    {"annotations": st.lists(ANNOTATIONS, min_size=1, max_size=4)},
)
FILMS = some(
    {"video": MARKS.map(lambda found: f"media/{found}.mp4"), "alt": LINES, "poster": st.just("media/p.jpg")},
    {
        "start": st.sampled_from(["1s", "500ms"]),
        "end": st.sampled_from(["2s", "1m30s"]),
        "captions": st.lists(
            some({"start": DURATIONS, "end": DURATIONS, "text": TEXTS}), min_size=1, max_size=3
        ),
    },
)
SAFETY = some({"level": st.sampled_from(list(SafetyLevel)).map(str), "text": TEXTS})


@st.composite
def instructions(draw: st.DrawFn) -> Values:
    """The values of a work instruction."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    names = draw(st.lists(SLUGS, min_size=1, max_size=2, unique=True).filter(lambda each: "end" not in each))
    steps = [draw(_step(f"s-{name}", [f"s-{each}" for each in names], kinds)) for name in names]
    steps.insert(0, _first(draw))
    groups = sorted({step["group"] for step in steps if "group" in step})
    found: Values = {
        "id": draw(SLUGS),
        "kind": "work-instruction",
        "title": draw(LINES),
        "revision": draw(st.integers(1, 99)),
        "language": draw(st.sampled_from(["en", "ko", "fa"])),
        "parameters": [
            {"id": "a", "title": draw(LINES), "default": "x"},
            {"id": "n", "title": draw(LINES), "type": "number"},
            {"id": "c", "title": draw(LINES), "type": "choice", "choices": ["x", "y"], "default": "y"},
            {"id": "f", "title": draw(LINES), "type": "flag", "default": draw(st.booleans())},
        ],
        "parts": [
            {"number": number, "name": draw(LINES), "quantity": draw(st.integers(1, 9))} for number in PARTS
        ],
        "tools": [{"id": "key", "name": draw(LINES)}],
        "step_groups": [{"id": group, "title": draw(LINES)} for group in groups],
        "steps": steps,
        **draw(_head()),
    }
    return found


APPLIES = some(
    {},
    {
        "part_numbers": st.just(["GP-100", "7"]),
        "gtins": st.just(["4006381333931"]),
        "families": st.lists(LINES, min_size=1, max_size=2),
        "options": st.just(["left"]),
    },
)
USES = some({"block": SLUGS, "revision": st.integers(1, 9)}, {"prefix": SLUGS, "digest": st.just("0a" * 32)})
SUPPRESSIONS = some({"rule": SLUGS, "reason": LINES}, {"step": SLUGS})


def _head() -> st.SearchStrategy[Values]:
    return some(
        {"applies_to": APPLIES},
        {
            "summary": TEXTS,
            "governed_by": st.lists(SLUGS, min_size=1, max_size=2),
            "risk_class": st.sampled_from(list(RiskClass)).map(str),
            "review_interval": DURATIONS,
            "options": some({"id": st.just("left"), "title": LINES}).map(lambda found: [found]),
            "qualifications": st.lists(LINES, min_size=1, max_size=3),
            "protective_equipment": st.lists(SLUGS, min_size=1, max_size=2),
            "attachments": _attachments(),
            "blocks": st.lists(USES, min_size=1, max_size=2),
            "lint": _suppressions(),
        },
    )


def _attachments() -> st.SearchStrategy[list[Values]]:
    return st.lists(some({"file": st.just("media/drawing.pdf"), "title": LINES}), min_size=1, max_size=2)


def _suppressions() -> st.SearchStrategy[list[Values]]:
    return st.lists(SUPPRESSIONS, min_size=1, max_size=2)


def _first(draw: st.DrawFn) -> Values:
    """A step whose scan is surely met, so that others can be compared with it."""
    scan = {"id": "code", "kind": "scan", "prompt": draw(LINES), "pattern": "[A-Z]+"}
    return {"id": "s0", "title": draw(LINES), "text": draw(TEXTS), "checks": [scan]}


@st.composite
def _step(draw: st.DrawFn, name: str, names: Sequence[str], kinds: Sequence[str]) -> Values:
    checks = [draw(asked.check(kind, f"c{place}", names)) for place, kind in enumerate(kinds)]
    step: Values = {"id": name, "title": draw(LINES), "text": draw(TEXTS), "checks": checks}
    ways = some(
        {"to": st.sampled_from([*names, "end"]), "at_most": st.integers(1, 100)}, {"when": asked.CONDITIONS}
    )
    step |= draw(
        some(
            {},
            {
                "group": st.sampled_from(["front", "back"]),
                "when": asked.CONDITIONS,
                "media": st.lists(PICTURES | FILMS, min_size=1, max_size=3),
                "safety": st.lists(SAFETY, min_size=1, max_size=3),
                "parts": st.lists(st.sampled_from(PARTS), min_size=1, max_size=2),
                "tools": st.just(["key"]),
                "standard_time": DURATIONS,
                "combine": st.sampled_from(["any", "ordered"]),
                "next": st.lists(ways, min_size=1, max_size=2),
                "drives": st.lists(_drives(), min_size=1, max_size=2),
                "prints": st.just([{"device": "printer", "label": "box"}]),
                "references": st.lists(LINES, min_size=1, max_size=2),
            },
        )
    )
    if len(checks) > 1 and draw(st.booleans()):
        combine = draw(st.sampled_from(["all", "any", "ordered"]))
        step["groups"] = [{"id": "g", "combine": combine, "checks": ["c0", "c1"]}]
    return step


STEPS = _step("s1", ["s1"], ["confirm", "scan", "text"])


@st.composite
def blocks(draw: st.DrawFn) -> Values:
    """The values of a shared block, for a document that `instructions` makes."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    names = draw(st.lists(SLUGS, min_size=1, max_size=2, unique=True))
    return {
        "id": draw(SLUGS),
        "kind": "block",
        "title": draw(LINES),
        "revision": draw(st.integers(1, 99)),
        "language": "en",
        "tools": [{"id": "key", "name": draw(LINES)}, {"id": "own", "name": draw(LINES)}],
        "parts": [{"number": "B-1", "name": draw(LINES)}],
        "steps": [draw(_step(f"b-{name}", [f"b-{each}" for each in names], kinds)) for name in names],
    }


def _drives() -> st.SearchStrategy[Values]:
    return some(
        {"device": SLUGS, "signal": SLUGS}, {"value": st.booleans() | st.just("closed") | st.just("1.50")}
    )


INPUTS = some({"what": TEXTS}, {"from": LINES})
OUTPUTS = some({"what": TEXTS}, {"to": LINES})
METRICS = some({"name": LINES, "target": LINES}, {"every": DURATIONS})
RECORDS = some({"what": TEXTS, "where": LINES}, {"keep": DURATIONS})


@st.composite
def procedures(draw: st.DrawFn) -> Values:
    """The values of a procedure."""
    roles = draw(st.lists(LINES, min_size=1, max_size=3, unique_by=str.strip))
    named = st.lists(st.sampled_from(roles), min_size=1, max_size=2)
    activity = some(
        {"activity": LINES, "responsible": named, "accountable": st.sampled_from(roles)},
        {"consulted": named, "informed": named},
    )
    more = some(
        {},
        {
            "risk_class": st.sampled_from(list(RiskClass)).map(str),
            "responsibilities": st.lists(activity, min_size=1, max_size=2),
            "definitions": _several(some({"term": LINES, "meaning": TEXTS})),
            "policy": _several(TEXTS),
            "inputs": _several(TEXTS | INPUTS),
            "outputs": _several(TEXTS | OUTPUTS),
            "metrics": _several(METRICS),
            "records": _several(TEXTS | RECORDS),
            "references": _several(TEXTS),
            "attachments": _attachments(),
            "lint": _suppressions(),
            "review_interval": DURATIONS,
        },
    )
    words = {name: draw(each) for name, each in (("title", LINES), ("owner", LINES), ("purpose", TEXTS))}
    return {
        "id": draw(SLUGS),
        "kind": "sop",
        **words,
        "revision": draw(st.integers(1, 99)),
        "language": draw(st.sampled_from(["en", "zh"])),
        "scope": draw(TEXTS),
        "roles": [{"role": role, "responsibility": draw(TEXTS)} for role in roles],
        **draw(more),
        "flow": draw(_flow()),
    }


def _several(each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(each, min_size=1, max_size=3)


@st.composite
def _flow(draw: st.DrawFn) -> list[Values]:
    """A task, a decision that may lead back, a hand-over, an end: each leads on in the end."""
    task = {"id": "a", "kind": "task", "title": draw(LINES), "next": ["b"]}
    if draw(st.booleans()):
        task["instruction"] = draw(SLUGS)
    ways = [{"to": "c", "when": draw(LINES)}, {"to": draw(st.sampled_from("ad")), "when": draw(LINES)}]
    over = {"id": "c", "kind": "hand-over", "title": draw(LINES), "role": draw(LINES), "next": ["d"]}
    return [
        task,
        {"id": "b", "kind": "decision", "title": draw(LINES), "next": ways},
        over,
        {"id": "d", "kind": "end", "title": draw(LINES)},
    ]


# --- around them ---------------------------------------------------------------------------


@st.composite
def spoken(draw: st.DrawFn, document: Piece, least: int = 0) -> dict[str, dict[str, Values]]:
    """Translations of some of its texts, in `least` languages or more; a few of them of an earlier text."""
    own = texts(document)
    found: dict[str, dict[str, Values]] = {}
    for language in draw(st.lists(st.sampled_from(LANGUAGES), min_size=least, max_size=2, unique=True)):
        known = draw(st.lists(st.sampled_from(list(own)), max_size=6, unique=True))
        found[language] = {
            key: {"of": draw(st.just(stamp(own[key])) | st.just("0123abcd")), "text": draw(TEXTS)}
            for key in known
        }
    return found


def put_files(files: Sequence[str], folder: Path) -> None:
    """The files that a document names, each with the beginning that its name promises."""
    for name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(TAUGHT.read_bytes() if target.suffix == ".vision" else HEADS[target.suffix])


def fields_of(piece: Any) -> set[tuple[str, str]]:
    """Every field in which a document says something else than nothing, by the kind of piece."""
    if isinstance(piece, Piece):
        own = {
            (type(piece).__name__, name)
            for name, field in type(piece).model_fields.items()
            if field.is_required() or getattr(piece, name) != field.get_default(call_default_factory=True)
        }
        return own.union(*(fields_of(getattr(piece, name)) for name in type(piece).model_fields))
    entries = piece.values() if isinstance(piece, Mapping) else piece if isinstance(piece, tuple) else ()
    return set().union(*map(fields_of, entries))
