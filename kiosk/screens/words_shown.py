"""The words that a widget shows, as somebody reads them who looks at it. On the UI thread."""

from typing import Any


def words_shown(root: Any) -> tuple[str, ...]:
    """The texts of every label below `root`, in the order in which they are drawn."""
    from kivy.uix.label import Label

    return tuple(each.text for each in root.walk() if isinstance(each, Label) and each.text)
