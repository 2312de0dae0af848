"""The 'did you mean' of the error messages."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return ``"did you mean 'x'? "``, or an empty string where nothing known is close to ``given``.

    Examples
    --------
    >>> did_you_mean("milller", ["miller", "planes"])
    "did you mean 'miller'? "
    >>> did_you_mean("qqq", ["miller", "planes"])
    ''
    """
    by_folded = {name.casefold(): name for name in known}
    matches = get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.6)
    return f"did you mean {by_folded[matches[0]]!r}? " if matches else ""
