"""Any document, with every kind of check and every field there is, goes to a folder and comes back the same."""

import shutil
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from content import checks, instruction, media, sop
from content.asking import Computed, GoTo
from content.folder import load
from content.instruction import Instruction
from content.sop import Sop
from content.values import Piece
from content.writing import write
from tests.content.generated import fields_of, instructions, procedures, put_files, spoken

ANY = instructions().map(Instruction.model_validate) | procedures().map(Sop.model_validate)
FAILING = ("attempts", "on_failure")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@given(source=ANY, data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_whatever_a_document_says_it_says_after_it_was_written_and_read(
    source: Instruction | Sop, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = type(source).model_validate(source.plain() | {"translations": data.draw(spoken(source))})
    folder = tmp_path_factory.mktemp("written")
    try:
        write(told, folder)
        put_files(told.files, folder)
        back = load(folder)
        assert back == told
        assert back.plain() == told.plain()  # also what is equal and spelled otherwise, such as 1.0 and 1.00
        again = folder / "again"
        write(back, again)
        for file in (path for path in folder.glob("*.yaml")):
            assert (again / file.name).read_bytes() == file.read_bytes()
    finally:
        shutil.rmtree(folder)


def test_the_documents_that_are_tried_leave_no_field_of_the_language_out() -> None:
    seen: set[tuple[str, str]] = set()

    @given(ANY)
    @settings(
        max_examples=300,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )
    def collect(document: Piece) -> None:
        seen.update(fields_of(document))

    collect()
    apart = {
        ("Instruction", "translations"),
        ("Sop", "translations"),
    }  # they are drawn for the document, above
    assert _fields() - seen - apart == set()


def _fields() -> set[tuple[str, str]]:
    """Every field that can say something, by the kind of piece."""
    modules: tuple[Any, ...] = (checks, instruction, media, sop)
    kinds = [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Piece) and kind.__module__ == module.__name__
    ]
    kinds = [kind for kind in (*kinds, Computed, GoTo) if not kind.__name__.startswith("_")]
    mute = {("Timer", "attempts"), ("End", "next")}
    mute |= {(kind.__name__, name) for kind in kinds if not getattr(kind, "FAILS", True) for name in FAILING}
    return {(kind.__name__, name) for kind in kinds for name in kind.model_fields} - mute
