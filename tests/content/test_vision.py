"""Taught checks: taught on drawn bench pictures, held against others, and never certain where they cannot be."""

import json
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import package
from content.errors import DocumentError
from content.folder import load_instruction
from content.vision.differing import differing
from content.vision.errors import NotTaught, VisionError
from content.vision.evaluating import Labelled, evaluate
from content.vision.looking import Taught, look, opened
from content.vision.measuring import wilson
from content.vision.pictures import as_jpeg, as_png, read_picture
from content.vision.taught import Region, read_taught, write_taught
from content.vision.teaching import Example, Learned, Lesson, teach
from content.vision.verdict import WORDS, Answer, Reason
from hardware.simulate.scene import PLACES, Scene, Shake, draw, shaken

GOOD = Scene()
WRONG = {
    "presence": [replace(GOOD, bracket=False)],
    "colour": [replace(GOOD, cap="blue"), replace(GOOD, cap=None), replace(GOOD, cap="yellow")],
    "count": [replace(GOOD, pins=5), replace(GOOD, pins=7)],
    "orientation": [replace(GOOD, turned=12.0), replace(GOOD, turned=-170.0)],
    "code": [replace(GOOD, code="WI-8/GP-100")],
    "text": [replace(GOOD, label="GP-101 C4"), replace(GOOD, label="GP-100 C1")],
    "screws": [replace(GOOD, screws=(True, False, True, True)), replace(GOOD, screws=(False,) * 4)],
}


def regions(*names):
    return tuple(
        Region(**dict(zip(("x", "y", "width", "height"), PLACES[name], strict=True)), name=name)
        for name in names
    )


LESSONS = {
    "presence": Lesson(name="bracket", kind="presence", regions=regions("bracket")),
    "colour": Lesson(name="cap", kind="colour", regions=regions("cap")),
    "count": Lesson(name="pins", kind="count", regions=regions("pins"), count=6),
    "orientation": Lesson(name="dial", kind="orientation", regions=regions("dial")),
    "code": Lesson(name="code", kind="code", regions=regions("code")),
    "text": Lesson(name="label", kind="text", regions=regions("label"), expected="GP-100 C4"),
    "screws": Lesson(
        name="screws", kind="screws", regions=regions("screw-1", "screw-2", "screw-3", "screw-4")
    ),
}


def examples(wrong, *, markers=True):
    good = [draw(replace(GOOD, markers=markers), shaken(seed) if seed else None) for seed in range(4)]
    bad = [draw(replace(wrong[seed % len(wrong)], markers=markers), shaken(50 + seed)) for seed in range(3)]
    return [
        *(Example(name=f"good-{n}", data=as_jpeg(each), good=True) for n, each in enumerate(good)),
        *(Example(name=f"bad-{n}", data=as_jpeg(each), good=False) for n, each in enumerate(bad)),
    ]


@lru_cache(maxsize=16)
def learned(kind: str, *, markers: bool = True) -> Learned:
    return teach(LESSONS[kind], examples(WRONG[kind], markers=markers))


@lru_cache(maxsize=16)
def taught(kind: str, *, markers: bool = True) -> Taught:
    return opened(write_taught(learned(kind, markers=markers).check))


@pytest.mark.parametrize(
    ("kind", "markers"), [*((kind, True) for kind in LESSONS), ("presence", False), ("orientation", False)]
)
def test_a_taught_check_tells_good_from_bad_on_pictures_it_has_not_seen(kind, markers):
    lesson = learned(kind, markers=markers)
    labelled = [
        Labelled(
            name=f"{truth}-{seed}",
            data=as_jpeg(draw(replace(scene, markers=markers), shaken(seed))),
            good=truth == "good",
        )
        for truth, scenes in (("good", [GOOD]), ("bad", WRONG[kind]))
        for seed, scene in ((300 + place, scenes[place % len(scenes)]) for place in range(5))
    ]
    evaluation = evaluate(taught(kind, markers=markers), labelled)
    assert evaluation.count(good=False, answer=Answer.GOOD) == 0
    assert evaluation.count(good=True, answer=Answer.BAD) == 0
    assert evaluation.count(good=True, answer=Answer.GOOD) >= 4, [each.why for each in evaluation.judged]
    assert evaluation.count(good=False, answer=Answer.BAD) >= 4, [each.why for each in evaluation.judged]
    assert lesson.separate


@pytest.mark.parametrize("kind", LESSONS)
@pytest.mark.parametrize(
    ("picture", "reasons"),
    [
        (draw(replace(GOOD, covered=True), shaken(1)), {Reason.COVERED, Reason.NEAR_THRESHOLD}),
        (draw(GOOD, Shake(light=0.08)), {Reason.TOO_DARK}),
        (draw(GOOD, Shake(light=6)), {Reason.TOO_BRIGHT}),
        (draw(GOOD, Shake(blur=7)), {Reason.BLURRED, Reason.NO_MARKER}),
        (draw(GOOD)[:, :864], {Reason.OTHER_FORMAT}),
        (np.random.default_rng(1).integers(0, 255, (864, 1152, 3), np.uint8), {Reason.NO_MARKER}),
    ],
    ids=["covered", "dark", "dazzled", "blurred", "other format", "noise"],
)
def test_what_cannot_be_judged_is_undecided_and_says_why(kind, picture, reasons):
    verdict = look(taught(kind), np.ascontiguousarray(picture))
    assert verdict.answer is Answer.UNDECIDED
    assert verdict.reason in reasons
    assert verdict.why


