"""Annotations go to the W3C form and back without loss, and what others drew is read or refused with a sentence."""

import contextlib
import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from content import webannotation
from content.errors import AnnotationError
from content.media import Annotation, Arrow, Badge, Blur, Box, Caption, Ellipse, Polygon
from content.selector import Size

SHAPES = TypeAdapter(tuple[Annotation, ...])
SIZE = Size(width=1920, height=1081)
shares = st.floats(0, 1).map(lambda share: float(f"{share:.6g}"))  # as documents keep them
sizes = shares.filter(lambda share: share > 0)
points = st.tuples(shares, shares)
texts = st.text(min_size=1, max_size=300).filter(lambda text: text.strip(" \t\r\n"))
lines = st.one_of(st.none(), st.sampled_from(["7", "box", "Ü <b>", "زر", "a  b"]), texts)
annotations = st.lists(
    st.one_of(
        st.builds(Box, shape=st.just("box"), x=shares, y=shares, width=shares, height=shares, text=lines),
        st.builds(Ellipse, shape=st.just("ellipse"), x=shares, y=shares, rx=shares, ry=shares, text=lines),
        st.builds(Arrow, shape=st.just("arrow"), start=points, to=points, text=lines),
        st.builds(
            Polygon,
            shape=st.just("polygon"),
            points=st.lists(points, min_size=3, max_size=12).map(tuple),
            text=lines,
        ),
        st.builds(Badge, shape=st.just("badge"), at=points, number=st.integers(0, 99), text=lines),
        st.builds(Caption, shape=st.just("text"), at=points, text=lines.filter(bool)),
        st.builds(Blur, shape=st.just("blur"), x=shares, y=shares, width=sizes, height=sizes),
    ),
    max_size=6,
).map(tuple)

ANNOTATION = {  # what the model asks of every annotation, and Annotorious of its selectors
    "type": "object",
    "required": ["@context", "id", "type", "body", "target"],
    "properties": {
        "@context": {"const": "http://www.w3.org/ns/anno.jsonld"},
        "id": {"type": "string", "format": "uri"},
        "type": {"const": "Annotation"},
        "body": {
            "type": "array",
            "items": {
                "required": ["type", "value", "purpose"],
                "properties": {
                    "type": {"const": "TextualBody"},
                    "purpose": {"enum": ["classifying", "tagging", "commenting"]},
                },
            },
        },
        "target": {
            "required": ["source", "selector"],
            "properties": {
                "selector": {
                    "oneOf": [
                        {
                            "properties": {
                                "type": {"const": "FragmentSelector"},
                                "conformsTo": {"const": "http://www.w3.org/TR/media-frags/"},
                                "value": {"pattern": r"^xywh=(pixel|percent):[\d.]+,[\d.]+,[\d.]+,[\d.]+$"},
                            },
                            "required": ["type", "conformsTo", "value"],
                        },
                        {
                            "properties": {
                                "type": {"const": "SvgSelector"},
                                "value": {"pattern": r"^<svg[^<>]*><(ellipse|line|polygon) [^<>]+ /></svg>$"},
                            },
                            "required": ["type", "value"],
                        },
                    ]
                }
            },
        },
    },
}


def selected(value: str, *bodies: dict, kind: str = "SvgSelector") -> dict:
    """An annotation as somebody else writes it."""
    return {
        "type": "Annotation",
        "body": list(bodies),
        "target": {"selector": {"type": kind, "value": value}},
    }


def tag(value: str, purpose: str = "tagging") -> dict:
    return {"type": "TextualBody", "purpose": purpose, "value": value}


def refused(values: object, size: Size | None = SIZE) -> str:
    with pytest.raises(AnnotationError) as caught:
        webannotation.read(values, size)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(annotations, st.sampled_from([None, SIZE, Size(width=1, height=9_999)]))
def test_every_shape_comes_back_as_it_was(drawn: tuple, size: Size | None) -> None:
    written = webannotation.write(drawn, "media/a.webp", size)
    assert SHAPES.dump_python(webannotation.read(written, size)) == SHAPES.dump_python(drawn)
    spelled = json.loads(json.dumps(webannotation.page(written)))
    assert webannotation.read(spelled, size) == webannotation.read(written, size)
    for each in written:
        jsonschema.validate(each, ANNOTATION)


@given(annotations)
def test_pixels_are_what_annotorious_reads_and_no_name_space_stands_in_its_way(drawn: tuple) -> None:
    for each in webannotation.write(drawn, "media/a.webp", SIZE):
        selector = each["target"]["selector"]
        assert selector["value"].startswith(("xywh=pixel:", "<svg><"))
        assert "xmlns" not in selector["value"]
        assert "e" not in selector["value"].partition("xywh=pixel:")[2]


