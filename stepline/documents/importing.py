"""`stepline content import` and `export`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from content.blocks import file_of
from content.errors import DocumentError, Finding
from content.folder import load_instruction
from content.importing import omanual
from content.importing.draft import REPORT, Draft, ImportRefused, save, slug, unique
from content.importing.files import drafts
from content.lint.checker import Lint, lint_folder
from content.lint.rules import RULES
from stepline.documents.linting import summary
from stepline.documents.saying import counted, plainly


def run(files: Sequence[Path], folder: Path, out: Console, problems: Console, *, linted: bool) -> int:
    """Make drafts of the files in `folder`; 1 when one was refused, with the rest done."""
    taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    refused = written = noted = 0
    invalid: list[Finding] = []
    remarks: list[Lint] = []
    with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
        shown = progress.add_task("importing", total=len(files))
        for file in files:
            try:
                found = list(drafts(file))
                progress.update(shown, total=(progress.tasks[0].total or 0) + len(found) - 1)
                for draft in found:
                    place = folder / unique(slug(draft.title, "draft"), taken)
                    _save(draft, place, out)
                    written, noted = written + 1, noted + len(draft.notes)
                    if linted:
                        wrong, said = lint_folder(place)
                        invalid += wrong
                        remarks += said
                    progress.advance(shown)
            except ImportRefused as problem:
                plainly(problems, f"{file}: {problem}")
                refused += 1
    plainly(
        out,
        f"{counted(written, 'draft')} in {folder}, {counted(noted, 'note')} for a person in their {REPORT}; "
        f"{counted(refused, 'file')} refused",
    )
    if linted:
        _checked(folder, written, invalid, remarks, out)
    return 1 if refused else 0


def _checked(
    folder: Path, written: int, invalid: Sequence[Finding], remarks: Sequence[Lint], out: Console
) -> None:
    """How often each rule found something, the most frequent first: thousands of lines would say less."""
    for finding in invalid:
        plainly(out, str(finding))
    for (rule, level), times in Counter((each.rule, each.level) for each in remarks).most_common():
        plainly(out, f"{times:6}  {level} {rule}: {RULES[rule].why}")
    plainly(out, f"{summary(written, invalid, remarks)}; each at its line: stepline content lint {folder}")


def _save(draft: Draft, place: Path, out: Console) -> None:
    document = save(draft, place)
    plainly(out, f"{place}: {counted(len(document.steps), 'step')}, {counted(len(draft.notes), 'note')}")


def export(folder: Path, file: Path, out: Console, problems: Console) -> int:
    """Write a work instruction as an oManual bundle."""
    try:
        instruction = load_instruction(folder)
    except DocumentError as problem:
        for finding in problem.findings:
            plainly(problems, str(finding))
        return 1
    data, left = omanual.export(instruction, lambda path: file_of(path, folder))
    file.write_bytes(data)
    plainly(out, f"{file}: {instruction.id} as oManual 1.0")
    for line in left:
        plainly(problems, f"oManual has no place for this: {line}")
    return 0
