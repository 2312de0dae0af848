"""Substances from first principles: the energy of the electrons, vibrations, and phases from the tables.

A crystal has its energy and the vibrations of its phonons (harmonic, at the computed volume); at zero
pressure F and G are one. Where the tables of experiment have a change of its phase, its enthalpy and
temperature are taken from there, and with them the entropy; nothing else is. A gas has its energy and the
ideal-gas functions of `wadflow.results.thermochemistry.gases`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.constants import Avogadro, e

from wadflow.errors import InputError
from wadflow.results.thermochemistry.energetics import HIGHEST_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from wadflow.results.thermochemistry.gases import GasThermochemistry
    from wadflow.results.thermochemistry.tables import FloatArray, Substance, Transition

KJ_PER_MOL: float = e * Avogadro / 1000.0
"""1 eV a formula unit in kJ/mol."""

LOWEST_TEMPERATURE = 10.0
"""Kelvin from which on computed functions are given."""

JUMP_STEP = 1e-3
"""Kelvin below and above a transition at which the tables' enthalpies are taken."""


@dataclass(frozen=True)
class VibrationalFunctions:
    """Vibrations of a crystal, per formula unit, with the zero-point energy.

    Attributes
    ----------
    temperatures : ndarray, shape (n,)
        Kelvin, rising.
    free_energies : ndarray, shape (n,)
        Helmholtz energy (kJ/mol).
    entropies, heat_capacities : ndarray, shape (n,)
        J/mol/K.
    """

    temperatures: FloatArray
    free_energies: FloatArray
    entropies: FloatArray
    heat_capacities: FloatArray


@dataclass(frozen=True)
class MeasuredTransition:
    """A change of phase of the tables: ``temperature`` (K), ``enthalpy`` (kJ/mol)."""

    transition: Transition
    enthalpy: float


class ComputedCrystal:
    """A condensed substance.

    Parameters
    ----------
    energy : float
        Of the electrons at the computed structure (eV a formula unit).
    vibrations : VibrationalFunctions
        Of the crystal.
    measured : sequence of MeasuredTransition
        Changes of phase from the tables, by temperature.
    reference : str
        What was computed.
    """

    def __init__(
        self,
        energy: float,
        vibrations: VibrationalFunctions,
        measured: Sequence[MeasuredTransition],
        reference: str,
    ) -> None:
        from scipy.interpolate import CubicSpline

        self._energy: float = energy * KJ_PER_MOL
        kelvin = vibrations.temperatures
        self._free_energy = CubicSpline(kelvin, vibrations.free_energies)
        self._entropy = CubicSpline(kelvin, vibrations.entropies)
        self._heat_capacity = CubicSpline(kelvin, vibrations.heat_capacities)
        self._measured = tuple(measured)
        self.temperature_range = (float(kelvin[0]), float(kelvin[-1]))
        self.transitions = tuple(one.transition for one in self._measured)
        self.reference = reference

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy (kJ/mol) on the scale of the electrons' energies."""
        kelvin = self._checked(temperature)
        passed = sum((enthalpy * (1.0 - kelvin / at) for at, enthalpy in self._passed(kelvin)), 0.0 * kelvin)
        value: FloatArray = self._energy + self._free_energy(kelvin) + passed
        return value

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Entropy (J/mol/K)."""
        kelvin = self._checked(temperature)
        passed = sum((1000.0 * enthalpy / at for at, enthalpy in self._passed(kelvin)), 0.0 * kelvin)
        value: FloatArray = self._entropy(kelvin) + passed
        return value

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy (kJ/mol) on the scale of the electrons' energies."""
        kelvin = self._checked(temperature)
        return self.gibbs_energy(kelvin) + kelvin * self.entropy(kelvin) / 1000.0

    def heat_capacity(self, temperature: ArrayLike) -> FloatArray:
        """Heat capacity of the crystal at constant volume (J/mol/K)."""
        value: FloatArray = self._heat_capacity(self._checked(temperature))
        return value

    def _passed(self, kelvin: FloatArray) -> list[tuple[float, FloatArray]]:
        """Return temperature and enthalpy of each transition, zero where it is not reached."""
        return [
            (one.transition.temperature, np.where(kelvin >= one.transition.temperature, one.enthalpy, 0.0))
            for one in self._measured
        ]

    def _checked(self, temperature: ArrayLike) -> FloatArray:
        return _within(temperature, self.temperature_range, self.reference)


class ComputedGas:
    """A gas.

    Parameters
    ----------
    energy : float
        Of the electrons at the computed structure (eV a molecule).
    thermochemistry : GasThermochemistry
        Its ideal-gas functions.
    reference : str
        What was computed.
    """

    def __init__(self, energy: float, thermochemistry: GasThermochemistry, reference: str) -> None:
        self._energy: float = energy * KJ_PER_MOL
        self._thermochemistry = thermochemistry
        self.temperature_range = (LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE)
        self.transitions: tuple[Transition, ...] = ()
        self.reference = reference

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy (kJ/mol) on the scale of the electrons' energies."""
        return self._energy + self._thermochemistry.gibbs_energy(self._checked(temperature))

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Entropy (J/mol/K)."""
        return self._thermochemistry.entropy(self._checked(temperature))

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy (kJ/mol) on the scale of the electrons' energies."""
        return self._energy + self._thermochemistry.enthalpy(self._checked(temperature))

    def heat_capacity(self, temperature: ArrayLike) -> FloatArray:
        """Heat capacity at constant pressure (J/mol/K)."""
        kelvin = self._checked(temperature)
        rise = self._thermochemistry.enthalpy(kelvin + 0.5) - self._thermochemistry.enthalpy(kelvin - 0.5)
        return 1000.0 * rise

    def _checked(self, temperature: ArrayLike) -> FloatArray:
        return _within(temperature, self.temperature_range, self.reference)


class Shifted:
    """A substance whose energy is corrected by a constant.

    Parameters
    ----------
    substance : Substance
        As computed.
    correction : float
        kJ/mol, added to Gibbs energy and enthalpy.
    """

    def __init__(self, substance: Substance, correction: float) -> None:
        self._substance = substance
        self._correction = correction
        self.temperature_range = substance.temperature_range
        self.transitions = substance.transitions
        self.reference = substance.reference

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy (kJ/mol)."""
        return self._substance.gibbs_energy(temperature) + self._correction

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy (kJ/mol)."""
        return self._substance.enthalpy(temperature) + self._correction

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Entropy (J/mol/K)."""
        return self._substance.entropy(temperature)

    def heat_capacity(self, temperature: ArrayLike) -> FloatArray:
        """Heat capacity (J/mol/K)."""
        return self._substance.heat_capacity(temperature)


def measured_transitions(substance: Substance) -> tuple[MeasuredTransition, ...]:
    """Return the changes of phase of a table with their enthalpies (kJ/mol)."""
    found = []
    for transition in substance.transitions:
        at = transition.temperature + np.array([-JUMP_STEP, JUMP_STEP])
        below, above = substance.enthalpy(at)
        found.append(MeasuredTransition(transition, float(above - below)))
    return tuple(found)


def _within(temperature: ArrayLike, bounds: tuple[float, float], reference: str) -> FloatArray:
    kelvin = np.asarray(temperature, dtype=float)
    low, high = bounds
    wrong = kelvin[(kelvin < low) | (kelvin > high) | np.isnan(kelvin)]
    if wrong.size:
        raise InputError(
            f"{reference}: computed from {low:g} to {high:g} K, asked for {wrong[0]:g} K",
            remedy="ask for temperatures inside that range",
        )
    return kelvin
