"""A translation belongs to its text, whatever stands beside it: nothing is keyed by a place in a list."""

import copy
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from content import xliff
from content.following import followed
from content.instruction import Instruction
from content.languages import Translated, lasting, spoken, stamp, texts, translated
from content.sop import Sop
from content.values import Piece
from tests.content.flows import document, step
from tests.content.generated import instructions, procedures
from tests.content.generated import spoken as drawn

NEW = {"shape": "box", "x": 0, "y": 0, "width": 1, "height": 1, "text": "One more"}


def states(found: Instruction | Sop, language: str) -> dict[str, str]:
    """How each text stands in a language."""
    _, fell = translated(found, language)
    return dict.fromkeys(texts(found), "done") | {each.key: each.why for each in fell}


def lists(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every list of a document's values that could be in another order."""
    for key, each in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if key not in {"points", "from", "to", "at", "translations"}:
            yield from lists(each, (*at, key))
    if isinstance(value, list) and value:
        yield at


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@given(
    source=instructions().map(Instruction.model_validate) | procedures().map(Sop.model_validate),
    data=st.data(),
)
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_what_stands_beside_a_text_comes_goes_and_moves_and_its_translation_stays(
    source: Instruction | Sop, data: st.DataObject
) -> None:
    values = source.plain() | {"translations": data.draw(drawn(source, least=1))}
    told = type(source).model_validate(values)
    changed = copy.deepcopy(values)
    found = at(
        changed,
        data.draw(st.sampled_from(list(lists({k: v for k, v in values.items() if k != "translations"})))),
    )
    match data.draw(st.sampled_from(["remove", "move", "add"])):
        case "remove":
            found.pop(data.draw(st.integers(0, len(found) - 1)))
        case "move":
            found[:] = data.draw(st.permutations(found))
        case _:
            found.insert(
                data.draw(st.integers(0, len(found))), copy.deepcopy(data.draw(st.sampled_from(found)))
            )
    try:
        after = type(source).model_validate(changed)
    except ValidationError:
        assume(False)
        return
    for language in told.translations:
        before, now = states(told, language), states(after, language)
        assert {key: now[key] for key in before if key in now} == {
            key: before[key] for key in before if key in now
        }
        # and no text that was there before is under another key now
        assert {text for key, text in texts(after).items() if key not in before} <= set(
            texts(told).values()
        ) - {text for key, text in texts(told).items() if key in now}


def pictured(*annotations: str, **more: Any) -> dict[str, Any]:
    drawings = [
        {"shape": "badge", "at": [0.1, 0.1], "number": n, "text": text} for n, text in enumerate(annotations)
    ]
    return step("a", media=[{"picture": "media/a.png", "alt": "The pump", "annotations": drawings}]) | more


def held(found: Piece, key: str, text: str, of: str | None = None) -> dict[str, dict[str, Any]]:
    return {"de": {key: {"of": stamp(of or texts(found)[key]), "text": text}}}


def test_a_file_that_was_written_with_places_is_read_and_each_translation_finds_its_text() -> None:
    old = {
        "steps.a.media.0.alt": {"of": stamp("The pump"), "text": "Die Pumpe"},
        "steps.a.media.0.annotations.0.text": {"of": stamp("Seal"), "text": "Dichtung"},
        "steps.a.media.0.annotations.1.text": {"of": stamp("Port"), "text": "Anschluss"},
        "steps.a.safety.0.text": {"of": stamp("Hot"), "text": "Heiß"},
    }
    safety = [{"level": "warning", "text": "Hot"}]
    for drawings in (("Seal", "Port"), ("Port", "Seal"), ("Port",)):
        values = document([pictured(*drawings, safety=safety)], translations={"de": old})
        german, fell = translated(Instruction.model_validate(values), "de")
        said = {"Seal": "Dichtung", "Port": "Anschluss"}
        picture: Any = german.steps[0].media[0]
        assert [each.text for each in picture.annotations] == [said[each] for each in drawings]
        assert (picture.alt, german.steps[0].safety[0].text) == ("Die Pumpe", "Heiß")
        assert not [each for each in fell if "media" in each.key or "safety" in each.key]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("policy.0", "policy.0a1b2c3d"),
        ("responsibilities.1.consulted.0", "responsibilities.consulted.0a1b2c3d"),
        ("steps.media.checks.order.order.12", "steps.media.checks.order.order.0a1b2c3d"),
        ("policy.12345678", "policy.12345678"),  # the beginning of a digest that has digits only
        ("steps.0.checks.1.options.2.text", "steps.0.checks.1.options.2.text"),  # identifiers, not places
        ("parts.7.name", "parts.7.name"),
    ],
)
def test_only_places_are_turned_into_what_lasts(old: str, new: str) -> None:
    assert lasting(old, "0a1b2c3d") == new


