"""Documents as folders: one YAML file and its media, read with findings that name file, line and the mend."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from content import blocks, gathering, picture, yaml
from content.blocks import BLOCK_FILE, Block
from content.errors import DocumentError, Finding
from content.explaining import explain
from content.instruction import Instruction
from content.languages import TranslationFile
from content.media import is_file_name
from content.sop import Sop, Task
from content.vision.errors import NotTaught
from content.vision.taught import read_taught

INSTRUCTION_FILE = "instruction.yaml"
SOP_FILE = "sop.yaml"
FILES = (SOP_FILE, INSTRUCTION_FILE, BLOCK_FILE)
LANGUAGES = "languages"  # the folder of the translations beside a document
MEDIA_KEYS = frozenset({"picture", "video", "poster", "file", "taught"})
Document = Instruction | Sop
D = TypeVar("D", Instruction, Sop, Block)
Lines = dict[yaml.Path, int]


def load_instruction(folder: Path) -> Instruction:
    """The work instruction in `folder`; raises DocumentError with everything that is wrong."""
    return _load(folder, INSTRUCTION_FILE, Instruction)


def load_sop(folder: Path) -> Sop:
    """The standard operating procedure in `folder`; raises DocumentError with everything that is wrong."""
    return _load(folder, SOP_FILE, Sop)


def load_block(folder: Path) -> Block:
    """The reusable block in `folder`; raises DocumentError with everything that is wrong."""
    return _load(folder, BLOCK_FILE, Block)


def load(folder: Path) -> Document:
    """Whichever document is in `folder`; raises DocumentError when there is none."""
    if (folder / INSTRUCTION_FILE).is_file():
        return load_instruction(folder)
    if (folder / SOP_FILE).is_file():
        return load_sop(folder)
    misnamed = next((folder / name for name in _misspelled() if (folder / name).is_file()), None)
    if misnamed is not None:
        raise DocumentError(
            (_finding(misnamed, None, "", "the name ends in .yml", f"rename it to {misnamed.stem}.yaml"),)
        )
    mend = f"a document's folder holds {INSTRUCTION_FILE} or {SOP_FILE}"
    raise DocumentError((_finding(folder, None, "", "no document here", mend),))


def _misspelled() -> Iterator[str]:
    return (name.replace(".yaml", ".yml") for name in (INSTRUCTION_FILE, SOP_FILE))


def folders(library: Path) -> list[Path]:
    """Every document's folder below `library`, procedures first, each kind in order of name: `r2` before `r10`."""
    sops = sorted(
        (path.parent for name in ("sop.yaml", "sop.yml") for path in library.rglob(name)), key=_counted
    )
    instructions = sorted(
        (path.parent for name in ("instruction.yaml", "instruction.yml") for path in library.rglob(name)),
        key=_counted,
    )
    return list(dict.fromkeys(sops + instructions))


def _counted(path: Path) -> list[tuple[str, int]]:
    """A path to sort by, its numbers by their worth."""
    pieces = re.findall(r"\d+|\D+", path.as_posix())
    return [("", int(piece)) if piece.isdecimal() else (piece, 0) for piece in pieces]


def ungoverned_references(documents: dict[Path, Document]) -> list[Finding]:
    """References between the documents of a library that lead to none of them, or to one of another kind."""
    kinds: dict[str, str] = {document.id: document.kind for document in documents.values()}
    found: list[Finding] = []
    for folder, document in documents.items():
        file = folder / (INSTRUCTION_FILE if isinstance(document, Instruction) else SOP_FILE)
        for path, name, wanted in named_documents(document):
            if kinds.get(name) != wanted:
                _, lines = _read(file)
                message = astray(name, kinds)
                found.append(
                    _finding(file, lines.get(path), "", message, "add it, mend the name, or leave it out")
                )
    return found


def named_documents(document: Document) -> Iterator[tuple[yaml.Path, str, str]]:
    """The documents that a document names: the path to the name, the name, and the kind that it has to be of."""
    if isinstance(document, Instruction):
        for place, name in enumerate(document.governed_by):
            yield ("governed_by", place), name, "sop"
    else:
        for place, box in enumerate(document.flow):
            if isinstance(box, Task) and box.instruction is not None:
                yield ("flow", place, "instruction"), box.instruction, "work-instruction"


def astray(name: str, kinds: Mapping[str, str]) -> str:
    """What is wrong with naming that document, in a library that holds documents of these kinds."""
    if name in kinds:
        return f"the document {name!r} is a {kinds[name]}"
    return f"there is no document {name!r} in this library"


def read(folder: Path) -> tuple[Document, Lines]:
    """Whichever document is in `folder`, and the line of each path into it; raises DocumentError."""
    if (folder / INSTRUCTION_FILE).is_file():
        return _load_with_lines(folder, INSTRUCTION_FILE, Instruction)
    if (folder / SOP_FILE).is_file():
        return _load_with_lines(folder, SOP_FILE, Sop)
    return load(folder), {}


def _load(folder: Path, name: str, kind: type[D]) -> D:
    return _load_with_lines(folder, name, kind)[0]


def _load_with_lines(folder: Path, name: str, kind: type[D]) -> tuple[D, Lines]:
    file = folder / name
    values, lines = _read(file)
    found = list(_expand(folder, file, values, lines)) if kind is Instruction else []
    found += _translate(folder, values)
    document: D | None = None
    try:
        document = kind.model_validate(values)
    except ValidationError:
        found += [explain(str(file), lines, values, error, kind) for error in gathering.errors(values, kind)]
    found += _media_findings(folder, file, values, lines)
    if found or document is None:
        raise DocumentError(tuple(sorted(found, key=lambda finding: finding.line or 0)))
    return document, lines


