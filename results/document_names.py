"""Names of documents: which kind of study a document is of, told by its beginning."""

from __future__ import annotations

SURFACE_PREFIX = "surface+"
"""Start of the names of documents of surfaces; no name of an interface or a protocol has a "+"."""

DECOMPOSITION_PREFIX = "decomposition+"
"""The same for decompositions."""


def is_of_interface(name: str) -> bool:
    """Whether a document of this name is of an interface: it has no prefix."""
    return "+" not in name