def test_a_text_keeps_its_unit_in_a_translators_file_whatever_comes_before_it() -> None:
    def units(*drawings: str) -> dict[str, tuple[str | None, str | None]]:
        found = fromstring(xliff.export(Instruction.model_validate(document([pictured(*drawings)])), "de"))
        return {
            source.text or "": (unit.get("id"), unit.get("name"))
            for unit in found.iter(f"{{{xliff.NAMESPACE}}}unit")
            for source in unit.iter(f"{{{xliff.NAMESPACE}}}source")
        }

    more = units("New", "Seal", "Port")
    assert units("Port", "Seal").items() <= more.items()
    assert len({each for each, _ in more.values()}) == len(more)


def test_a_translators_file_from_before_is_taken_too() -> None:
    source = Instruction.model_validate(document([pictured("Seal", "Port")]))
    (key,) = (key for key, text in texts(source).items() if text == "Port")
    sent = xliff.export(source, "de").replace(f'name="{key}"', 'name="steps.a.media.0.annotations.1.text"')
    back = sent.replace("<source>Port</source>", "<source>Port</source><target>Anschluss</target>")
    returned = xliff.take(source, back)
    assert returned.left == ()
    assert returned.texts == {key: Translated(of=stamp("Port"), text="Anschluss")}


def test_a_translation_follows_words_that_are_changed_and_is_stale_until_they_are_back() -> None:
    def changed(translations: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        return followed(translations, old, new, "steps.a")

    def found(drawings: dict[str, Any], translations: dict[str, Any]) -> dict[str, str]:
        every = Instruction.model_validate(document([drawings], translations=translations))
        return {text: states(every, "de")[key] for key, text in texts(every).items() if "annotations" in key}

    first, second = pictured("Seal", "Port"), pictured("Oil seal", "Port")
    source = Instruction.model_validate(document([first]))
    (key,) = (key for key, text in texts(source).items() if text == "Seal")
    held = {"de": {key: {"of": stamp("Seal"), "text": "Dichtung"}}}
    assert found(first, held) == {"Seal": "done", "Port": "missing"}
    now = changed(held, first, second)
    assert found(second, now) == {"Oil seal": "stale", "Port": "missing"}
    third = pictured("Radial oil seal", "Port")
    later = changed(now, second, third)
    assert found(third, later) == {"Radial oil seal": "stale", "Port": "missing"}
    assert len(later["de"]) == 2  # what nobody asks for any more is not kept
    assert found(first, changed(later, third, first)) == {"Seal": "done", "Port": "missing"}
    # what only goes, moves or comes leaves everything as it is
    for other in (pictured("Port"), pictured("Port", "Seal"), pictured("New", "Seal", "Port")):
        assert changed(held, first, other) == held


def test_a_blocks_prefix_and_the_base_of_a_variant_hold_for_what_is_known_by_its_words() -> None:
    values = document([pictured("Seal")])
    source = Instruction.model_validate(values)
    (key,) = (key for key, text in texts(source).items() if text == "Seal")
    held = {"pt": {key: {"of": stamp("Seal"), "text": "Vedante"}}}
    found = Instruction.model_validate(values | {"translations": held})
    assert spoken(found, "pt")[key].text == "Vedante"
    picture: Any = translated(found, "pt-BR")[0].steps[0].media[0]
    assert picture.annotations[0].text == "Vedante"
