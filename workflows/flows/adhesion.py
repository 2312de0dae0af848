"""The adhesion flow: bulk crystals, then AB, A and B, then the work of adhesion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobflow import Flow, Maker, job
from pymatgen.io.ase import AseAtomsAdaptor

from wadflow.results.documents import AdhesionDocument
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.makers import GpawRelaxMaker, GpawTaskDoc
from wadflow.workflows.protocol import Protocol, load_protocol

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.stacking import Interface
    from wadflow.results.documents import SlabRole
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome


@dataclass
class AdhesionFlowMaker(Maker):
    """Makes the flow for the work of adhesion of one interface.

    AB, A and B are relaxed, each in one job. Their rigid energies need no jobs of their own:
    they are the first ionic steps of the relaxations.

    Parameters
    ----------
    name : str
        Name of the flow.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    """

    name: str = "work of adhesion"
    protocol: Protocol = field(default_factory=lambda: load_protocol("standard"))

    def make(self, definition: InterfaceDefinition) -> Flow:
        """Return the flow of one interface; its output is an `AdhesionDocument`.

        The interface is built once here, of the unrelaxed crystals, so that a definition that
        cannot work is refused before anything runs.

        Parameters
        ----------
        definition : InterfaceDefinition
            What to calculate.
        """
        protocol = self.protocol
        dipole_layer = steps.needs_dipole_layer(steps.build(definition, protocol))
        bulk_jobs = {}
        for crystal in steps.crystals_of(definition):
            maker = GpawRelaxMaker(name=steps.bulk_label(crystal), protocol=protocol, relax_cell=True)
            bulk_jobs[crystal] = maker.make(steps.primitive_crystal(crystal))
        bulk_structures = {crystal: made.output.structure for crystal, made in bulk_jobs.items()}
        build_job = build_slabs(definition, protocol, bulk_structures)
        slab_jobs = {}
        for role in steps.SLAB_ROLES:
            maker = GpawRelaxMaker(
                name=steps.slab_label(definition, role),
                protocol=protocol,
                dipole_layer=dipole_layer,
            )
            slab_jobs[role] = maker.make(build_job.output[role])
        document_job = adhesion_document(
            definition,
            protocol,
            bulk={crystal: made.output for crystal, made in bulk_jobs.items()},
            slabs={role: made.output for role, made in slab_jobs.items()},
        )
        return Flow(
            [*bulk_jobs.values(), build_job, *slab_jobs.values(), document_job],
            output=document_job.output,
            name=f"{self.name} {definition.name}",
        )


@job
def build_slabs(
    definition: InterfaceDefinition, protocol: Protocol, primitive: dict[str, Structure]
) -> dict[str, Structure]:
    """Cut AB, A and B from the relaxed crystals.

    Parameters
    ----------
    definition, protocol
        What to build.
    primitive : dict of str to Structure
        Relaxed primitive cells by crystal.

    Returns
    -------
    dict of "AB", "A", "B" to Structure
        In one cell, with the site properties ``side`` and ``plane``.
    """
    interface = _interface(definition, protocol, primitive)
    adaptor = AseAtomsAdaptor
    return {
        "AB": adaptor.get_structure(interface.ab),
        "A": adaptor.get_structure(interface.a),
        "B": adaptor.get_structure(interface.b),
    }


@job(output_schema=AdhesionDocument)
def adhesion_document(
    definition: InterfaceDefinition,
    protocol: Protocol,
    bulk: dict[str, GpawTaskDoc],
    slabs: dict[SlabRole, GpawTaskDoc],
) -> AdhesionDocument:
    """Combine the finished relaxations to a work of adhesion."""
    found = {task.calculation.key for task in (*bulk.values(), *slabs.values()) if task.from_archive}
    interface = _interface(definition, protocol, {crystal: task.structure for crystal, task in bulk.items()})
    return steps.assemble(
        definition,
        protocol,
        interface,
        slabs={role: _parts(task) for role, task in slabs.items()},
        bulk={crystal: _parts(task) for crystal, task in bulk.items()},
        is_from_archive=lambda calculation: calculation.key in found,
    )


def _interface(
    definition: InterfaceDefinition, protocol: Protocol, primitive: dict[str, Structure]
) -> Interface:
    relaxed = {
        crystal: steps.conventional_crystal(crystal, structure) for crystal, structure in primitive.items()
    }
    return steps.build(definition, protocol, relaxed)


def _parts(task: GpawTaskDoc) -> tuple[Calculation, Outcome]:
    return task.calculation, task.outcome
