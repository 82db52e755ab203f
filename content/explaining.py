"""What the validation of a document found, in words for who wrote it: where, what is wrong, how to mend it."""

import difflib
from functools import cache
from typing import Any, cast

from pydantic_core import ErrorDetails

from content import yaml
from content.errors import Finding
from content.refusing import REFUSED, short
from content.values import Piece

PATTERNS = {  # how a value is to be written, by the beginning of its pattern
    "^[a-z0-9]+(-": "use lower-case letters, digits and single hyphens",
    "^[A-Za-z0-9][A-Za-z0-9./_+-]*$": "use letters, digits and . / _ + -",
    "^[a-z]{2,3}": "write it like en, de or pt-BR",
    "^[0-9a-f]{8}$": "write the stamp of the source, as `stepline content translate` does",
    "^[0-9a-f]{64}$": "write the 64 hexadecimal digits of the digest",
    "^[0-9]{2,4}$": "write the digits of the application identifier, like 01 or 21",
}
NUMBERS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
LENGTHS = {
    "too_short": ("too few", "at least", "min_length"),
    "too_long": ("too many", "at most", "max_length"),
    "string_too_short": ("empty or too short", "at least", "min_length"),
    "string_too_long": ("too long", "at most", "max_length"),
}
SINGULAR = {"characters": "character", "entries": "entry"}
KINDS = {
    "string_type": ("text", "put it in quotes"),
    "int_type": ("a whole number", "write digits only"),
    "int_parsing": ("a whole number", "write digits only"),
    "int_from_float": ("a whole number", "leave the decimals out"),
    "bool_type": ("true or false", "write true or false"),
    "bool_parsing": ("true or false", "write true or false"),
    "tuple_type": ("a list", "write `- ` before each entry, or [one, two]"),
    "list_type": ("a list", "write `- ` before each entry, or [one, two]"),
    "dict_type": ("a mapping", "write `name: value` lines below it"),
    "model_type": ("a mapping", "write `name: value` lines below it"),
    "model_attributes_type": ("a mapping", "write `name: value` lines below it"),
}


def explain(
    file: str, lines: dict[yaml.Path, int], values: Any, error: ErrorDetails, kind: type[Piece]
) -> Finding:
    """One error of pydantic's as a finding at its line."""
    path = path_of(values, error)
    line = next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), None)
    where = ".".join(str(key) for key in _named(values, path))
    message, mend = _in_words(error, kind)
    return Finding(file=file, line=line, where=where, message=message, mend=mend)


def path_of(values: Any, error: ErrorDetails) -> yaml.Path:
    """The path into the file: pydantic's locations also name the member of a union that was tried."""
    at = error.get("ctx", {}).get("at", ()) if error["type"] == REFUSED else ()
    location = (*error["loc"], *at)
    path: list[str | int] = []
    for key in location:
        absent = error["type"] == "missing" and key == location[-1]
        named = isinstance(values, dict) and (key in values or absent)
        placed = isinstance(values, list) and isinstance(key, int) and key < len(cast("list[Any]", values))
        if named or placed:
            path.append(key)
            values = _of(values, key)
    return tuple(path)


def value_at(values: Any, path: yaml.Path) -> Any:
    """What stands at that path; None when there is nothing."""
    for key in path:
        values = _of(values, key)
    return values


def _named(values: Any, path: yaml.Path) -> list[str | int]:
    """The path with the identifiers that people know in place of positions."""
    named: list[str | int] = []
    for key in path:
        values = _of(values, key)
        identifier = _of(values, "id") if isinstance(key, int) else None
        named.append(identifier if isinstance(identifier, str) else key)
    return named


def _of(values: Any, key: str | int) -> Any:
    """What a mapping or a list has under `key`; None when it is neither."""
    if isinstance(values, dict):
        return cast("dict[str | int, Any]", values).get(key)
    if isinstance(values, list) and isinstance(key, int):
        return cast("list[Any]", values)[key] if key < len(cast("list[Any]", values)) else None
    return None


def _in_words(error: ErrorDetails, kind: type[Piece]) -> tuple[str, str]:
    context = error.get("ctx", {})
    name, given = error["type"], error["input"]
    if name in KINDS:
        wanted, mend = KINDS[name]
        if given is None:
            return f"nothing stands here, where {wanted} is wanted", "write it, or leave the line out"
        return f"{short(given)} is not {wanted}", mend
    if name in NUMBERS:
        words, bound = NUMBERS[name]
        return f"{short(given)} is out of range", f"{words} {context.get(bound)}"
    if name in LENGTHS:
        wrong, words, bound = LENGTHS[name]
        what = "characters" if name.startswith("string") else "entries"
        count = context.get(bound)
        return wrong, f"{words} {count} {what if count != 1 else SINGULAR[what]}"
    match name:
        case "refused":
            return str(context.get("message", "")), str(context.get("mend", ""))
        case "extra_forbidden":
            return _unknown_key(str(error["loc"][-1]), kind)
        case "missing" if isinstance(error["loc"][-1], int):
            return "too few entries", "a point is [x, y]"
        case "missing":
            return f"`{error['loc'][-1]}` is missing", "add it"
        case "value_error":
            message, _, mend = error["msg"].removeprefix("Value error, ").partition("; ")
            return message, mend or "correct the value"
        case "string_pattern_mismatch":
            pattern = str(context.get("pattern", ""))
            mend = next(
                (mend for begin, mend in PATTERNS.items() if pattern.startswith(begin)),
                f"it has to match {pattern}",
            )
            what = "an identifier" if pattern.startswith("^[a-z0-9]+(-") else "written as it has to be"
            return f"{short(given)} is not {what}", mend
        case "union_tag_invalid":
            return f"unknown kind {context.get('tag')!r}", f"one of {context.get('expected_tags')}"
        case "union_tag_not_found":
            return "the kind is missing", f"add `{str(context.get('discriminator', 'kind')).strip(chr(39))}:`"
        case "literal_error" | "enum":
            return f"{short(given)} is not known here", f"one of {context.get('expected')}"
        case _:
            return error["msg"], "see the page on documents for engineers"


def _unknown_key(name: str, kind: type[Piece]) -> tuple[str, str]:
    if name in _known_keys(kind):
        return f"`{name}` is not known at this place", "move it to where it belongs, or remove it"
    near = difflib.get_close_matches(name, _known_keys(kind), n=1)
    return f"unknown key `{name}`", f"did you mean `{near[0]}`?" if near else "remove it"


@cache
def _known_keys(kind: type[Piece]) -> list[str]:
    schema = kind.model_json_schema()
    keys = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        keys.update(part.get("properties", {}))
    return sorted(keys)
