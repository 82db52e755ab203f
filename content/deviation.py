"""Departures from the instruction: their kinds, and the lifecycle a supervisor takes them through."""

from enum import StrEnum


class DeviationKind(StrEnum):
    """What a departure is about; found by a check or reported by a person."""

    WRONG_CODE = "wrong_code"
    OUT_OF_LIMITS = "out_of_limits"
    BAD_TIGHTENING = "bad_tightening"
    WRONG_ANSWER = "wrong_answer"
    BAD_PICTURE = "bad_picture"
    MANUAL_ENTRY = "manual_entry"
    DEVICE_DISABLED = "device_disabled"
    OVERRUN = "overrun"
    PROBLEM = "problem"
    ABORTED = "aborted"


class DeviationState(StrEnum):
    """OPEN ──▶ REVIEWED ──▶ CLOSED; a reviewed one can be opened again."""

    OPEN = "open"
    REVIEWED = "reviewed"
    CLOSED = "closed"


MOVES = {
    (DeviationState.OPEN, DeviationState.REVIEWED),
    (DeviationState.REVIEWED, DeviationState.OPEN),
    (DeviationState.REVIEWED, DeviationState.CLOSED),
}

CATEGORIES = ("part", "tool", "instruction", "machine", "safety", "other")  # of a reported problem
