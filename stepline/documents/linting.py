"""`stepline content lint` and `rules`."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from content.errors import Finding
from content.folder import INSTRUCTION_FILE, SOP_FILE, folders
from content.lint.checker import Lint, lint_folder
from content.lint.rules import RULES, Rule
from stepline.documents.saying import plainly

IDENTIFIER = re.compile(r"""^id:[ \t]*["']?([a-z0-9-]+)""", re.MULTILINE)
HEAD = 4_000  # characters, in which a document says what it is called
MANY = 20  # documents from which on a progress bar is shown


def run(
    paths: Sequence[Path], out: Console, *, as_json: bool, hints: bool, strict: bool, explained: bool
) -> int:
    """Check everything below `paths`; 1 when something is wrong."""
    found = [folder for path in paths for folder in folders(path)]
    if not found:
        plainly(out, "no document there; name a folder that holds instruction.yaml or sop.yaml")
        return 1
    invalid: list[Finding] = []
    remarks: list[Lint] = []
    shown = track(found, "checking", transient=True) if len(found) > MANY and not as_json else found
    known = _known(found) if len(found) > 1 else None  # a folder alone says nothing about its library
    for folder in shown:
        wrong, said = lint_folder(folder, known=known)
        invalid += wrong
        remarks += [each for each in said if hints or each.level != "hint"]
    if as_json:
        print(json.dumps([_plain(each) for each in (*invalid, *remarks)], ensure_ascii=False, indent=1))
    else:
        for each in (*invalid, *remarks):
            plainly(out, str(each))
        if explained:
            for name in dict.fromkeys(each.rule for each in remarks):
                plainly(out, f"\n{_explained(RULES[name])}")
        plainly(out, summary(len(found), invalid, remarks))
    levels = {each.level for each in remarks}
    return 1 if invalid or "error" in levels or (strict and "warning" in levels) else 0


def _known(found: Sequence[Path]) -> frozenset[str]:
    """The documents of the folders, by their identifiers; one that does not say it goes by its folder's name."""
    return frozenset(_identifier(folder) for folder in found)


def _identifier(folder: Path) -> str:
    for name in (INSTRUCTION_FILE, SOP_FILE):
        if (folder / name).is_file():
            with (folder / name).open(encoding="utf-8", errors="replace") as file:
                said = IDENTIFIER.search(file.read(HEAD))
            return said[1] if said else folder.name
    return folder.name


def _plain(each: Finding | Lint) -> dict[str, object]:
    if isinstance(each, Finding):
        told = {"rule": "invalid", "level": "error", "message": each.message, "mend": each.mend}
        return {"file": each.file, "line": each.line, "step": None, **told}
    told = {"rule": each.rule, "level": each.level, "message": each.remark.message, "mend": each.remark.mend}
    return {"file": each.file, "line": each.line, "step": each.step, **told}


def summary(documents: int, invalid: Sequence[Finding], remarks: Sequence[Lint]) -> str:
    """How many documents were checked, and what was found in all."""
    counts = Counter(each.level for each in remarks)
    counts["error"] += len(invalid)
    said = [
        f"{counts[level]} {level}{'s' * (counts[level] != 1)}"
        for level in ("error", "warning", "hint")
        if counts[level]
    ]
    checked = f"{documents} document{'s' * (documents != 1)} checked"
    return f"{checked}: {', '.join(said) or 'nothing to mend'}"


def explain(name: str | None, out: Console, problems: Console, *, markdown: bool) -> int:
    """Say what a rule is for, or all of them."""
    if name is not None and name not in RULES:
        plainly(problems, f"there is no rule {name!r}; rules: {', '.join(RULES)}")
        return 2
    wanted = [RULES[name]] if name is not None else list(RULES.values())
    if markdown:
        print(manual(), end="")
        return 0
    for rule in wanted:
        plainly(out, _explained(rule))
    return 0


def _explained(rule: Rule) -> str:
    return f"{rule.name} ({rule.level}): {rule.why}\n  not: {rule.bad}\n  but: {rule.good}"


def manual() -> str:
    """The table of the rules as the manual shows it."""
    rows = [
        f"| `{rule.name}` | {rule.level} | {rule.why} | {rule.bad} | {rule.good} |" for rule in RULES.values()
    ]
    return "\n".join(["| rule | level | why | not | but |", "| --- | --- | --- | --- | --- |", *rows]) + "\n"
