"""What a decomposition from first principles says of quantities that experiment knows too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.computed_quantities import ComputedQuantity, Origin, lattice_quantities
from wadflow.results.crystal_lattices import (
    known_crystal,
    lattice_at_volume,
    lattice_in_cell,
    lattice_of_bulk,
    lattice_of_crystal,
)
from wadflow.results.document_names import DECOMPOSITION_PREFIX
from wadflow.results.reference_sources import bond_length, crystal_of, phase_of
from wadflow.results.thermochemistry.computed import KJ_PER_MOL
from wadflow.results.thermochemistry.hess import formation
from wadflow.results.thermochemistry.reaction_quantities import quantities_of_reactions
from wadflow.results.thermochemistry.species import Species, parse_species
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wadflow.results.crystal_lattices import CrystalLattice
    from wadflow.results.records import CalculationRecord
    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.records import ComputedRecord


def quantities_of_decomposition(document: DecompositionDocument) -> Iterable[ComputedQuantity]:
    """Give all of a decomposition that has columns from first principles; nothing where it has none.

    Lattices of crystals (angstrom), bond lengths (angstrom) and atomisation energies (kJ/mol) of molecules,
    cohesive energies (eV/atom), formation energies and enthalpies (kJ/mol), entropies and heat capacities
    (J/mol/K), bulk moduli (GPa), and the reactions.
    """
    computed = document.computed
    if computed is None:
        return
    selection = "" if computed.selection is None else f"+{computed.selection}"
    expanding = "-quasiharmonic" if computed.quasiharmonic else ""
    origin = Origin(
        document=f"{DECOMPOSITION_PREFIX.rstrip('+')}{selection}{expanding}.{computed.protocol}",
        protocol=computed.protocol,
        production=computed.production,
        functional=str(computed.calculations[0].equal_settings["xc"]),
        made=document.made,
    )
    species = [parse_species(one.species) for one in computed.species]
    energies = dict(zip(species, (one.energy for one in computed.species), strict=True))
    records = {record.key: record for record in computed.calculations}
    own = {parse_species(one.species): records[one.key] for one in computed.species if one.key in records}
    yield from _of_structures(own, computed, origin)
    yield from _of_energies(energies, own, origin)
    yield from _of_quasiharmonic(computed, origin)
    yield from _of_heat_capacities(computed, origin)
    yield from quantities_of_reactions(document, computed, origin)


def _of_structures(
    own: Mapping[Species, CalculationRecord], computed: ComputedRecord, origin: Origin
) -> Iterable[ComputedQuantity]:
    for species, record in own.items():
        if not species.is_gas:
            lattice = _lattice(species, record, computed)
            if lattice is not None:
                yield from lattice_quantities(lattice, origin, converged=record.converged)
        elif record.final_atoms is not None and record.n_atoms > 1:
            yield ComputedQuantity(
                quantity="bond length",
                species=species.formula,
                phase="gas",
                unit="angstrom",
                value=bond_length(record.final_atoms.positions),
                calculation=f"'{record.label}'",
                origin=origin,
                converged=record.converged,
            )


def _lattice(species: Species, record: CalculationRecord, computed: ComputedRecord) -> CrystalLattice | None:
    """Return the relaxed lattice: as kept, else the cell in which the crystal's phonons were computed."""
    kept = lattice_of_bulk(crystal_of(species), record)
    if kept is not None:
        return kept
    at_rest = [
        one
        for one in computed.calculations
        if (one.role, one.task, one.formula) == ("bulk", "relax", record.formula) and one.key != record.key
    ]
    # Several: phonons at several volumes, none of which needs to be that of the relaxed crystal.
    return lattice_in_cell(crystal_of(species), record, at_rest[0].cell) if len(at_rest) == 1 else None


def _of_energies(
    energies: Mapping[Species, float], own: Mapping[Species, CalculationRecord], origin: Origin
) -> Iterable[ComputedQuantity]:
    """Give differences of the electrons' energies, without any vibration."""

    def quantity(
        species: Species, name: str, value: float, unit: str, parts: Iterable[Species]
    ) -> ComputedQuantity:
        number = None
        if name == "cohesive energy":
            number = _space_group(species)
        used = [species, *parts]
        return ComputedQuantity(
            quantity=name,
            species=species.formula,
            phase=phase_of(species),
            space_group=number,
            unit=unit,
            value=value,
            calculation=f"energies of {', '.join(map(str, used))}",
            origin=origin,
            converged=all(own[one].converged for one in used if one in own),
        )

    for species, energy in energies.items():
        atoms = {Species(element, "g"): count for element, count in species.elements.items()}
        size = sum(atoms.values())
        if atoms.keys() <= energies.keys() and (size > 1 or not species.is_gas):
            apart = sum(count * energies[atom] for atom, count in atoms.items()) - energy
            if not species.is_gas and len(atoms) == 1:
                yield quantity(species, "cohesive energy", apart / size, "eV/atom", atoms)
            elif species.is_gas:
                yield quantity(species, "atomisation energy", apart * KJ_PER_MOL, "kJ/mol", atoms)
        reaction = formation(species)
        salt = not species.is_gas and len(species.elements) > 1
        if salt and reaction is not None and reaction.keys() <= energies.keys():
            value = sum(coefficient * energies[one] for one, coefficient in reaction.items())
            parts = [one for one in reaction if one != species]
            yield quantity(species, "formation energy", value * KJ_PER_MOL, "kJ/mol", parts)


def _space_group(species: Species) -> int | None:
    crystal = known_crystal(crystal_of(species))
    return None if crystal is None else lattice_of_crystal(crystal).space_group


def _of_quasiharmonic(computed: ComputedRecord, origin: Origin) -> Iterable[ComputedQuantity]:
    for record in computed.quasiharmonic:
        crystal = known_crystal(record.crystal)
        if crystal is None:
            continue
        known = lattice_of_crystal(crystal)
        size = crystal.structure.composition.reduced_composition.num_atoms
        phonons = f"phonons of {record.crystal} at {len(record.volumes)} volumes"
        lattice = lattice_at_volume(crystal, record.volume_298 / size, phonons)
        if lattice is not None:
            yield from lattice_quantities(
                lattice, origin, converged=True, temperature=REFERENCE_TEMPERATURE, method="quasiharmonic"
            )
        yield ComputedQuantity(
            quantity="bulk modulus",
            species=known.species,
            phase="crystal",
            space_group=known.space_group,
            unit="GPa",
            value=record.bulk_modulus_298,
            calculation=phonons,
            origin=origin,
            converged=computed.converged,
            temperature=REFERENCE_TEMPERATURE,
            method="quasiharmonic",
            notes=("isothermal",),
        )


def _of_heat_capacities(computed: ComputedRecord, origin: Origin) -> Iterable[ComputedQuantity]:
    for record in computed.heat_capacities:
        species = parse_species(record.species)
        yield ComputedQuantity(
            quantity="heat capacity",
            species=species.formula,
            phase=phase_of(species),
            unit="J/mol/K",
            value=record.computed,
            calculation=f"phonons of {crystal_of(species)}",
            origin=origin,
            converged=computed.converged,
            temperature=REFERENCE_TEMPERATURE,
            method="quasiharmonic" if record.at_constant == "pressure" else "",
            notes=(f"at constant {record.at_constant}; electrons' heat capacity left out",),
        )
