"""Steps of surface energies as plain functions: slabs, calculations, document.

`wadflow.workflows.surface_program` walks through them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import wadflow
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.surface_slabs import SurfaceFace, build_faces, face_name, resolve_faces
from wadflow.interfaces.symmetry import lattice_symmetry_is_kept
from wadflow.results.surface_documents import SlabRecord
from wadflow.results.surfaces import FinishedFace, combine_surfaces
from wadflow.workflows import adhesion_steps
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.sampling import mesh_of_density, slab_grid_spacing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ase import Atoms
    from pymatgen.core import Structure

    from wadflow.interfaces.surface_definition import SurfaceDefinition
    from wadflow.interfaces.surface_slabs import Miller
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol
    from wadflow.workflows.study import IsFromArchive


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


def face_calculations(
    definition: SurfaceDefinition, protocol: Protocol, face: SurfaceFace
) -> list[Calculation]:
    """Return what is calculated for a face: the oriented bulk (static), then the slabs (relaxed)."""
    bulk = oriented_bulk_calculation(
        face.bulk,
        protocol,
        label=bulk_label(definition, face.miller),
        grid_spacing=slab_grid_spacing(face.slabs[0].atoms, protocol),
    )
    slabs = [
        prepare_calculation(
            slab.atoms, protocol, label=slab_label(definition, face.miller, slab.planes), task="relax"
        )
        for slab in face.slabs
    ]
    return [bulk, *slabs]


def oriented_bulk_calculation(
    atoms: Atoms, protocol: Protocol, *, label: str, grid_spacing: float | None = None
) -> Calculation:
    """Return the static energy of an oriented bulk with the slabs' k-points in the plane, and their grid.

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
    grid_spacing : float, optional
        Of the slabs (angstrom), from whose energies that of the bulk is subtracted.
    """
    from ase import Atoms as AseAtoms

    density = protocol.electrons.kpoint_density
    # In the plane the mesh of a slab, whose third vector is normal; that of the bulk need not be.
    slab_cell = atoms.cell.array.copy()
    slab_cell[2] = [0.0, 0.0, 1.0]
    first, second, _ = mesh_of_density(AseAtoms(cell=slab_cell, pbc=(True, True, False)), density)
    third = mesh_of_density(atoms, density)[2]
    return prepare_calculation(
        atoms,
        protocol,
        label=label,
        task="static",
        kpoints=(first, second, third),
        grid_spacing=grid_spacing,
    )


def assemble(
    definition: SurfaceDefinition,
    protocol: Protocol,
    *,
    bulk: tuple[Calculation, Outcome],
    faces: Sequence[SurfaceFace],
    finished: Mapping[str, tuple[Calculation, Outcome]],
    is_from_archive: IsFromArchive,
) -> SurfaceDocument:
    """Combine finished calculations to the document of a crystal's surface energies.

    Parameters
    ----------
    definition, protocol
        What was calculated, and how.
    bulk : (Calculation, Outcome)
        Relaxation of the crystal.
    faces : sequence of SurfaceFace
        As they were cut from the relaxed crystal.
    finished : mapping of str to (Calculation, Outcome)
        The others by their labels (see `face_calculations`).
    is_from_archive : callable
        Says whether a calculation was found and not computed in this run.
    """
    structure = adhesion_steps.relaxed_crystal(definition.crystal, bulk[1])
    # The symmetry that was given: in the relaxed cell it is rounded to the same.
    given = load_crystal(definition.crystal).structure
    combined: list[FinishedFace] = []
    for face in faces:
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
        combined.append(
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
        faces=combined,
        left_out=resolve_faces(definition)[1],
        created=datetime.now(UTC),
        wadflow_version=wadflow.__version__,
    )
