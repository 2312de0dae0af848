"""Documents kept in an archive, read back typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from wadflow.errors import ArchiveError
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

if TYPE_CHECKING:
    from wadflow.workflows.archive import Archive

DocumentType = TypeVar("DocumentType", bound=Document)


def read_documents(archive: Archive) -> list[AdhesionDocument]:
    """Return the documents of interfaces that an archive keeps, sorted by their names.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where a file is no document of this version.
    """
    return _read_kind(archive, INTERFACE_PREFIX, AdhesionDocument, "run the interface")


def read_surface_documents(archive: Archive) -> list[SurfaceDocument]:
    """Return the surface energies that an archive keeps, sorted by their names.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where a file is no document of this version.
    """
    return _read_kind(archive, SURFACE_PREFIX, SurfaceDocument, "run 'wadflow surface'")


def read_decomposition_documents(archive: Archive) -> list[DecompositionDocument]:
    """Return the decompositions that an archive keeps, sorted by their names.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where a file is no document of this version.
    """
    return _read_kind(archive, DECOMPOSITION_PREFIX, DecompositionDocument, "run 'wadflow decompose'")


def read_all_documents(
    archive: Archive,
) -> list[AdhesionDocument | SurfaceDocument | DecompositionDocument]:
    """Return all documents that an archive keeps: interfaces, then surfaces, then decompositions.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where a file is no document of this version.
    """
    return [
        *read_documents(archive),
        *read_surface_documents(archive),
        *read_decomposition_documents(archive),
    ]


def _read_kind(archive: Archive, prefix: str, kind: type[DocumentType], way_out: str) -> list[DocumentType]:
    names = [name for name in archive.documents() if prefix_of(name) == prefix]
    return [_read(archive, name, kind, way_out) for name in names]


def _read(archive: Archive, name: str, kind: type[DocumentType], way_out: str) -> DocumentType:
    path = archive.document_path(name)
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = (
            f"{path} is no document of this version ({place}: {first['msg']})\n"
            f"  Remedy: remove it and {way_out} again; its calculations are kept"
        )
        raise ArchiveError(problem) from error
