"""The walk of decomposition thermochemistry: crystals and gases, then phonons, then the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wadflow.interfaces.symmetry import symmetrized
from wadflow.results.document_names import DECOMPOSITION_PREFIX
from wadflow.results.thermochemistry.computed import (
    ComputedCrystal,
    ComputedGas,
    measured_transitions,
)
from wadflow.results.thermochemistry.conditions import Condition  # noqa: TC001  # pydantic reads it
from wadflow.results.thermochemistry.corrections import SCHEMES, corrected, corrections
from wadflow.results.thermochemistry.decomposition import TABLES, assemble, energetics_of_tables
from wadflow.results.thermochemistry.energetics import Energetics
from wadflow.results.thermochemistry.gases import load_gases
from wadflow.results.thermochemistry.quasiharmonic import quasiharmonic
from wadflow.results.thermochemistry.reactions import Reaction  # noqa: TC001  # pydantic reads it
from wadflow.results.thermochemistry.records import (
    ComputedRecord,
    ComputedSpeciesRecord,
    HeatCapacityRecord,
)
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE, load_tables
from wadflow.workflows import decomposition_steps as steps
from wadflow.workflows.phonons import (
    DisplacedSupercells,
    displaced_supercells,
    supercell_matrix,
    vibrations,
)
from wadflow.workflows.requests import Request
from wadflow.workflows.study import Study

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ase import Atoms

    from wadflow.results.documents import Role
    from wadflow.results.records import CalculationRecord
    from wadflow.results.thermochemistry.computed import VibrationalFunctions
    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.records import PhononRecord, QuasiharmonicRecord
    from wadflow.results.thermochemistry.species import Species
    from wadflow.results.thermochemistry.tables import Substance
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.protocol import Protocol
    from wadflow.workflows.requests import Outcomes, Program
    from wadflow.workflows.study import IsFromArchive


class DecompositionStudy(Study):
    """Reactions from first principles, beside the tables of experiment.

    Attributes
    ----------
    selection : str
        What was asked for, as a name: it names the document.
    reactions, conditions : dict
        By name.
    quasiharmonic : bool
        Whether crystals expand: phonons at several volumes instead of one.
    """

    selection: str
    reactions: dict[str, Reaction]
    conditions: dict[str, Condition]
    quasiharmonic: bool = False

    @property
    def name(self) -> str:
        """What was asked for."""
        return self.selection

    @property
    def title(self) -> str:
        """What was asked for, for people."""
        return f"Decomposition: {self.selection}"

    @property
    def document_name(self) -> str:
        """Selection and protocol, after a prefix that no interface has."""
        expanding = "-quasiharmonic" if self.quasiharmonic else ""
        return f"{DECOMPOSITION_PREFIX}{self.selection}{expanding}.{self.protocol.name}"

    @property
    def settings(self) -> Protocol:
        """Those for reactions."""
        return self.protocol.for_reactions()

    @property
    def strains(self) -> tuple[float, ...]:
        """Strains of all lengths at which phonons are wanted."""
        return self.protocol.phonons.strains if self.quasiharmonic else (0.0,)

    def program(self) -> Program[FinishedDecomposition]:
        """Walk from crystals and gases to all free energies."""
        return decomposition_program(self)


@dataclass(frozen=True)
class Phonons:
    """Phonons of one crystal at one volume.

    Attributes
    ----------
    settled : Calculation
        The atoms at rest.
    displaced : DisplacedSupercells
        What was displaced.
    at_rest : Calculation
        Forces of the supercell without displacement.
    forces : tuple of Calculation
        Of each displacement.
    energy : Calculation, optional
        Of the electrons at this volume; None: that of the relaxed cell.
    """

    settled: Calculation
    displaced: DisplacedSupercells
    at_rest: Calculation
    forces: tuple[Calculation, ...]
    energy: Calculation | None

    @property
    def calculations(self) -> tuple[Calculation, ...]:
        """What comes after the atoms are at rest."""
        supercells = (self.at_rest, *self.forces)
        return supercells if self.energy is None else (self.energy, *supercells)


@dataclass(frozen=True)
class FinishedDecomposition:
    """All that a document is made of.

    Attributes
    ----------
    study : DecompositionStudy
        What was asked for.
    energies : dict of Species to Calculation
        Relaxations of crystals and molecules, energies of atoms.
    phonons : dict of Species to tuple of Phonons
        Of each crystal, at each volume.
    outcomes : mapping of str to Outcome
        Of all these, by key.
    """

    study: DecompositionStudy
    energies: dict[Species, Calculation]
    phonons: dict[Species, tuple[Phonons, ...]]
    outcomes: Outcomes

    def document(self, is_from_archive: IsFromArchive) -> DecompositionDocument:
        """Assemble the document: the tables' columns, and one of each correction scheme."""
        computed, phonon_records, expansions = self._substances()
        computable = steps.computable(self.study.reactions)
        energetics = energetics_of_tables(self.study.reactions)
        sources = {str(name): title for name, title in TABLES.items()}
        shifts: dict[str, dict[str, float]] = {}
        for scheme, title in SCHEMES.items():
            substances = corrected(scheme, computed)
            energetics[scheme] = {
                name: Energetics(reaction.parsed, substances) for name, reaction in computable.items()
            }
            sources[scheme] = f"{self.study.protocol.electrons.functional}, {title}"
            shifts[scheme] = {str(species): value for species, value in corrections(scheme, computed).items()}
        provenance = ComputedRecord(
            selection=self.study.selection,
            protocol=self.study.protocol.name,
            production=self.study.protocol.production,
            species=tuple(
                ComputedSpeciesRecord(species=str(species), energy=self._energy(species), key=calculation.key)
                for species, calculation in self.energies.items()
            ),
            phonons=tuple(phonon_records),
            quasiharmonic=tuple(expansions),
            heat_capacities=self._heat_capacities(computed),
            corrections=shifts,
            calculations=self._records(is_from_archive),
        )
        return assemble(
            self.study.reactions,
            energetics,
            self.study.conditions,
            sources=sources,
            computed=provenance,
            notes=[self._model(), *steps.left_out(self.study.reactions), *_doubts(provenance)],
        )

    def _substances(
        self,
    ) -> tuple[dict[Species, Substance], list[PhononRecord], list[QuasiharmonicRecord]]:
        tables, gases = load_tables("janaf"), load_gases()
        found: dict[Species, Substance] = {}
        phonon_records, expansions = [], []
        for species in self.energies:
            reference = f"{species}, {self.study.protocol.electrons.functional}"
            if species.is_gas:
                found[species] = ComputedGas(self._energy(species), gases[species.formula], reference)
                continue
            at_volumes = [self._vibrations(species, phonons) for phonons in self.phonons[species]]
            functions = at_volumes[0][0]
            phonon_records += [record for _, record in at_volumes]
            if self.study.quasiharmonic:
                functions, expansion = self._expansion(species, [one for one, _ in at_volumes])
                expansions.append(expansion)
            measured = measured_transitions(tables[species]) if species in tables else ()
            found[species] = ComputedCrystal(self._energy(species), functions, measured, reference)
        return found, phonon_records, expansions

    def _model(self) -> str:
        """Say what the columns from first principles rest on."""
        crystals = (
            "crystals expand in the quasiharmonic approximation, all lengths alike"
            if self.study.quasiharmonic
            else "crystals vibrate harmonically at their computed volume"
        )
        return (
            f"From first principles: {crystals}, without long-range electric fields of optical modes and "
            "without the entropy of electrons; temperatures and enthalpies of melting and of other changes "
            "of phase are those of JANAF; gases are ideal, with measured vibrations and rotations; dipoles "
            "of LiF(g) and NaF(g) see their images (about -0.02 eV at 5 angstrom between molecule and box)."
        )

    def _heat_capacities(self, computed: Mapping[Species, Substance]) -> tuple[HeatCapacityRecord, ...]:
        tables = load_tables("janaf")
        return tuple(
            HeatCapacityRecord(
                species=str(species),
                at_constant="pressure" if self.study.quasiharmonic else "volume",
                computed=float(substance.heat_capacity(REFERENCE_TEMPERATURE)),
                measured=float(tables[species].heat_capacity(REFERENCE_TEMPERATURE))
                if species in tables
                else None,
            )
            for species, substance in computed.items()
            if not species.is_gas
        )

    def _vibrations(self, species: Species, phonons: Phonons) -> tuple[VibrationalFunctions, PhononRecord]:
        return vibrations(
            phonons.displaced,
            [np.array(self.outcomes[one.key].forces) for one in phonons.forces],
            self.study.protocol.phonons,
            at_rest=np.array(self.outcomes[phonons.at_rest.key].forces),
            crystal=steps.crystal_of(species),
            units=self._units(species),
        )

    def _expansion(
        self, species: Species, functions: list[VibrationalFunctions]
    ) -> tuple[VibrationalFunctions, QuasiharmonicRecord]:
        units = self._units(species)
        at_volumes = [
            (phonons.energy.to_atoms().get_volume() / units, self.outcomes[phonons.energy.key].energy / units)
            for phonons in self.phonons[species]
            if phonons.energy is not None
        ]
        volumes, energies = zip(*at_volumes, strict=True)
        unstrained = energies[self.study.strains.index(0.0)]
        crystal = steps.crystal_of(species)
        return quasiharmonic(crystal, volumes, energies, functions, reference=unstrained)

    def _energy(self, species: Species) -> float:
        """Return the energy of a formula unit (eV)."""
        return self.outcomes[self.energies[species].key].energy / self._units(species)

    def _units(self, species: Species) -> int:
        """Return the formula units in the calculated cell."""
        return len(self.energies[species].atoms.numbers) // sum(species.elements.values())

    def _records(self, is_from_archive: IsFromArchive) -> tuple[CalculationRecord, ...]:
        asked: list[tuple[Role, Calculation]] = [
            ("gas" if species.is_gas else "bulk", calculation)
            for species, calculation in self.energies.items()
        ]
        for phonons in (one for at_volumes in self.phonons.values() for one in at_volumes):
            asked.append(("bulk", phonons.settled))
            asked += [("phonon", one) for one in phonons.calculations]
        return tuple(
            self.outcomes[one.key].record(one, role=role, from_archive=is_from_archive(one))
            for role, one in asked
        )


