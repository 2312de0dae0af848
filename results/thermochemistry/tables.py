"""Experimental free energies of pure substances, from two independent sources.

The NIST-JANAF tables (``tables/janaf.csv``) and the NASA Glenn polynomials (``tables/nasa9.json``),
both for a standard pressure of 1 bar. Energies are in kJ/mol, on the scale on which the elements in
their reference states at 298.15 K have no enthalpy: H(298.15 K) is the enthalpy of formation.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wadflow.errors import InputError
from wadflow.results.thermochemistry.species import Species, parse_species

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLES = Path(__file__).parent / "tables"

REFERENCE_TEMPERATURE = 298.15
"""Kelvin; the zero of the enthalpies."""

TableName = Literal["janaf", "nasa"]

FloatArray = NDArray[np.float64]

Piece = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Transition:
    """A change of the condensed phase: ``temperature`` (K) and what becomes what."""

    temperature: float
    name: str

    @property
    def is_melting(self) -> bool:
        """Whether the upper phase is the liquid."""
        return "liquid" in self.name.lower()


class Substance(Protocol):
    """Thermochemistry of one species at 1 bar; temperatures in kelvin, arrays of any shape.

    Temperatures outside the range raise `wadflow.errors.InputError`.
    """

    @property
    def temperature_range(self) -> tuple[float, float]:
        """Lowest and highest temperature (K) of the data."""

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Changes of the condensed phase, by temperature."""

    @property
    def reference(self) -> str:
        """Where the data stand."""

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy (kJ/mol)."""

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy (kJ/mol); at 298.15 K that of formation."""

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Absolute entropy (J/mol/K)."""

    def heat_capacity(self, temperature: ArrayLike) -> FloatArray:
        """Heat capacity at constant pressure (J/mol/K)."""


class JanafSubstance:
    """A table, interpolated between its rows.

    Enthalpies and the Gibbs-energy function -(G - H298)/T are interpolated with cubic polynomials
    that have the tables' own derivatives (the heat capacity, and (H - H298)/T^2) at the rows, one
    set between two transitions: no kink is smoothed away.

    Parameters
    ----------
    species : Species
        For messages.
    rows : sequence of mappings
        Rows of the table by temperature.
    """

    def __init__(self, species: Species, rows: Sequence[Mapping[str, str]]) -> None:
        from scipy.interpolate import CubicHermiteSpline

        self._species = species
        temperature, capacity, function, enthalpy = (
            np.array([float(row[column]) for row in rows]) for column in ("T_K", "Cp", "gef", "H_H298")
        )
        at_298 = next(row for row in rows if float(row["T_K"]) == REFERENCE_TEMPERATURE)
        self._formation_enthalpy = float(at_298["dfH"])
        upper = np.flatnonzero(np.diff(temperature) == 0.0) + 1
        self._edges = temperature[upper]
        self._functions: list[Piece] = []
        self._enthalpies: list[Piece] = []
        self._capacities: list[Piece] = []
        for start, end in pairwise([0, *upper.tolist(), len(rows)]):
            piece = slice(start, end)
            kelvin = temperature[piece]
            slope = 1000.0 * enthalpy[piece] / kelvin**2
            self._functions.append(CubicHermiteSpline(kelvin, function[piece], slope))
            curve = CubicHermiteSpline(kelvin, enthalpy[piece], capacity[piece] / 1000.0)
            self._enthalpies.append(curve)
            self._capacities.append(curve.derivative())
        self.temperature_range = (float(temperature[0]), float(temperature[-1]))
        self.transitions = tuple(
            Transition(float(row["T_K"]), row["transition"].lower()) for row in rows if row["transition"]
        )
        self.reference = f"NIST-JANAF table {rows[0]['table']}"

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy (kJ/mol)."""
        kelvin = self._checked(temperature)
        return self._formation_enthalpy - kelvin * self._evaluate(self._functions, kelvin) / 1000.0

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy (kJ/mol)."""
        kelvin = self._checked(temperature)
        return self._formation_enthalpy + self._evaluate(self._enthalpies, kelvin)

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Absolute entropy (J/mol/K)."""
        kelvin = self._checked(temperature)
        function = self._evaluate(self._functions, kelvin)
        return function + 1000.0 * self._evaluate(self._enthalpies, kelvin) / kelvin

    def heat_capacity(self, temperature: ArrayLike) -> FloatArray:
        """Heat capacity (J/mol/K)."""
        kelvin = self._checked(temperature)
        return 1000.0 * self._evaluate(self._capacities, kelvin)

    def _checked(self, temperature: ArrayLike) -> FloatArray:
        return _within(temperature, self.temperature_range, self._species, self.reference)

    def _evaluate(self, pieces: Sequence[Piece], kelvin: FloatArray) -> FloatArray:
        return _piecewise(pieces, self._edges, kelvin)


@dataclass(frozen=True)
class Segment:
    """One polynomial of the NASA Glenn form.

    Attributes
    ----------
    name : str
        The phase that it describes, as the source names it: ``Li2CO3(L)``.
    lowest, highest : float
        Kelvin.
    coefficients : tuple of float, length 7
        Cp/R = a1 T^-2 + a2 T^-1 + a3 + a4 T + a5 T^2 + a6 T^3 + a7 T^4.
    enthalpy_constant, entropy_constant : float
        b1 and b2 of the integrals H/RT and S/R.
    """

    name: str
    lowest: float
    highest: float
    coefficients: tuple[float, ...]
    enthalpy_constant: float
    entropy_constant: float

    def heat_capacity(self, kelvin: FloatArray) -> FloatArray:
        """Cp/R."""
        return sum((a * kelvin ** (n - 2) for n, a in enumerate(self.coefficients)), np.zeros_like(kelvin))

    def enthalpy(self, kelvin: FloatArray) -> FloatArray:
        """H/R in kelvin."""
        a1, a2, *rest = self.coefficients
        value = -a1 / kelvin + a2 * np.log(kelvin) + self.enthalpy_constant
        return sum((a * kelvin**n / n for n, a in enumerate(rest, start=1)), value)

    def entropy(self, kelvin: FloatArray) -> FloatArray:
        """S/R."""
        a1, a2, a3, *rest = self.coefficients
        value = -a1 / (2 * kelvin**2) - a2 / kelvin + a3 * np.log(kelvin) + self.entropy_constant
        return sum((a * kelvin**n / n for n, a in enumerate(rest, start=1)), value)


