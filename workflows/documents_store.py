"""Documents kept in an archive, read back typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from wadflow.errors import ArchiveError
from wadflow.results.documents import AdhesionDocument

if TYPE_CHECKING:
    from wadflow.workflows.archive import Archive


def read_documents(archive: Archive) -> list[AdhesionDocument]:
    """Return the documents of an archive, sorted by their names.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where a file is no document of this version.
    """
    # A "+" stands in no name of an interface or a protocol: documents of other kinds have one.
    return [_read(archive, name) for name in archive.documents() if "+" not in name]


def _read(archive: Archive, name: str) -> AdhesionDocument:
    path = archive.document_path(name)
    try:
        return AdhesionDocument.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = (
            f"{path} is no document of this version ({place}: {first['msg']})\n"
            "  Remedy: remove it and run the interface again; its calculations are kept"
        )
        raise ArchiveError(problem) from error