def decomposition_program(study: DecompositionStudy) -> Program[FinishedDecomposition]:
    """Walk from crystals and gases to all free energies.

    1. Crystals are relaxed with their cells; molecules are relaxed, atoms calculated, in boxes.
    2. The atoms of each crystal come to rest at the cutoff of its phonons, at one volume or at several.
    3. Supercells with one atom displaced give the phonons, there.

    Parameters
    ----------
    study : DecompositionStudy
        What to calculate, and how.

    Raises
    ------
    wadflow.errors.InputError
        A species that no crystal or gas is known of.
    """
    protocol = study.settings
    energies = {
        species: _energy_calculation(species, protocol)
        for species in steps.all_species(steps.computable(study.reactions).values())
    }
    crystals = {species: steps.crystal_of(species) for species in energies if not species.is_gas}
    requests = [
        Request("gas" if species.is_gas else "bulk", calculation) for species, calculation in energies.items()
    ]
    outcomes = dict((yield requests))
    settled = {
        (species, strain): steps.settled_calculation(
            crystal, outcomes[energies[species].key], protocol, strain=strain
        )
        for species, crystal in crystals.items()
        for strain in study.strains
    }
    outcomes |= yield [Request("bulk", calculation) for calculation in settled.values()]
    phonons = {
        species: _phonons(
            crystal,
            symmetrized(outcomes[energies[species].key].atoms.to_atoms()),
            [settled[species, strain] for strain in study.strains],
            outcomes,
            protocol,
            with_energies=study.quasiharmonic,
        )
        for species, crystal in crystals.items()
    }
    outcomes |= yield [
        Request("phonon", one)
        for at_volumes in phonons.values()
        for each in at_volumes
        for one in each.calculations
    ]
    return FinishedDecomposition(study, energies, phonons, outcomes)


