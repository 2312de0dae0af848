"""BFGS that goes no farther than it can foresee: for slabs that rearrange on their way to rest.

ASE's BFGS takes every step that its Hessian proposes. Where the energy is rough, as that of a slab on too
coarse a grid, or the forces are far from harmonic, it overshoots, climbs, and goes on from there. Here a step
must stay in a region in which the quadratic model has been right, and one that leads uphill is taken back;
what it taught about the Hessian stays. On a smooth energy both take about as many steps
(`benchmarks/levers.py`). Textbook: J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed. (2006),
chapters 4 and 18.3 (Powell's damping), doi 10.1007/978-0-387-40065-5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from ase.optimize.optimize import Optimizer

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

RISE: Final = 1e-3
"""Energy (eV) by which a step may lead uphill: below, it may be noise of the self-consistent field."""

GOOD: Final = 0.7
"""Actual over foreseen gain of energy above which the region grows."""

POOR: Final = 0.25
"""The same below which it shrinks."""

GROWTH: Final = 2.0
"""Of the radius, after a good step to its edge."""

SHRINKAGE: Final = 0.4
"""The new radius after a poor step, of its length."""

SMALLEST_RADIUS: Final = 0.02
"""Angstrom."""

AT_THE_EDGE: Final = 0.9
"""Part of the radius beyond which a step was held back by it."""

DAMPING: Final = 0.1
"""Part of the foreseen curvature below which what a step shows is damped."""

SOFTEST: Final = 0.05
"""eV/angstrom2: no direction counts as softer, so that a step along it has an end."""


class TrustRegionBFGS(Optimizer):
    """Relax atoms by BFGS in a trust region.

    Parameters
    ----------
    atoms : ase.Atoms
        What is relaxed; its calculator gives the energy of which the forces are derivatives.
    hessian : ndarray
        First guess of the second derivatives, eV/angstrom2, shape (3 n, 3 n), positive definite.
    radius : float
        How far (angstrom) an atom may go in the first step.
    max_radius : float
        The same in any step.

    Attributes
    ----------
    hessian : ndarray
        The second derivatives as they are known now.
    radius : float
        How far (angstrom) an atom may go now.
    """

    def __init__(self, atoms: Atoms, *, hessian: Vector, radius: float, max_radius: float) -> None:
        super().__init__(atoms, logfile=None)
        self.hessian = hessian.copy()
        self.radius = radius
        self.max_radius = max_radius
        self._kept: _Point | None = None
        self._foreseen = 0.0  # change of the energy by the step that is being tried, eV

    def best_positions(self) -> Vector:
        """Return where the atoms are best (angstrom), shape (n, 3): after a step uphill, where they were."""
        here = np.array(self.atoms.positions)
        if self._kept is None or self._energy() <= self._kept.energy + RISE:
            return here
        return self._kept.positions.reshape(-1, 3)

    def step(self, *_: object, **__: object) -> None:  # ASE may hand over forces; they are asked for here
        """Judge the step before, keep its end or go back, and take the next."""
        here = _Point(
            positions=np.array(self.optimizable.get_x()),
            gradient=np.array(self.optimizable.get_gradient()),
            energy=self._energy(),
        )
        if self._kept is None or self._judge(self._kept, here):
            self._kept = here
        change = restricted_step(self.hessian, self._kept.gradient, self.radius)
        self._foreseen = float(self._kept.gradient @ change + change @ self.hessian @ change / 2)
        self.optimizable.set_x(self._kept.positions + change)

    def _energy(self) -> float:
        """Return the energy (eV) of which the forces are derivatives."""
        return float(self.atoms.get_potential_energy(force_consistent=True))

    def _judge(self, kept: _Point, here: _Point) -> bool:
        """Learn from a step how curved the energy is and how far to go; return whether to keep its end."""
        step = here.positions - kept.positions
        self.hessian = updated_hessian(self.hessian, step, here.gradient - kept.gradient)
        length = _longest(step)
        change = here.energy - kept.energy
        if change > RISE:
            self.radius = max(SHRINKAGE * length, SMALLEST_RADIUS)
            return False
        gain = change / self._foreseen
        if gain < POOR:
            self.radius = max(SHRINKAGE * length, SMALLEST_RADIUS)
        elif gain > GOOD and length > AT_THE_EDGE * self.radius:
            self.radius = min(GROWTH * self.radius, self.max_radius)
        return True


@dataclass(frozen=True)
class _Point:
    """Positions (angstrom) and gradient (eV/angstrom) of all atoms, shape (3 n,), and the energy (eV)."""

    positions: Vector
    gradient: Vector
    energy: float


def updated_hessian(hessian: Vector, step: Vector, change_of_gradient: Vector) -> Vector:
    """Return a Hessian with what a step has shown: the BFGS formula with Powell's damping.

    Damping keeps it positive definite, also where the energy curves down.

    Parameters
    ----------
    hessian : ndarray
        Second derivatives, eV/angstrom2, shape (3 n, 3 n), positive definite.
    step : ndarray
        Angstrom, shape (3 n,), not zero.
    change_of_gradient : ndarray
        eV/angstrom, shape (3 n,).
    """
    foreseen = hessian @ step
    curvature, expected = step @ change_of_gradient, step @ foreseen
    share = 1.0 if curvature >= DAMPING * expected else (1.0 - DAMPING) * expected / (expected - curvature)
    seen = share * change_of_gradient + (1.0 - share) * foreseen
    result: Vector = hessian + np.outer(seen, seen) / (step @ seen) - np.outer(foreseen, foreseen) / expected
    return result


def restricted_step(hessian: Vector, gradient: Vector, radius: float) -> Vector:
    """Return the step to the lowest energy that a quadratic model foresees within a distance.

    Parameters
    ----------
    hessian, gradient : ndarray
        Of the model; eV/angstrom2, shape (3 n, 3 n), and eV/angstrom, shape (3 n,).
    radius : float
        How far (angstrom) an atom may go.

    Returns
    -------
    ndarray
        Angstrom, shape (3 n,).
    """
    from scipy.optimize import brentq

    curvatures, directions = np.linalg.eigh(hessian)
    curvatures = np.maximum(curvatures, SOFTEST)
    slopes = directions.T @ gradient

    def step(stiffening: float) -> Vector:
        result: Vector = -directions @ (slopes / (curvatures + stiffening))
        return result

    if _longest(step(0.0)) <= radius:
        return step(0.0)
    stiffest = float(np.linalg.norm(gradient)) / radius  # no atom goes farther than all together do
    return step(brentq(lambda stiffening: _longest(step(stiffening)) - radius, 0.0, stiffest, xtol=1e-6))


def _longest(step: Vector) -> float:
    """Return how far (angstrom) the atom goes that goes farthest."""
    return float(np.linalg.norm(step.reshape(-1, 3), axis=1).max())
