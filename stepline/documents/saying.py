"""One line stays one line, what a document says is no markup, and one of a thing is one."""

from rich.console import Console


def plainly(console: Console, words: str) -> None:
    """Print the words as they are."""
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def counted(count: int, thing: str) -> str:
    """So many of a thing: `1 draft`, `2 drafts`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
