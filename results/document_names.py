"""Names of documents: which kind of study a document is of, told by its beginning."""

from __future__ import annotations

INTERFACE_PREFIX = ""
"""Documents of interfaces have none: no name of an interface or a protocol has a "+"."""

SURFACE_PREFIX = "surface+"
"""Start of the names of documents of surfaces."""

DECOMPOSITION_PREFIX = "decomposition+"
"""The same for decompositions."""


def prefix_of(name: str) -> str:
    """Return the prefix of a document's name: all up to its "+", or nothing."""
    return name[: name.find("+") + 1]
