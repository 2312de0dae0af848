"""Plans of surface energies: every calculation, and which of them the archive has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wadflow.workflows import surface_steps as steps
from wadflow.workflows.plan import PlannedCalculation, look_up

if TYPE_CHECKING:
    from wadflow.interfaces.surface_definition import SurfaceDefinition
    from wadflow.interfaces.surface_slabs import SurfaceFace
    from wadflow.results.documents import Role
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.workflows.archive import Archive
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol


@dataclass(frozen=True)
class SurfacePlan:
    """All calculations of a crystal's surfaces with one protocol.

    Attributes
    ----------
    definition, protocol
        What is to be calculated, and how.
    faces : tuple of SurfaceFace
        As they are cut from the relaxed crystal, or from the unrelaxed one where that is missing.
    calculations : tuple of PlannedCalculation
        The relaxation of the crystal, then face by face the oriented bulk and the slabs.
    """

    definition: SurfaceDefinition
    protocol: Protocol
    faces: tuple[SurfaceFace, ...]
    calculations: tuple[PlannedCalculation, ...]

    @property
    def complete(self) -> bool:
        """Whether the archive has everything, so that nothing needs to run."""
        return all(planned.outcome is not None for planned in self.calculations)

    def document(self) -> SurfaceDocument:
        """Assemble the document of a complete plan; starts no calculation.

        Raises
        ------
        ValueError
            Where the plan is not complete.
        """
        finished: list[tuple[Calculation, Outcome]] = []
        for planned in self.calculations:
            if planned.outcome is None:
                problem = f"{planned.calculation.label} is not in the archive"
                raise ValueError(problem)
            finished.append((planned.calculation, planned.outcome))
        return steps.assemble(
            self.definition,
            self.protocol,
            bulk=finished[0],
            finished={calculation.label: (calculation, outcome) for calculation, outcome in finished[1:]},
            is_from_archive=lambda _calculation: True,
        )


def plan_surfaces(definition: SurfaceDefinition, protocol: Protocol, archive: Archive) -> SurfacePlan:
    """Look up every calculation of a crystal's surfaces; starts none.

    Raises
    ------
    wadflow.errors.InputError
        Where a face cannot be built or has no surface energy.
    """
    bulk = look_up("bulk", steps.bulk_calculation(definition, protocol), archive)
    structure = None if bulk.outcome is None else steps.relaxed_crystal(definition, bulk.outcome)
    faces = steps.build(definition, protocol, structure)
    planned = [bulk]
    for face in faces:
        for step in steps.face_steps(definition, face):
            role: Role = "bulk" if step.is_bulk else "slab"
            calculation = step.calculation(protocol)
            if structure is None:
                planned.append(PlannedCalculation(role, calculation, "waits for others"))
            else:
                planned.append(look_up(role, calculation, archive))
    return SurfacePlan(definition, protocol, faces, tuple(planned))
