"""The relaxation of one calculation: which optimizer moves what, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.workflows.gap_filter import GapFilter
from wadflow.workflows.ionic_steps import largest_force
from wadflow.workflows.spring_hessian import spring_hessian

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    from wadflow.workflows.calculation import Calculation, Relaxation

FIRST_STEP = 0.5
"""Part of the farthest step that the first one of a relaxation may go."""


@dataclass(frozen=True)
class Relaxed:
    """How a relaxation ended.

    Attributes
    ----------
    converged : bool
        Whether the atoms came to rest within the allowed steps.
    max_force : float
        Largest force (eV/angstrom) at the end; where the cell relaxes too, of ASE's generalised cell forces
        as well; where the gap relaxes, that on the upper side as a whole.
    hessian : ndarray, optional
        What the optimizer has learned of the second derivatives, eV/angstrom2, shape (3 n, 3 n); None where
        a relaxation that follows has no use for it.
    """

    converged: bool
    max_force: float
    hessian: NDArray[np.float64] | None = None


def relax(atoms: Atoms, calculation: Calculation, hessian: NDArray[np.float64] | None = None) -> Relaxed:
    """Move atoms to rest.

    Parameters
    ----------
    atoms : ase.Atoms
        What moves, with a calculator.
    calculation : Calculation
        Says what may move, how far, and when it rests; static ones do not move.
    hessian : ndarray, optional
        What an earlier relaxation of these atoms learned of the second derivatives, eV/angstrom2, shape
        (3 n, 3 n); None: the calculation says what to begin with.
    """
    relaxation = calculation.relaxation
    if relaxation is None:
        return Relaxed(converged=True, max_force=largest_force(atoms.get_forces()))
    if relaxation.moves == "gap" or relaxation.relax_cell:
        return _relax_by_bfgs(atoms, relaxation)
    from wadflow.workflows.trust_region import TrustRegionBFGS

    if hessian is None:
        floor = relaxation.curvature
        springs = relaxation.first_hessian == "springs"
        hessian = spring_hessian(atoms, floor=floor) if springs else np.eye(3 * len(atoms)) * floor
    first = FIRST_STEP * relaxation.max_step
    optimizer = TrustRegionBFGS(atoms, hessian=hessian, radius=first, max_radius=relaxation.max_step)
    converged = bool(optimizer.run(relaxation.fmax, relaxation.max_steps))  # type: ignore[no-untyped-call]  # ASE
    if not converged:
        atoms.positions = optimizer.best_positions()
    return Relaxed(converged, largest_force(atoms.get_forces()), optimizer.hessian)


def _relax_by_bfgs(atoms: Atoms, relaxation: Relaxation) -> Relaxed:
    """Move the gap, or the atoms with their cell, to rest.

    Forces decide alone here: at a given cutoff the stress is not the derivative of the energy, and a step
    that it asks for may lead uphill.
    """
    from ase.filters import FrechetCellFilter
    from ase.optimize import BFGS

    target: Any = FrechetCellFilter(atoms) if relaxation.relax_cell else GapFilter(atoms)
    optimizer = BFGS(target, logfile=None, alpha=relaxation.curvature, maxstep=relaxation.max_step)
    if relaxation.first_hessian == "springs":
        cell_factor = target.exp_cell_factor
        optimizer.H0 = spring_hessian(atoms, floor=relaxation.curvature, cell_factor=cell_factor)
    converged = bool(optimizer.run(fmax=relaxation.fmax, steps=relaxation.max_steps))
    return Relaxed(converged, largest_force(target.get_forces()))
