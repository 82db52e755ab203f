"""YAML as documents use it: plain values, exact numbers, no repeated keys, and the line that each value stands on."""

import re
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from content.errors import DocumentError, Finding

Path = tuple[str | int, ...]
LARGEST_FILE = 2_000_000  # characters; a 500-step instruction has about 300,000
DEEPEST = 20  # levels; the language itself needs 8


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans and numbers only: `on`, `no` and `1:30` stay text, as their writer meant them."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way to leave the 1.1 resolvers out


_PLAIN = (  # tag, what it looks like, how it can begin
    ("!bool", r"^(?:true|false)$", "tf"),
    ("!null", r"^(?:null|~|)$", ("n", "~", "")),
    ("!int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("!float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
)
for _tag, _shape, _begins in _PLAIN:
    _Loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] - PyYAML has no types
        _tag, re.compile(_shape), list(_begins)
    )


def read(text: str, file: str) -> tuple[Any, dict[Path, int]]:
    """The values in `text` and the line (from 1) of each path into them.

    Raises DocumentError naming file and line when it is not YAML, has a repeated key or an alias, or is too large.
    """
    if len(text) > LARGEST_FILE:
        raise _wrong(file, None, f"the file has {len(text):,} characters", f"at most {LARGEST_FILE:,}")
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        raise _wrong(
            file, line, f"not valid YAML: {problem.problem}", "check indentation and quotes"
        ) from None
    except yaml.YAMLError as problem:
        raise _wrong(file, None, f"not valid YAML: {problem}", "save it as UTF-8 text") from None
    if not isinstance(node, MappingNode):
        raise _wrong(file, 1, "the file does not hold a document", "begin with `id:` and `kind:`")
    lines: dict[Path, int] = {}
    return _value(node, (), lines, file), lines


def _wrong(file: str, line: int | None, message: str, mend: str) -> DocumentError:
    return DocumentError((Finding(file=file, line=line, where="", message=message, mend=mend),))


def _value(node: Node, path: Path, lines: dict[Path, int], file: str) -> Any:
    if path in lines:
        raise _wrong(file, node.start_mark.line + 1, f"`{path[-1]}` is given twice", "keep one of them")
    lines[path] = node.start_mark.line + 1
    if len(path) > DEEPEST:
        raise _wrong(file, lines[path], "values are nested too deeply", f"at most {DEEPEST} levels")
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, place), lines, file) for place, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    values: dict[str, Any] = {}
    for key, item in node.value:
        if not isinstance(key, ScalarNode):
            raise _wrong(file, key.start_mark.line + 1, "a key is not a word", "write `name: value`")
        values[key.value] = _value(item, (*path, key.value), lines, file)
        lines[*path, key.value] = key.start_mark.line + 1
    return values


def _scalar(node: ScalarNode) -> Any:
    match node.tag:
        case "!bool":
            return node.value == "true"
        case "!null":
            return None
        case "!int":
            return int(node.value)
        case "!float":
            return Decimal(node.value)
        case _:
            return node.value
