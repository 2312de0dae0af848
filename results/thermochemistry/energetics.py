"""Enthalpy, entropy and Gibbs energy of a reaction, and the temperature at which it turns.

Pure functions of the substances' data, wherever those come from: tables or computed energies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.constants import R

from wadflow.errors import InputError
from wadflow.results.thermochemistry.tables import FloatArray, Substance, TableName, Transition, substance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from wadflow.results.thermochemistry.conditions import Condition
    from wadflow.results.thermochemistry.reactions import Equation
    from wadflow.results.thermochemistry.species import Species

SAMPLING = 2.0
"""Kelvin between the temperatures at which a change of sign is looked for."""

HIGHEST_TEMPERATURE = 3000.0
"""Kelvin; polynomials of liquids go on to 6000 K, where none of these salts and metals is a liquid."""

Favourable = Literal["above", "below", "everywhere", "nowhere", "in between"]


@dataclass(frozen=True)
class Turning:
    """Where a reaction turns.

    Attributes
    ----------
    temperature : float, optional
        Lowest temperature (K) at which its Gibbs energy is zero; None where it has no zero.
    favourable : str
        Where its Gibbs energy is negative: ``above`` or ``below`` that temperature, ``everywhere``
        or ``nowhere`` in the range of the data, or ``in between`` of several zeros.
    temperature_range : tuple of float
        Lowest and highest temperature (K) of the data.
    """

    temperature: float | None
    favourable: Favourable
    temperature_range: tuple[float, float]


@dataclass(frozen=True)
class Energetics:
    """A reaction with the data of its species.

    Attributes
    ----------
    equation : Equation
        Balanced.
    substances : mapping
        Data of each species of the equation; all on one scale of energies.
    """

    equation: Equation
    substances: Mapping[Species, Substance]

    @cached_property
    def temperature_range(self) -> tuple[float, float]:
        """Temperatures (K) at which all species have data."""
        ranges = [self.substances[species].temperature_range for species in self.equation.coefficients]
        return max(low for low, _ in ranges), min(HIGHEST_TEMPERATURE, *(high for _, high in ranges))

    @cached_property
    def transitions(self) -> tuple[tuple[Species, Transition], ...]:
        """Changes of phase of all species, by temperature."""
        found = [
            (species, transition)
            for species in self.equation.coefficients
            for transition in self.substances[species].transitions
        ]
        return tuple(sorted(found, key=lambda pair: pair[1].temperature))

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy of reaction (kJ/mol) at temperatures in kelvin, any shape."""
        return self._sum("enthalpy", temperature)

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Entropy of reaction (J/mol/K) at 1 bar, at temperatures in kelvin, any shape."""
        return self._sum("entropy", temperature)

    def gibbs_energy(self, temperature: ArrayLike, condition: Condition | None = None) -> FloatArray:
        """Gibbs energy of reaction (kJ/mol).

        Parameters
        ----------
        temperature : array_like
            Kelvin, any shape.
        condition : Condition, optional
            Partial pressures; every gas at 1 bar if not given.

        Raises
        ------
        wadflow.errors.InputError
            A temperature at which a species has no data.
        """
        kelvin = np.asarray(temperature, dtype=float)
        value = self._sum("gibbs_energy", kelvin)
        if condition is None:
            return value
        return value + pressure_term(self.equation, kelvin, condition)

    def turning(self, condition: Condition | None = None, *, lowest: float = 0.0) -> Turning:
        """Find where the Gibbs energy changes its sign.

        Parameters
        ----------
        condition : Condition, optional
            Partial pressures; every gas at 1 bar if not given.
        lowest : float
            Look from this temperature (K) on.
        """
        from scipy.optimize import brentq

        low, high = self.temperature_range
        low = max(low, lowest)
        kelvin = np.linspace(low, high, max(2, int((high - low) / SAMPLING) + 1))
        gibbs = self.gibbs_energy(kelvin, condition)
        negative = gibbs < 0.0
        changes = np.flatnonzero(negative[1:] != negative[:-1])
        if len(changes) == 0:
            return Turning(None, "everywhere" if negative[0] else "nowhere", (low, high))
        first = int(changes[0])
        zero = brentq(lambda at: float(self.gibbs_energy(at, condition)), kelvin[first], kelvin[first + 1])
        favourable: Favourable = "below" if negative[0] else "above"
        return Turning(float(zero), favourable if len(changes) == 1 else "in between", (low, high))

    def _sum(self, quantity: str, temperature: ArrayLike) -> FloatArray:
        kelvin = np.asarray(temperature, dtype=float)
        terms = (
            float(coefficient) * getattr(self.substances[species], quantity)(kelvin)
            for species, coefficient in self.equation.coefficients.items()
        )
        return sum(terms, np.zeros_like(kelvin))


def pressure_term(equation: Equation, temperature: ArrayLike, condition: Condition) -> FloatArray:
    """Return what the partial pressures add to a Gibbs energy of reaction, RT sum(nu ln p) (kJ/mol).

    Parameters
    ----------
    equation : Equation
        Balanced.
    temperature : array_like
        Kelvin, any shape.
    condition : Condition
        Partial pressures (bar).
    """
    logarithms = sum(
        float(coefficient) * np.log(condition.pressure(species))
        for species, coefficient in equation.coefficients.items()
    )
    kelvin = np.asarray(temperature, dtype=float)
    value: FloatArray = R * kelvin / 1000.0 * logarithms
    return value


def energetics_from_tables(equation: Equation, tables: TableName) -> Energetics:
    """Return a reaction with the data of a source of experiment.

    Raises
    ------
    wadflow.errors.InputError
        The source has no data of a species, or none at a common temperature.
    """
    found = Energetics(equation, {species: substance(species, tables) for species in equation.coefficients})
    low, high = found.temperature_range
    if low >= high:
        raise InputError(
            f"the species of '{equation}' have no temperature in common in the {tables} tables",
            remedy="leave out the species whose data end first",
        )
    return found
