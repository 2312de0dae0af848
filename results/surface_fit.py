"""Surface energies from the slope over thickness.

``E(N) = 2 gamma A + N E_bulk``: the energy of a slab is linear in its number of formula units N. The
slope is the bulk energy that belongs to these slabs, the intercept twice the surface energy. With a
bulk energy from a calculation of its own, an error of that energy would grow with N without limit:
V. Fiorentini and M. Methfessel, J. Phys.: Condens. Matter 8, 6525 (1996),
doi 10.1088/0953-8984/8/36/005.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.results.adhesion import EV_PER_ANGSTROM2

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_THICKNESSES: Final = 3
"""A straight line through two points always fits; the third one tests it."""


@dataclass(frozen=True, slots=True)
class SlopeFit:
    """Straight line through the energies of slabs, from thin to thick.

    Attributes
    ----------
    surface_energy : float
        Surface energy of one face, J/m2.
    standard_error : float
        Its standard error from the scatter about the line, J/m2; a measure of the scatter, not of
        what all thicknesses have in common.
    bulk_energy : float
        Slope: energy of the bulk, eV per formula unit.
    residuals : tuple of float
        Energy of each slab minus the line, eV, shape (slabs,).
    pair_energies : tuple of float
        Surface energy from each two neighbouring thicknesses alone, J/m2, shape (slabs - 1,).
    spread : float
        Largest minus smallest of these, J/m2.
    """

    surface_energy: float
    standard_error: float
    bulk_energy: float
    residuals: tuple[float, ...]
    pair_energies: tuple[float, ...]
    spread: float


def fit_slope(units: Sequence[int], energies: Sequence[float], area: float) -> SlopeFit:
    """Fit surface and bulk energy to slabs of several thicknesses.

    Parameters
    ----------
    units : sequence of int
        Formula units of each slab, shape (slabs,).
    energies : sequence of float
        Energy of each slab, eV, shape (slabs,), from equal settings and the same in-plane cell.
    area : float
        Area of one face of the cell, angstrom2; each slab has two equal faces.

    Raises
    ------
    InputError
        Fewer than three different thicknesses, or numbers that can be no energies or areas.

    Examples
    --------
    >>> fit = fit_slope([4, 6, 8], [-3.0, -5.0, -7.0], area=16.02176634)
    >>> round(fit.surface_energy, 6), round(fit.bulk_energy, 6)
    (0.5, -1.0)
    """
    _check(units, energies, area)
    order = np.argsort(units)
    n = np.asarray(units, dtype=float)[order]
    energy = np.asarray(energies, dtype=float)[order]
    mean, centre = float(n.mean()), float(energy.mean())
    scatter = float(((n - mean) ** 2).sum())
    slope = float((n - mean) @ (energy - centre)) / scatter
    intercept = centre - slope * mean
    residuals = energy - (intercept + slope * n)
    variance = float(residuals @ residuals) / (len(n) - 2)
    error = math.sqrt(variance * (1 / len(n) + mean**2 / scatter))
    per_face = EV_PER_ANGSTROM2 / (2 * area)
    pairs = [
        float((e0 * n1 - e1 * n0) / (n1 - n0)) * per_face
        for n0, n1, e0, e1 in zip(n[:-1], n[1:], energy[:-1], energy[1:], strict=True)
    ]
    return SlopeFit(
        surface_energy=intercept * per_face,
        standard_error=error * per_face,
        bulk_energy=slope,
        residuals=tuple(residuals.tolist()),
        pair_energies=tuple(pairs),
        spread=max(pairs) - min(pairs),
    )


def _check(units: Sequence[int], energies: Sequence[float], area: float) -> None:
    if len(units) != len(energies):
        problem = f"{len(units)} thicknesses but {len(energies)} energies"
        raise InputError(problem, remedy="give one energy for each slab")
    if len(set(units)) < MIN_THICKNESSES or len(set(units)) != len(units):
        problem = f"slabs of {list(units)} formula units: at least three different thicknesses are needed"
        raise InputError(problem, remedy="add slabs; a line through two points always fits")
    if min(units) < 1:
        problem = f"a slab of {min(units)} formula units is none"
        raise InputError(problem, remedy="give whole numbers from 1")
    if not all(math.isfinite(energy) for energy in energies):
        problem = f"energies {list(energies)}: finite numbers of eV are expected"
        raise InputError(problem, remedy="look into the calculation that gave them")
    if not (math.isfinite(area) and area > 0):
        problem = f"the area is {area}; a positive number of angstrom2 is expected"
        raise InputError(problem, remedy="give the area of one face, |a x b|")
