"""Annotations as the W3C Web Annotation Data Model spells them (https://www.w3.org/TR/annotation-model/), both ways.

The target is the picture; a selector says where; bodies say the rest: `classifying` what it is, `tagging` a badge's
number, `commenting` its text. With the picture's size the places are pixels, the only unit that Annotorious 3 reads.
"""

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from content import selector, wire
from content.errors import AnnotationError
from content.media import Annotation, Arrow, Badge, Blur, Box, Caption, Ellipse, Point, Polygon
from content.selector import Geometry, Outline, Oval, Rectangle, Segment, Size

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
KINDS = frozenset({"box", "ellipse", "arrow", "polygon", "badge", "text", "blur"})
DOT = 0.02  # of the picture; how large badges and texts, which are points, are drawn elsewhere
MOST = 200  # annotations of one picture
_SHAPE: TypeAdapter[Annotation] = TypeAdapter(Annotation)
Json = dict[str, Any]


def write(annotations: Iterable[Annotation], source: str, size: Size | None = None) -> list[Json]:
    """The annotations of the picture `source`; in pixels where its size is given, in percent otherwise."""
    seen: Counter[str] = Counter()
    found: list[Json] = []
    for each in annotations:
        drawn = wire.canonical(each.plain())
        seen[drawn] += 1
        found.append(_written(each, source, f"{drawn}{seen[drawn]}", size))
    return found


def page(items: Iterable[Json]) -> Json:
    """Annotations as one file."""
    return {"@context": CONTEXT, "type": "AnnotationPage", "items": list(items)}


def _written(annotation: Annotation, source: str, name: str, size: Size | None) -> Json:
    """The annotation, identified by what it is: it keeps that when others beside it come and go."""
    bodies = [_body("classifying", annotation.shape)]
    if isinstance(annotation, Badge):
        bodies.append(_body("tagging", str(annotation.number)))
    if not isinstance(annotation, Blur) and annotation.text is not None:
        bodies.append(_body("commenting", annotation.text))
    target = {
        "type": "SpecificResource",
        "source": source,
        "selector": selector.write(_geometry(annotation), size),
    }
    return {
        "@context": CONTEXT,
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"{source}#{name}").urn,
        "type": "Annotation",
        "body": bodies,
        "target": target,
    }


def _body(purpose: str, value: str) -> Json:
    return {"type": "TextualBody", "purpose": purpose, "value": value, "format": "text/plain"}


def _geometry(annotation: Annotation) -> Geometry:
    match annotation:
        case Box() | Blur():
            return Rectangle(x=annotation.x, y=annotation.y, width=annotation.width, height=annotation.height)
        case Ellipse():
            return Oval(x=annotation.x, y=annotation.y, rx=annotation.rx, ry=annotation.ry)
        case Arrow():
            return Segment(start=annotation.start, to=annotation.to)
        case Polygon():
            return Outline(points=annotation.points)
        case Badge() | Caption():
            return Oval(x=annotation.at[0], y=annotation.at[1], rx=DOT, ry=DOT)


def read(values: Any, size: Size | None = None) -> tuple[Annotation, ...]:
    """Annotations from JSON values: a page, a list or a single one; raises AnnotationError, which says which one."""
    items = _items(values)
    if len(items) > MOST:
        raise AnnotationError(f"a picture carries at most {MOST} annotations; here are {len(items):,}")
    found: list[Annotation] = []
    for number, item in enumerate(items, 1):
        try:
            found.append(_read(item, size))
        except AnnotationError as problem:
            raise AnnotationError(f"annotation {number}: {problem}") from None
    return tuple(found)


def _items(values: Any) -> list[Any]:
    if isinstance(values, dict):
        holder = cast("Json", values)
        return _items(holder["items"]) if isinstance(holder.get("items"), list) else [holder]
    if not isinstance(values, list):
        raise AnnotationError("these are no annotations; send a list of them or an AnnotationPage")
    return cast("list[Any]", values)


