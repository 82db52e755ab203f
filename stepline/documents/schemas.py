"""`stepline content schema`."""

import json
from pathlib import Path

from rich.console import Console

from content.schema import KINDS, schema
from stepline.documents.saying import plainly


def show(kind: str, file: Path | None, problems: Console) -> int:
    """Print the schema of a kind, or write it to a file."""
    if kind not in KINDS:
        plainly(problems, f"there is no kind {kind!r}; kinds: {', '.join(KINDS)}")
        return 2
    text = json.dumps(schema(kind), indent=1, ensure_ascii=False) + "\n"
    if file is None:
        print(text, end="")
    else:
        file.write_text(text, encoding="utf-8")
    return 0
