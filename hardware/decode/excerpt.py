"""A short printable piece of what was refused, so that a person can recognise it and a screen can show it."""

from hardware.readings import ReadingRefused, Stamp

LONGEST_EXCERPT = 48  # characters; fits one line of the kiosk's notice


def excerpt(data: bytes) -> str:
    r"""The beginning of `data` in plain ASCII; everything else as `\xNN`; cut with an ellipsis."""
    shown = "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in data[:LONGEST_EXCERPT])
    cut = len(data) > LONGEST_EXCERPT or len(shown) > LONGEST_EXCERPT
    return shown[:LONGEST_EXCERPT] + "…" if cut else shown


def refused(stamp: Stamp, reason: str, data: bytes) -> ReadingRefused:
    """The reading that says why `data` makes no reading."""
    return ReadingRefused(**stamp(), reason=reason, excerpt=excerpt(data))
