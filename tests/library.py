"""The sample library, as it stands in the repository."""

from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1] / "content" / "library"
