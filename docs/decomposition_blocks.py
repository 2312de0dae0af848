"""Blocks of the pages about heated salts that come from documents of first-principles results.

``<!-- decomposition NAME REACTION ... -->``, ``<!-- formation-enthalpies NAME -->``,
``<!-- heat-capacities NAME -->``, ``<!-- quasiharmonic NAME -->`` and ``<!-- computed-verdicts NAME -->``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.computed_documents import list_computed, read_computed_as
from wadflow.results.document_names import DECOMPOSITION_PREFIX

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.results.thermochemistry.documents import DecompositionDocument


def document_of(name: str) -> DecompositionDocument | None:
    """Return a shipped document; None: there is none of that name."""
    from wadflow.results.thermochemistry.documents import DecompositionDocument

    if name not in list_computed(DECOMPOSITION_PREFIX):
        return None
    return read_computed_as(name, DecompositionDocument, prefix=DECOMPOSITION_PREFIX)


def first_principles(name: str, *reactions: str) -> str:
    """Return errors of reactions against JANAF, kJ/mol, as a table in Markdown; all if none is named."""
    document = document_of(name)
    if document is None:
        return f"Not computed yet: `{name}`.\n"
    kelvin = (298.15, 500.0, 1000.0)
    headings = ["reaction", "source", "dH 298 K", *(f"dG {one:.0f} K" for one in kelvin)]
    lines = [f"| {' | '.join(headings)} |", "|---|---|" + "--:|" * (len(headings) - 2)]
    for record in document.reactions:
        if reactions and record.name not in reactions:
            continue
        for errors in record.errors:
            found = [errors.gibbs_energies.get(one) for one in kelvin]
            numbers = [errors.enthalpy_298, *found]
            texts = ["" if one is None else f"{one:+.1f}" for one in numbers]
            lines.append(f"| {record.equation} | {errors.source} | {' | '.join(texts)} |")
    return "\n".join([*lines, "", "Source minus JANAF, kJ/mol.", ""])


def heat_capacities(name: str) -> str:
    """Return heat capacities of crystals at 298 K beside JANAF's, as a table in Markdown."""
    document = document_of(name)
    if document is None or document.computed is None:
        return f"Not computed yet: `{name}`.\n"
    lines = ["| crystal | heat capacity at 298 K, J/mol/K | JANAF | error |", "|---|--:|--:|--:|"]
    for one in document.computed.heat_capacities:
        measured = "" if one.measured is None else f"{one.measured:.2f}"
        error = "" if one.relative_error is None else f"{100 * one.relative_error:+.1f} %"
        computed = f"{one.computed:.2f} (constant {one.at_constant})"
        lines.append(f"| {one.species} | {computed} | {measured} | {error} |")
    return "\n".join([*lines, ""])


def quasiharmonic(name: str) -> str:
    """Return volumes (per formula unit), expansion and stiffness of crystals at 298 K, in Markdown."""
    document = document_of(name)
    if document is None or document.computed is None:
        return f"Not computed yet: `{name}`.\n"
    headings = ["volume 298 K, angstrom3", "thermal expansion, 1e-6/K", "bulk modulus, GPa", "up to, K"]
    lines = [f"| crystal | {' | '.join(headings)} |", "|---|" + "--:|" * len(headings)]
    lines += [
        f"| {one.crystal} | {one.volume_298:.2f} | {1e6 * one.expansion_298:.0f} | "
        f"{one.bulk_modulus_298:.1f} | {one.highest_temperature:.0f} |"
        for one in document.computed.quasiharmonic
    ]
    return "\n".join([*lines, ""])


def formation_enthalpies(name: str) -> str:
    """Return errors of formation enthalpies of crystals by scheme, eV per formula unit, in Markdown.

    One column more has the electrons alone, without vibrations: so databases of first-principles energies,
    and most that is written about errors of functionals, compare energies at rest with enthalpies at 298 K.
    """
    from ase import units

    from wadflow.results.cross_check import cross_checks
    from wadflow.results.thermochemistry.hess import formation
    from wadflow.results.thermochemistry.species import parse_species

    document = document_of(name)
    if document is None or document.computed is None:
        return f"Not computed yet: `{name}`.\n"
    checks = [
        check
        for check in cross_checks([document])
        if (check.quantity, check.phase, check.kind) == ("formation enthalpy", "crystal", "experiment")
    ]
    energies = {parse_species(one.species): one.energy for one in document.computed.species}
    methods = list(dict.fromkeys(check.method for check in checks))
    lines = [
        f"| crystal | JANAF, kJ/mol | electrons alone | {' | '.join(methods)} |",
        "|---|--:|--:|" + "--:|" * len(methods),
    ]
    for name_of_crystal in dict.fromkeys(check.species for check in checks):
        found = {check.method: check for check in checks if check.species == name_of_crystal}
        measured = next(iter(found.values())).counterpart
        reaction = formation(parse_species(f"{name_of_crystal}(c)")) or {}
        alone = sum(coefficient * energies[one] for one, coefficient in reaction.items())
        errors = [alone - measured * units.kJ / units.mol]
        errors += [found[method].difference * units.kJ / units.mol for method in methods]
        texts = " | ".join(f"{error:+.2f}" for error in errors)
        lines.append(f"| {name_of_crystal} | {measured:.1f} | {texts} |")
    legend = "Errors in eV per formula unit against JANAF at 298 K; positive: bound too weakly."
    return "\n".join(
        [*lines, "", legend, "Electrons alone: energies as computed, without vibrations and heat.", ""]
    )


def computed_verdicts(name: str) -> str:
    """Return the verdict on each salt by every source of a document, temperatures in kelvin, in Markdown."""
    document = document_of(name)
    if document is None:
        return f"Not computed yet: `{name}`.\n"
    equations = {record.name: record.equation for record in document.reactions}
    found = {(one.salt, one.condition, one.source): one for one in document.verdicts}
    sources = list(dict.fromkeys(one.source for one in document.verdicts))
    lines = [
        f"| salt | condition | {' | '.join(sources)} | condensed metal is stable |",
        "|---|---|" + "---|" * len(sources) + "---|",
    ]
    for salt, condition in dict.fromkeys((one.salt, one.condition) for one in document.verdicts):
        here = [found[salt, condition, source] for source in sources]
        cells = []
        for one in here:
            product = "none" if one.first is None else equations[one.first].partition(" -> ")[2]
            at = "" if one.first_temperature is None else f", {one.first_temperature:.0f} K"
            cells.append(f"{product}{at}")
        metal = [one.source for one in here if one.metal_intervals]
        lines.append(f"| {salt} | {condition} | {' | '.join(cells)} | {', '.join(metal) or 'nowhere'} |")
    return "\n".join([*lines, ""])


def draw_errors_of(name: str, folder: Path) -> None:
    """Draw a shipped document's errors against JANAF into a folder, a picture for each of its salts."""
    from wadflow.results.thermochemistry.error_diagram import draw_errors

    document = document_of(name)
    if document is None:
        return
    for salt in dict.fromkeys(one.salt for one in document.verdicts):
        draw_errors(document, salt).savefig(folder / f"{salt}.errors.png", dpi=110)


KINDS = {
    "decomposition": first_principles,
    "formation-enthalpies": formation_enthalpies,
    "heat-capacities": heat_capacities,
    "quasiharmonic": quasiharmonic,
    "computed-verdicts": computed_verdicts,
}
"""Kinds of blocks, as pages name them, and what writes them."""
