"""Steps of surface energies as plain functions: slabs, calculations, document.

The jobflow flow (`wadflow.workflows.flows.surface`) and the plan both call these, so that they cannot
disagree about what is calculated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import wadflow
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.surface_slabs import (
    SurfaceFace,
    build_faces,
    face_name,
    resolve_faces,
)
from wadflow.interfaces.symmetry import lattice_symmetry_is_kept
from wadflow.results.surface_documents import SlabRecord
from wadflow.results.surfaces import FinishedFace, combine_surfaces
from wadflow.workflows import adhesion_steps
from wadflow.workflows.calculation import Calculation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ase import Atoms
    from pymatgen.core import Structure

    from wadflow.interfaces.surface_definition import SurfaceDefinition
    from wadflow.interfaces.surface_slabs import Miller
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol


@dataclass(frozen=True)
class FaceStep:
    """One calculation of a face: what it is called, and its atoms.

    Attributes
    ----------
    label : str
        Name for people, and in the flow; unique in a definition.
    atoms : ase.Atoms
        Slab with vacuum, or oriented bulk; angstrom.
    is_bulk : bool
        Whether it is the bulk in the in-plane cell of the slabs.
    """

    label: str
    atoms: Atoms
    is_bulk: bool

    def calculation(self, protocol: Protocol) -> Calculation:
        """Return what is to be calculated with a protocol."""
        if self.is_bulk:
            return oriented_bulk_calculation(self.atoms, protocol, label=self.label)
        return Calculation.prepare(self.atoms, protocol, label=self.label, task="relax")


def bulk_calculation(definition: SurfaceDefinition, protocol: Protocol) -> Calculation:
    """Return the relaxation of the crystal, the same as for an interface."""
    return adhesion_steps.bulk_calculation(definition.crystal, protocol)


def relaxed_crystal(definition: SurfaceDefinition, outcome: Outcome) -> Structure:
    """Return the conventional cell that a relaxation of the crystal gave (angstrom)."""
    return adhesion_steps.relaxed_crystal(definition.crystal, outcome)


def build(
    definition: SurfaceDefinition, protocol: Protocol, structure: Structure | None = None
) -> tuple[SurfaceFace, ...]:
    """Cut the slabs of all faces with the protocol's vacuum; None takes the crystal as given."""
    return build_faces(definition, structure, vacuum=protocol.slab.vacuum)


def slab_label(definition: SurfaceDefinition, miller: Miller, planes: int) -> str:
    """Name for people of the relaxation of a slab."""
    return f"{face_name(definition.crystal, miller)} {planes} planes"


def bulk_label(definition: SurfaceDefinition, miller: Miller) -> str:
    """Name for people of the bulk turned like the slabs of a face."""
    return f"{face_name(definition.crystal, miller)} bulk"


def face_steps(definition: SurfaceDefinition, face: SurfaceFace) -> list[FaceStep]:
    """Return what is calculated for a face: the oriented bulk, then the slabs from thin to thick."""
    slabs = [
        FaceStep(slab_label(definition, face.miller, slab.planes), slab.atoms, is_bulk=False)
        for slab in face.slabs
    ]
    return [FaceStep(bulk_label(definition, face.miller), face.bulk, is_bulk=True), *slabs]


def oriented_bulk_calculation(atoms: Atoms, protocol: Protocol, *, label: str) -> Calculation:
    """Return the static energy of an oriented bulk with the k-points of the slabs in the plane.

    Along the third cell vector the mesh has the density that slabs have in the plane; the cutoff is
    that of the slabs.

    Parameters
    ----------
    atoms : ase.Atoms
        Bulk whose first two cell vectors are those of the slabs.
    protocol : Protocol
        Numerical settings.
    label : str
        Name for people.
    """
    from ase import Atoms as AseAtoms
    from ase.calculators.calculator import kptdensity2monkhorstpack

    calculation = Calculation.prepare(atoms, protocol, label=label, task="static")
    density = protocol.electrons.kpoint_density
    # In the plane the mesh of a slab, whose third vector is normal; that of the bulk need not be.
    slab_cell = atoms.cell.array.copy()
    slab_cell[2] = [0.0, 0.0, 1.0]
    in_plane = kptdensity2monkhorstpack(
        AseAtoms(cell=slab_cell, pbc=(True, True, False)), density, even=False
    )
    across = kptdensity2monkhorstpack(atoms, density, even=False)
    mesh = (int(in_plane[0]), int(in_plane[1]), int(across[2]))
    electrons = calculation.electrons.model_copy(update={"kpoints": mesh})
    return calculation.model_copy(update={"electrons": electrons})


def surface_calculations(
    definition: SurfaceDefinition, protocol: Protocol, relaxed: Outcome
) -> list[Calculation]:
    """Return every calculation of a surface definition but the relaxation of the crystal itself.

    Parameters
    ----------
    definition, protocol
        What is calculated, and how.
    relaxed : Outcome
        Outcome of `bulk_calculation`.

    Returns
    -------
    list of Calculation
        Face by face: the oriented bulk (static), then the slabs (relaxations) from thin to thick.
    """
    faces = build(definition, protocol, relaxed_crystal(definition, relaxed))
    return [step.calculation(protocol) for face in faces for step in face_steps(definition, face)]


def assemble(
    definition: SurfaceDefinition,
    protocol: Protocol,
    *,
    bulk: tuple[Calculation, Outcome],
    finished: Mapping[str, tuple[Calculation, Outcome]],
    is_from_archive: Callable[[Calculation], bool],
) -> SurfaceDocument:
    """Combine finished calculations to the document of a crystal's surface energies.

    Parameters
    ----------
    definition, protocol
        What was calculated, and how.
    bulk : (Calculation, Outcome)
        Relaxation of the crystal.
    finished : mapping of str to (Calculation, Outcome)
        The others by their labels (see `face_steps`).
    is_from_archive : callable
        Says whether a calculation was found and not computed in this run.
    """
    structure = relaxed_crystal(definition, bulk[1])
    # The symmetry that was given: in the relaxed cell it is rounded to the same.
    given = load_crystal(definition.crystal).structure
    faces: list[FinishedFace] = []
    for face in build(definition, protocol, structure):
        calculation, outcome = finished[bulk_label(definition, face.miller)]
        slabs = []
        for slab in face.slabs:
            asked, found = finished[slab_label(definition, face.miller, slab.planes)]
            record = found.record(asked, role="slab", from_archive=is_from_archive(asked))
            slabs.append(
                SlabRecord(
                    planes=slab.planes, n_units=slab.n_units, thickness=slab.thickness, calculation=record
                )
            )
        faces.append(
            FinishedFace(
                miller=face.miller,
                family=face.family,
                termination=face.termination,
                tasker_class=face.tasker_class,
                area=face.area,
                slabs=tuple(slabs),
                bulk=outcome.record(calculation, role="bulk", from_archive=is_from_archive(calculation)),
                bulk_units=face.bulk_units,
            )
        )
    return combine_surfaces(
        name=definition.name,
        title=definition.title,
        crystal=definition.crystal,
        formula=given.composition.reduced_formula,
        space_group=int(given.get_space_group_info()[1]),
        lattice=structure.lattice.matrix.tolist(),
        lattice_symmetry_kept=lattice_symmetry_is_kept(given),
        protocol=protocol.name,
        production=protocol.production,
        bulk=bulk[1].record(bulk[0], role="bulk", from_archive=is_from_archive(bulk[0])),
        faces=faces,
        left_out=resolve_faces(definition)[1],
        created=datetime.now(UTC),
        wadflow_version=wadflow.__version__,
    )
