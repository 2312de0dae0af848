"""Enthalpies of formation, entropies and reactions at 298.15 K, from the columns of a decomposition.

A document keeps reactions, not substances; Hess's law gives those of each substance that its reactions fix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wadflow.results.computed_quantities import ComputedQuantity, Origin
from wadflow.results.reference_sources import phase_of
from wadflow.results.thermochemistry.corrections import SCHEMES
from wadflow.results.thermochemistry.gases import load_gases
from wadflow.results.thermochemistry.hess import ELEMENTS, formation, sum_of_reactions
from wadflow.results.thermochemistry.reactions import parse_equation
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from wadflow.results.thermochemistry.documents import DecompositionDocument, EnergeticsRecord
    from wadflow.results.thermochemistry.records import ComputedRecord
    from wadflow.results.thermochemistry.species import Species

AT_VOLUME = "crystals vibrate at their computed volume"
"""What a harmonic crystal lacks: thermal expansion."""

IDEAL_GAS = "ideal gas"
"""Method of the entropies of gases: no electrons were computed for them."""

MEASURED = "vibrations and rotations of gases are measured ones"


@dataclass(frozen=True)
class Column:
    """The reactions of a document by one scheme of corrections.

    Attributes
    ----------
    scheme : str
        Its name.
    records : dict of str to EnergeticsRecord
        Equation to energies.
    shifts : mapping of str to float
        What the scheme adds to a species (kJ/mol).
    origin : Origin
        The document.
    converged : bool
        Whether all its calculations are.
    notes : tuple of str
        What limits all of its numbers.
    """

    scheme: str
    records: dict[str, EnergeticsRecord]
    shifts: Mapping[str, float]
    origin: Origin
    converged: bool
    notes: tuple[str, ...]

    @property
    def equations(self) -> list[dict[Species, Fraction]]:
        """Stoichiometric coefficients, in the order of the records."""
        return [parse_equation(equation).coefficients for equation in self.records]

    @property
    def species(self) -> list[Species]:
        """All species of the reactions."""
        return list(dict.fromkeys(species for one in self.equations for species in one))

    def quantity(
        self,
        name: str,
        subject: str,
        phase: str,
        value: float,
        *,
        unit: str = "kJ/mol",
        involved: Iterable[Species] = (),
        scheme: str | None = None,
    ) -> ComputedQuantity:
        """Return one number with what the scheme did to the species involved."""
        added = [f"{one} {self.shifts[str(one)]:+.1f}" for one in involved if self.shifts.get(str(one))]
        method = self.scheme if scheme is None else scheme
        return ComputedQuantity(
            quantity=name,
            species=subject,
            phase=phase,
            unit=unit,
            value=value,
            calculation=f"reactions of the document, {method}",
            origin=self.origin,
            converged=self.converged,
            temperature=REFERENCE_TEMPERATURE,
            method=method,
            notes=(*([f"the scheme adds (kJ/mol): {', '.join(added)}"] if added else []), *self.notes),
        )


def quantities_of_reactions(
    document: DecompositionDocument, computed: ComputedRecord, origin: Origin
) -> Iterable[ComputedQuantity]:
    """Give formation and reaction enthalpies, Gibbs energies (kJ/mol) by scheme; entropies (J/mol/K)."""
    columns = [
        Column(
            scheme=scheme,
            records={
                record.equation: column
                for record in document.reactions
                for column in record.columns
                if column.source == scheme
            },
            shifts=computed.corrections.get(scheme, {}),
            origin=origin,
            converged=computed.converged,
            notes=(MEASURED,) if computed.quasiharmonic else (AT_VOLUME, MEASURED),
        )
        for scheme in SCHEMES
    ]
    for column in columns:
        yield from _formations(column)
        yield from _reactions(column)
    # Corrections are constants: the entropies of all schemes are the same.
    yield from _of_substances(columns[0], "quasiharmonic" if computed.quasiharmonic else "harmonic")


def _formations(column: Column) -> Iterable[ComputedQuantity]:
    enthalpies = [one.enthalpy_298 for one in column.records.values()]
    for species in column.species:
        target = formation(species)
        if target is None or str(species) in ELEMENTS.values():
            continue
        weights = sum_of_reactions(target, column.equations)
        if weights is not None:
            value = sum(weight * one for weight, one in zip(weights, enthalpies, strict=True))
            yield column.quantity(
                "formation enthalpy", species.formula, phase_of(species), value, involved=target
            )


def _reactions(column: Column) -> Iterable[ComputedQuantity]:
    for (text, record), equation in zip(column.records.items(), column.equations, strict=True):
        is_formation = any(
            (target := formation(species)) is not None and sum_of_reactions(target, [equation]) is not None
            for species in equation
        )
        if not is_formation:
            yield column.quantity(
                "reaction enthalpy", text, "reaction", record.enthalpy_298, involved=equation
            )
        yield column.quantity(
            "reaction Gibbs energy", text, "reaction", record.gibbs_energy_298, involved=equation
        )


def _of_substances(column: Column, method: str) -> Iterable[ComputedQuantity]:
    """Give entropies of crystals, from reactions with known gases, and those and heat capacities of gases."""
    gases = load_gases()
    entropies = [one.entropy_298 for one in column.records.values()]
    known = {
        species: gases[species.formula]
        for species in column.species
        if species.is_gas and species.formula in gases
    }
    of_known = {species: float(gas.entropy(REFERENCE_TEMPERATURE)) for species, gas in known.items()}
    around = REFERENCE_TEMPERATURE + np.array([-0.5, 0.5])
    for species, gas in known.items():
        rise = 1000.0 * float(np.diff(gas.enthalpy(around))[0])
        for name, value in (("entropy", of_known[species]), ("heat capacity", rise)):
            yield column.quantity(name, species.formula, "gas", value, unit="J/mol/K", scheme=IDEAL_GAS)
    for species in column.species:
        if species.is_gas:
            continue
        weights = sum_of_reactions({species: 1.0}, column.equations, ignored=known)
        if weights is None:
            continue
        of_gases = sum(
            weight * float(equation.get(gas, 0)) * entropy
            for weight, equation in zip(weights, column.equations, strict=True)
            for gas, entropy in of_known.items()
        )
        total = sum(weight * one for weight, one in zip(weights, entropies, strict=True))
        yield column.quantity(
            "entropy", species.formula, "crystal", total - of_gases, unit="J/mol/K", scheme=method
        )
