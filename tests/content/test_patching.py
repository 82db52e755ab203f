"""A text as changes to another one: whatever they are, the text comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import patching, wire
from content.errors import PackageError

objects = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=2), max_size=12)


@given(objects, objects)
def test_the_text_comes_back(before: list[dict[str, int]], after: list[dict[str, int]]) -> None:
    one, other = wire.canonical(before), wire.canonical(after)
    assert patching.apply(one, patching.make(one, other)) == other


def test_a_small_change_is_said_in_a_few_words() -> None:
    before = [{"id": str(number), "digest": f"{number:064}"} for number in range(500)]
    after = [*before[:250], {"id": "250", "digest": "f" * 64}, *before[251:]]
    patch = patching.make(wire.canonical(before), wire.canonical(after))
    assert patch == [[0, 250], wire.canonical(after[250]) + ",", [251, 249]]


@pytest.mark.parametrize("patch", [[[0, 9]], [[-1, 1]], [[0]], [None], [["a", "b"]], [[2, -1]], [[0, 0]]])
def test_changes_that_do_not_fit_are_refused(patch: list[object]) -> None:
    with pytest.raises(PackageError, match="do not fit"):
        patching.apply('[{"a":1},{"b":2}]', patch)


def test_changes_that_repeat_without_end_are_refused() -> None:
    before = wire.canonical([{}] * 2_000)
    with pytest.raises(PackageError, match="far too long"):
        patching.apply(before, [[0, 2_000]] * 1_000)
