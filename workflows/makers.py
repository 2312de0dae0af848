"""GPAW Makers: atomate2's ASE Makers, with the archive before and the engine behind them.

They take the place of any ASE Maker in atomate2's flows (equation of state, phonons, elastic
constants), and every calculation of such a flow goes through the archive like ours.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from atomate2.ase.jobs import AseMaker, AseRelaxMaker
from atomate2.ase.schemas import (
    AseResult,
    AseStructureTaskDoc,
    AseTaskDoc,
    convert_stress_from_voigt_to_symm,
)
from emmet.core.trajectory import AtomTrajectory
from jobflow import CURRENT_JOB, Response, job
from pydantic import Field as DocumentField
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from wadflow.errors import InputError, OutOfTimeError
from wadflow.workflows.calculation import Calculation  # noqa: TC001  # pydantic reads it
from wadflow.workflows.execution import current_execution
from wadflow.workflows.launch import obtain
from wadflow.workflows.outcome import Outcome  # noqa: TC001  # pydantic reads it
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import Protocol, load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from jobflow import Job
    from pymatgen.core import Molecule

CALCULATOR_NAME = "GPAW"

DECIDED_BY_PROTOCOL = (
    "calculator_kwargs",
    "fix_symmetry",
    "optimizer_kwargs",
    "relax_kwargs",
    "relax_shape",
    "steps",
)
"""Fields of atomate2's Makers that these Makers refuse."""


class GpawTaskDoc(AseStructureTaskDoc):
    """atomate2's document of an ASE calculation, with ours beside it.

    Attributes
    ----------
    calculation : Calculation
        What was asked for.
    outcome : Outcome
        What came out, in eV and angstrom (atomate2's own stress is in kbar).
    from_archive : bool
        Found in the archive, not computed in this run.
    """

    calculation: Calculation = DocumentField(description="What was asked for.")
    outcome: Outcome = DocumentField(description="What came out.")
    from_archive: bool = DocumentField(description="Found in the archive, not computed in this run.")


