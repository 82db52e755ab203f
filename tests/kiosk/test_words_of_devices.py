"""What drivers and lines say of themselves is told in German on a German kiosk, whichever driver says it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.kinds import drivers
from kiosk.words import again

HARDWARE = Path(__file__).resolve().parents[2] / "hardware"
FILES = [
    *(HARDWARE / "decode").glob("*.py"),
    *(HARDWARE / "drivers").glob("*.py"),
    *(HARDWARE / "transport").glob("*.py"),
    *(HARDWARE / name for name in ("conversation.py", "items.py", "rack.py", "stream.py", "topics.py")),
]
# What is about a station's file or an expression is told where the file is read, at a terminal
ELSEWHERE = {"ValueError", "Field", "compile", "getLogger", "warning", "info", "cast", "Annotated"}
PLAIN = {
    "No matching overload",  # words of a library, which are looked for
    "the controller does not 17: 17",  # each of its sentences is known by itself
}
COMMANDS = {
    "ask for one value",
    "ask once more for the results after a number",
    "print a label",
    "take what lies on it as nothing",
    "set it to zero",
    "let us in",
    "tell us its results",
}  # of a terminal's help, or parts of a whole sentence


def sentences(node: ast.AST) -> Iterator[str]:
    """The texts of three words and more that stand in code, `17` in their gaps."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called in ELSEWHERE:
            return
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "17" for part in node.values)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from sentences(child)


def is_said(text: str) -> bool:
    return (
        len(text.split()) > 2 and text[:1].isalpha() and not set(text) & set("\\{}|\n") and "  " not in text
    )


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda file: file.name)
def test_every_sentence_of_the_file_is_known_in_german(file: Path) -> None:
    said = {text for text in sentences(ast.parse(file.read_text())) if is_said(text)} - PLAIN - COMMANDS
    assert not sorted(text for text in said if again(text, "de") == text)


def test_every_kind_of_device_has_a_german_name() -> None:
    assert [driver.title for driver in drivers().values() if again(driver.title, "de") == driver.title] == []
