"""Free energies of gases above the energy of their electrons: ideal gases by `ase.thermochemistry`.

Rotations are rigid, vibrations harmonic with the measured fundamentals. Diatomic molecules get the ratio of
their partition function with anharmonicity and with the coupling of vibration and rotation to that
(0.6 kJ/mol for F2 at 1500 K). Atoms get the levels of their ground term.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, RootModel, model_validator
from scipy.constants import R, physical_constants

from wadflow.errors import InputError
from wadflow.interfaces.toml_models import read_toml, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from ase.thermochemistry import IdealGasThermo

GASES_FILE = Path(__file__).parent / "gases.toml"

BAR = 1e5
"""Pascal."""

KELVIN_PER_WAVENUMBER: float = 100.0 * physical_constants["inverse meter-kelvin relationship"][0]
"""Temperature (K) of a wavenumber of 1/cm."""

KJ_PER_WAVENUMBER: float = R * KELVIN_PER_WAVENUMBER / 1000.0
"""Energy (kJ/mol) of a wavenumber of 1/cm."""

FloatArray = NDArray[np.float64]


class Gas(BaseModel):
    """What the thermochemistry of a gas needs.

    Attributes
    ----------
    positions : tuple, optional
        Of the atoms in the order of the formula (angstrom), for the moments of inertia; not for atoms.
    symmetry_number : int
        Rotations that leave the molecule as it is.
    spin : float
        Total electronic spin of a molecule.
    harmonic, anharmonicity : float, optional
        Vibrational constants of a diatomic molecule (1/cm), omega_e and omega_e x_e.
    fundamentals : tuple of float
        Wavenumbers of the vibrations of other molecules (1/cm).
    zero_point : float, optional
        Of these molecules (1/cm): more than half the sum of the fundamentals, which are anharmonic.
    levels : tuple, optional
        Energy (1/cm) and degeneracy of each electronic level of an atom.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    positions: tuple[tuple[float, float, float], ...] | None = None
    symmetry_number: PositiveInt = 1
    spin: float = 0.0
    harmonic: PositiveFloat | None = None
    anharmonicity: PositiveFloat | None = None
    fundamentals: tuple[PositiveFloat, ...] = ()
    zero_point: PositiveFloat | None = None
    levels: tuple[tuple[float, PositiveInt], ...] | None = None

    @model_validator(mode="after")
    def _atom_or_molecule(self) -> Self:
        if (self.levels is None) == (self.positions is None):
            raise ValueError("an atom has 'levels', a molecule 'positions'; one of them is expected")
        if self.positions is not None and (self.harmonic is None) != (len(self.positions) != 2):
            raise ValueError("a diatomic molecule has 'harmonic' and 'anharmonicity', others 'fundamentals'")
        if (self.zero_point is None) != (not self.fundamentals):
            raise ValueError("'zero_point' goes with 'fundamentals'")
        return self


class _Gases(RootModel[dict[str, Gas]]):
    """The file of gases."""


