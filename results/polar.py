"""Energies of slabs whose faces differ or whose composition is not the crystal's.

A slab with two different faces has no surface energy of its own: only the sum of both is defined, the
*cleavage energy*. A slab with equal faces that is not stoichiometric has a surface energy, but it depends on
the chemical potential of the element that it holds too much or too little of.

Energies in eV, areas in angstrom2 (of one face), results in J/m2. Positive: it costs energy to make the
surface. The work of adhesion needs none of this, because AB has the atoms of A and B.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.results.adhesion import EV_PER_ANGSTROM2

if TYPE_CHECKING:
    from collections.abc import Mapping


def cleavage_energy(*, slab: float, bulk: float, units: float, area: float) -> float:
    """Return the energy to cleave a crystal along one plane, the sum over both new faces.

    Parameters
    ----------
    slab : float
        Energy of a stoichiometric slab, eV.
    bulk : float
        Energy of one formula unit (or any unit) of the crystal, eV.
    units : float
        How many of these units the slab holds.
    area : float
        Area of one face, ``|a x b|``, angstrom2.

    Returns
    -------
    float
        ``gamma_top + gamma_bottom = (E_slab - units * E_bulk) / area``, J/m2.

    Raises
    ------
    InputError
        An energy or the area is not finite, or units or area are not positive.

    Examples
    --------
    A slab of four units that costs 1 eV on 10 angstrom2:

    >>> cleavage_energy(slab=-39.0, bulk=-10.0, units=4, area=10.0)
    1.602176634
    """
    return (slab - _positive("units", units) * bulk) * _per_area(area, slab=slab, bulk=bulk)


def surface_energy_at_potential(
    *, slab: float, bulk: float, units: float, excess: float, reference: float, potential: float, area: float
) -> float:
    """Return the surface energy of a slab with two equal faces that is not stoichiometric.

    Parameters
    ----------
    slab : float
        Energy of the slab, eV.
    bulk : float
        Energy of one formula unit of the crystal, eV.
    units : float
        Formula units of the slab, counted by the other elements (`excess_atoms`).
    excess : float
        Atoms of the element that the slab has beyond those units; negative: it lacks some.
    reference : float
        Energy per atom of the element's reference crystal, eV.
    potential : float
        Chemical potential of the element relative to the reference, eV; at most 0, or the reference would
        grow on the slab.
    area : float
        Area of one face, ``|a x b|``, angstrom2.

    Returns
    -------
    float
        ``(E_slab - units * E_bulk - excess * (reference + potential)) / (2 area)``, J/m2 per face.

    Raises
    ------
    InputError
        A number is not finite, units or area are not positive, or the potential is above 0.

    Examples
    --------
    >>> surface_energy_at_potential(
    ...     slab=-48.0, bulk=-10.0, units=5, excess=-2, reference=-1.0, potential=0.0, area=10.0
    ... )
    0.0
    """
    factor = _per_area(area, slab=slab, bulk=bulk, excess=excess, reference=reference, potential=potential)
    if potential > 0:
        problem = f"the chemical potential is {potential} eV above its reference"
        raise InputError(problem, remedy="give at most 0: the reference crystal would grow otherwise")
    return (slab - _positive("units", units) * bulk - excess * (reference + potential)) * factor / 2


def excess_atoms(slab: Mapping[str, int], unit: Mapping[str, int], element: str) -> tuple[float, float]:
    """Return formula units of a slab, and how many atoms of one element it has beyond them.

    Parameters
    ----------
    slab, unit : mapping of str to int
        Atoms of each element in the slab and in a formula unit.
    element : str
        The element whose chemical potential is given.

    Returns
    -------
    units : float
        Formula units, counted by the other elements.
    excess : float
        Atoms of ``element`` beyond them; negative: missing.

    Raises
    ------
    InputError
        The elements differ, or those other than ``element`` are not in the ratio of the formula, so that
        one chemical potential is not enough.

    Examples
    --------
    Planes O Li2 O Li2 O of Li2O: three units that lack two lithium.

    >>> excess_atoms({"Li": 4, "O": 3}, {"Li": 2, "O": 1}, "Li")
    (3.0, -2.0)
    """
    others = {symbol: count for symbol, count in unit.items() if symbol != element}
    if set(slab) != set(unit) or element not in unit or not others:
        problem = (
            f"the slab has {', '.join(sorted(slab))}, the crystal {', '.join(sorted(unit))}, and the "
            f"chemical potential is that of {element}"
        )
        raise InputError(problem, remedy="give the potential of an element of a compound and its own slab")
    units = [slab[symbol] / count for symbol, count in others.items()]
    if not math.isclose(min(units), max(units), rel_tol=1e-12):
        problem = f"the elements other than {element} are not in the ratio of the formula"
        raise InputError(
            problem, remedy="give the potential of the element that the slab has too much or too little of"
        )
    return units[0], slab[element] - units[0] * unit[element]


def _per_area(area: float, **numbers: float) -> float:
    """Return the factor from eV to J/m2 for an area (angstrom2), all numbers checked."""
    for name, value in (("area", area), *numbers.items()):
        if not math.isfinite(value):
            problem = f"{name} is {value}; a finite number is expected"
            raise InputError(problem, remedy="look into the calculation that gave it")
    return EV_PER_ANGSTROM2 / _positive("area", area)


def _positive(name: str, value: float) -> float:
    if not value > 0:
        problem = f"{name} is {value}; it must be positive"
        raise InputError(problem, remedy="give the slab's own area and formula units")
    return value
