"""The walk of a crystal's surface energies: the crystal, then the slabs and oriented bulks of all faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wadflow.interfaces.surface_definition import SurfaceDefinition  # noqa: TC001  # pydantic reads it
from wadflow.results.document_names import SURFACE_PREFIX
from wadflow.workflows import adhesion_steps
from wadflow.workflows import surface_steps as steps
from wadflow.workflows.requests import Request
from wadflow.workflows.study import Study

if TYPE_CHECKING:
    from wadflow.interfaces.surface_slabs import SurfaceFace
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.protocol import Protocol
    from wadflow.workflows.requests import Outcomes, Program
    from wadflow.workflows.study import IsFromArchive


class SurfaceStudy(Study):
    """The surface energies of a crystal's faces.

    Attributes
    ----------
    definition : SurfaceDefinition
        What to calculate.
    """

    definition: SurfaceDefinition

    @property
    def name(self) -> str:
        """Name of the definition."""
        return self.definition.name

    @property
    def title(self) -> str:
        """Title of the definition."""
        return self.definition.title

    @property
    def document_name(self) -> str:
        """Name of the definition and of the protocol, after a prefix that no interface has."""
        return f"{SURFACE_PREFIX}{self.name}.{self.protocol.name}"

    def program(self) -> Program[FinishedSurfaces]:
        """Walk from the crystal to its surface energies."""
        return surface_program(self.definition, self.protocol)


@dataclass(frozen=True)
class FinishedSurfaces:
    """All that a document is made of.

    Attributes
    ----------
    definition, protocol
        What was asked for.
    faces : tuple of SurfaceFace
        As they were cut from the relaxed crystal.
    bulk : Calculation
        Relaxation of the crystal.
    calculations : list of Calculation
        The oriented bulks and the slabs.
    outcomes : mapping of str to Outcome
        Of all these, by key.
    """

    definition: SurfaceDefinition
    protocol: Protocol
    faces: tuple[SurfaceFace, ...]
    bulk: Calculation
    calculations: list[Calculation]
    outcomes: Outcomes

    def document(self, is_from_archive: IsFromArchive) -> SurfaceDocument:
        """Assemble the document."""
        return steps.assemble(
            self.definition,
            self.protocol,
            bulk=(self.bulk, self.outcomes[self.bulk.key]),
            faces=self.faces,
            finished={one.label: (one, self.outcomes[one.key]) for one in self.calculations},
            is_from_archive=is_from_archive,
        )


def surface_program(definition: SurfaceDefinition, protocol: Protocol) -> Program[FinishedSurfaces]:
    """Walk from the crystal to its surface energies.

    Parameters
    ----------
    definition : SurfaceDefinition
        What to calculate.
    protocol : Protocol
        How to calculate it.

    Raises
    ------
    wadflow.errors.InputError
        Where a face cannot be built or has no surface energy.
    """
    bulk = adhesion_steps.bulk_calculation(definition.crystal, protocol)
    # Built once of the unrelaxed crystal: what cannot work is refused before anything runs.
    steps.build(definition, protocol)
    outcomes = dict((yield [Request("bulk", bulk)]))
    relaxed = adhesion_steps.relaxed_crystal(definition.crystal, outcomes[bulk.key])
    faces = steps.build(definition, protocol, relaxed)
    requests = [
        Request("bulk" if calculation.task == "static" else "slab", calculation)
        for face in faces
        for calculation in steps.face_calculations(definition, protocol, face)
    ]
    outcomes |= yield requests
    calculations = [request.calculation for request in requests]
    return FinishedSurfaces(definition, protocol, faces, bulk, calculations, outcomes)
