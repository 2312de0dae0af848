"""Claims: the right of one process to compute the calculation of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from wadflow.workflows.locks import Lock


class Claim:
    """The right to compute the calculation of one key; a context manager.

    Attributes
    ----------
    key : str
        The key.
    """

    def __init__(self, key: str, lock: Lock) -> None:
        self.key = key
        self._lock = lock

    @property
    def is_lost(self) -> bool:
        """Whether another host took over, since this process was suspended for too long."""
        return self._lock.is_lost

    def release(self) -> None:
        """Let others compute; harmless when done twice."""
        self._lock.release()

    def __enter__(self) -> Self:
        """Return the claim."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the claim."""
        self.release()
