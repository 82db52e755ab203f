"""Real files from elsewhere, which lie beside the repository where somebody has them."""

from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
with_cases = pytest.mark.skipif(
    not CASES.is_dir(), reason="left out: the real cases are not beside the repository"
)
