"""Reasons that are kept: why something was overridden, withdrawn, brought back, or let go on."""

from server.errors import Invalid

SHORTEST = 10  # characters; less is understood by nobody later


def insist_on_reason(given: str, wrong: str, remedy: str) -> str:
    """The reason without what surrounds it; raises Invalid with those words where it says too little."""
    if len(given.strip()) < SHORTEST:
        raise Invalid(wrong, remedy)
    return given.strip()