@dataclass(frozen=True)
class GasThermochemistry:
    """Ideal-gas functions at 1 bar, relative to the energy of the electrons at the minimum.

    Attributes
    ----------
    formula : str
        Of the gas.
    gas : Gas
        Its data.
    """

    formula: str
    gas: Gas

    @cached_property
    def zero_point_energy(self) -> float:
        """Zero-point energy (kJ/mol), that of the anharmonic well for diatomic molecules."""
        gas = self.gas
        if gas.harmonic is not None and gas.anharmonicity is not None:
            return KJ_PER_WAVENUMBER * (gas.harmonic / 2 - gas.anharmonicity / 4)
        return KJ_PER_WAVENUMBER * (gas.zero_point or 0.0)  # atoms have none

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy with the zero-point energy (kJ/mol) at temperatures in kelvin, any shape."""
        return self.zero_point_energy + self._over("enthalpy", temperature)

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Entropy (J/mol/K) at 1 bar and temperatures in kelvin, any shape."""
        return self._over("entropy", temperature)

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy with the zero-point energy (kJ/mol) at 1 bar and temperatures in kelvin."""
        kelvin = np.asarray(temperature, dtype=float)
        return self.enthalpy(kelvin) - kelvin * self.entropy(kelvin) / 1000.0

    def _over(self, quantity: str, temperature: ArrayLike) -> FloatArray:
        kelvin = np.asarray(temperature, dtype=float)
        if np.any(kelvin <= 0.0):
            raise InputError(f"{self.formula}(g) at {kelvin.min():g} K", remedy="temperatures are above 0 K")
        values = [self._known(float(one))[quantity] for one in kelvin.ravel()]
        return np.array(values).reshape(kelvin.shape)

    @cached_property
    def _known(self) -> Callable[[float], dict[str, float]]:
        """Remember each temperature: reactions and their columns ask for the same ones over and over."""
        return cache(self._at)

    def _at(self, kelvin: float) -> dict[str, float]:
        """Return enthalpy above 0 K (kJ/mol) and entropy (J/mol/K)."""
        from ase.units import kJ, mol

        ideal = self._ideal
        vibrations = ideal.get_ZPE_correction()
        enthalpy = (ideal.get_enthalpy(kelvin, verbose=False) - vibrations) / (kJ / mol)
        entropy = 1000.0 * ideal.get_entropy(kelvin, BAR, verbose=False) / (kJ / mol)
        logarithm, energy = self._correction(kelvin)
        return {
            "enthalpy": float(enthalpy) + energy,
            "entropy": float(entropy) + R * logarithm + 1000.0 * energy / kelvin,
        }

    @cached_property
    def _ideal(self) -> IdealGasThermo:
        from ase import Atoms
        from ase.thermochemistry import IdealGasThermo
        from ase.units import invcm

        gas = self.gas
        if gas.positions is None:
            # Spin 0: the levels have the whole degeneracy.
            return IdealGasThermo([], "monatomic", atoms=Atoms(self.formula), symmetrynumber=1, spin=0.0)
        atoms = Atoms(self.formula, positions=gas.positions)
        moments = atoms.get_moments_of_inertia()
        geometry: Literal["linear", "nonlinear"] = (
            "linear" if moments.min() < 1e-6 * moments.max() else "nonlinear"
        )
        return IdealGasThermo(
            [wavenumber * invcm for wavenumber in self._fundamentals],
            geometry,
            atoms=atoms,
            symmetrynumber=gas.symmetry_number,
            spin=gas.spin,
        )

    @cached_property
    def _fundamentals(self) -> tuple[float, ...]:
        gas = self.gas
        if gas.harmonic is not None and gas.anharmonicity is not None:
            return (gas.harmonic - 2 * gas.anharmonicity,)
        return gas.fundamentals

    def _correction(self, kelvin: float) -> tuple[float, float]:
        """Return what ASE's partition function lacks: ln of the ratio, and the energy (kJ/mol)."""
        gas = self.gas
        if gas.levels is not None:
            energy, weight = np.array(gas.levels, dtype=float).T
            return _partition(energy * KELVIN_PER_WAVENUMBER, weight, kelvin)
        if gas.harmonic is None:
            return 0.0, 0.0
        logarithm, mean = _partition(*self._rovibrational_levels, kelvin)
        rotation = kelvin / (self._rotational_constant * KELVIN_PER_WAVENUMBER)
        vibration = self._fundamentals[0] * KELVIN_PER_WAVENUMBER / kelvin
        rigid = np.log(rotation) - np.log(-np.expm1(-vibration))
        rigid_mean = R * kelvin / 1000.0 * (1.0 + vibration / np.expm1(vibration))
        return logarithm - float(rigid), mean - float(rigid_mean)

    @cached_property
    def _rotational_constant(self) -> float:
        """Of the equilibrium geometry (1/cm)."""
        from ase import Atoms

        inertia = Atoms(self.formula, positions=self.gas.positions).get_moments_of_inertia().max()
        return 16.857629206 / float(inertia)  # hbar / (4 pi c) in amu angstrom^2 / cm (CODATA 2018)

    @cached_property
    def _rovibrational_levels(self) -> tuple[FloatArray, FloatArray]:
        """Return energies above the lowest (K) and degeneracies of the levels (v, J) of a Morse oscillator.

        The coupling alpha_e is that of the Morse potential (C. L. Pekeris, Phys. Rev. 45, 98 (1934), doi
        10.1103/PhysRev.45.98), the centrifugal constant Kratzer's 4 B^3 / omega^2.
        """
        omega, anharmonicity = float(self.gas.harmonic or 0.0), float(self.gas.anharmonicity or 0.0)
        b = self._rotational_constant
        coupling = 6 * np.sqrt(anharmonicity * b**3) / omega - 6 * b**2 / omega
        stretching = 4 * b**3 / omega**2
        v = np.arange(int(omega / (2 * anharmonicity)))[:, None]
        j = np.arange(int(np.sqrt(b / (2 * stretching))))[None, :]
        turning = j * (j + 1)
        vibration = omega * v - anharmonicity * v * (v + 1)
        energy = vibration + (b - coupling * (v + 0.5)) * turning - stretching * turning**2
        bound = (energy < omega**2 / (4 * anharmonicity)) & (b > coupling * (v + 0.5))
        weight = np.broadcast_to(2.0 * j + 1.0, energy.shape)
        return energy[bound] * KELVIN_PER_WAVENUMBER, weight[bound]


def load_gases() -> dict[str, GasThermochemistry]:
    """Return all gases by formula."""
    gases = validate(_Gases, read_toml(GASES_FILE), file=GASES_FILE).root
    return {formula: GasThermochemistry(formula, gas) for formula, gas in gases.items()}


def _partition(energies: FloatArray, weights: FloatArray, kelvin: float) -> tuple[float, float]:
    """Return ln of a partition function and its mean energy (kJ/mol); energies in kelvin."""
    factors = weights * np.exp(-energies / kelvin)
    total = float(factors.sum())
    return float(np.log(total)), R / 1000.0 * float((factors * energies).sum()) / total
