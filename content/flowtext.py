"""A procedure's flow as text, one line a box, that reads aloud; and back.

    receive: task "Receive the pump"
    repair:  task "Repair it" [service-pump]
    tight:   decision "Is it tight?" -> hand if "yes", repair if "no"
    hand:    hand-over "To the stock" to "Store keeper"
    done:    end "Pump in stock"

A box has a name, a kind and a title in quotes. `[NAME]` is the work instruction that carries a task out, `to "ROLE"`
says who takes over. `-> NAME` says where it goes on; without an arrow it goes on to the line below, `-> -` leads
nowhere. A box without a name is named after its title.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from content.importing.draft import slug

KINDS = ("task", "decision", "hand-over", "end")
NOWHERE = "-"
_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HEAD = re.compile(r"(?:(?P<name>[^\s:\"]+)\s*:\s*)?(?P<kind>[A-Za-z-]+)\b\s*(?P<rest>.*)")
_TO = re.compile(r'to\s+("(?:[^"\\]|\\.)*")')
_INSTRUCTION = re.compile(r"\[\s*([^\]\s]*)\s*\]")
_WAY = re.compile(r'([^\s,"]+)(?:\s+if\s+("(?:[^"\\]|\\.)*"|[^,"]+))?')
EXAMPLE = 'build: task "Fit the gears" [fit-gears] -> test'


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What a line says that cannot be understood; lines count from 1."""

    line: int
    message: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowText:
    """The boxes that a text says, the line of each, and what was not understood."""

    boxes: tuple[dict[str, Any], ...]
    lines: tuple[int, ...]
    wrong: tuple[Wrong, ...]


def write(flow: Sequence[Mapping[str, Any]]) -> str:
    """A flow's values as text; `read` gives the same values."""
    names = [str(box.get("id", "")) for box in flow]
    wide = min(max((len(name) for name in names), default=0) + 1, 24)
    below: list[str | None] = [*names[1:], None][: len(names)]
    lines = [
        f"{f'{name}:':<{wide}} {_box(box, after)}"
        for name, box, after in zip(names, flow, below, strict=True)
    ]
    return "".join(f"{line}\n" for line in lines)


def _box(box: Mapping[str, Any], below: str | None) -> str:
    words = [str(box.get("kind", "task")), _quoted(str(box.get("title", "")))]
    if box.get("instruction"):
        words.append(f"[{box['instruction']}]")
    if box.get("role"):
        words.append(f"to {_quoted(str(box['role']))}")
    ways = list(_ways(box))
    if box.get("kind") != "end" and (box.get("kind") == "decision" or ways != [below]):
        words.append(f"-> {', '.join(ways) or NOWHERE}")
    return " ".join(words)


def _ways(box: Mapping[str, Any]) -> Iterator[str]:
    for way in cast("list[Any]", box.get("next", [])):
        if isinstance(way, dict):
            answer = cast("dict[str, Any]", way)
            yield f"{answer.get('to', '')} if {_quoted(str(answer.get('when', '')))}"
        else:
            yield str(way)