@dataclass
class _GpawMaker(AseMaker):
    """What the static and the relax Maker share.

    Parameters
    ----------
    protocol : Protocol
        Numerical settings.
    dipole_layer : bool
        Whether a dipole layer in the vacuum parts the two faces of a slab.
    kpoints : tuple of int, optional
        Mesh of k-points; None takes the protocol's density.
    kpoint_offset : float
        Of the mesh from the gamma point, in its steps.
    cutoff : float, optional
        Of the plane waves (eV); None takes the protocol's, which may be lower for soft elements alone: give
        one where energies of different elements are to be compared.
    grid_spacing : float, optional
        Of a slab's density (angstrom); None takes the protocol's for its elements.
    forces : float, optional
        How far forces (eV/angstrom) converge in each self-consistent field; None takes the protocol's.
    continuations : int
        How often a job that ran out of time (``WADFLOW_DEADLINE``) is followed by one that goes on.
    max_seconds : int, optional
        Longest walltime of those; each gets twice that of the one before. None: all the same.
    """

    protocol: Protocol = field(default_factory=lambda: load_protocol("standard"))
    dipole_layer: bool = False
    kpoints: tuple[int, int, int] | None = None
    kpoint_offset: float = 0.0
    cutoff: float | None = None
    grid_spacing: float | None = None
    forces: float | None = None
    continuations: int = 0
    max_seconds: int | None = None

    def __post_init__(self) -> None:
        """Refuse fields of atomate2 that would be silently without effect.

        Raises
        ------
        wadflow.errors.InputError
            Where one of them is set: the protocol decides.
        """
        super().__post_init__()
        idle = {item.name: item for item in fields(AseRelaxMaker) if item.name in DECIDED_BY_PROTOCOL}
        ignored = [
            name
            for name, item in idle.items()
            if hasattr(self, name) and getattr(self, name) != _default(item)
        ]
        if ignored:
            problem = f"{type(self).__name__} takes its settings from the protocol, not {', '.join(ignored)}"
            raise InputError(problem, remedy="change the protocol instead")

    @job(data=["trajectory"])
    def make(
        self,
        structure: Structure | list[Structure],
        prev_dir: str | Path | None = None,  # noqa: ARG002  # atomate2's flows pass it
    ) -> GpawTaskDoc | list[GpawTaskDoc] | Response[Any]:
        """Calculate one structure, or several one after the other.

        Where the time is over before all is done, the answer is the job that goes on.

        Parameters
        ----------
        structure : Structure or list of Structure
            What to calculate.
        prev_dir : str or Path, optional
            Unused: what an interrupted run left is found through the key.
        """
        try:
            if isinstance(structure, list):
                return [self._document(one) for one in structure]
            return self._document(structure)
        except OutOfTimeError as error:
            if self.continuations == 0 or not (self._give_more_time() or error.progress):
                raise
            return Response(replace=replace(self, continuations=self.continuations - 1).make(structure))

    def _give_more_time(self) -> bool:
        """Let the job that goes on have twice the walltime of this one; return whether that is more."""
        configuration = CURRENT_JOB.job.config.manager_config
        if self.max_seconds is None or "resources" not in configuration:
            return False
        from wadflow.workflows.queue_placement import with_more_time

        longer = with_more_time(configuration, self.max_seconds)
        CURRENT_JOB.job.config.response_manager_config = longer
        return bool(longer["resources"].time_limit > configuration["resources"].time_limit)

    def calculation(self, structure: Structure | Molecule) -> Calculation:
        """Return what this Maker would run for a structure; starts nothing.

        Raises
        ------
        wadflow.errors.InputError
            Where the structure does not fit the task, or is a molecule without a cell.
        """
        if not isinstance(structure, Structure):
            problem = f"'{self.name}' got a {type(structure).__name__}; only structures with a cell work"
            raise InputError(problem, remedy="put a molecule into a box, as a pymatgen Structure")
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.info.clear()
        return prepare_calculation(
            atoms,
            self.protocol,
            label=self.name,
            task=self._task,
            relax_cell=self._relax_cell,
            dipole_layer=self.dipole_layer,
            moves=self._moves,
            kpoints=self.kpoints,
            kpoint_offset=self.kpoint_offset,
            cutoff=self.cutoff,
            grid_spacing=self.grid_spacing,
            forces=self.forces,
        )

    def run_ase(
        self,
        mol_or_struct: Structure | Molecule,
        prev_dir: str | Path | None = None,  # noqa: ARG002  # atomate2's signature
    ) -> AseResult:
        """Obtain the result for one structure (not as a job).

        Parameters
        ----------
        mol_or_struct : pymatgen Structure or Molecule
            The atoms.
        prev_dir : str or Path, optional
            Unused: what an interrupted run left is found through the key.
        """
        return _ase_result(obtain(self.calculation(mol_or_struct), current_execution()))

    @property
    def _task(self) -> Literal["static", "relax"]:
        return "static"

    @property
    def _relax_cell(self) -> bool:
        return False

    @property
    def _moves(self) -> Literal["atoms", "gap"]:
        return "atoms"

    def _document(self, structure: Structure) -> GpawTaskDoc:
        calculation = self.calculation(structure)
        execution = current_execution()
        outcome = obtain(calculation, execution)
        relaxation = calculation.relaxation
        task_doc = AseTaskDoc.from_ase_compatible_result(
            CALCULATOR_NAME,
            _ase_result(outcome),
            steps=relaxation.max_steps if relaxation else 1,
            relax_cell=self._relax_cell,
            relax_kwargs={"fmax": relaxation.fmax} if relaxation else {},
            optimizer_kwargs={"optimizer": relaxation.optimizer} if relaxation else {},
            ionic_step_data=self.ionic_step_data,
            store_trajectory=self.store_trajectory,
            tags=self.tags,
        )
        document = GpawTaskDoc.from_ase_task_doc(
            task_doc,
            calculation=calculation,
            outcome=outcome,
            from_archive=calculation.key not in execution.computed,
        )
        return cast("GpawTaskDoc", document)  # atomate2 annotates its own base class


@dataclass
class GpawStaticMaker(_GpawMaker):
    """One energy with forces (and stress, for crystals) at fixed atoms.

    Parameters
    ----------
    name : str
        Name of the job, and label of the calculation.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    dipole_layer : bool
        Whether a dipole layer in the vacuum parts the two faces of a slab.
    kpoints : tuple of int, optional
        Mesh of k-points; None takes the protocol's density.
    kpoint_offset : float
        Of the mesh from the gamma point, in its steps.
    cutoff : float, optional
        Of the plane waves (eV); None takes the protocol's, which may be lower for soft elements alone: give
        one where energies of different elements are to be compared.
    grid_spacing : float, optional
        Of a slab's density (angstrom); None takes the protocol's for its elements.
    """

    name: str = "GPAW static"