def test_an_annotation_reads_well() -> None:
    badge = Badge(shape="badge", at=(0.25, 0.5), number=3, text="Cover")
    (written,) = webannotation.write([badge], "media/a.webp")
    assert written["target"] == {
        "type": "SpecificResource",
        "source": "media/a.webp",
        "selector": {
            "type": "SvgSelector",
            "value": '<svg viewBox="0 0 100 100" preserveAspectRatio="none">'
            '<ellipse cx="25" cy="50" rx="2" ry="2" /></svg>',
        },
    }
    assert [(body["purpose"], body["value"]) for body in written["body"]] == [
        ("classifying", "badge"),
        ("tagging", "3"),
        ("commenting", "Cover"),
    ]


@pytest.mark.parametrize(
    ("value", "kind", "shape"),
    [
        (
            "xywh=480,0,960,1081",
            "FragmentSelector",
            {"shape": "box", "x": 0.25, "y": 0, "width": 0.5, "height": 1},
        ),
        (
            "xywh=percent:-5,10,20,20",
            "FragmentSelector",
            {"shape": "box", "x": 0, "y": 0.1, "width": 0.15, "height": 0.2},
        ),
        (
            '<svg><rect x="0" y="0" width="960" height="1081" /></svg>',
            "SvgSelector",
            {"shape": "box", "x": 0, "y": 0, "width": 0.5, "height": 1},
        ),
        (
            '<svg><polygon points="0,0 1920,0 1920,1081" /></svg>',
            "SvgSelector",
            {"shape": "polygon", "points": [(0, 0), (1, 0), (1, 1)]},
        ),
        (
            '<svg><path d="M 0,0 L 1920,0 L 1920,1081 Z" /></svg>',
            "SvgSelector",
            {"shape": "polygon", "points": [(0, 0), (1, 0), (1, 1)]},
        ),
        (
            '<svg><path d="m0 0 h1920 v1081 l-960-540.5z"/></svg>',
            "SvgSelector",
            {"shape": "polygon", "points": [(0, 0), (1, 0), (1, 1), (0.5, 0.5)]},
        ),
        (
            '<svg><path d="M 0,0 L 1920,1081" /></svg>',
            "SvgSelector",
            {"shape": "arrow", "from": (0, 0), "to": (1, 1)},
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg"><g><circle cx="960" cy="0" r="192"/></g></svg>',
            "SvgSelector",
            {"shape": "ellipse", "x": 0.5, "y": 0, "rx": 0.1, "ry": 0.177613},
        ),
        (
            '<svg viewBox="0 0 4 2"><line x1="1" y1="1" x2="4" y2="2"/></svg>',
            "SvgSelector",
            {"shape": "arrow", "from": (0.25, 0.5), "to": (1, 1)},
        ),
        (
            '<svg><rect x="480" y="270.25" width="960" height="540.5" transform="rotate(180 960 540.5)" /></svg>',
            "SvgSelector",
            {"shape": "polygon", "points": [(0.75, 0.75), (0.25, 0.75), (0.25, 0.25), (0.75, 0.25)]},
        ),
    ],
)
def test_what_others_draw_becomes_the_shape_that_it_is(value: str, kind: str, shape: dict) -> None:
    (found,) = webannotation.read([selected(value, kind=kind)], SIZE)
    assert found == TypeAdapter(Annotation).validate_python(shape)


