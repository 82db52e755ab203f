"""Teaching a draft's camera: what is learned in a child goes into the draft, and what cannot be is refused in words."""

import io
from functools import lru_cache

import pytest
from PIL import Image

from content.package import digest_of
from content.vision.evaluating import Labelled, evaluate
from content.vision.looking import look, opened
from content.vision.taught import read_taught, write_taught
from content.vision.teaching import Example, Lesson, teach
from content.vision.verdict import Answer
from hardware.simulate.scene import PLACES, Scene, draw, shaken
from server.errors import Conflict, Invalid, NotThere, Refused, TooLarge
from server.library import drafts, history, measuring, submitting, teaching
from server.library.publishing import publish
from server.library.shapes import STEP
from server.library.teaching import Cut
from server.portal.taught import anew
from server.store.engine import writing
from tests.library import LIBRARY
from tests.server.drafting import held, put

REGION = {**dict(zip(("x", "y", "width", "height"), PLACES["cap"], strict=True)), "name": "cap"}
CHECK = {"id": "cap", "kind": "vision", "check": "cap-red", "prompt": "Red cap"}
USUAL = Cut(threshold=0.5, low=0.4, high=0.6)


@lru_cache(maxsize=32)
def jpeg(*, cap: str | None = "red", seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.fromarray(draw(Scene(cap=cap), shaken(seed))[:, :, ::-1]).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture
def begun(house) -> str:
    """A draft of the cover's instruction with a check that a camera judges in its first step."""
    release = publish(house, LIBRARY / "instructions" / "close-pump", "admin")
    draft = drafts.from_release(house, release, "eva")
    checks = held(house, draft).parts[STEP + "lay-o-ring"].body.get("checks", [])
    put(house, draft, STEP + "lay-o-ring", checks=[*checks, CHECK])
    return draft


def taken(house, tmp_path, data: bytes, name: str = "image.jpg") -> str:
    sent = tmp_path / "sent"
    sent.write_bytes(data)
    return teaching.take_picture(house, sent, name, "eva").digest


def kept(house, data: bytes) -> str:
    """A picture that was taken in before."""
    digest = digest_of(data)
    house.media.keep(data, digest)
    with writing(house.engine) as tx:
        drafts.keep_medium(tx, digest, len(data), "image/jpeg")
    return digest


@pytest.fixture
def samples(house) -> list[dict]:
    good = [kept(house, jpeg(seed=seed)) for seed in (1, 2, 3)]
    bad = [kept(house, jpeg(cap=cap, seed=9)) for cap in ("blue", None)]
    return [
        *({"picture": each, "good": True} for each in good),
        *({"picture": each, "good": False} for each in bad),
    ]


def asked(samples: list[dict], **more) -> dict:
    return {"name": "cap-red", "kind": "colour", "regions": [REGION], "samples": samples} | more


def lesson(house, samples: list[dict], **more) -> teaching.Lesson:
    return teaching.teach(house, teaching.wanted(asked(samples, **more)))


def cut_of(found: teaching.Lesson, **more: float) -> Cut:
    check = found.check
    usual = {"threshold": check.threshold, "low": check.undecided.low, "high": check.undecided.high}
    return Cut(**usual | more)


def test_what_is_taught_goes_into_the_draft_and_undoing_gives_the_earlier_back(house, begun, samples) -> None:
    found = lesson(house, samples)
    assert found.separate
    assert [each["name"] for each in found.scores] == ["Good 1", "Good 2", "Good 3", "Bad 1", "Bad 2"]
    assert all((each["score"] > found.check.threshold) is each["good"] for each in found.scores)
    first = teaching.use(house, begun, "lay-o-ring", "cap", found.digest, cut_of(found), "eva")
    draft = held(house, begun)
    taught = opened(house.media.path(draft.media[first]).read_bytes())
    assert look(taught, draw(Scene(), shaken(30))).answer is Answer.GOOD
    assert look(taught, draw(Scene(cap="blue"), shaken(31))).answer is Answer.BAD
    assert submitting.remarks(draft) == ()
    with submitting.as_folder(house, draft) as folder:
        assert read_taught((folder / first).read_bytes()).name == "cap-red"
    second = teaching.use(house, begun, "lay-o-ring", "cap", found.digest, cut_of(found, low=0.05), "eva")
    assert named(house, begun) == second != first
    pair = (draft.media[first], held(house, begun).media[second])
    assert [each.field for each in anew(house.media, pair).fields] == ["undecided"]
    history.undo(house, begun, "eva")
    assert named(house, begun) == first


def named(house, draft: str) -> str:
    return held(house, draft).parts[STEP + "lay-o-ring"].body["checks"][-1]["taught"]


def test_what_is_tried_gets_the_verdict_of_the_threshold_that_is_shown(house, tmp_path, samples) -> None:
    found = lesson(house, samples)
    other = [taken(house, tmp_path, jpeg(seed=12)), taken(house, tmp_path, jpeg(cap="yellow", seed=13))]
    good, bad = teaching.look(house, found.digest, cut_of(found), other)
    assert (good["answer"], bad["answer"]) == ("good", "bad")
    assert good["regions"][0]["name"] == "cap"
    assert len(good["regions"][0]["corners"]) == 4
    strict = teaching.look(house, found.digest, cut_of(found, low=0.0, high=1.0), other)
    assert [each["answer"] for each in strict] == ["undecided", "undecided"]


def test_a_check_that_was_taught_elsewhere_is_opened_with_the_pictures_that_are_here(
    house, tmp_path, samples, begun
) -> None:
    mine = lesson(house, samples)
    file = tmp_path / "sent"
    file.write_bytes(write_taught(mine.check))
    digest, check = teaching.take_file(house, file)
    assert (digest, check) == (mine.digest, mine.check)
    foreign = teach(
        Lesson(name="cap", kind="colour", regions=mine.check.regions),
        [Example(name="a", data=jpeg(seed=77), good=True)],
    )
    file.write_bytes(write_taught(foreign.check))
    teaching.take_file(house, file)
    teaching.use(house, begun, "lay-o-ring", "cap", mine.digest, cut_of(mine), "eva")
    (judge,) = teaching.judges(house, held(house, begun))
    assert judge.pictures == {each["picture"] for each in samples}
    put(house, begun, STEP + "lay-o-ring", checks=[{**CHECK, "taught": "vision/gone.vision"}])
    (judge,) = teaching.judges(house, held(house, begun))
    assert "vision/gone.vision" in judge.trouble


def png(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    return out.getvalue()


REFUSED = {
    "no picture": (b"not a picture", Invalid, "no picture"),
    "empty": (b"", Invalid, "empty"),
    "a PDF": (b"%PDF-1.7 and more", Invalid, "taught from pictures"),
    "a bomb": (png((9_000, 9_000)), TooLarge, "9000 × 9000"),
    "half of one": (jpeg(seed=1)[:4_000], Invalid, "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_to_learn_from_is_refused_in_words(house, tmp_path, name: str) -> None:
    data, kind, words = REFUSED[name]
    with pytest.raises(kind, match=words) as caught:
        taken(house, tmp_path, data, "image.jpg")
    assert caught.value.mend


WRONG = {
    "no good picture": ({"samples": []}, "no good picture"),
    "no region": ({"regions": []}, "no region"),
    "a region outside": ({"regions": [{**REGION, "x": 0.99}]}, "lies outside"),
    "a region of nothing": ({"regions": [{**REGION, "width": 0}]}, "lies outside"),
    "too many regions": ({"regions": [REGION] * 13}, "lies outside"),
    "two regions of a kind with one": ({"kind": "code", "regions": [REGION] * 2}, "one region"),
    "no number of parts": ({"kind": "count"}, "how many"),
    "no words": ({"kind": "text"}, "what the text reads"),
    "no code there": ({"kind": "code"}, "not one code"),
    "no marker there": ({"kind": "orientation", "marker": 44}, "marker 44"),
    "a kind that there is not": ({"kind": "smell"}, "no kind of check"),
    "no name": ({"name": "Red Cap!"}, "no name"),
    "a number of no marker": ({"kind": "orientation", "marker": 50}, "no marker of that number"),
    "what nobody asked for": ({"surprise": 1}, "not understood"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_taught_is_refused_with_its_mend(house, name: str) -> None:
    more, words = WRONG[name]
    picture = {"picture": kept(house, jpeg(seed=1)), "good": True}
    with pytest.raises(Invalid, match=words) as caught:
        lesson(house, more.get("samples", [picture]), **{key: more[key] for key in more if key != "samples"})
    assert caught.value.mend
    assert "Traceback" not in caught.value.detail


def test_pictures_that_are_not_here_or_there_twice_are_refused(house) -> None:
    one = {"picture": kept(house, jpeg(seed=1)), "good": True}
    with pytest.raises(NotThere, match="not here any more"):
        lesson(house, [{"picture": "0" * 64, "good": True}])
    with pytest.raises(Invalid, match="there twice"):
        lesson(house, [one, {**one, "good": False}])
    with pytest.raises(Invalid, match="too many pictures"):
        lesson(house, [one] * 61)


def test_a_file_that_is_no_taught_check_is_refused(house, tmp_path, samples) -> None:
    file = tmp_path / "sent"
    good = write_taught(lesson(house, samples).check)
    broken = good.replace(b'"frame": "', b'"frame": "AAAA')
    for data in (b"", b"{}", b"[" * 100_000, jpeg(seed=1), good[:-50], broken, b'{"vision": 99}'):
        file.write_bytes(data)
        with pytest.raises(Refused) as caught:
            teaching.take_file(house, file)
        assert caught.value.mend
        assert "Traceback" not in caught.value.detail


def test_nothing_is_used_where_it_does_not_belong(house, begun, samples) -> None:
    found = lesson(house, samples)

    def use(step: str, check: str, digest: str, where: teaching.Cut) -> str:
        return teaching.use(house, begun, step, check, digest, where, "eva")

    with pytest.raises(NotThere, match="no such camera check"):
        use("lay-o-ring", "nothing", found.digest, USUAL)
    with pytest.raises(NotThere, match="no such camera check"):
        use("nowhere", "cap", found.digest, USUAL)
    with pytest.raises(NotThere, match="not here"):
        use("lay-o-ring", "cap", samples[0]["picture"], USUAL)  # a picture is nothing that was taught
    with pytest.raises(Invalid, match="around the threshold"):
        use("lay-o-ring", "cap", found.digest, Cut(threshold=0.3, low=0.4, high=0.6))
    with pytest.raises(Invalid, match="from 0 to 1"):
        teaching.cut({"threshold": 2, "low": 0, "high": 1})
    submitting.submit(house, begun, "", "eva")
    with pytest.raises(Conflict, match="in-review"):
        use("lay-o-ring", "cap", found.digest, USUAL)


def test_a_labelled_set_is_measured_as_on_a_terminal_and_never_on_what_was_learned(house, samples) -> None:
    found = lesson(house, samples)
    good = [kept(house, jpeg(seed=seed)) for seed in range(40, 44)]
    bad = [kept(house, jpeg(cap=cap, seed=50)) for cap in ("blue", "yellow", None)]
    swapped = [
        *({"picture": each, "good": True} for each in (*good, bad[0])),
        *({"picture": each, "good": False} for each in bad[1:]),
    ]
    pictures = measuring.labelled(swapped)
    told = measuring.measure(house, found.digest, cut_of(found), pictures)
    assert told["matrix"]["good"] == {"good": 4, "bad": 1, "undecided": 0}
    assert told["matrix"]["bad"] == {"good": 0, "bad": 2, "undecided": 0}
    assert (told["rates"]["false reject"]["count"], told["rates"]["false reject"]["of"]) == (1, 5)
    (wrong,) = [each for each in told["judged"] if each["right"] is False]
    assert (wrong["name"], wrong["picture"], wrong["truth"]) == ("Good 5", bad[0], "good")
    assert wrong["regions"][0]["corners"]
    on_terminal = evaluate(
        opened(house.media.path(found.digest).read_bytes()),
        [
            Labelled(name=name, data=house.media.path(each.picture).read_bytes(), good=each.good)
            for name, each in zip(teaching.named(pictures), pictures, strict=True)
        ],
    ).plain()
    assert (on_terminal["matrix"], on_terminal["rates"]) == (told["matrix"], told["rates"])
    strict = measuring.measure(house, found.digest, cut_of(found, low=0.0, high=1.0), pictures)
    assert strict["rates"]["undecided"]["count"] == len(pictures)
    learned = [*pictures, teaching.Sample(picture=samples[0]["picture"], good=True)]
    with pytest.raises(Invalid, match="Good 6: it was taught from this"):
        measuring.measure(house, found.digest, cut_of(found), learned)
    with pytest.raises(Invalid, match="twice"):
        measuring.measure(house, found.digest, cut_of(found), [pictures[0], pictures[0]])
    for nothing in ([], None, [{"picture": "x", "good": True}], [swapped[0]] * 301):
        with pytest.raises(Invalid, match="no pictures to measure with"):
            measuring.labelled(nothing)