def _read(item: Any, size: Size | None) -> Annotation:
    if not isinstance(item, dict):
        raise AnnotationError("it is no JSON object; send what the annotation editor writes")
    values = cast("Json", item)
    target = _first(values.get("target"))
    place = _first(cast("Json", target).get("selector")) if isinstance(target, dict) else target
    kind, number, text = _said(values.get("body"))
    shape = _shaped(kind, selector.read(place, size))
    if shape["shape"] == "badge":
        shape["number"] = number
    if text and shape["shape"] != "blur":
        shape["text"] = text
    try:
        return _SHAPE.validate_python(shape)
    except ValidationError as problem:
        raise AnnotationError(_reason(str(shape["shape"]), problem)) from None


def _first(value: Any) -> Any:
    """W3C lets a target and a selector be one or a list of alternatives; the first will do."""
    values = cast("list[Any]", value if isinstance(value, list) else [value])
    return values[0] if values else None


def _said(body: Any) -> tuple[str | None, str | None, str]:
    """Kind, number and text; what others wrote is kept as text, tags included."""
    bodies = cast("list[Any]", body if isinstance(body, list) else [] if body is None else [body])
    kind: str | None = None
    number: str | None = None
    words: list[str] = []
    for each in bodies:
        entry = cast("Json", each) if isinstance(each, dict) else {"value": each}
        value = entry.get("value")
        if not isinstance(value, str) or not value.strip(" \t\r\n"):
            continue
        if entry.get("purpose") == "classifying" and value in KINDS:
            kind = value
        elif entry.get("purpose") == "tagging" and number is None and value.isdecimal():
            number = value
        else:
            words.append(value)
    if kind != "badge" and number is not None:
        words.append(number)
    return kind, number, " ".join(words)


def _shaped(kind: str | None, geometry: Geometry) -> Json:
    """The shape that a kind has with that geometry; where the two disagree, what was drawn counts."""
    if kind in {"badge", "text"}:
        return {"shape": kind, "at": _middle(geometry)}
    if kind == "blur":
        return {"shape": "blur", **_around(geometry)}
    match geometry:
        case Rectangle():
            return {"shape": "box", **_around(geometry)}
        case Oval():
            return {
                "shape": "ellipse",
                "x": geometry.x,
                "y": geometry.y,
                "rx": geometry.rx,
                "ry": geometry.ry,
            }
        case Segment():
            return {"shape": "arrow", "from": geometry.start, "to": geometry.to}
        case Outline():
            return {"shape": "polygon", "points": geometry.points}


def _middle(geometry: Geometry) -> Point:
    if isinstance(geometry, Oval):
        return geometry.x, geometry.y
    around = _around(geometry)
    return around["x"] + around["width"] / 2, around["y"] + around["height"] / 2


def _around(geometry: Geometry) -> dict[str, float]:
    """The upright rectangle around it, inside the picture."""
    match geometry:
        case Rectangle(x=x, y=y, width=width, height=height):
            return {"x": x, "y": y, "width": width, "height": height}
        case Oval(x=x, y=y, rx=rx, ry=ry):
            points: tuple[Point, ...] = ((x - rx, y - ry), (x + rx, y + ry))
        case Segment():
            points = (geometry.start, geometry.to)
        case Outline():
            points = geometry.points
    left, right = (pick(max(0.0, min(1.0, x)) for x, _ in points) for pick in (min, max))
    top, bottom = (pick(max(0.0, min(1.0, y)) for _, y in points) for pick in (min, max))
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _reason(shape: str, problem: ValidationError) -> str:
    error = problem.errors()[0]
    where = str(error["loc"][-1]) if error["loc"] else shape
    match shape, where:
        case "badge", "number":
            return "a badge needs its number, a tag from 0 to 99"
        case "text", "text":
            return "a text needs its words, at most 300 characters in one line"
        case "blur", _:
            return "a blurred region needs a width and a height; draw it larger"
        case _, "text":
            return "its text is too long; at most 300 characters in one line"
        case _:
            return f"{where}: {error['msg']}; draw it again"
