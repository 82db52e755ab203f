"""Passwords: argon2id hashes, and the back-off that makes guessing slow."""

import functools
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 10  # characters; NIST SP 800-63B asks for 8 at least, length beats composition rules
LONGEST = 256  # characters; hashing must not be a way to keep the server busy
FREE_FAILURES = 5  # wrong passwords in a row for one login before anybody has to wait
FREE_FAILURES_OF_ADDRESS = 40  # a whole plant may sit behind one address
FIRST_WAIT = timedelta(seconds=30)  # doubled with each further failure
LONGEST_WAIT = timedelta(minutes=15)
KEPT = 10_000  # names and addresses remembered; the oldest go first

HASHER = PasswordHash((Argon2Hasher(),))
# a PIN has few digits and is checked on a small kiosk; what protects it is the lock-out there
PIN_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


class PasswordRefused(Exception):
    """A password that may not be used, and why."""


def protect(password: str) -> str:
    """The argon2id hash to keep; raises PasswordRefused when the password is too short or too long."""
    if len(password) < SHORTEST:
        message = (
            f"The password needs at least {SHORTEST} characters; a few words in a row are easy to remember."
        )
        raise PasswordRefused(message)
    if len(password) > LONGEST:
        message = f"The password may have at most {LONGEST} characters."
        raise PasswordRefused(message)
    return HASHER.hash(password)


@functools.cache
def _nobody() -> str:
    return HASHER.hash("the password of nobody")


def matches(password: str, kept: str | None) -> bool:
    """Whether `password` is the one whose hash is `kept`; takes as long when there is none."""
    if len(password) > LONGEST:
        return False
    try:
        good = HASHER.verify(password, kept or _nobody())
    except UnknownHashError:
        return False
    return good and kept is not None


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    until: datetime


class BackOff:
    """Counts failures of logins and of addresses; safe from any thread. Forgets everything at a restart."""

    def __init__(self) -> None:
        self._failures: dict[str, _Failures] = {}
        self._lock = threading.Lock()

    def wait(self, login: str, address: str, at: datetime) -> timedelta:
        """How long to wait before the next try for `login` from `address`; zero when there is no need."""
        with self._lock:
            waits = [kept.until - at for key in _keys(login, address) if (kept := self._failures.get(key))]
        return max([*waits, timedelta()])

    def failed(self, login: str, address: str, at: datetime) -> None:
        """Remember a wrong password."""
        with self._lock:
            for key, free in _keys(login, address).items():
                before = self._failures.pop(key, _Failures(0, at))
                count = before.count + 1 if at - before.until < LONGEST_WAIT else 1
                self._failures[key] = _Failures(count, at + wait_after(count, free))
            while len(self._failures) > KEPT:
                del self._failures[next(iter(self._failures))]

    def succeeded(self, login: str) -> None:
        """Forget the login's failures."""
        with self._lock:
            self._failures.pop(f"login {login}", None)


def _keys(login: str, address: str) -> dict[str, int]:
    return {f"login {login}": FREE_FAILURES, f"address {address}": FREE_FAILURES_OF_ADDRESS}


def wait_after(failures: int, free: int = FREE_FAILURES) -> timedelta:
    """How long nobody is let in after so many wrong passwords in a row."""
    if failures < free:
        return timedelta()
    return min(FIRST_WAIT * 2 ** min(failures - free, 10), LONGEST_WAIT)