def test_what_was_drawn_counts_when_its_kind_says_otherwise() -> None:
    triangle = '<svg viewBox="0 0 10 10"><polygon points="2,2 6,2 4,8"/></svg>'
    box, blur, badge, words = webannotation.read(
        [
            selected(triangle, tag("box", "classifying"), tag("Edge", "commenting")),
            selected(triangle, tag("blur", "classifying"), tag("a name", "commenting")),
            selected(triangle, tag("badge", "classifying"), tag("4")),
            selected(triangle, tag("text", "classifying"), tag("A"), tag("12"), {"value": "B"}),
        ]
    )
    assert (box.shape, box.text) == ("polygon", "Edge")
    assert (blur.x, blur.y, blur.width, blur.height) == pytest.approx((0.2, 0.2, 0.4, 0.6))
    assert (badge.number, *badge.at) == pytest.approx((4, 0.4, 0.5))
    assert words.text == "A B 12"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("<svg><script>alert(1)</script></svg>", "<script>, which is no plain shape"),
        ("<svg><foreignObject><rect/></foreignObject></svg>", "<foreignObject>"),
        ('<svg><g transform="scale(9)"><line x2="1"/></g></svg>', "<g>"),
        ('<!DOCTYPE svg [<!ENTITY a "1">]><svg><circle cx="&a;"/></svg>', "cannot be read"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg><circle/></svg>', "cannot be read"),
        ("<svg><circle", "cannot be read"),
        ("<svg></svg>", "holds 0 shapes"),
        ("<svg><line x2='1'/><line x2='2'/></svg>", "holds 2 shapes"),
        ('<svg><polygon points="0,0 javascript:alert(1) 5,5"/></svg>', "no list of numbers"),
        ('<svg><polygon points="0,0 1,1"/></svg>', "2 points"),
        ('<svg><polygon points="0,0 1,1 2"/></svg>', "not pairs"),
        ('<svg><polyline points="0,0 1,1 2,0"/></svg>', "open line of 3 points"),
        ('<svg><path d="M 0,0 C 1,1 2,2 3,3 Z"/></svg>', "curved"),
        ('<svg><path d="M 0,0 L 9,0 L 9,9 Z M 2,2 L 3,2 L 3,3 Z"/></svg>', "several parts"),
        ('<svg><ellipse cx="1" cy="1" rx="-1" ry="1"/></svg>', "below zero"),
        ('<svg><ellipse cx="1e999" cy="1" rx="1" ry="1"/></svg>', "no number"),
        ('<svg><ellipse cx="90000" cy="1" rx="1" ry="1"/></svg>', "outside the picture"),
        ('<svg><rect width="9" height="9" transform="skewX(30)"/></svg>', "skewed"),
        ('<svg viewBox="0 0 0 0"><line x2="1"/></svg>', "viewBox"),
        ("<svg>" + "<g>" * 400 + "</g>" * 400 + "</svg>", "<g>"),
        ("<svg>" + " " * 50_000 + "</svg>", "characters"),
    ],
)
def test_an_svg_that_is_no_plain_shape_is_refused_with_a_sentence(value: str, said: str) -> None:
    message = refused([selected(value)])
    assert message.startswith("annotation 1: ")
    assert said in message


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("xywh=percent:1,2,3", "no rectangle"),
        ("xywh=pixel:5000,5,1,1", "outside the picture"),
        ("xywh=percent:10,10,-5,5", "below zero"),
        ("t=npt:10,20", "no rectangle"),
    ],
)
def test_a_fragment_that_is_no_rectangle_is_refused_with_a_sentence(value: str, said: str) -> None:
    assert said in refused([selected(value, kind="FragmentSelector")])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("words", "no annotations"),
        ([5], "no JSON object"),
        ([{}], "no value"),
        ([{"target": "https://plant/picture.png"}], "no rectangle"),
        ([{"target": {"selector": {"type": "TextQuoteSelector", "value": "x"}}}], "TextQuoteSelector"),
        ([{}] * 201, "at most 200"),
        (
            [selected("xywh=percent:1,1,1,1", tag("badge", "classifying"), kind="FragmentSelector")],
            "its number",
        ),
        (
            [selected("xywh=percent:1,1,1,1", tag("text", "classifying"), kind="FragmentSelector")],
            "its words",
        ),
        (
            [selected("xywh=percent:1,1,0,1", tag("blur", "classifying"), kind="FragmentSelector")],
            "draw it larger",
        ),
        (
            [selected("xywh=percent:1,1,1,1", tag("x" * 301, "commenting"), kind="FragmentSelector")],
            "300 characters",
        ),
    ],
)
def test_what_is_no_annotation_of_a_picture_is_refused_with_a_sentence(values: object, said: str) -> None:
    assert said in refused(values)


def test_pixels_without_the_pictures_size_are_refused() -> None:
    assert "how large the picture is" in refused([selected("xywh=1,1,1,1", kind="FragmentSelector")], None)


def test_a_blurred_region_has_a_size() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        Blur(shape="blur", x=0.1, y=0.1, width=0, height=0.2)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", "target", "selector", "value", "body", "purpose", "items"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_makes_it_stumble(values: object) -> None:
    with contextlib.suppress(AnnotationError):
        webannotation.read(values, SIZE)


@given(st.text(alphabet="0123456789.,-+eE MLHVZCmlhvz<>/\"' =svgpathd", max_size=60), st.booleans())
def test_no_selector_makes_it_stumble(value: str, fragment: bool) -> None:
    spelled = f"xywh={value}" if fragment else f'<svg><path d="{value}"/></svg>'
    with contextlib.suppress(AnnotationError):
        webannotation.read([selected(spelled, kind="FragmentSelector" if fragment else "SvgSelector")], SIZE)
