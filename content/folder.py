"""Documents as folders: one YAML file and its media, read with findings that name file, line and the mend."""

import difflib
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from content import picture, yaml
from content.errors import DocumentError, Finding
from content.instruction import Instruction
from content.refusing import REFUSED
from content.sop import Sop
from content.values import Piece

INSTRUCTION_FILE = "instruction.yaml"
SOP_FILE = "sop.yaml"
Document = Instruction | Sop
D = TypeVar("D", Instruction, Sop)


def load_instruction(folder: Path) -> Instruction:
    """The work instruction in `folder`; raises DocumentError with everything that is wrong."""
    return _load(folder, INSTRUCTION_FILE, Instruction)


def load_sop(folder: Path) -> Sop:
    """The standard operating procedure in `folder`; raises DocumentError with everything that is wrong."""
    return _load(folder, SOP_FILE, Sop)


def load(folder: Path) -> Document:
    """Whichever document is in `folder`; raises DocumentError when there is none."""
    if (folder / INSTRUCTION_FILE).is_file():
        return load_instruction(folder)
    if (folder / SOP_FILE).is_file():
        return load_sop(folder)
    mend = f"a document's folder holds {INSTRUCTION_FILE} or {SOP_FILE}"
    raise DocumentError(
        (Finding(file=str(folder), line=None, where="", message="no document here", mend=mend),)
    )


def folders(library: Path) -> list[Path]:
    """Every document's folder below `library`, procedures first, each kind in order of name."""
    sops = sorted(path.parent for path in library.rglob(SOP_FILE))
    return sops + sorted(path.parent for path in library.rglob(INSTRUCTION_FILE))


def _load(folder: Path, name: str, kind: type[D]) -> D:
    file = folder / name
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DocumentError((_finding(file, None, "", "the file is missing", f"add {name}"),)) from None
    except UnicodeDecodeError:
        raise DocumentError(
            (_finding(file, None, "", "the file is not UTF-8 text", "save it as UTF-8"),)
        ) from None
    values, lines = yaml.read(text, str(file))
    try:
        document = kind.model_validate(values)
    except ValidationError as problem:
        found = tuple(_explain(file, lines, values, error, kind) for error in problem.errors())
        raise DocumentError(found) from None
    missing = tuple(_media_findings(folder, file, document, lines))
    if missing:
        raise DocumentError(missing)
    return document


def _finding(file: Path, line: int | None, where: str, message: str, mend: str) -> Finding:
    return Finding(file=str(file), line=line, where=where, message=message, mend=mend)


def _media_findings(folder: Path, file: Path, document: Any, lines: dict[yaml.Path, int]) -> list[Finding]:
    found: list[Finding] = []
    named = {
        path: line for path, line in lines.items() if path and path[-1] in {"picture", "video", "poster"}
    }
    by_name: dict[str, int] = {}
    if isinstance(document, Instruction):
        values = document.model_dump(by_alias=True)
        by_name = {_follow(values, path): line for path, line in named.items()}
    for name in document.files:
        line = by_name.get(name)
        target = folder / name
        if not target.is_file():
            found.append(_finding(file, line, name, "the file is not there", "add it or mend the name"))
        elif target.is_symlink() or not target.resolve().is_relative_to(folder.resolve()):
            found.append(
                _finding(file, line, name, "the file is a link out of the folder", "copy the file itself")
            )
        elif (wrong := picture.what_is_wrong(target)) is not None:
            found.append(_finding(file, line, name, wrong, "save it again in the format its name says"))
    return found


def _follow(value: Any, path: yaml.Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _explain(
    file: Path, lines: dict[yaml.Path, int], values: Any, error: ErrorDetails, kind: type[Piece]
) -> Finding:
    at = error.get("ctx", {}).get("at", ()) if error["type"] == REFUSED else ()
    path = _real_path(values, (*error["loc"], *at))
    line = next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), None)
    where = ".".join(str(key) for key in _named(values, path))
    message, mend = _in_words(error, kind)
    return _finding(file, line, where, message, mend)


def _real_path(values: Any, location: tuple[str | int, ...]) -> yaml.Path:
    """The path into the file: pydantic's locations also name the member of a union that was tried."""
    path: list[str | int] = []
    for key in location:
        named = isinstance(values, dict) and (key in values or key == location[-1])
        placed = isinstance(values, list) and isinstance(key, int) and key < len(cast("list[Any]", values))
        if named or placed:
            path.append(key)
            values = _of(values, key)
    return tuple(path)


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
    return cast("list[Any]", values)[key] if isinstance(values, list) and isinstance(key, int) else None


def _in_words(error: ErrorDetails, kind: type[Piece]) -> tuple[str, str]:
    match error["type"]:
        case "extra_forbidden":
            name = str(error["loc"][-1])
            near = difflib.get_close_matches(name, _known_keys(kind), n=1)
            return f"unknown key `{name}`", f"did you mean `{near[0]}`?" if near else "remove it"
        case "missing":
            return f"`{error['loc'][-1]}` is missing", "add it"
        case "refused":
            context = error.get("ctx", {})
            return str(context.get("message", "")), str(context.get("mend", ""))
        case "value_error":
            return error["msg"].removeprefix("Value error, "), ""
        case "string_type":
            return f"{error['input']!r} is not text", "put it in quotes"
        case "string_pattern_mismatch":
            return (
                f"{error['input']!r} is not an identifier",
                "use lower-case letters, digits and single hyphens",
            )
        case "union_tag_invalid":
            context = error.get("ctx", {})
            return f"unknown kind {context.get('tag')!r}", f"one of {context.get('expected_tags')}"
        case _:
            return error["msg"], ""


def _known_keys(kind: type[Piece]) -> list[str]:
    schema = kind.model_json_schema()
    keys = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        keys.update(part.get("properties", {}))
    return sorted(keys)
