"""The portal's small parts: flows, annotations, files, words, filters, passwords."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from content.folder import load_sop
from content.media import Badge, Picture
from content.sop import Sop
from server.people.passwords import FREE_FAILURES, BackOff, PasswordRefused, matches, protect
from server.portal.annotating import overlay
from server.portal.asking import asked
from server.portal.export import csv_file
from server.portal.flowchart import LINE_LENGTH, lay_out
from server.portal.looks import STATIC, duration, markdown, with_query
from server.portal.pages.enrolling import spelled

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sop(flow: list[dict]) -> Sop:
    values = {"id": "x", "kind": "sop", "title": "X", "revision": 1, "language": "en", "owner": "o"}
    return Sop.model_validate({**values, "purpose": "p", "scope": "s", "review_interval": "1d", "flow": flow})


def test_a_flow_goes_down_and_its_boxes_never_overlap(plant_module):
    chart = lay_out(load_sop(plant_module.LIBRARY / "sops/build-gear-pump"))
    places = {node.id: node for node in chart.nodes}
    assert places["housing"].y < places["gears"].y < places["closing"].y < places["test"].y
    for one in chart.nodes:
        assert 0 <= one.x <= chart.width - one.width
        assert 0 <= one.y <= chart.height - one.height
        for other in chart.nodes:
            apart = abs(one.x - other.x) >= one.width or abs(one.y - other.y) >= one.height
            assert one is other or apart
    assert sum(edge.label == "no" for edge in chart.edges) == 2


def test_a_flow_that_goes_round_or_has_loose_boxes_is_laid_out_all_the_same():
    chart = lay_out(
        sop(
            [
                {"id": "a", "kind": "task", "title": "A", "next": ["b"]},
                {
                    "id": "b",
                    "kind": "decision",
                    "title": "B?",
                    "next": [{"to": "a", "when": "no"}, {"to": "z", "when": "yes"}],
                },
                {"id": "loose", "kind": "task", "title": "Loose", "next": ["z"]},
                {"id": "z", "kind": "end", "title": "Z"},
            ]
        )
    )
    assert len(chart.nodes) == 4
    assert len(chart.edges) == 4


def test_long_german_words_are_broken_to_fit_their_box():
    title = "Drehmomentschraubendreherkalibrierungsprotokoll unterschreiben und im Qualitätshandbuch ablegen"
    (node, *_rest) = lay_out(
        sop(
            [
                {"id": "a", "kind": "task", "title": title, "next": ["z"]},
                {"id": "z", "kind": "end", "title": "Z"},
            ]
        )
    ).nodes
    assert len(node.lines) == 3
    assert all(len(line) <= LINE_LENGTH + 1 for line in node.lines)
    assert node.lines[-1].endswith("…")


def test_annotations_stand_in_the_pictures_own_pixels():
    picture = Picture.model_validate(
        {
            "picture": "a.webp",
            "alt": "a",
            "annotations": [
                {"shape": "box", "x": 0.1, "y": 0.2, "width": 0.5, "height": 0.25, "text": "Left"},
                {"shape": "ellipse", "x": 0.5, "y": 0.5, "rx": 0.1, "ry": 0.1},
                {"shape": "arrow", "from": [0, 0], "to": [1, 1]},
                {"shape": "polygon", "points": [[0, 0], [1, 0], [1, 1]]},
                {"shape": "badge", "at": [0.5, 0.5], "number": 7},
                {"shape": "text", "at": [0.99, 0.01], "text": "At the very edge"},
            ],
        }
    )
    drawn = overlay(picture.annotations, 1000, 800)
    assert drawn.shapes[0].attributes["x"] == "100.0"
    assert drawn.shapes[0].attributes["height"] == "200.0"
    assert [label.text for label in drawn.labels] == ["Left", "7", "At the very edge"]
    edge = drawn.labels[-1]
    assert edge.left + edge.width <= 1000
    assert edge.y > 0


def test_a_badge_without_words_has_only_its_number():
    badge = Badge.model_validate({"shape": "badge", "at": [0.5, 0.5], "number": 3})
    assert [label.look for label in overlay((badge,), 100, 100).labels] == ["number"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_no_cell_of_a_file_is_a_formula(text):
    body = csv_file("x", ["a"], [[text]]).body.decode("utf-8-sig")
    assert body.splitlines()[1].lstrip('"').startswith("'")


def test_numbers_of_a_file_stay_numbers():
    body = csv_file("x", ["a", "b", "c"], [[-5, timedelta(seconds=1.5), None]]).body.decode("utf-8-sig")
    assert body.splitlines()[1] == "-5,1.5,"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (59.9, "59.9 s"),
        (59.96, "1:00 min"),
        (65, "1:05 min"),
        (3599.6, "1:00 h"),
        (7800, "2:10 h"),
    ],
)
def test_durations_are_spelled_for_people(seconds, words):
    assert duration(timedelta(seconds=seconds)) == words


def test_a_documents_text_cannot_bring_html_links_or_pictures():
    html = markdown("<script>x</script> **bold** [a](javascript:x) ![p](http://x/p.png)\n\n- one\n- two")
    assert "<script>" not in html
    assert "<a" not in html
    assert "<img" not in html
    assert "<strong>bold</strong>" in html
    assert "<li>one</li>" in html


def request(query: str, zone: str = "") -> Request:
    headers = [(b"cookie", f"zone={zone}".encode())] if zone else []
    return Request({"type": "http", "query_string": query.encode(), "headers": headers})


def test_days_begin_at_midnight_of_the_reader_also_when_the_clocks_change():
    of_berlin = asked(request("from=2026-10-25&to=2026-10-25", "Europe%2FBerlin"), AT).choice
    assert of_berlin.since == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert of_berlin.until == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_nonsense_in_an_address_is_passed_over():
    given = asked(request("from=yesterday&to=99&page=-3&station=&kind=problem", "No%2FSuchZone"), AT)
    assert (given.choice.since, given.choice.until, given.page) == (None, None, 1)
    assert given.choice.kind == "problem"
    assert asked(request("page=%C2%B2&to=9999-12-31"), AT).page == 1


def test_without_a_time_the_last_days_are_meant():
    given = asked(request(""), AT, days=30).choice
    assert given.since == datetime(2026, 10, 25, tzinfo=UTC)
    assert given.until is None


def test_addresses_keep_what_is_chosen_and_drop_what_is_not():
    assert with_query({"a": "1", "b": None, "c": "x y"}, page=2, a=None) == "?c=x+y&page=2"


@pytest.mark.parametrize("typed", ["K7PM-3QXR", "k7pm3qxr", " k7pm 3qxr ", "K7PM–3QXR"])
def test_a_code_may_be_typed_as_people_type(typed):
    assert spelled(typed) == "K7PM-3QXR"


def test_a_password_is_kept_as_an_argon2id_hash_and_short_ones_are_refused():
    kept = protect("a long enough one")
    assert kept.startswith("$argon2id$")
    assert matches("a long enough one", kept)
    assert not matches("another one of them", kept)
    assert not matches("a long enough one", None)
    assert not matches("a long enough one", "no hash")
    with pytest.raises(PasswordRefused, match="at least 10"):
        protect("short")


def test_each_further_failure_doubles_the_wait_and_success_forgets_them():
    back_off = BackOff()
    for _ in range(FREE_FAILURES - 1):
        back_off.failed("eve", "10.0.0.1", AT)
    assert back_off.wait("eve", "10.0.0.1", AT) == timedelta()
    waits = []
    for _ in range(8):
        back_off.failed("eve", "10.0.0.1", AT)
        waits.append(back_off.wait("eve", "10.0.0.2", AT))
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[-1] == timedelta(minutes=15)
    assert back_off.wait("ada", "10.0.0.1", AT) == timedelta()
    back_off.succeeded("eve")
    assert back_off.wait("eve", "10.0.0.2", AT) == timedelta()


def test_no_page_style_or_script_of_ours_asks_another_server_for_anything():
    for file in [
        *STATIC.rglob("*.css"),
        *(STATIC / "js").glob("*.js"),
        *STATIC.parent.rglob("templates/*.html"),
    ]:
        text = file.read_text()
        assert "http://" not in text, file
        assert "https://" not in text, file
        assert " style=" not in text, file
        assert " onclick=" not in text, file
