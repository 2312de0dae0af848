"""Hess's law: a reaction as a sum of others, and with it its enthalpy and entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from fractions import Fraction

    from wadflow.results.thermochemistry.species import Species

TOLERANCE: Final = 1e-8
"""Coefficients are small whole numbers and fractions; what is left of an impossible sum is of order one."""

ELEMENTS: Final = {"Li": "Li(c)", "Na": "Na(c)", "C": "C(c)", "O": "O2(g)", "F": "F2(g)", "H": "H2(g)"}
"""The reference state of each element at 298.15 K and 1 bar."""


def sum_of_reactions(
    target: Mapping[Species, float],
    reactions: Sequence[Mapping[Species, Fraction]],
    *,
    ignored: Collection[Species] = (),
) -> tuple[float, ...] | None:
    """Return how often each reaction enters the sum that is the target.

    Parameters
    ----------
    target : mapping
        Stoichiometric coefficients, products positive.
    reactions : sequence of mapping
        The same of the reactions that are known.
    ignored : collection of Species
        Species that may be left over.

    Returns
    -------
    tuple of float or None
        One number a reaction; None: no sum of them is the target.

    Examples
    --------
    >>> from wadflow.results.thermochemistry.reactions import parse_equation
    >>> known = [parse_equation(text).coefficients for text in ("LiF(c) -> LiF(g)", "LiF(g) -> Li(g) + F(g)")]
    >>> wanted = parse_equation("LiF(c) -> Li(g) + F(g)").coefficients
    >>> [round(one, 6) for one in sum_of_reactions(wanted, known)]
    [1.0, 1.0]
    """
    everything = dict.fromkeys([*target, *(species for one in reactions for species in one)])
    species = [one for one in everything if one not in ignored]
    matrix = np.array([[float(one.get(each, 0)) for one in reactions] for each in species])
    wanted = np.array([float(target.get(each, 0)) for each in species])
    if matrix.size == 0:
        return None
    found, *_ = np.linalg.lstsq(matrix, wanted, rcond=None)
    if np.abs(matrix @ found - wanted).max() > TOLERANCE:
        return None
    return tuple(float(one) for one in found)


def formation(species: Species) -> dict[Species, float] | None:
    """Return the formation of one formula unit from the elements; None: an element has no known state."""
    from wadflow.results.thermochemistry.species import parse_species

    found = {species: 1.0}
    for element, count in species.elements.items():
        if element not in ELEMENTS:
            return None
        state = parse_species(ELEMENTS[element])
        found[state] = found.get(state, 0.0) - count / state.elements[element]
    found = {one: coefficient for one, coefficient in found.items() if coefficient}
    return found or None
