"""One line stays one line, and what a document says is no markup."""

from rich.console import Console


def plainly(console: Console, words: str) -> None:
    """Print the words as they are."""
    console.print(words, markup=False, highlight=False, soft_wrap=True)
