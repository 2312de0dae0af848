"""Rehearsals: a Lennard-Jones solid in the place of GPAW, which proves paths, queues and stores in seconds.

What comes out has no meaning. The solver is part of a calculation's key, so that no rehearsal is ever taken
for a result, and every document of one says that it is not for use.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from wadflow.workflows.ionic_steps import IonicStep

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ase import Atoms

    from wadflow.workflows.calculation import Calculation

DEPTH: Final = 0.2
"""Of the potential between two atoms, eV."""

OFF: Final = 1.02
"""How much longer bonds want to be than the shortest of the structure as given: something must move."""

REACH: Final = 2.5
"""Range of the potential, in its diameters."""


class RehearsalSolver:
    """Computes ionic steps with Lennard-Jones; has the methods of `wadflow.workflows.engine.GpawSolver`.

    Parameters
    ----------
    calculation : Calculation
        Its structure sets the length of bonds, so that every structure is nearly at rest.
    log : Path
        Where it is said that this is a rehearsal.
    emit : callable
        Receives events as keyword arguments.
    """

    def __init__(self, calculation: Calculation, log: Path, emit: Callable[..., None]) -> None:
        from ase.calculators.lj import LennardJones
        from ase.neighborlist import neighbor_list

        atoms = calculation.to_atoms()
        distances = neighbor_list("d", atoms, 4.5)
        shortest = float(distances.min()) if len(distances) else 2.5
        diameter = OFF * shortest / 2 ** (1 / 6)
        self._calculator: Any = LennardJones(
            sigma=diameter, epsilon=DEPTH, rc=REACH * diameter, ro=0.7 * REACH * diameter, smooth=True
        )
        self._log = log
        self._emit = emit
        self.seconds = 0.0

    def compute(self, atoms: Atoms) -> IonicStep:
        """Evaluate the potential for these atoms; lengths in angstrom, energies in eV."""
        started = time.perf_counter()
        self._log.write_text("A rehearsal: Lennard-Jones in the place of GPAW.\n", encoding="utf-8")
        atoms = atoms.copy()
        atoms.calc = self._calculator
        energy = float(atoms.get_potential_energy())
        self._emit(event="scf", iteration=1, energy=energy)
        spin = bool(atoms.get_initial_magnetic_moments().any())
        step = IonicStep(
            positions=atoms.positions.tolist(),
            cell=atoms.cell.array.tolist(),
            energy=energy,
            free_energy=energy,
            forces=atoms.get_forces().tolist(),
            stress=tuple(atoms.get_stress().tolist()) if atoms.pbc.all() else None,
            magnetic_moments=[0.0] * len(atoms) if spin else None,
            scf_iterations=1,
            wall_seconds=time.perf_counter() - started,
        )
        self.seconds += step.wall_seconds
        return step

    def facts(self) -> dict[str, None]:
        """Return what GPAW would say of itself: nothing."""
        return {"irreducible_kpoints": None, "symmetries": None, "fermi_level": None}
