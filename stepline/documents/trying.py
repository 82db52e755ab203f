"""`stepline content try`: the dry run on the terminal."""

import json
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from content.errors import DocumentError
from content.folder import load_instruction
from content.trying.paths import Path as Way
from content.trying.paths import Trial, spelled_count
from content.trying.walking import walk
from content.values import format_duration
from stepline.documents.saying import plainly

SHOWN = 12  # paths in the table; --json has all


def run(folder: Path, out: Console, problems: Console, *, as_json: bool, most: int) -> int:
    """Walk every path; 1 when one cannot be finished."""
    try:
        instruction = load_instruction(folder)
    except DocumentError as problem:
        for finding in problem.findings:
            plainly(problems, str(finding))
        return 1
    trial = walk(instruction, most)
    if as_json:
        print(json.dumps([_plain(path) for path in trial.paths], ensure_ascii=False, indent=1))
    else:
        _show(trial, out)
    return 1 if trial.stuck else 0


def _plain(path: Way) -> dict[str, object]:
    return {
        "order": path.order,
        "steps": path.steps,
        "choices": path.choices,
        "end": path.end,
        "expected": format_duration(path.expected),
        "taps": path.taps,
        "typed": path.typed,
        "scans": path.scans,
        "waits": path.waits,
        "why": path.why,
    }


def _show(trial: Trial, out: Console) -> None:
    ends = Counter(path.end for path in trial.paths)
    more = "" if trial.all_walked else f" and {spelled_count(trial.more)} more at least"
    plainly(
        out, f"{len(trial.paths)} paths{more}: " + ", ".join(f"{count} {end}" for end, count in ends.items())
    )
    finished = sorted(
        (path for path in trial.paths if path.end == "completed"), key=lambda path: path.expected
    )
    if finished:
        shortest, longest = finished[0], finished[-1]
        plainly(
            out,
            f"expected time {format_duration(shortest.expected)} to {format_duration(longest.expected)}, "
            f"{len(shortest.steps)} to {max(len(path.steps) for path in finished)} steps",
        )
    if trial.missed:
        plainly(out, f"no path came to {', '.join(trial.missed)}")
    table = Table(box=None, padding=(0, 1))
    for head in ("steps", "time", "taps", "typed", "scans", "waits", "end", "by"):
        table.add_column(head, justify="left" if head in {"end", "by"} else "right")
    for path in (*trial.stuck[:SHOWN], *_telling(trial)):
        by = path.why or ", ".join(part for part in (path.order, *path.choices) if part)
        cells = (
            len(path.steps),
            format_duration(path.expected),
            path.taps,
            path.typed,
            path.scans,
            path.waits,
        )
        table.add_row(*(str(cell) for cell in cells), path.end, by)
    out.print(table)


def _telling(trial: Trial) -> list[Way]:
    """One path of each sequence of steps, the one with the fewest choices; the first dozen."""
    by_steps: dict[tuple[str, ...], Way] = {}
    for path in sorted(trial.paths, key=lambda path: len(path.choices)):
        if path.end != "stuck":
            by_steps.setdefault((*path.steps, path.end), path)
    return sorted(by_steps.values(), key=lambda path: (path.end, path.expected))[:SHOWN]