def _phonons(
    crystal: str,
    unstrained: Atoms,
    at_volumes: Sequence[Calculation],
    outcomes: Outcomes,
    protocol: Protocol,
    *,
    with_energies: bool,
) -> tuple[Phonons, ...]:
    # One supercell and one mesh for all volumes, or the energy would jump from one to the next.
    matrix = supercell_matrix(unstrained, protocol.phonons.min_length)
    kpoints = steps.supercell_mesh(crystal, unstrained, matrix, protocol)
    found = []
    for settled in at_volumes:
        cell = symmetrized(outcomes[settled.key].atoms.to_atoms())
        displaced = displaced_supercells(cell, matrix, protocol.phonons)
        at_rest, *forces = (
            steps.supercell_calculation(crystal, number, supercell, protocol, kpoints=kpoints)
            for number, supercell in ((None, displaced.at_rest), *enumerate(displaced.supercells))
        )
        energy = steps.energy_calculation(crystal, unstrained, cell, protocol) if with_energies else None
        found.append(Phonons(settled, displaced, at_rest, tuple(forces), energy))
    return tuple(found)


def _per_temperature(energies: dict[float, float]) -> str:
    return " and ".join(f"{energy:+.1f} kJ/mol at {kelvin:g} K" for kelvin, energy in energies.items())


def _doubts(provenance: ComputedRecord) -> list[str]:
    """Say which phonons and calculations are not what they should be."""
    imaginary = [
        f"Phonons of {one.crystal}: {one.imaginary_modes:.2g} of {one.modes} modes are imaginary, the lowest "
        f"{-one.lowest_frequency:.2f}i THz; they count as real ones of the same size, and add "
        f"{_per_temperature(one.imaginary_share)} to the free energy of a formula unit."
        for one in provenance.phonons
        if one.imaginary_modes > 0
    ]
    unfinished = [one.label for one in provenance.calculations if not one.converged]
    return imaginary + ([f"Not converged: {', '.join(unfinished)}."] if unfinished else [])


def _energy_calculation(species: Species, protocol: Protocol) -> Calculation:
    if species.is_gas:
        return steps.gas_calculation(species, protocol)
    return steps.crystal_calculation(steps.crystal_of(species), protocol)
