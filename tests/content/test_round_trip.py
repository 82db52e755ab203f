"""Any document, with every kind of check and every field there is, goes to a folder and comes back the same."""

import shutil
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from content import checks, instruction, media, sop
from content.asking import Computed, GoTo
from content.blocks import Block, folded
from content.folder import INSTRUCTION_FILE, load, load_block
from content.instruction import Instruction
from content.sop import Sop
from content.values import Piece
from content.writing import write, write_values
from tests.content import generated
from tests.content.asked import check
from tests.content.generated import (
    FILMS,
    PICTURES,
    STEPS,
    blocks,
    fields_of,
    instructions,
    procedures,
    put_files,
    spoken,
)

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


@given(told=instructions(), shared=blocks(), prefix=st.none() | st.just("second-time"), data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
def test_a_document_that_refers_to_a_shared_block_goes_round_with_it(
    told: dict[str, Any],
    shared: dict[str, Any],
    prefix: str | None,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("library")
    try:
        plain = Block.model_validate(shared)
        block = Block.model_validate(shared | {"translations": data.draw(spoken(plain))})
        home = place / "blocks" / block.id
        write(block, home)
        put_files(block.files, home)
        assert load_block(home) == block
        reference = {"block": block.id} | ({"prefix": prefix} if prefix else {})
        groups = [{"id": name, "title": name} for name in ("front", "back")]
        values = told | {"steps": [*told["steps"], reference], "step_groups": groups, "blocks": []}
        folder = place / "instructions" / "doc"
        write_values(values, folder, INSTRUCTION_FILE)
        put_files(Instruction.model_validate(told).files, folder)
        document = load(folder)
        assert isinstance(document, Instruction)
        assert [use.block for use in document.blocks] == [block.id]
        assert len(document.steps) == len(told["steps"]) + len(block.steps)
        back = folded(document.plain(), {block.id: block})
        assert back is not None
        assert back["steps"][-1] == reference
        again = place / "instructions" / "again"
        write_values(back, again, INSTRUCTION_FILE)
        put_files(Instruction.model_validate(told).files, again)
        assert load(again) == document
    finally:
        shutil.rmtree(place)


def test_what_the_documents_are_drawn_from_leaves_no_field_of_the_language_out() -> None:
    seen: set[tuple[str, str]] = set()

    def collect(values: st.SearchStrategy[Any], kind: Any, examples: int) -> None:
        read = TypeAdapter(kind).validate_python

        @given(values.map(read))
        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=SLOW,
        )
        def look(piece: Piece) -> None:
            seen.update(fields_of(piece))

        look()

    for values, piece in (
        (generated.APPLIES, instruction.Applies),
        (generated.USES, instruction.BlockUse),
        (generated.SUPPRESSIONS, instruction.Suppression),
        (generated.INPUTS, sop.Input),
        (generated.OUTPUTS, sop.Output),
        (generated.METRICS, sop.Metric),
        (generated.RECORDS, sop.RecordKept),
    ):
        collect(values, piece, 40)
    for kind in checks.KINDS:
        collect(check(kind, "c", ["s0"]), checks.Check, 60)
    collect(generated.ANNOTATIONS, media.Annotation, 250)
    collect(PICTURES | FILMS, media.Medium, 150)
    collect(STEPS, instruction.Step, 100)
    collect(instructions(), Instruction, 120)
    collect(procedures(), Sop, 100)
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
