"""Signed errors of a source of energies against the tables of experiment, from a document's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wadflow.results.thermochemistry.documents import SignedErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def _errors(column: EnergeticsRecord, right: EnergeticsRecord) -> SignedErrors:
    turned = {
        turning.condition: (turning.temperature, right.turning(turning.condition).temperature)
        for turning in column.turnings
    }
    return SignedErrors(
        source=column.source,
        reference=right.source,
        enthalpy_298=round(column.enthalpy_298 - right.enthalpy_298, 4),
        entropy_298=round(column.entropy_298 - right.entropy_298, 4),
        gibbs_energies={
            kelvin: round(_gibbs_energy(column, kelvin) - _gibbs_energy(right, kelvin), 4)
            for kelvin in TEMPERATURES
            if _covers(column, kelvin) and _covers(right, kelvin)
        },
        turnings={
            condition: round(ours - theirs, 2)
            for condition, (ours, theirs) in turned.items()
            if ours is not None and theirs is not None
        },
    )


def _covers(column: EnergeticsRecord, kelvin: float) -> bool:
    return column.temperatures[0] <= kelvin <= column.temperatures[-1]


def _gibbs_energy(column: EnergeticsRecord, kelvin: float) -> float:
    # Between points 25 K apart a straight line is good to 0.02 kJ/mol.
    return float(np.interp(kelvin, column.temperatures, column.gibbs_energies))
