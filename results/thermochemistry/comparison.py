"""Signed errors of a source of energies against the tables of experiment, from a document's columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from wadflow.results.thermochemistry.documents import EnergeticsRecord, ReactionRecord

REFERENCE = "janaf"
"""The source that the others are compared with."""

TEMPERATURES = (298.15, 500.0, 750.0, 1000.0, 1250.0, 1500.0)
"""Kelvin at which Gibbs energies are compared."""


@dataclass(frozen=True)
class SignedErrors:
    """A source minus the reference, for one reaction.

    Attributes
    ----------
    source : str
        Name.
    enthalpy_298 : float
        kJ/mol.
    entropy_298 : float
        J/mol/K.
    gibbs_energies : dict of float to float
        Temperature (K) to kJ/mol at 1 bar; only where both have data.
    turnings : dict of str to float
        Condition to the difference of the temperatures (K) of zero Gibbs energy; only where both have one.
    """

    source: str
    enthalpy_298: float
    entropy_298: float
    gibbs_energies: dict[float, float]
    turnings: dict[str, float]


def signed_errors(reaction: ReactionRecord, reference: str = REFERENCE) -> tuple[SignedErrors, ...]:
    """Return the errors of all other sources of a reaction.

    Parameters
    ----------
    reaction : ReactionRecord
        With its columns.
    reference : str
        Name of the source that counts as right.

    Returns
    -------
    tuple of SignedErrors
        One for each other source; empty where the reference has no data of the reaction.
    """
    columns = {column.source: column for column in reaction.columns}
    if reference not in columns:
        return ()
    right = columns.pop(reference)
    return tuple(_errors(column, right) for column in columns.values())


def _errors(column: EnergeticsRecord, right: EnergeticsRecord) -> SignedErrors:
    turned = {
        turning.condition: (turning.temperature, right.turning(turning.condition).temperature)
        for turning in column.turnings
    }
    return SignedErrors(
        source=column.source,
        enthalpy_298=column.enthalpy_298 - right.enthalpy_298,
        entropy_298=column.entropy_298 - right.entropy_298,
        gibbs_energies={
            kelvin: _gibbs_energy(column, kelvin) - _gibbs_energy(right, kelvin)
            for kelvin in TEMPERATURES
            if _covers(column, kelvin) and _covers(right, kelvin)
        },
        turnings={
            condition: ours - theirs
            for condition, (ours, theirs) in turned.items()
            if ours is not None and theirs is not None
        },
    )


def _covers(column: EnergeticsRecord, kelvin: float) -> bool:
    return column.temperatures[0] <= kelvin <= column.temperatures[-1]


def _gibbs_energy(column: EnergeticsRecord, kelvin: float) -> float:
    # Between points 25 K apart a straight line is good to 0.02 kJ/mol.
    return float(np.interp(kelvin, column.temperatures, column.gibbs_energies))