@dataclass
class GpawRelaxMaker(_GpawMaker, AseRelaxMaker):
    """Relaxation of atoms, and of the cell where ``relax_cell`` is set.

    The protocol decides about steps, forces and the optimizer; atomate2's own fields for these
    (``steps``, ``relax_kwargs``, ``optimizer_kwargs``, ``fix_symmetry``) are refused.

    Parameters
    ----------
    name : str
        Name of the job, and label of the calculation.
    relax_cell : bool
        Whether the cell relaxes too. Unlike in atomate2 it does not by default: slabs and
        interfaces keep their in-plane cell.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    dipole_layer : bool
        Whether a dipole layer in the vacuum parts the two faces of a slab.
    kpoints : tuple of int, optional
        Mesh of k-points; None takes the protocol's density.
    kpoint_offset : float
        Of the mesh from the gamma point, in its steps.
    cutoff : float, optional
        Of the plane waves (eV); None takes the protocol's, which may be lower for soft elements alone: give
        one where energies of different elements are to be compared.
    grid_spacing : float, optional
        Of a slab's density (angstrom); None takes the protocol's for its elements.
    moves : {"atoms", "gap"}
        Every atom, or only the gap of an interface, whose upper side (site property ``side`` 1) then
        moves along z as a rigid body.
    """

    name: str = "GPAW relax"
    relax_cell: bool = False
    moves: Literal["atoms", "gap"] = "atoms"

    @property
    def _task(self) -> Literal["static", "relax"]:
        return "relax"

    @property
    def _relax_cell(self) -> bool:
        return self.relax_cell

    @property
    def _moves(self) -> Literal["atoms", "gap"]:
        return self.moves


def job_for(
    calculation: Calculation,
    protocol: Protocol,
    *,
    continuations: int = 0,
    max_seconds: int | None = None,
) -> Job:
    """Return the job of a Maker that runs this calculation; its output is a `GpawTaskDoc`.

    Parameters
    ----------
    calculation : Calculation
        Prepared with ``protocol``.
    protocol : Protocol
        Numerical settings.
    continuations : int
        How often it goes on by itself where its time was over.
    max_seconds : int, optional
        Longest walltime of a job that goes on.
    """
    settings: dict[str, Any] = {
        "name": calculation.label,
        "protocol": protocol,
        "dipole_layer": calculation.electrons.dipole_layer,
        "kpoints": calculation.electrons.kpoints,
        "kpoint_offset": calculation.electrons.kpoint_offset,
        "cutoff": calculation.electrons.cutoff,
        "grid_spacing": calculation.electrons.grid_spacing,
        "forces": calculation.electrons.force_convergence,
        "continuations": continuations,
        "max_seconds": max_seconds,
    }
    relaxation = calculation.relaxation
    maker: _GpawMaker = (
        GpawStaticMaker(**settings)
        if relaxation is None
        else GpawRelaxMaker(**settings, relax_cell=relaxation.relax_cell, moves=relaxation.moves)
    )
    structure = AseAtomsAdaptor.get_structure(calculation.to_atoms())
    if maker.calculation(structure).key != calculation.key:
        # A flow would ask for it again and again.
        raise AssertionError(f"the Maker of '{calculation.label}' would run another calculation")
    made: Job = maker.make(structure)
    return made


def _default(item: Field[Any]) -> Any:
    """Return the default of a dataclass field."""
    return item.default if item.default_factory is MISSING else item.default_factory()


def _ase_result(outcome: Outcome) -> AseResult:
    """Translate an outcome into atomate2's words; stress to kbar with atomate2's sign."""
    steps = outcome.ionic_steps
    atoms = outcome.atoms.to_atoms()
    frames: dict[str, Any] = {
        "elements": atoms.numbers.tolist(),
        "cart_coords": [step.positions for step in steps],
        "num_ionic_steps": len(steps),
        "lattice": [step.cell for step in steps],
        "energy": [step.energy for step in steps],
        "forces": [step.forces for step in steps],
    }
    if outcome.stress is not None:
        stresses: list[Any] = [step.stress for step in steps]
        frames["stress"] = [convert_stress_from_voigt_to_symm(stress) for stress in stresses]
    if outcome.magnetic_moments is not None:
        frames["magmoms"] = [step.magnetic_moments for step in steps]
    result: dict[str, Any] = {
        "final_mol_or_struct": AseAtomsAdaptor.get_structure(atoms),
        "final_energy": outcome.energy,
        "trajectory": AtomTrajectory(**frames),
        "converged": outcome.converged,
        "is_force_converged": outcome.converged,
        "energy_downhill": outcome.energy <= outcome.initial_energy,
        "elapsed_time": outcome.wall_seconds,
    }
    return AseResult(**result)
