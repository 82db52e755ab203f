"""HTML, as converters and people write it, cut into blocks; blocks cut into steps at their headings."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from content.importing.draft import Draft, DraftStep, clean
from content.importing.sanitising import sanitised

HEADINGS = {f"h{level}": level for level in range(1, 7)}
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
SIGNAL = re.compile(
    r"^\W*(danger|warning|caution|note|notice|gefahr|warnung|vorsicht|hinweis)\b\W*[:!–-]\s*", re.IGNORECASE
)
LEVELS = {
    "danger": "danger",
    "gefahr": "danger",
    "warning": "warning",
    "warnung": "warning",
    "caution": "caution",
    "vorsicht": "caution",
    "note": "notice",
    "notice": "notice",
    "hinweis": "notice",
}


@dataclass(slots=True)
class Block:
    """A heading (its level, from 1), a paragraph (0), a list line (-1) or a picture (its source)."""

    level: int = 0
    text: str = ""
    picture: str | None = None
    alt: str = ""
    ordered: bool = False


@dataclass(slots=True)
class _Reading:
    text: list[str] = field(default_factory=list[str])
    level: int = 0
    ordered: bool = False


class _Parser(HTMLParser):
    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._note = note
        self._now = _Reading()
        self._lists: list[str] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in HEADINGS:
            self._end()
            self._now.level = HEADINGS[tag]
        elif tag in {"ul", "ol"}:
            self._end()
            self._lists.append(tag)
        elif tag == "li":
            self._end()
            self._now.level, self._now.ordered = -1, self._lists[-1:] == ["ol"]
        elif tag in {"p", "div", "tr"}:
            if self._now.level != -1:
                self._end()
        elif tag == "table":
            self._end()
            self._note("a table was kept as lines of text")
        elif tag == "br":
            self._now.text.append("\n")
        elif tag == "img":
            self._picture(given.get("src") or "", given.get("alt") or "")
        elif tag in MARKS:
            self._now.text.append(MARKS[tag])
        elif tag == "a" and (given.get("href") or "").startswith("http"):
            self._note(f"the link to {given['href']} was not kept, its words were")

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS or tag in {"li", "tr", "table"} or (tag in {"p", "div"} and self._now.level != -1):
            self._end()
        elif tag in {"td", "th"}:
            self._now.text.append(" | ")
        elif tag in {"ul", "ol"}:
            self._end()
            if self._lists:
                self._lists.pop()
        elif tag in MARKS:
            self._now.text.append(MARKS[tag])

    def handle_data(self, data: str) -> None:
        self._now.text.append(data)

    def _picture(self, source: str, alt: str) -> None:
        now = self._now
        text = "".join(now.text)
        if clean(text):
            self._end()
            self._now.level = now.level
        self.blocks.append(Block(picture=source, alt=alt))

    def _end(self) -> None:
        text = clean(re.sub(r"\*{4}|(?<!\*)\*\*\s*\*\*(?!\*)", "", "".join(self._now.text)).rstrip(" |"))
        if text:
            self.blocks.append(Block(level=self._now.level, text=text, ordered=self._now.ordered))
        self._now = _Reading()

    def close(self) -> None:
        super().close()
        self._end()


def read(html: str, note: Callable[[str], None]) -> list[Block]:
    """The blocks of a piece of HTML, whoever wrote it; `note` is told what was left out."""
    parser = _Parser(note)
    parser.feed(sanitised(html, note))
    parser.close()
    return parser.blocks


def into_steps(draft: Draft, blocks: list[Block], picture: Callable[[DraftStep, Block, str], None]) -> None:
    """Cut the blocks into the draft's steps; `picture` puts a picture into its step."""
    level = _step_level(blocks)
    if level is None and any(block.ordered for block in blocks):
        _by_list(draft, blocks, picture)
        return
    if level is None:
        draft.note("document", "it has no headings and no numbered list; all of it became one step")
    step: DraftStep | None = None
    for block in blocks:
        if level is not None and 0 < block.level < level:
            _above(draft, block)
        elif block.level == level and level is not None:
            step = DraftStep(title=_unmarked(block.text))
            draft.steps.append(step)
        elif step is None and level is not None:
            _before(draft, block)
        else:
            if step is None:
                step = DraftStep()
                draft.steps.append(step)
            _add(step, block, picture, f"step {len(draft.steps)}")


def _step_level(blocks: Iterable[Block]) -> int | None:
    """The heading level of steps: the most frequent one; a single heading of the highest level is the title."""
    counts = Counter(block.level for block in blocks if block.level > 0)
    if not counts:
        return None
    top = min(counts)
    if counts[top] == 1 and len(counts) > 1:
        del counts[top]
    return max(sorted(counts), key=lambda level: counts[level])


def _above(draft: Draft, block: Block) -> None:
    if draft.steps:
        draft.note(
            f"step {len(draft.steps) + 1}", f"the chapter “{block.text}” begins here; make a step group of it"
        )
    else:
        draft.title = _unmarked(block.text)


def _before(draft: Draft, block: Block) -> None:
    if block.picture is None:
        draft.summary = f"{draft.summary}\n\n{block.text}".strip()
    else:
        draft.note("document", "a picture before the first step was left out")


def _by_list(draft: Draft, blocks: Iterable[Block], picture: Callable[[DraftStep, Block, str], None]) -> None:
    draft.note("document", "it has no headings; each line of its numbered list became a step")
    step: DraftStep | None = None
    for block in blocks:
        if block.ordered:
            step = DraftStep(text=block.text)
            draft.steps.append(step)
        elif step is None:
            _before(draft, block)
        else:
            _add(step, block, picture, f"step {len(draft.steps)}")


def _add(step: DraftStep, block: Block, picture: Callable[[DraftStep, Block, str], None], place: str) -> None:
    if block.picture is not None:
        picture(step, block, place)
        return
    signal = SIGNAL.match(_unmarked(block.text))
    if signal:
        step.safety.append((LEVELS[signal[1].lower()], _unmarked(block.text)[signal.end() :] or block.text))
        return
    if block.level > 0:
        step.text += f"\n\n**{_unmarked(block.text)}**"
    elif block.level == -1:
        step.text += f"\n- {block.text}"
    else:
        step.text += f"\n\n{block.text}"


def _unmarked(text: str) -> str:
    return re.sub(r"\*+", "", text).strip()
