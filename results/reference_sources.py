"""Data that the package holds in other tables: crystal structures, gases, thermochemistry; and in documents.

They are turned into the form of `wadflow.results.reference_data`, so that each number stands in one file.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wadflow.interfaces.crystals import list_crystals, list_structures, load_crystal
from wadflow.results.crystal_lattices import UNSTRAINED, known_crystal, lattice_of_crystal
from wadflow.results.documents import AdhesionDocument
from wadflow.results.reference_data import EXPERIMENT, SOURCE, Datum, shipped_tables
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.gases import load_gases
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE, load_tables
from wadflow.results.units import convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wadflow.results.records import EnergyKind
    from wadflow.results.surface_documents import SlopeRecord
    from wadflow.results.thermochemistry.documents import ReactionRecord
    from wadflow.results.thermochemistry.species import Species

GAS_CONSTANTS = (
    "K. P. Huber, G. Herzberg, Constants of Diatomic Molecules (1979); T. Shimanouchi, NSRDS-NBS 39 (1972)"
)

FROM_MEMORY = "written down from memory of the compilation; entropies from it agree with NIST-JANAF"

IDENTITY: Final = "identity"
"""Kind of a value that another document of ours gives."""

SAME_ORIGIN: Final = 0.1
"""kJ/mol and J/mol/K: tables that differ by less have one measurement behind them, not two."""

TWICE: Final = "minus twice a surface energy, for an upper slab that continues the crystal of the lower"

TWO_TABLES: Final = "uncertainty: difference to the NASA Glenn data, a lower bound"


@cache
def all_data() -> tuple[Datum, ...]:
    """Return the shipped tables, and what the package holds elsewhere."""
    gases = tuple(data_of_gases())
    # Atomisation energies of molecules are measured with the zero-point energy, which we know.
    tables = tuple(_of_electrons(datum) for datum in shipped_tables())
    return (*data_of_crystals(), *tables, *gases, *data_of_thermochemistry())


def data_of_crystals() -> Iterable[Datum]:
    """Give the lattice parameters of all shipped structures (angstrom, degree)."""
    for name in list_structures():
        crystal = load_crystal(name)
        lattice = lattice_of_crystal(crystal)
        for quantity, (value, unit) in lattice.values().items():
            yield Datum(
                quantity=quantity,
                species=lattice.species,
                phase="crystal",
                space_group=lattice.space_group,
                kind=EXPERIMENT,
                value=round(value, 5),
                unit=unit,
                temperature=crystal.temperature,
                source=f"{crystal.citation}, structure {name}",
                confirmed=True,
            )


def data_of_gases() -> Iterable[Datum]:
    """Give bond lengths (angstrom) and harmonic wavenumbers (1/cm) of the gases."""
    for formula, gas in load_gases().items():
        if gas.gas.positions is not None:
            yield _of_gas("bond length", formula, bond_length(gas.gas.positions), "angstrom")
        if gas.gas.harmonic is not None:
            yield _of_gas("harmonic wavenumber", formula, gas.gas.harmonic, "1/cm")


def bond_length(positions: Sequence[Sequence[float]]) -> float:
    """Return the shortest distance of two atoms (angstrom).

    Parameters
    ----------
    positions : sequence, shape (n, 3)
        angstrom.
    """
    from scipy.spatial.distance import pdist

    return float(pdist(np.asarray(positions, dtype=float)).min())


def data_of_thermochemistry() -> Iterable[Datum]:
    """Give formation enthalpies (kJ/mol), entropies and heat capacities (J/mol/K) of NIST-JANAF at 298 K."""
    janaf, nasa = load_tables("janaf"), load_tables("nasa")
    gases, crystals = load_gases(), list_crystals()
    for species, table in janaf.items():
        if species.formula not in gases and (species.is_gas or crystal_of(species) not in crystals):
            continue
        for quantity, method, unit in (
            ("formation enthalpy", "enthalpy", "kJ/mol"),
            ("entropy", "entropy", "J/mol/K"),
            ("heat capacity", "heat_capacity", "J/mol/K"),
        ):
            value = float(getattr(table, method)(REFERENCE_TEMPERATURE))
            if quantity == "formation enthalpy" and value == 0.0:  # an element in its reference state
                continue
            other = float(getattr(nasa[species], method)(REFERENCE_TEMPERATURE)) if species in nasa else None
            spread = None if other is None else _spread(value, other)
            yield Datum(
                quantity=quantity,
                species=species.formula,
                phase=phase_of(species),
                kind=EXPERIMENT,
                value=round(value, 3),
                unit=unit,
                uncertainty=spread,
                temperature=REFERENCE_TEMPERATURE,
                source=table.reference,
                confirmed=True,
                note="" if spread is None else TWO_TABLES,
            )


def crystal_of(species: Species) -> str:
    """Return the name that the crystal of a condensed species has, whether it is shipped or not."""
    return "graphite" if species.formula == "C" else species.formula


def phase_of(species: Species) -> str:
    """Return the phase as the tables call it; at 298 K what is condensed is a crystal."""
    return "gas" if species.is_gas else "crystal"


def data_of_documents(documents: Sequence[object]) -> Iterable[Datum]:
    """Give counterparts that documents carry: the source, reactions of the tables, twice a surface energy."""
    surfaces = [one for one in documents if isinstance(one, SurfaceDocument)]
    for document in documents:
        if isinstance(document, AdhesionDocument):
            yield from _source(document)
            yield from _like_metals(document, surfaces)
        elif isinstance(document, DecompositionDocument):
            for reaction in document.reactions:
                yield from _reaction(reaction)


def _of_gas(quantity: str, formula: str, value: float, unit: str) -> Datum:
    return Datum(
        quantity=quantity,
        species=formula,
        phase="gas",
        kind=EXPERIMENT,
        value=value,
        unit=unit,
        source=GAS_CONSTANTS,
        confirmed=False,
        note=FROM_MEMORY,
    )


def _source(document: AdhesionDocument) -> Iterable[Datum]:
    if document.source is None:
        return
    for kind in ("rigid", "relaxed"):
        yield Datum(
            quantity=f"work of adhesion, {kind}",
            species=document.title,
            phase="interface",
            kind=SOURCE,
            value=document.source.work_of_adhesion,
            unit="J/m2",
            source=document.source.citation or f"doi {document.source.doi}",
            doi=document.source.doi,
            confirmed=True,
            note=f"{document.source.settings}; rigid or relaxed: not said",
        )


def _like_metals(document: AdhesionDocument, surfaces: Sequence[SurfaceDocument]) -> Iterable[Datum]:
    """Give minus twice the surface energy where one metal meets itself without strain."""
    lower, upper = document.lower, document.upper
    same = (lower.crystal, lower.miller) == (upper.crystal, upper.miller)
    crystal = known_crystal(lower.crystal)
    if not same or crystal is None or lower.tasker_class is not None or lower.strain_measure > UNSTRAINED:
        return
    lattice, family = lattice_of_crystal(crystal), family_of(lower.miller)
    kind: EnergyKind = document.energy_kind
    for datum in shipped_tables():
        known = (datum.quantity, datum.species, datum.space_group)
        if known == ("surface energy", lattice.species, lattice.space_group) and datum.miller in (
            None,
            family,
        ):
            yield datum.model_copy(
                update={
                    **_like(document, kind),
                    "value": -2 * datum.value,
                    "uncertainty": None if datum.uncertainty is None else 2 * datum.uncertainty,
                    "note": f"{TWICE}; {datum.note}",
                }
            )
    for surface in surfaces:
        if (surface.crystal, surface.protocol) == (lower.crystal, document.protocol):
            for face in surface.faces:
                if face.family == family:
                    yield _twice("rigid", face.rigid, surface, document)
                    yield _twice("relaxed", face.relaxed, surface, document)


def _like(document: AdhesionDocument, kind: EnergyKind) -> dict[str, Any]:
    return {
        "quantity": f"work of adhesion, {kind}",
        "species": document.title,
        "phase": "interface",
        "space_group": None,
        "miller": None,
    }


def _twice(
    kind: EnergyKind, line: SlopeRecord, surface: SurfaceDocument, document: AdhesionDocument
) -> Datum:
    return Datum(
        **_like(document, kind),
        kind=IDENTITY,
        value=-2 * line.surface_energy,
        unit="J/m2",
        uncertainty=2 * max(line.spread, line.standard_error) or None,
        source=f"surface energies of '{surface.name}', protocol '{surface.protocol}'",
        confirmed=True,
        note=TWICE,
    )


def family_of(miller: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the indices by which the faces of a cubic metal are named: (1, -1, 0) is one of (1, 1, 0)."""
    h, k, l = sorted((abs(index) for index in miller), reverse=True)  # noqa: E741  # their names
    return h, k, l


