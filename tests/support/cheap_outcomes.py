"""Outcomes without electrons: a Lennard-Jones solid in the place of GPAW. For plumbing only, no physics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ase.calculators.lj import LennardJones

from wadflow.results.documents import AtomsRecord
from wadflow.workflows.ionic_steps import IonicStep, ReplayCalculator
from wadflow.workflows.outcome import Outcome
from wadflow.workflows.relaxation import Relaxed, relax

if TYPE_CHECKING:
    from ase import Atoms

    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.requests import Program, Request, Result

SIGMA = 2.2  # angstrom
EPSILON = 0.2  # eV


def cheap_outcome(calculation: Calculation) -> Outcome:
    """Run a calculation as the engine does, with Lennard-Jones forces; cells stay as they are."""

    def compute(atoms: Atoms) -> IonicStep:
        copy = atoms.copy()
        copy.calc = LennardJones(sigma=SIGMA, epsilon=EPSILON, rc=6.0, smooth=True)
        energy = float(copy.get_potential_energy())
        return IonicStep(
            positions=copy.positions.tolist(),
            cell=copy.cell.array.tolist(),
            energy=energy,
            free_energy=energy,
            forces=copy.get_forces().tolist(),
            stress=None,
            magnetic_moments=None,
            scf_iterations=1,
            wall_seconds=0.0,
        )

    calculator = ReplayCalculator([], compute, lambda _step: None)
    atoms = calculation.to_atoms()
    atoms.calc = calculator
    relaxation = calculation.relaxation
    if relaxation is not None and relaxation.relax_cell:
        relaxed = Relaxed(converged=True, max_force=0.0)
        atoms.get_potential_energy()
    else:
        relaxed = relax(atoms, calculation)
    steps, last = calculator.steps, calculator.current
    return Outcome(
        key=calculation.key,
        label=calculation.label,
        protocol=calculation.protocol,
        task=calculation.task,
        atoms=AtomsRecord.from_atoms(atoms),
        initial_energy=steps[0].energy,
        energy=last.energy,
        forces=last.forces,
        stress=None,
        magnetic_moments=None,
        max_force=relaxed.max_force,
        converged=relaxed.converged,
        n_ionic_steps=len(steps),
        ionic_steps=tuple(steps),
        scf_iterations=len(steps),
        irreducible_kpoints=None,
        symmetries=None,
        fermi_level=None,
        paw=calculation.electrons.paw,
        versions={"gpaw": "none, Lennard-Jones instead"},
        cores=1,
        cpu_seconds=0.0,
        wall_seconds=0.0,
        gpaw_seconds=0.0,
        peak_memory=0.0,
        resumed_steps=0,
    )


def drive(program: Program[Result]) -> tuple[Result, list[list[Request]]]:
    """Drive a program with cheap outcomes; return its result and the batches that it asked for."""
    batches = [next(program)]
    known: dict[str, Outcome] = {}
    while True:
        for request in batches[-1]:
            key = request.calculation.key
            if key not in known:
                known[key] = cheap_outcome(request.calculation)
        try:
            batches.append(
                program.send({one.calculation.key: known[one.calculation.key] for one in batches[-1]})
            )
        except StopIteration as end:
            return end.value, batches
