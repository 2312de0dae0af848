"""The surface flow: the crystal, then slabs of several thicknesses for each face, then the energies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobflow import Flow, Maker, job
from pymatgen.io.ase import AseAtomsAdaptor

from wadflow.errors import InputError
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.workflows import adhesion_steps
from wadflow.workflows import surface_steps as steps
from wadflow.workflows.makers import GpawRelaxMaker, GpawStaticMaker, GpawTaskDoc
from wadflow.workflows.protocol import Protocol, load_protocol

if TYPE_CHECKING:
    from pymatgen.core import Molecule, Structure

    from wadflow.interfaces.surface_definition import SurfaceDefinition
    from wadflow.workflows.calculation import Calculation


@dataclass
class OrientedBulkMaker(GpawStaticMaker):
    """One energy of a bulk that is turned like the slabs of a face, with their in-plane k-points.

    Parameters
    ----------
    name : str
        Name of the job, and label of the calculation.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    """

    name: str = "GPAW oriented bulk"

    def calculation(self, structure: Structure | Molecule) -> Calculation:
        """Return what this Maker would run for a structure; starts nothing."""
        from pymatgen.core import Structure as PeriodicStructure

        if not isinstance(structure, PeriodicStructure):
            problem = f"'{self.name}' got a {type(structure).__name__}; only structures with a cell work"
            raise InputError(problem, remedy="give the oriented bulk that surface_steps.build returns")
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.info.clear()
        return steps.oriented_bulk_calculation(atoms, self.protocol, label=self.name)


@dataclass
class SurfaceFlowMaker(Maker):
    """Makes the flow for the surface energies of one crystal.

    Each slab is relaxed in one job; the rigid energies are the first ionic steps.

    Parameters
    ----------
    name : str
        Name of the flow.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    """

    name: str = "surface energies"
    protocol: Protocol = field(default_factory=lambda: load_protocol("standard"))

    def make(self, definition: SurfaceDefinition) -> Flow:
        """Return the flow of one crystal; its output is a `SurfaceDocument`.

        The slabs are cut once here, of the unrelaxed crystal, so that a definition that cannot work
        is refused before anything runs.

        Parameters
        ----------
        definition : SurfaceDefinition
            What to calculate.
        """
        protocol = self.protocol
        faces = steps.build(definition, protocol)
        label = adhesion_steps.bulk_label(definition.crystal)
        bulk_job = GpawRelaxMaker(name=label, protocol=protocol, relax_cell=True).make(
            adhesion_steps.primitive_crystal(definition.crystal)
        )
        build_job = build_surface_slabs(definition, protocol, bulk_job.output)
        jobs = {}
        for face in faces:
            for step in steps.face_steps(definition, face):
                maker: GpawStaticMaker | GpawRelaxMaker
                if step.is_bulk:
                    maker = OrientedBulkMaker(name=step.label, protocol=protocol)
                else:
                    maker = GpawRelaxMaker(name=step.label, protocol=protocol)
                jobs[step.label] = maker.make(build_job.output[step.label])
        document_job = surface_document(
            definition,
            protocol,
            bulk=bulk_job.output,
            finished={label: made.output for label, made in jobs.items()},
        )
        return Flow(
            [bulk_job, build_job, *jobs.values(), document_job],
            output=document_job.output,
            name=f"{self.name} {definition.name}",
        )


@job
def build_surface_slabs(
    definition: SurfaceDefinition, protocol: Protocol, bulk: GpawTaskDoc
) -> dict[str, Structure]:
    """Cut all slabs from the relaxed crystal, by their labels, the oriented bulks included."""
    faces = steps.build(definition, protocol, steps.relaxed_crystal(definition, bulk.outcome))
    return {
        step.label: AseAtomsAdaptor.get_structure(step.atoms)
        for face in faces
        for step in steps.face_steps(definition, face)
    }


@job(output_schema=SurfaceDocument)
def surface_document(
    definition: SurfaceDefinition,
    protocol: Protocol,
    bulk: GpawTaskDoc,
    finished: dict[str, GpawTaskDoc],
) -> SurfaceDocument:
    """Combine the finished calculations to surface energies and a Wulff shape."""
    found = {task.calculation.key for task in (bulk, *finished.values()) if task.from_archive}
    return steps.assemble(
        definition,
        protocol,
        bulk=(bulk.calculation, bulk.outcome),
        finished={label: (task.calculation, task.outcome) for label, task in finished.items()},
        is_from_archive=lambda calculation: calculation.key in found,
    )
