"""What a simulated device is in a `with` block: unplugged at its end, whatever happened."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Unplugged for good at the end of its block."""

    @abstractmethod
    def close(self) -> None:
        """Unplug it for good."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
