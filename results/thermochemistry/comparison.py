"""Signed errors of a source of energies against the tables of experiment, from a document's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wadflow.results.thermochemistry.documents import SignedErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wadflow.results.thermochemistry.documents import EnergeticsRecord

REFERENCE = "janaf"
"""The source that the others are compared with."""

TEMPERATURES = (298.15, 500.0, 750.0, 1000.0, 1250.0, 1500.0)
"""Kelvin at which Gibbs energies are compared."""


def signed_errors(
    columns: Sequence[EnergeticsRecord], reference: str = REFERENCE
) -> tuple[SignedErrors, ...]:
    """Return the errors of all other sources of a reaction.

    Parameters
    ----------
    columns : sequence of EnergeticsRecord
        Of one reaction, by all sources.
    reference : str
        Name of the source that counts as right.

    Returns
    -------
    tuple of SignedErrors
        One for each other source; empty where the reference has no data of the reaction.
    """
    right = next((column for column in columns if column.source == reference), None)
    if right is None:
        return ()
    return tuple(_errors(column, right) for column in columns if column is not right)


def gibbs_energy_errors(
    column: EnergeticsRecord, right: EnergeticsRecord, kelvin: Sequence[float] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far a source's Gibbs energies are from those of another, at 1 bar.

    Parameters
    ----------
    column, right : EnergeticsRecord
        Of one reaction, by the source and by the one that counts as right.
    kelvin : sequence of float
        Temperatures.

    Returns
    -------
    ndarray
        kJ/mol of reactions as written; not a number where one of the two has no data.
    """
    # Between points 25 K apart a straight line is good to 0.02 kJ/mol.
    here, there = (
        np.interp(kelvin, one.temperatures, one.gibbs_energies, left=np.nan, right=np.nan)
        for one in (column, right)
    )
    return np.asarray(here - there)


def _errors(column: EnergeticsRecord, right: EnergeticsRecord) -> SignedErrors:
    turned = {
        turning.condition: (turning.temperature, right.turning(turning.condition).temperature)
        for turning in column.turnings
    }
    gibbs = zip(TEMPERATURES, gibbs_energy_errors(column, right, TEMPERATURES), strict=True)
    return SignedErrors(
        source=column.source,
        reference=right.source,
        enthalpy_298=round(column.enthalpy_298 - right.enthalpy_298, 4),
        entropy_298=round(column.entropy_298 - right.entropy_298, 4),
        gibbs_energies={kelvin: round(float(error), 4) for kelvin, error in gibbs if np.isfinite(error)},
        turnings={
            condition: round(ours - theirs, 2)
            for condition, (ours, theirs) in turned.items()
            if ours is not None and theirs is not None
        },
    )