def _reaction(reaction: ReactionRecord) -> Iterable[Datum]:
    columns = {column.source: column for column in reaction.columns}
    janaf, nasa = columns.get("janaf"), columns.get("nasa")
    if janaf is None:
        return
    for quantity, name, unit in (
        ("reaction enthalpy", "enthalpy_298", "kJ/mol"),
        ("reaction Gibbs energy", "gibbs_energy_298", "kJ/mol"),
    ):
        value = getattr(janaf, name)
        spread = None if nasa is None else _spread(value, getattr(nasa, name))
        yield Datum(
            quantity=quantity,
            species=reaction.equation,
            phase="reaction",
            kind=EXPERIMENT,
            value=value,
            unit=unit,
            uncertainty=spread,
            temperature=REFERENCE_TEMPERATURE,
            source="NIST-JANAF 4th ed. (Chase 1998)",
            confirmed=True,
            note="" if spread is None else TWO_TABLES,
        )


def _spread(one: float, other: float) -> float | None:
    difference = abs(one - other)
    return round(difference, 3) if difference >= SAME_ORIGIN else None


def _of_electrons(datum: Datum) -> Datum:
    gas = load_gases().get(datum.species)
    if datum.quantity != "atomisation energy at 0 K" or gas is None:
        return datum
    zero_point = convert(gas.zero_point_energy, "kJ/mol", datum.unit)
    return datum.model_copy(
        update={
            "quantity": "atomisation energy",
            "value": round(datum.value + zero_point, 3),
            "zero_point": "removed",
            "note": f"{datum.value:g} {datum.unit} measured at 0 K, plus the zero-point energy of "
            f"{zero_point:.3f} {datum.unit} ({GAS_CONSTANTS})",
        }
    )