@settings(max_examples=6, deadline=None)
@given(
    across=st.floats(-25, 25),
    down=st.floats(-25, 25),
    turned=st.floats(-3, 3),
    light=st.floats(0.7, 1.25),
    noise=st.floats(0, 7),
    kind=st.sampled_from(["presence", "colour", "code", "screws", "count"]),
)
def test_a_small_move_or_other_light_does_not_turn_the_verdict(across, down, turned, light, noise, kind):
    shake = Shake(seed=7, across=across, down=down, turned=turned, light=light, noise=noise)
    assert look(taught(kind), draw(GOOD, shake)).answer is not Answer.BAD
    assert look(taught(kind), draw(WRONG[kind][0], shake)).answer is not Answer.GOOD


@settings(max_examples=25, deadline=None)
@given(
    data=st.binary(max_size=400), head=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM"])
)
def test_garbage_is_refused_in_words(data, head):
    for read in (read_picture, read_taught):
        with pytest.raises(VisionError) as refused:
            read(head + data)
        assert str(refused.value)


@settings(max_examples=6, deadline=None)
@given(high=st.integers(40, 300), wide=st.integers(40, 300), seed=st.integers(0, 99), flat=st.booleans())
def test_any_picture_at_all_gets_a_verdict(high, wide, seed, flat):
    pixels = np.random.default_rng(seed).integers(0, 255, (high, wide, 3), np.uint8)
    picture = np.full_like(pixels, pixels[0, 0, 0]) if flat else pixels
    for kind in LESSONS:
        if max(high, wide) <= 8 * min(high, wide):
            assert look(taught(kind, markers=False), picture).answer is not Answer.GOOD


def bent(values, draw):
    """The values of a file with one of them changed: wherever it is, whatever it is."""
    places = [(holder, key) for holder, key in leaves(values)]
    holder, key = places[draw(st.integers(0, len(places) - 1))]
    odd = st.sampled_from(
        [None, True, -1, 0, 0.5, 1, 1e9, 10**40, "", "x", "AAAA", [], {}, [[]], float("nan")]
    )
    holder[key] = draw(odd)
    return values


def leaves(values):
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        yield values, key
        if isinstance(value, dict | list):
            yield from leaves(value)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(LESSONS)))
def test_a_file_that_somebody_bent_is_refused_in_words_or_still_gives_verdicts(data, kind):
    values = bent(json.loads(write_taught(learned(kind).check)), data.draw)
    try:
        words = look(opened(json.dumps(values).encode()), draw(GOOD)).why
    except NotTaught as refused:
        words = str(refused)
    assert words


