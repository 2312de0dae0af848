"""Documents that are shipped with the package: finished production runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wadflow.errors import InputError
from wadflow.results.document_names import DECOMPOSITION_PREFIX, SURFACE_PREFIX, is_of_interface
from wadflow.results.documents import AdhesionDocument
from wadflow.results.records import Document

if TYPE_CHECKING:
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.results.thermochemistry.documents import DecompositionDocument

COMPUTED_FOLDER = Path(__file__).parent / "computed"

DocumentType = TypeVar("DocumentType", bound=Document)


def list_computed() -> list[str]:
    """Return the names of the shipped documents of interfaces (``INTERFACE.PROTOCOL``), sorted."""
    return [name for name in _shipped() if is_of_interface(name)]


def read_computed(name: str) -> AdhesionDocument:
    """Return the shipped document of an interface by its name.

    Raises
    ------
    InputError
        There is none of this name.
    """
    return _read(name, list_computed(), AdhesionDocument)


def list_computed_surfaces() -> list[str]:
    """Return the names of the shipped documents of surfaces, sorted."""
    return [name for name in _shipped() if name.startswith(SURFACE_PREFIX)]


def read_computed_surface(name: str) -> SurfaceDocument:
    """Return the shipped surface energies of this name.

    Raises
    ------
    InputError
        There is none of this name.
    """
    from wadflow.results.surface_documents import SurfaceDocument

    return _read(name, list_computed_surfaces(), SurfaceDocument)


def list_computed_decompositions() -> list[str]:
    """Return the names of the shipped documents of decompositions, sorted."""
    return [name for name in _shipped() if name.startswith(DECOMPOSITION_PREFIX)]


def read_computed_decomposition(name: str) -> DecompositionDocument:
    """Return the shipped decomposition of this name.

    Raises
    ------
    InputError
        There is none of this name.
    """
    from wadflow.results.thermochemistry.documents import DecompositionDocument

    return _read(name, list_computed_decompositions(), DecompositionDocument)


def _shipped() -> list[str]:
    return sorted(file.name.removesuffix(".json") for file in COMPUTED_FOLDER.glob("*.json"))


def _read(name: str, known: list[str], kind: type[DocumentType]) -> DocumentType:
    if name not in known:
        problem = f"there is no shipped document {name!r}"
        raise InputError(problem, remedy=f"there are: {', '.join(known)}")
    return kind.model_validate_json((COMPUTED_FOLDER / f"{name}.json").read_bytes())
