"""Run surface energies on this machine, and find their documents again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from wadflow.errors import ArchiveError
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.workflows.flow_run import run_flow
from wadflow.workflows.surface_plan import plan_surfaces

if TYPE_CHECKING:
    from wadflow.interfaces.surface_definition import SurfaceDefinition
    from wadflow.workflows.archive import Archive
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.protocol import Protocol

PREFIX = "surface+"
"""Start of the names of these documents; no name of an interface has a "+"."""


def run_surfaces(definition: SurfaceDefinition, protocol: Protocol, execution: Execution) -> SurfaceDocument:
    """Return the surface energies of a crystal, computing what the archive lacks.

    Where the archive has everything, the document is assembled at once; else the whole flow runs,
    and takes from the archive what is there. The document is kept in the archive too.

    Parameters
    ----------
    definition : SurfaceDefinition
        What to calculate.
    protocol : Protocol
        How to calculate it.
    execution : Execution
        Archive, ranks and listener.

    Raises
    ------
    wadflow.errors.WadflowError
        Where the definition cannot work or a calculation fails; what has finished is kept.
    """
    plan = plan_surfaces(definition, protocol, execution.archive)
    if plan.complete:
        document = plan.document()
        for planned in plan.calculations:
            if planned.outcome is not None:
                execution.listener.found(planned.calculation, planned.outcome)
    else:
        document = _run_flow(definition, protocol, execution)
    name = surface_document_name(definition.name, protocol.name)
    execution.archive.save_document(name, document.model_dump_json(indent=1))
    return document


def surface_document_name(definition: str, protocol: str) -> str:
    """Name under which the archive keeps the surface energies of a definition and a protocol."""
    return f"{PREFIX}{definition}.{protocol}"


def read_surface_documents(archive: Archive) -> list[SurfaceDocument]:
    """Return the surface energies that an archive keeps, sorted by their names.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where a file is no document of this version.
    """
    documents = []
    for name in archive.documents():
        if not name.startswith(PREFIX):
            continue
        path = archive.document_path(name)
        try:
            documents.append(SurfaceDocument.model_validate_json(path.read_bytes()))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            problem = (
                f"{path} is no document of this version ({first['msg']})\n"
                "  Remedy: remove it and run 'wadflow surface' again; its calculations are kept"
            )
            raise ArchiveError(problem) from error
    return documents


def _run_flow(definition: SurfaceDefinition, protocol: Protocol, execution: Execution) -> SurfaceDocument:
    from wadflow.workflows.flows.surface import SurfaceFlowMaker

    return run_flow(SurfaceFlowMaker(protocol=protocol).make(definition), execution, SurfaceDocument)