def _quoted(text: str) -> str:
    return '"' + re.sub(r"\s*\n\s*", " ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(quoted: str) -> str:
    inner = quoted[1:-1] if quoted.startswith('"') else quoted
    return re.sub(r"\\(.)", r"\1", inner).strip()


def read(text: str) -> FlowText:
    """The boxes that the text says; lines that are not understood are told and left out."""
    boxes: list[dict[str, Any]] = []
    lines: list[int] = []
    wrong: list[Wrong] = []
    open_ends: list[int] = []
    for number, line in enumerate(text.replace("“", '"').replace("”", '"').split("\n"), start=1):
        if not line.strip():
            continue
        found = _line(line.strip(), {box["id"] for box in boxes})
        if isinstance(found, tuple):
            wrong.append(Wrong(line=number, message=found[0], mend=found[1]))
            continue
        if "next" not in found and found["kind"] != "end":
            open_ends.append(len(boxes))
        boxes.append(found)
        lines.append(number)
    for place in open_ends:
        if place + 1 < len(boxes):
            boxes[place]["next"] = [boxes[place + 1]["id"]]
    wrong += [_dead_end(lines[place]) for place in open_ends if place + 1 >= len(boxes)]
    return FlowText(boxes=tuple(boxes), lines=tuple(lines), wrong=tuple(wrong))


def _dead_end(line: int) -> Wrong:
    return Wrong(line=line, message="it goes nowhere", mend='say `-> NAME`, or add a line `done: end "Done"`')


def _line(line: str, taken: set[str]) -> dict[str, Any] | tuple[str, str]:
    """The box that a line says, or what is wrong with it and the mend."""
    head = _HEAD.match(line)
    if head is None:
        return "this is no box", f"write it like `{EXAMPLE}`"
    name, kind, rest = head["name"], head["kind"].lower(), head["rest"]
    if kind not in KINDS:
        return f"{head['kind']!r} is no kind of box", f"one of {', '.join(KINDS)}, like `{EXAMPLE}`"
    title = _QUOTED.match(rest)
    if title is None or not _plain(title[0]):
        return "the title is missing", f"write it in quotes behind {kind}"
    if name is not None and not re.fullmatch(_NAME, name):
        return f"{name[:40]!r} can be no name", "use small letters, digits and single hyphens"
    box: dict[str, Any] = {"id": name or _free(slug(_plain(title[0]), kind), taken), "kind": kind}
    box["title"] = _plain(title[0])
    before, arrow, ways = _cut(rest[title.end() :])
    wrong = _between(box, before.strip()) or (_to(box, ways.strip()) if arrow else None)
    return wrong or box


def _cut(text: str) -> tuple[str, str, str]:
    """What stands before and behind the arrow; one inside quotes is none."""
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    for sign in ("->", "→"):
        place = bare.find(sign)
        if place >= 0:
            return text[:place], sign, text[place + len(sign) :]
    return text, "", ""


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


def _between(box: dict[str, Any], words: str) -> tuple[str, str] | None:
    """What stands between title and arrow."""
    role = _TO.search(words)
    linked = _INSTRUCTION.search(words)
    rest = _INSTRUCTION.sub("", _TO.sub("", words)).strip()
    if rest:
        return (
            f"{rest[:40]!r} is not understood",
            'a title stands in one pair of quotes; then [INSTRUCTION] or to "ROLE"',
        )
    if linked and box["kind"] != "task":
        return (
            f"a {box['kind']} is carried out by no instruction",
            "leave the brackets out, or make it a task",
        )
    if (role is None) == (box["kind"] == "hand-over"):
        mend = 'write `to "ROLE"`' if role is None else "leave it out, or make it a hand-over"
        return (
            "it does not say who takes over"
            if role is None
            else "only a hand-over has somebody who takes over"
        ), mend
    if linked and linked[1]:
        box["instruction"] = linked[1]
    if role:
        box["role"] = _plain(role[1])
    return None


def _to(box: dict[str, Any], ways: str) -> tuple[str, str] | None:
    if box["kind"] == "end":
        return "an end leads nowhere", "leave the arrow out"
    if ways == NOWHERE:
        box["next"] = []
        return None
    found: list[Any] = []
    for way in _WAY.finditer(ways):
        if not re.fullmatch(_NAME, way[1]):
            return f"{way[1][:40]!r} is no name of a box", "name a box, as it stands before its colon"
        if box["kind"] == "decision":
            if way[2] is None:
                return f"it does not say when it goes on to {way[1]}", f'write `{way[1]} if "yes"`'
            found.append({"to": way[1], "when": _plain(way[2].strip())})
        elif way[2] is not None:
            return "only a decision has answers", "make it a decision, or leave the answer out"
        else:
            found.append(way[1])
    rest = _WAY.sub("", ways).replace(",", "").strip()
    box["next"] = found
    if rest or not found:
        return "the arrow leads nowhere", "name a box behind it, or several with commas between them"
    return None