def test_a_picture_with_far_too_many_pixels_is_not_opened():
    header = bytearray(as_png(np.zeros((64, 64, 3), np.uint8)))
    header[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    with pytest.raises(VisionError, match=r"pixels|no picture"):
        read_picture(bytes(header))
    with pytest.raises(VisionError, match="strip"):
        read_picture(as_png(np.zeros((32, 2000, 3), np.uint8)))
    with pytest.raises(VisionError, match=r"broken|no picture"):
        read_picture(as_jpeg(draw(GOOD))[:600])


def test_the_file_is_read_back_as_it_was_written_and_says_what_is_wrong_with_another():
    check = learned("colour").check
    data = write_taught(check)
    assert read_taught(data) == check
    assert write_taught(read_taught(data)) == data
    assert check.taught_from[0].file.endswith(".jpg")
    values = json.loads(data)
    for change, words in (
        ({"threshold": 2}, "threshold"),
        ({"vision": 99}, "update it"),
        ({"undecided": {"low": "0.9", "high": "0.95"}}, "undecided band"),
        ({"regions": []}, "regions"),
        ({"regions": [{"x": 0.9, "y": 0, "width": 0.5, "height": 0.1}]}, "leaves the picture"),
        ({"model": {"kind": "magic"}}, "model"),
        ({"frame": "*"}, "base64"),
        ({"surprise": 1}, "surprise"),
    ):
        with pytest.raises(NotTaught, match=words):
            read_taught(json.dumps({**values, **change}).encode())
    with pytest.raises(NotTaught, match="scene"):
        opened(json.dumps({**values, "frame": "AAAA"}).encode())


def test_each_region_of_each_picture_is_scored_and_the_worst_speaks_for_the_picture():
    found = learned("screws")
    for each in found.scores:
        assert [region.name for region in each.regions] == ["screw-1", "screw-2", "screw-3", "screw-4"]
        assert each.score == min(region.score for region in each.regions)
    missing = found.scores[4]  # the first bad picture lacks the second screw
    assert min(missing.regions, key=lambda region: region.score).name == "screw-2"


def test_what_was_taught_otherwise_is_told_field_by_field():
    check = learned("colour").check
    assert differing(check, check) == ()
    (place,) = check.regions
    other = check.model_copy(
        update={
            "regions": (place.model_copy(update={"x": 0.5}), place.model_copy(update={"name": "lid"})),
            "threshold": 0.61,
            "undecided": check.undecided.model_copy(update={"low": 0.5, "high": 0.7}),
        }
    )
    told = {(each.field, each.item): (each.before, each.after) for each in differing(check, other)}
    assert told["threshold", ""] == (f"{check.threshold:.2f}", "0.61")
    assert told["undecided", ""][1] == "0.50 – 0.70"
    assert "56.5%" in told["region", "cap"][0]
    assert "50.0%" in told["region", "cap"][1]
    assert told["region", "lid"][0] == ""
    assert set(told) == {("threshold", ""), ("undecided", ""), ("region", "cap"), ("region", "lid")}
    kinds = {(each.field, each.item): each for each in differing(check, learned("count").check)}
    assert (kinds["kind", ""].before, kinds["kind", ""].after) == ("colour", "count")
    assert kinds["parts", ""].after == "6"
    assert {"learned", "scene"} & {name for name, _ in kinds} == {"learned"}


def test_pictures_that_do_not_separate_are_said_and_left_to_a_person():
    same = [draw(GOOD, shaken(seed) if seed else None) for seed in range(6)]
    mixed = [Example(name=f"{n}.jpg", data=as_jpeg(each), good=n % 2 == 0) for n, each in enumerate(same)]
    found = teach(LESSONS["presence"], mixed)
    assert not found.separate
    assert "do not separate" in found.remarks[0]
    assert look(opened(write_taught(found.check)), draw(GOOD, shaken(9))).answer is not Answer.BAD


def test_teaching_says_what_is_missing():
    picture = Example(name="one.jpg", data=as_jpeg(draw(GOOD)), good=True)
    with pytest.raises(NotTaught, match="no good picture"):
        teach(LESSONS["colour"], [replace(picture, good=False)])
    with pytest.raises(NotTaught, match="how many"):
        teach(replace(LESSONS["count"], count=None), [picture])
    with pytest.raises(NotTaught, match="stand out"):
        teach(replace(LESSONS["count"], count=60), [picture])
    with pytest.raises(NotTaught, match="marker 33"):
        teach(replace(LESSONS["orientation"], marker=33), [picture])
    with pytest.raises(NotTaught, match="one region"):
        teach(replace(LESSONS["code"], regions=regions("code", "label")), [picture])
    with pytest.raises(NotTaught, match="not one code but none"):
        teach(replace(LESSONS["code"], regions=regions("cap")), [picture])
    with pytest.raises(VisionError, match=r"two\.jpg: it is no picture"):
        teach(LESSONS["colour"], [picture, Example(name="two.jpg", data=b"GIF89a", good=True)])
    remarks = " ".join(teach(LESSONS["colour"], [picture]).remarks)
    assert "no bad picture" in remarks
    assert "only 1 good" in remarks


def test_what_a_camera_was_taught_travels_in_the_release_like_a_picture(tmp_path):
    check = {"id": "cap", "kind": "vision", "check": "cap", "taught": "vision/cap.vision"}
    one = {"id": "a", "title": "A", "text": "Fit the cap.", "checks": [check]}
    values = {"id": "d", "kind": "work-instruction", "title": "D", "revision": 1, "language": "en"}
    (tmp_path / "instruction.yaml").write_text(json.dumps({**values, "applies_to": {}, "steps": [one]}))
    with pytest.raises(DocumentError, match="the file is not there"):
        load_instruction(tmp_path)
    (tmp_path / "vision").mkdir()
    file = tmp_path / "vision" / "cap.vision"
    file.write_bytes(as_png(draw(GOOD)))
    with pytest.raises(DocumentError, match="not a taught check"):
        load_instruction(tmp_path)
    data = write_taught(learned("colour").check)
    file.write_bytes(data.replace(b'"threshold"', b'"thresh"'))
    with pytest.raises(DocumentError, match="threshold"):
        load_instruction(tmp_path)
    file.write_bytes(data)
    document = load_instruction(tmp_path)
    media = package.describe(tmp_path, document)
    release = package.read_payload(package.payload(document, media))
    assert release.file("vision/cap.vision").digest == package.digest_of(data)
    assert release.file("vision/cap.vision").type == "application/vnd.stepline.vision+json"
    shown = {**one, "checks": [], "media": [{"picture": "vision/cap.vision", "alt": "x"}]}
    (tmp_path / "instruction.yaml").write_text(json.dumps({**values, "applies_to": {}, "steps": [shown]}))
    with pytest.raises(DocumentError, match="not a picture"):
        load_instruction(tmp_path)


def test_every_reason_has_words():
    assert set(WORDS) == set(Reason)


def test_rates_come_with_wilsons_interval():
    rate = wilson(0, 10)  # the textbook's: 0 of 10 may still be 27.8 %
    assert rate.low == 0
    assert rate.high == pytest.approx(0.2775, abs=1e-3)
    assert wilson(5, 10).low == pytest.approx(0.2366, abs=1e-3)
    assert wilson(0, 0).share is None
