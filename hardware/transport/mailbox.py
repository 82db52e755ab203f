"""Letters for a thread that waits on a file descriptor: put by anybody, taken by the one that owns it."""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardware.conversation import Conversation

LONGEST_QUEUE = 64  # letters; who asks more of a device that does not answer is told so

Letter = Callable[["Conversation"], None]


class Mailbox:
    """A bounded queue with a descriptor that becomes readable while letters wait."""

    def __init__(self) -> None:
        self._hears, self._rings = os.pipe()
        os.set_blocking(self._hears, False)
        os.set_blocking(self._rings, False)
        self._letters: deque[Letter] = deque()

    def put(self, letter: Letter) -> bool:
        """Leave a letter and wake the owner; False when too many wait already. Safe from any thread."""
        if len(self._letters) >= LONGEST_QUEUE:
            return False
        self._letters.append(letter)
        with contextlib.suppress(BlockingIOError):  # then it is readable as it is
            os.write(self._rings, b"!")
        return True

    def take(self) -> Iterator[Letter]:
        """The letters that wait, oldest first. For the owner only."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._hears, 4096)
        while self._letters:
            yield self._letters.popleft()

    @property
    def waits(self) -> bool:
        """Whether letters wait."""
        return bool(self._letters)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._hears

    def close(self) -> None:
        """Give the descriptors back; a letter after that is refused."""
        self._letters.extend([_nothing] * LONGEST_QUEUE)
        os.close(self._hears)
        os.close(self._rings)


def _nothing(_: "Conversation") -> None:
    """Fills a closed mailbox."""
