"""The section of heated salts: verdicts, Gibbs-energy diagrams, reactions, errors of first principles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.report import alternatives
from wadflow.results.report.blocks import (
    Block,
    Code,
    Column,
    Fold,
    Notes,
    Paragraph,
    Picture,
    Section,
    Table,
    Value,
)
from wadflow.results.report.provenance import KEY_SHOWN, calculations_table
from wadflow.results.thermochemistry.comparison import REFERENCE, TEMPERATURES
from wadflow.results.thermochemistry.gibbs_diagram import draw_gibbs_diagram
from wadflow.results.thermochemistry.wording import metal_text, turning_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.records import ComputedRecord

KILOJOULE = "kJ/mol"


def decomposition_section(
    document: DecompositionDocument, name: str, *, drawn_elsewhere: Collection[str] = ()
) -> Section:
    """Return everything about one decomposition document.

    Parameters
    ----------
    document : DecompositionDocument
        From the tables alone, or with columns from first principles.
    name : str
        Names anchors, tables and pictures: unique in a report.
    drawn_elsewhere : collection of str
        Salts whose diagram another section has.
    """
    computed = document.computed
    salts = salts_of(document)
    blocks: list[Block] = [
        Paragraph(
            "What a salt becomes when it is heated, at the partial pressures of each condition: "
            + "; ".join(f"{key}: {condition.title}" for key, condition in document.conditions.items())
            + ". Sources of energies: "
            + "; ".join(f"{key}: {one}" for key, one in document.sources.items())
            + "."
        ),
        Notes("What a Gibbs energy of zero means", document.notes),
    ]
    if computed is not None and not computed.production:
        text = f"Protocol '{computed.protocol}' only proves the path; these numbers are no result."
        blocks.append(Notes("No result", (text,), tone="bad"))
    blocks.append(_verdicts(document, name))
    blocks += [
        Picture(
            name=f"gibbs-energy.{salt}.{name}",
            figure=draw_gibbs_diagram(document, salt),
            caption=f"Gibbs energies of the channels of {salt}. Below zero (tinted) equilibrium asks for "
            "the products.",
            alternative=alternatives.of_gibbs_diagram(document, salt),
            wide=True,
        )
        for salt in salts
        if salt not in drawn_elsewhere
    ]
    tables = [_reactions(document, name)]
    if computed is not None:
        tables += [_errors(document, name), _heat_capacities(document, name)]
    blocks.append(Fold("Reactions", tuple(tables)))
    if computed is not None:
        behind = (
            _phonons(computed, name),
            _corrections(computed, name),
            calculations_table(name, title_of(document), computed.calculations),
        )
        blocks.append(Fold("Phonons, corrections and calculations", behind))
    conditions = " ".join(f"-c {key}" for key in document.conditions)
    protocol = "" if computed is None else f" -p {computed.protocol}"
    names = "" if computed is None else " " + " ".join(salts)
    command = f"wadflow decompose{names} {conditions}{protocol} --pictures figures"
    blocks.append(Fold("The command to repeat it", (Code("Command", command, "bash"),)))
    return Section(anchor=f"decomposition-{name}", title=title_of(document), blocks=tuple(blocks))


def salts_of(document: DecompositionDocument) -> list[str]:
    """Return the salts that a document has verdicts on."""
    return list(dict.fromkeys(verdict.salt for verdict in document.verdicts))


def title_of(document: DecompositionDocument) -> str:
    """Return a title that tells documents apart: whose energies, which salts, which protocol."""
    if document.computed is None:
        return "Heated salts, by the tables of experiment"
    return f"{', '.join(salts_of(document))} heated, from first principles [{document.computed.protocol}]"


def _verdicts(document: DecompositionDocument, name: str) -> Table:
    equations = {record.name: record.equation for record in document.reactions}
    return Table(
        name=f"verdicts.{name}",
        caption="What comes first on heating, and whether condensed metal is ever the stable product",
        columns=(
            Column("salt", "salt"),
            Column("condition", "condition"),
            Column("source", "source"),
            Column("first channel", "first_channel"),
            Column("from", "first_temperature_K", "K", 0),
            Column("condensed metal is stable", "condensed_metal"),
        ),
        rows=tuple(
            (
                verdict.salt,
                verdict.condition,
                verdict.source,
                equations[verdict.first] if verdict.first else f"none up to {verdict.highest:.0f} K",
                verdict.first_temperature,
                metal_text(verdict),
            )
            for verdict in document.verdicts
        ),
    )


def _reactions(document: DecompositionDocument, name: str) -> Table:
    conditions = list(document.conditions)
    return Table(
        name=f"reactions.{name}",
        caption="Reactions at 298.15 K and 1 bar, and where their Gibbs energy is below zero; "
        + document.convention,
        columns=(
            Column("reaction", "reaction"),
            Column("source", "source"),
            Column("enthalpy", "enthalpy_298_kJ_per_mol", KILOJOULE, 1),
            Column("entropy", "entropy_298_J_per_mol_K", "J/mol/K", 1),
            Column("Gibbs energy", "gibbs_energy_298_kJ_per_mol", KILOJOULE, 1),
            *(Column(f"below zero, {one}", f"below_zero_{one}") for one in conditions),
        ),
        rows=tuple(
            (
                record.equation,
                column.source,
                column.enthalpy_298,
                column.entropy_298,
                column.gibbs_energy_298,
                *(turning_text(column.turning(one), column) for one in conditions),
            )
            for record in document.reactions
            for column in record.columns
        ),
    )


def _errors(document: DecompositionDocument, name: str) -> Table:
    conditions = list(document.conditions)
    rows: list[tuple[Value, ...]] = [
        (
            record.equation,
            errors.source,
            errors.enthalpy_298,
            errors.entropy_298,
            *(errors.gibbs_energies.get(kelvin) for kelvin in TEMPERATURES),
            *(errors.turnings.get(one) for one in conditions),
        )
        for record in document.reactions
        for errors in record.errors
    ]
    return Table(
        name=f"errors.{name}",
        caption=f"Signed errors against {REFERENCE}: source minus {REFERENCE}",
        columns=(
            Column("reaction", "reaction"),
            Column("source", "source"),
            Column("enthalpy", "enthalpy_298_kJ_per_mol", KILOJOULE, 1, signed=True),
            Column("entropy", "entropy_298_J_per_mol_K", "J/mol/K", 1, signed=True),
            *(
                Column(
                    f"Gibbs energy at {kelvin:.0f} K",
                    f"gibbs_energy_{kelvin:.0f}_kJ_per_mol",
                    KILOJOULE,
                    1,
                    signed=True,
                )
                for kelvin in TEMPERATURES
            ),
            *(
                Column(f"temperature of zero, {one}", f"zero_{one}_K", "K", 0, signed=True)
                for one in conditions
            ),
        ),
        rows=tuple(rows),
    )


def _heat_capacities(document: DecompositionDocument, name: str) -> Table:
    capacities = () if document.computed is None else document.computed.heat_capacities
    return Table(
        name=f"heat-capacities.{name}",
        caption="Heat capacities of crystals at 298.15 K",
        columns=(
            Column("crystal", "crystal"),
            Column("computed", "computed_J_per_mol_K", "J/mol/K", 2),
            Column("at constant", "at_constant"),
            Column(f"{REFERENCE}, constant pressure", "measured_J_per_mol_K", "J/mol/K", 2),
            Column("error", "error_percent", "%", 1, signed=True),
        ),
        rows=tuple(
            (
                one.species,
                one.computed,
                one.at_constant,
                one.measured,
                None if one.relative_error is None else 100 * one.relative_error,
            )
            for one in capacities
        ),
    )


def _phonons(computed: ComputedRecord, name: str) -> Table:
    return Table(
        name=f"phonons.{name}",
        caption="Phonons by finite displacements",
        columns=(
            Column("crystal", "crystal"),
            Column("atoms in the supercell", "supercell_atoms", decimals=0),
            Column("displacements", "displacements", decimals=0),
            Column("modes per wave vector", "modes", decimals=0),
            Column("imaginary, mean number", "imaginary_modes", decimals=3),
            Column("lowest frequency", "lowest_frequency_THz", "THz", 2),
            Column("highest frequency", "highest_frequency_THz", "THz", 2),
        ),
        rows=tuple(
            (
                one.crystal,
                one.supercell_atoms,
                one.displacements,
                one.modes,
                one.imaginary_modes,
                one.lowest_frequency,
                one.highest_frequency,
            )
            for one in computed.phonons
        ),
        notes=(
            "Frequencies on a mesh; imaginary ones are negative, and count as real ones of the same size.",
        ),
    )


def _corrections(computed: ComputedRecord, name: str) -> Table:
    return Table(
        name=f"corrections.{name}",
        caption="What each scheme of corrections adds to the energy of a species, per formula unit",
        columns=(
            Column("species", "species"),
            Column("energy without vibrations", "energy_eV", "eV", 4),
            *(
                Column(scheme, f"{scheme.replace('-', '_')}_kJ_per_mol", KILOJOULE, 1, signed=True)
                for scheme in computed.corrections
            ),
            Column("key", "key", shown=KEY_SHOWN),
        ),
        rows=tuple(
            (
                one.species,
                one.energy,
                *(added.get(one.species, 0.0) for added in computed.corrections.values()),
                one.key,
            )
            for one in computed.species
        ),
    )