class NasaSubstance:
    """Polynomials of seven terms, one after the other in temperature.

    Parameters
    ----------
    species : Species
        For messages.
    segments : sequence of Segment
        By temperature, without gaps.
    reference : str
        Where the data stand.
    gas_constant : float
        That of the fit (J/mol/K).
    """

    def __init__(
        self, species: Species, segments: Sequence[Segment], reference: str, gas_constant: float
    ) -> None:
        self._species = species
        self._segments = segments
        self._gas_constant = gas_constant
        self._edges = np.array([one.lowest for one in segments[1:]])
        self.temperature_range = (segments[0].lowest, segments[-1].highest)
        self.transitions = tuple(
            Transition(after.lowest, f"{before.name} <--> {after.name.replace('(L)', ' liquid')}")
            for before, after in pairwise(segments)
            if before.name != after.name
        )
        self.reference = reference

    def gibbs_energy(self, temperature: ArrayLike) -> FloatArray:
        """Gibbs energy (kJ/mol)."""
        kelvin = np.asarray(temperature, dtype=float)
        return self.enthalpy(kelvin) - kelvin * self.entropy(kelvin) / 1000.0

    def enthalpy(self, temperature: ArrayLike) -> FloatArray:
        """Enthalpy (kJ/mol)."""
        return self._evaluate([one.enthalpy for one in self._segments], temperature) / 1000.0

    def entropy(self, temperature: ArrayLike) -> FloatArray:
        """Absolute entropy (J/mol/K)."""
        return self._evaluate([one.entropy for one in self._segments], temperature)

    def heat_capacity(self, temperature: ArrayLike) -> FloatArray:
        """Heat capacity (J/mol/K)."""
        return self._evaluate([one.heat_capacity for one in self._segments], temperature)

    def _evaluate(self, pieces: Sequence[Piece], temperature: ArrayLike) -> FloatArray:
        kelvin = _within(temperature, self.temperature_range, self._species, self.reference)
        return self._gas_constant * _piecewise(pieces, self._edges, kelvin)


@cache
def load_tables(name: TableName) -> Mapping[Species, Substance]:
    """Return all substances of a source.

    Parameters
    ----------
    name : {"janaf", "nasa"}
        NIST-JANAF tables, or NASA Glenn polynomials.
    """
    if name == "nasa":
        content = json.loads((TABLES / "nasa9.json").read_text(encoding="utf-8"))
        return {
            parse_species(key): _nasa_substance(parse_species(key), entry, content["gas_constant"])
            for key, entry in content["species"].items()
        }
    rows: dict[Species, list[dict[str, str]]] = {}
    for row in read_janaf():
        rows.setdefault(parse_species(f"{row['species']}({row['phase']})"), []).append(row)
    return {species: JanafSubstance(species, own) for species, own in rows.items()}


def read_janaf() -> list[dict[str, str]]:
    """Return the rows of the shipped JANAF tables, columns by name."""
    with (TABLES / "janaf.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def substance(species: Species, tables: TableName) -> Substance:
    """Return the data of one species.

    Raises
    ------
    wadflow.errors.InputError
        The source has no such species.
    """
    known = load_tables(tables)
    if species not in known:
        have = ", ".join(str(one) for one in sorted(known) if one.formula == species.formula)
        raise InputError(
            f"the {tables} tables have no data of {species}",
            remedy=f"they have {have}" if have else f"they have {', '.join(map(str, sorted(known)))}",
        )
    return known[species]


def _nasa_substance(species: Species, entry: Mapping[str, Any], gas_constant: float) -> NasaSubstance:
    segments = [
        Segment(one["of"], one["Tmin"], one["Tmax"], tuple(one["a"]), one["b1"], one["b2"])
        for one in entry["segments"]
    ]
    return NasaSubstance(species, segments, f"NASA Glenn, {entry['reference']}", gas_constant)


def _within(
    temperature: ArrayLike, bounds: tuple[float, float], species: Species, reference: str
) -> FloatArray:
    kelvin = np.asarray(temperature, dtype=float)
    low, high = bounds
    outside = (kelvin < low) | (kelvin > high) | np.isnan(kelvin)
    if np.any(outside):
        worst = float(np.extract(outside, kelvin)[0])
        raise InputError(
            f"{species}: {worst:g} K is outside the data ({reference}), {low:g} to {high:g} K",
            remedy="ask for temperatures inside that range; nothing is extrapolated",
        )
    return kelvin


def _piecewise(pieces: Sequence[Piece], edges: FloatArray, kelvin: FloatArray) -> FloatArray:
    """Evaluate each temperature with its piece; at an edge with the upper one."""
    which = np.searchsorted(edges, kelvin, side="right")
    values = np.empty_like(kelvin)
    for number, piece in enumerate(pieces):
        chosen = which == number
        if np.any(chosen):
            values[chosen] = piece(kelvin[chosen])
    return values
