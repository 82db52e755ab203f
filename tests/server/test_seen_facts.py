"""What a reviewer reads of a camera's verdict in a run's record."""

from decimal import Decimal

from content import wire
from content.record import PictureDoubted, Seen
from server.reports.runs import _says
from tests.kiosk.station import AT


def test_a_cameras_verdict_and_a_persons_instead_are_told_apart() -> None:
    seen = Seen(check="cap", good=True, device="eye", score=Decimal("0.97"), threshold=Decimal("0.60"))
    evidence = {"kind": "seen", "check": "cap", "good": True, "device": "eye"}
    assert _says({"evidence": {**evidence, "score": str(seen.score), "threshold": str(seen.threshold)}}) == (
        "cap good 0.97 (threshold 0.60), eye"
    )
    told = _says({"evidence": {**evidence, "good": False, "person": "anna", "why": "it is blurred"}})
    assert told == "cap not good, decided by anna: it is blurred"
    doubted = PictureDoubted(
        run="r", step="a", check="cap", device="eye", why="it is dark", ask="operator", at=AT, tick=1
    )
    assert _says(wire.dump(doubted)) == "it is dark"


def test_a_tightening_is_told_with_the_place_that_the_document_names_for_its_number() -> None:
    given = {"evidence": {"kind": "tightening", "number": 2, "torque": "9.0", "unit": "N.m", "angle": "31"}}
    assert _says(given, ("top left", "bottom right")) == "no. 2, bottom right: 9.0 N·m, 31°"
    assert _says(given) == "no. 2: 9.0 N·m, 31°"
    assert _says(given, ("top left",)) == "no. 2: 9.0 N·m, 31°"
