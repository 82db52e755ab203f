"""YAML as documents use it: exact, with lines, and safe against what nobody writes by accident."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import yaml
from content.errors import DocumentError

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
)


def refused(text: str) -> list[str]:
    with pytest.raises(DocumentError) as problem:
        yaml.read(text, "x.yaml")
    return [str(finding) for finding in problem.value.findings]


@given(st.dictionaries(WORDS, VALUES, max_size=4))
def test_json_is_read_as_it_is_and_each_key_has_its_line(values: dict[str, object]) -> None:
    text = json.dumps(values, ensure_ascii=False, indent=1)
    found, lines = yaml.read(text, "x")
    assert found == values
    rows = text.splitlines()
    assert all(
        json.dumps(key, ensure_ascii=False) in rows[lines[path] - 1]
        for path in lines
        for key in path[-1:]
        if isinstance(key, str)
    )


def test_numbers_are_exact_and_words_stay_words() -> None:
    found, _ = yaml.read("a: 8.50\nb: 012\nc: on\nd: 1:30\ne: '7'\nf: ~\ng: true\nh: -3\n", "x")
    assert found == {
        "a": Decimal("8.50"),
        "b": "012",
        "c": "on",
        "d": "1:30",
        "e": "7",
        "f": None,
        "g": True,
        "h": -3,
    }
    assert str(found["a"]) == "8.50"


def test_a_file_from_an_editor_that_marks_its_beginning_is_read() -> None:
    assert yaml.read("\ufeffid: a\n", "x")[0] == {"id": "a"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id: a\ntext: *bold* words\n", "x.yaml:2: not valid YAML"),
        ("id: &a x\nkind: *a\n", "x.yaml:2: a value begins with `&` or `*`"),
        (BOMB, "x.yaml:2: a value begins with `&` or `*`"),
        ("a: &a [*a, *a]\n", "x.yaml:1: a value begins with `&` or `*`"),
        ("a: " + "[" * 100_000, "x.yaml:1: values are nested too deeply - at most 20 levels"),
        ("".join(" " * place + "a:\n" for place in range(1500)), "values are nested too deeply"),
        ("a: !!python/object/apply:os.system [x]\n", "is not used in documents - leave it out"),
        ("id: a\n---\nid: b\n", "x.yaml:2: a second document begins here"),
        ("id: a\nb: \x07\n", "x.yaml:2: not valid YAML: the character U+0007"),
        ("a: \ud800\n", "the character U+D800"),
        ("? [a, b]\n: c\n", "x.yaml:1: a key is not a word"),
        ("a: 'b\n", "not valid YAML"),
        ("x" * 2_000_001, "2,000,001 characters - at most 2,000,000"),
    ],
)
def test_what_is_no_document_is_said_with_its_line(text: str, says: str) -> None:
    assert any(says in finding for finding in refused(text)), refused(text)


def test_a_number_that_no_gauge_shows_stays_text_instead_of_costing_time() -> None:
    assert yaml.read(f"a: {'9' * 100_000}\n", "x")[0] == {"a": "9" * 100_000}


def test_what_is_wrong_in_several_lines_is_said_at_once() -> None:
    assert [finding[:9] for finding in refused("a: 1\na: 2\nb: 3\nb: &x 4\n")] == [
        "x.yaml:2:",
        "x.yaml:4:",
        "x.yaml:4:",
    ]
