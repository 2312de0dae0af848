"""Energy corrections as named schemes: what is added to computed energies, and why.

PBE overbinds O2, F2, CO and CO2 and with them makes oxides, fluorides and carbonates too weak. A scheme adds
a constant to the energy of each species.

``raw``
    Nothing.
``gas-references``
    The energy of a gas is replaced by what a measured reaction enthalpy at 298.15 K gives from gases that the
    functional treats well: O2 from 2 H2 + O2 -> 2 H2O (J. K. Norskov et al., J. Phys. Chem. B 108, 17886
    (2004), doi 10.1021/jp047349j), F2 from H2 + F2 -> 2 HF. CO2 and CO from their own formation of graphite
    and the corrected O2. Atoms O and F from the dissociation of the corrected molecules. Fitted to no salt.
``anions``
    A constant for each anion in a solid: -0.687 eV per O of an oxide, -0.465 of a peroxide, -0.161 of a
    superoxide, -0.462 per F (A. Wang, R. Kingsbury et al., Sci. Rep. 11, 15496 (2021), doi
    10.1038/s41598-021-94550-5, read from pymatgen's MP2020Compatibility.yaml), and +0.83 eV per CO3 on top,
    because those of an oxide over-correct a carbonate (M. J. McDermott et al., in the package
    reaction-network 8.3, fitted to 15 carbonates at 300 K). Both were fitted to measured formation enthalpies
    at 298 K, those of Li2O, Na2O, LiF, NaF, Li2CO3 and Na2CO3 among them, against static energies of VASP's
    PAW sets: no independent test, and here vibrations come on top.
    The elements stay as computed. CO2 and CO, which those schemes take from experiment, get the energies with
    which their own formation from graphite and O2 as computed has its measured enthalpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from wadflow.errors import InputError
from wadflow.results.thermochemistry.computed import KJ_PER_MOL, Shifted
from wadflow.results.thermochemistry.reactions import Equation, parse_equation
from wadflow.results.thermochemistry.species import Species, parse_species
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE, load_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wadflow.results.thermochemistry.tables import Substance

SchemeName = Literal["raw", "gas-references", "anions"]

SCHEMES: Final[Mapping[SchemeName, str]] = {
    "raw": "energies as computed",
    "gas-references": "O2, F2, CO2, CO, O and F from measured reactions of H2, H2O, HF and graphite (Norskov "
    "2004, doi 10.1021/jp047349j); fitted to no salt",
    "anions": "constants per anion (MP2020: Wang 2021, doi 10.1038/s41598-021-94550-5) with +0.83 eV per CO3 "
    "(reaction-network 8.3), both fitted to formation enthalpies, these salts' among them; CO2 and CO from "
    "their own",
}

GAS_REACTIONS: Final = (
    "H2(g) + 1/2 O2(g) -> H2O(g)",
    "1/2 H2(g) + 1/2 F2(g) -> HF(g)",
    "C(c) + O2(g) -> CO2(g)",
    "C(c) + 1/2 O2(g) -> CO(g)",
    "1/2 O2(g) -> O(g)",
    "1/2 F2(g) -> F(g)",
)
"""In this order each gives the energy of one more gas: O2, F2, CO2, CO, O, F."""

CORRECTED_GASES: Final[tuple[str, ...]] = ("O2(g)", "F2(g)", "CO2(g)", "CO(g)", "O(g)", "F(g)")

OXIDES_OF_CARBON: Final[tuple[str, ...]] = ("CO2(g)", "CO(g)")

ANIONS: Final[Mapping[str, float]] = {
    "Li2O(c)": -0.687,
    "Na2O(c)": -0.687,
    "Li2O2(c)": 2 * -0.465,
    "Na2O2(c)": 2 * -0.465,
    "NaO2(c)": 2 * -0.161,
    "LiF(c)": -0.462,
    "NaF(c)": -0.462,
    "Li2CO3(c)": 3 * -0.687 + 0.83,
    "Na2CO3(c)": 3 * -0.687 + 0.83,
}
"""eV a formula unit."""


def corrections(scheme: SchemeName, computed: Mapping[Species, Substance]) -> dict[Species, float]:
    """Return what a scheme adds to each species (kJ/mol).

    Parameters
    ----------
    scheme : {"raw", "gas-references", "anions"}
        Name.
    computed : mapping
        The substances as computed; ``gas-references`` wants H2, H2O, HF, graphite where a gas needs them.

    Raises
    ------
    wadflow.errors.InputError
        A reference that the scheme needs was not computed.
    """
    if scheme == "raw":
        return {}
    found: dict[Species, float] = {}
    gases = CORRECTED_GASES
    if scheme == "anions":
        known = {parse_species(text): value * KJ_PER_MOL for text, value in ANIONS.items()}
        found = {species: value for species, value in known.items() if species in computed}
        gases = OXIDES_OF_CARBON
    for text, gas in zip(GAS_REACTIONS, CORRECTED_GASES, strict=True):
        species = parse_species(gas)
        if gas in gases and species in computed:
            found[species] = _from_reaction(parse_equation(text), species, computed, found)
    return found


def needed_references(species: Sequence[Species]) -> tuple[Species, ...]:
    """Return what the scheme ``gas-references`` needs beside these species.

    Parameters
    ----------
    species : sequence of Species
        Species of the reactions that are asked for.
    """
    needed = dict.fromkeys(species)
    # A gas of one reaction may be a reference of an earlier one: CO2 needs O2, which needs H2O.
    for text, gas in reversed(tuple(zip(GAS_REACTIONS, CORRECTED_GASES, strict=True))):
        if parse_species(gas) in needed:
            needed |= dict.fromkeys(parse_equation(text).coefficients)
    return tuple(one for one in needed if one not in species)


def corrected(scheme: SchemeName, computed: Mapping[Species, Substance]) -> dict[Species, Substance]:
    """Return the substances with a scheme's corrections."""
    shifts = corrections(scheme, computed)
    return {
        species: Shifted(one, shifts[species]) if species in shifts else one
        for species, one in computed.items()
    }


def _from_reaction(
    equation: Equation,
    unknown: Species,
    computed: Mapping[Species, Substance],
    corrected_before: Mapping[Species, float],
) -> float:
    """Return what makes the computed enthalpy of a reaction at 298.15 K the measured one (kJ/mol)."""
    tables = load_tables("janaf")
    difference = 0.0
    for species, coefficient in equation.coefficients.items():
        if species not in computed:
            raise InputError(
                f"the scheme 'gas-references' needs {species}, which was not computed",
                remedy=f"compute the species of '{equation}' too, or take another scheme",
            )
        measured = float(tables[species].enthalpy(REFERENCE_TEMPERATURE))
        ours = float(computed[species].enthalpy(REFERENCE_TEMPERATURE)) + corrected_before.get(species, 0.0)
        difference += float(coefficient) * (measured - ours)
    return difference / float(equation.coefficients[unknown])
