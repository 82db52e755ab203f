"""Translations know their source, fall back openly, go out as XLIFF and come back; YAML keeps every document."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import checks, instruction, languages, media, sop, xliff, yaml
from content.folder import folders, load, load_instruction
from content.instruction import Instruction
from content.languages import Translated, stamp, texts, translated
from content.schema import KINDS, schema
from content.values import Piece
from content.writing import spell, write
from tests.content.flows import document, step
from tests.library import LIBRARY


def spoken(**texts_of: str) -> Instruction:
    source = Instruction.model_validate(document([step("a")]))
    own = texts(source)
    held = {key.replace("__", "."): text for key, text in texts_of.items()}
    made = {key: {"of": stamp(own[key]), "text": text} for key, text in held.items()}
    return source.model_copy(update={"translations": {"de": {k: Translated(**v) for k, v in made.items()}}})


def test_a_translation_is_shown_until_its_source_changes() -> None:
    found = spoken(title="Dokument", steps__a__title="Schritt")
    german, fell = translated(found, "de")
    assert (german.title, german.steps[0].title) == ("Dokument", "Schritt")
    assert {each.why for each in fell} == {"missing"}
    changed = found.model_copy(update={"title": "Another"})
    again, fell = translated(changed, "de")
    assert again.title == "Another"
    assert [each.why for each in fell if each.key == "title"] == ["stale"]


def test_a_variant_falls_back_to_its_base_and_the_source_to_itself() -> None:
    found = spoken(title="Dokument")
    assert translated(found, "de-AT")[0].title == "Dokument"
    assert translated(found, "fr")[0].title == found.title
    assert translated(found, "en") == (found, ())


def pieces() -> list[type[Piece]]:
    modules = (checks, instruction, media, sop)
    return [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Piece) and kind.__module__ == module.__name__
    ]


def test_every_text_of_the_language_is_for_people_or_said_not_to_be() -> None:
    machine = {"unit", "quantity", "exact", "pattern", "families", "reason"}
    for kind in (kind for kind in pieces() if not kind.__name__.startswith("_")):
        for name, is_text in languages._spoken(kind):
            assert not (is_text and name in machine), (kind.__name__, name)


def test_a_translators_file_goes_out_and_comes_back() -> None:
    source = load_instruction(LIBRARY / "instructions" / "service-pump")
    data = xliff.export(source, "ar")
    returned = xliff.take(source, data)
    assert returned.language == "ar"
    assert returned.left == ()
    assert dict(returned.texts) == {
        key: value
        for key, value in source.translations["ar"].items()
        if any(map(str.isalpha, texts(source)[key]))
    }


def test_what_was_changed_meanwhile_or_is_foreign_is_not_taken_and_told() -> None:
    source = spoken()
    data = xliff.export(source, "de").replace(
        "<source>Doc</source>", "<source>Doc</source><target>Dok</target>"
    )
    assert xliff.take(source, data).texts["title"].text == "Dok"
    changed = source.model_copy(update={"title": "New"})
    assert xliff.take(changed, data).left == ("title: the source has changed since it was sent out",)
    for wrong, told in (
        (data.replace('id="doc"', 'id="other"'), "is for other"),
        (data.replace("document:2.0", "document:1.2"), "not XLIFF 2"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + data, "no XML that is taken"),
        ("<xliff", "no XML that is taken"),
    ):
        with pytest.raises(xliff.XliffWrong, match=told):
            xliff.take(source, wrong)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\"'#:-|>% "),
    min_size=1,
    max_size=60,
).filter(str.strip)


@given(
    st.recursive(
        WORDS | st.booleans() | st.integers(-9, 9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("abc:# é", min_size=1, max_size=5), inner, min_size=1, max_size=3)
        ),
        max_leaves=8,
    )
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_spelled_as_yaml_is_read_back_the_same(value: Any) -> None:
    back, _ = yaml.read(spell({"value": value}), "x")
    assert plain(back["value"]) == plain(value)


def plain(value: Any) -> Any:
    """What a document makes of it: texts without the space around them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [plain(each) for each in value]
    return {key: plain(each) for key, each in value.items()} if isinstance(value, dict) else value


@given(
    found=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4),
    when=st.sampled_from([None, "order.n > 1"]),
    option=WORDS,
)
@settings(max_examples=100, deadline=None)
def test_a_document_is_the_same_after_it_was_written_and_read(
    found: list[tuple[str, str]], when: str | None, option: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    steps = [
        step(f"s{number}", {"id": "c", "kind": "confirm", "prompt": text}) | {"title": title, "text": text}
        for number, (title, text) in enumerate(found)
    ]
    if when:
        steps[-1]["when"] = when
    source = Instruction.model_validate(
        document(
            steps,
            options=[{"id": "o", "title": option}],
            translations={"ar": {"title": {"of": "0" * 8, "text": option}}},
        )
    )
    folder = tmp_path_factory.mktemp("written")
    write(source, folder)
    assert load_instruction(folder) == source


def test_every_sample_fits_the_published_schema() -> None:
    for kind in KINDS:
        jsonschema.Draft202012Validator.check_schema(schema(kind))
    for file in LIBRARY.rglob("*.yaml"):
        values, _ = yaml.read(file.read_text(encoding="utf-8"), str(file))
        kind = values.get("kind") or "translation"
        jsonschema.validate(numbers(values), schema(kind), jsonschema.Draft202012Validator)


def numbers(value: Any) -> Any:
    """As a YAML reader of other programs gives them."""
    if isinstance(value, dict):
        return {key: numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [numbers(each) for each in value]
    return float(value) if type(value).__name__ == "Decimal" else value


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"steps": []}, "steps"),
        ({"colour": "red"}, "colour"),
        ({"revision": "one"}, "revision"),
        ({"id": "A B"}, "id"),
    ],
)
def test_what_the_reader_refuses_for_its_shape_the_schema_refuses_too(
    change: dict[str, Any], where: str
) -> None:
    values = document([step("a")]) | change
    errors = list(jsonschema.Draft202012Validator(schema("work-instruction")).iter_errors(values))
    assert any(where in str(error.path) or where in error.message for error in errors)


def test_every_document_of_the_library_survives_being_written(tmp_path: Path) -> None:
    import shutil

    from content.blocks import file_of

    for folder in folders(LIBRARY):
        source = load(folder)
        place = tmp_path / source.id
        write(source, place)
        for name in source.files:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file_of(name, folder), place / name)
        assert load(place) == source