def _read(file: Path) -> tuple[Any, Lines]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DocumentError((_finding(file, None, "", "the file is missing", f"add {file.name}"),)) from None
    except UnicodeDecodeError:
        raise DocumentError(
            (_finding(file, None, "", "the file is not UTF-8 text", "save it as UTF-8"),)
        ) from None
    return yaml.read(text, str(file))


def _expand(folder: Path, file: Path, values: Any, lines: Lines) -> Iterator[Finding]:
    """Put the steps of shared blocks in place of the references to them, and remember where they came from."""
    references = dict(blocks.used(values))
    if not references:
        return
    raw = cast("dict[str, Any]", values)
    steps: list[Any] = []
    places: list[int] = []
    for place, step in enumerate(raw["steps"]):
        if place not in references:
            steps.append(step)
            places.append(place)
            continue
        named = references[place]
        block, prefix = named["block"], named.get("prefix")
        home = blocks.folder_of(block, folder)
        if home is None:
            mend = f"a block is a folder {blocks.PLACE}/{block} with a {BLOCK_FILE}"
            yield _finding(file, lines.get(("steps", place)), block, "there is no such block", mend)
            continue
        try:
            shared = load_block(home)
        except DocumentError as problem:
            yield from problem.findings
            continue
        if named.get("digest", shared.digest) != shared.digest:
            mend = "take the block that it was written with, or leave `digest` out"
            yield _finding(
                file, lines.get(("steps", place)), block, "the block says something else now", mend
            )
            continue
        added = blocks.steps_of(shared, prefix)
        steps += added
        places += [place] * len(added)
        _bring(raw, shared, named)
    raw["steps"] = steps
    _move_lines(lines, places)


def _bring(raw: dict[str, Any], shared: Block, named: Mapping[str, str]) -> None:
    """What comes with a block: its parts, tools and translations; the document says which revision it holds."""
    for field, key, brought in (("parts", "number", shared.parts), ("tools", "id", shared.tools)):
        held: list[Any] = raw.get(field, [])
        known = {str(cast("dict[str, Any]", each).get(key)) for each in held if isinstance(each, dict)}
        raw[field] = [*held, *(each.plain() for each in brought if getattr(each, key) not in known)]
    for language, texts in blocks.translations_of(shared, named.get("prefix")).items():
        spoken = raw.setdefault("translations", {})
        spoken[language] = {**spoken.get(language, {}), **texts}
    raw["blocks"] = [*raw.get("blocks", []), {**named, "revision": shared.revision}]


def _move_lines(lines: Lines, places: list[int]) -> None:
    old = {path: line for path, line in lines.items() if len(path) > 1 and path[0] == "steps"}
    for path in old:
        del lines[path]
    for place, was in enumerate(places):
        shared = places.count(was) > 1
        for path, line in old.items():
            if path[1] == was and (len(path) == 2 or not shared):
                lines["steps", place, *path[2:]] = line


def _translate(folder: Path, values: Any) -> Iterator[Finding]:
    """Take the translations that lie beside the document."""
    held: dict[str, Any] = {}
    for file in sorted((folder / LANGUAGES).glob("*.yaml")):
        try:
            spoken, lines = _read(file)
        except DocumentError as problem:
            yield from problem.findings
            continue
        try:
            language = TranslationFile.model_validate(spoken)
        except ValidationError as problem:
            yield from (
                explain(str(file), lines, spoken, error, TranslationFile) for error in problem.errors()
            )
            continue
        held[language.language] = {key: each.plain() for key, each in language.texts.items()}
    if held and isinstance(values, dict):
        spoken: dict[str, Any] = cast("dict[str, Any]", values).setdefault("translations", {})
        for name, texts in held.items():
            spoken[name] = {**texts, **spoken.get(name, {})}


def _finding(file: Path, line: int | None, where: str, message: str, mend: str) -> Finding:
    return Finding(file=str(file), line=line, where=where, message=message, mend=mend)


def _media_findings(folder: Path, file: Path, values: Any, lines: Lines) -> list[Finding]:
    """What is wrong with the files that are named, each at the line that names it."""
    found: list[Finding] = []
    for path, name in _files(values, ()):
        target = blocks.file_of(name, folder)
        wrong = _wrong_with(target, name, folder, str(path[-1]))
        if wrong is not None:
            line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
            found.append(_finding(file, line, name, *wrong))
    return found


def _wrong_with(target: Path, name: str, folder: Path, key: str) -> tuple[str, str] | None:
    if not is_file_name(name):
        return None  # refused as a name already
    if not target.is_file():
        return "the file is not there", "add it or mend the name"
    home = folder if target.is_relative_to(folder) else target.parents[1]
    if target.is_symlink() or not target.resolve().is_relative_to(home.resolve()):
        return "the file is a link out of the folder", "copy the file itself"
    wrong = picture.what_is_wrong(target, attachment=key == "file", taught=key == "taught")
    if wrong is not None:
        return wrong, "save it again in the format its name says"
    return _wrong_with_taught(target) if key == "taught" else None


def _wrong_with_taught(target: Path) -> tuple[str, str] | None:
    try:
        read_taught(target.read_bytes())
    except NotTaught as problem:
        return str(problem), "teach it again with `stepline vision teach`"
    return None


def _files(value: Any, path: yaml.Path) -> Iterator[tuple[yaml.Path, str]]:
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            if key in MEDIA_KEYS and isinstance(item, str):
                yield (*path, key), item
            else:
                yield from _files(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[Any]", value)):
            yield from _files(item, (*path, place))
