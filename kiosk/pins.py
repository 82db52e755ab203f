"""PINs: compared off the UI thread, and locked after too many wrong ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from content.values import PersonId
from kiosk.events import PinJudged
from kiosk.store.library import PinTries
from kiosk.words import say

MOST = 5  # wrong PINs in a row
LOCKED = 5 * 60 * 1_000_000  # µs that a person is locked out then


def wrong(tries: PinTries, tick: int) -> PinTries:
    """One more wrong PIN."""
    failures = tries.failures + 1
    return PinTries(0, tick + LOCKED) if failures >= MOST else PinTries(failures, 0)


def refusal(tries: PinTries, tick: int, language: str) -> str:
    """Why no PIN is taken now; empty when one is."""
    if tries.locked_until <= tick:
        return ""
    minutes = -(-(tries.locked_until - tick) // 60_000_000)
    return say("pins_locked", language, minutes=minutes)


@dataclass(frozen=True, slots=True)
class _Question:
    person: PersonId
    verifier: str
    pin: str


class PinJudge:
    """Compares PINs with their argon2id verifiers on a thread of its own; the verdict comes as an event."""

    def __init__(self, answer: Callable[[PinJudged], None]) -> None:
        self._answer = answer
        self._hash = PasswordHash((Argon2Hasher(),))
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="kiosk-pin")

    def judge(self, person: PersonId, verifier: str, pin: str) -> None:
        """Compare; returns at once."""
        self._pool.submit(self._compare, _Question(person, verifier, pin))

    def _compare(self, question: _Question) -> None:
        try:
            right = self._hash.verify(question.pin, question.verifier)
        except UnknownHashError:
            right = False
        self._answer(PinJudged(person=question.person, right=right))

    def stop(self) -> None:
        """End the thread."""
        self._pool.shutdown(cancel_futures=True)
