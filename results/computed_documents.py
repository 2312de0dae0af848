"""Documents that are shipped with the package: finished production runs."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from wadflow.errors import InputError
from wadflow.results.document_names import (
    DECOMPOSITION_PREFIX,
    INTERFACE_PREFIX,
    SURFACE_PREFIX,
    prefix_of,
)
from wadflow.results.documents import AdhesionDocument
from wadflow.results.records import Document
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.results.thermochemistry.documents import DecompositionDocument

COMPUTED_FOLDER = Path(__file__).parent / "computed"

DocumentType = TypeVar("DocumentType", bound=Document)


def list_computed(prefix: str = INTERFACE_PREFIX) -> list[str]:
    """Return the names of the shipped documents of one kind, sorted; of interfaces if not said.

    Parameters
    ----------
    prefix : str
        Of the kind, see `wadflow.results.document_names`.
    """
    names = (file.name.removesuffix(".json") for file in COMPUTED_FOLDER.glob("*.json"))
    return sorted(name for name in names if prefix_of(name) == prefix)


def read_all_computed() -> list[AdhesionDocument | SurfaceDocument | DecompositionDocument]:
    """Return all shipped documents: interfaces, then surfaces, then decompositions."""
    return [
        *(read_computed(name) for name in list_computed()),
        *(
            read_computed_as(name, SurfaceDocument, prefix=SURFACE_PREFIX)
            for name in list_computed(SURFACE_PREFIX)
        ),
        *(
            read_computed_as(name, DecompositionDocument, prefix=DECOMPOSITION_PREFIX)
            for name in list_computed(DECOMPOSITION_PREFIX)
        ),
    ]


def read_computed(name: str) -> AdhesionDocument:
    """Return the shipped document of an interface by its name (``INTERFACE.PROTOCOL``).

    Raises
    ------
    InputError
        There is none of this name.
    """
    return read_computed_as(name, AdhesionDocument, prefix=INTERFACE_PREFIX)


def read_computed_as(name: str, kind: type[DocumentType], *, prefix: str) -> DocumentType:
    """Return a shipped document of another kind by its name.

    Parameters
    ----------
    name : str
        With its prefix.
    kind : type
        Class of the document.
    prefix : str
        Of its kind.

    Raises
    ------
    InputError
        There is none of this name.
    """
    known = list_computed(prefix)
    if name not in known:
        problem = f"there is no shipped document {name!r}"
        raise InputError(problem, remedy=f"there are: {', '.join(known)}")
    return kind.model_validate_json((COMPUTED_FOLDER / f"{name}.json").read_bytes())
