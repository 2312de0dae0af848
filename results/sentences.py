"""Sentences that travel with a number: the model in words, and the warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.adhesion import Decomposition
    from wadflow.results.records import CalculationRecord, SideRecord
    from wadflow.results.scans import ThicknessSeries

NOISE: Final = 1e-4
"""Energies per area below this (J/m2) have no sign worth a warning."""


def model_text(lower: SideRecord, upper: SideRecord, ab: CalculationRecord) -> str:
    """Say in words what was calculated, so that no number travels without its model."""
    sides = []
    for position, side in (("lower", lower), ("upper", upper)):
        text = f"{position} {side.name}, {side.planes} planes, contact plane {side.termination}"
        if side.tasker_class is not None:
            text += f", Tasker {side.tasker_class}"
        if side.tasker_class == "III":
            text += f", polar model '{side.polar_model}'{_model_words(side)}"
        sides.append(f"{text}, strain {100 * side.strain_measure:.2f} %")
    task = "atoms relaxed, in-plane cell fixed" if ab.task == "relax" else "rigid"
    dipole = "dipole layer" if ab.equal_settings["dipole_layer"] else "no dipole layer"
    return f"one interface between two slabs with vacuum: {'; '.join(sides)}; {task}; {dipole}"


def _model_words(side: SideRecord) -> str:
    """Say what the model of a polar side did to its planes."""
    if side.polar_model == "tasker2":
        moved = side.reconstruction if side.reconstruction is not None else "ions moved to the other face"
        left = f", Tasker {side.tasker_class_as_run} as run" if side.tasker_class_as_run is not None else ""
        return f" ({moved}{left})"
    if side.polar_model == "symmetric":
        return " (both faces the same termination: not stoichiometric, not neutral by formal charges)"
    return ""


def planes_text(lower: SideRecord, upper: SideRecord) -> str:
    """Say how many planes each side has: ``4 + 4``, or ``4 of Li2O(001) + 6 of Li(001)``."""
    if lower.name == upper.name:
        return f"{lower.planes} + {upper.planes}"
    return f"{lower.planes} of {lower.name} + {upper.planes} of {upper.name}"


def settings_text(record: CalculationRecord) -> str:
    """Say in one line with which settings a slab was calculated; energies in eV, lengths in angstrom."""
    settings = record.equal_settings
    dipole = "dipole layer" if settings["dipole_layer"] else "no dipole layer"
    datasets = ", ".join(
        f"{data.symbol} ({data.name}, {data.valence_electrons:g} e, {data.fingerprint[:8]})"
        for data in record.paw
    )
    spacing = settings.get("grid_spacing")
    grid = f", grid {spacing:g} angstrom" if spacing else ""
    spins = ", both spins" if settings.get("spin_polarized", False) else ""
    return (
        f"GPAW {record.versions['gpaw']}, {settings['xc']}, {settings['cutoff']:g} eV{grid}, "
        f"k-points {mesh_text(record)}, {smearing_text(record)}, {dipole}, "
        f"cell height {record.cell[2][2]:.2f} angstrom{spins}; PAW: {datasets}"
    )


def mesh_text(record: CalculationRecord) -> str:
    """Say the k-points of a calculation: ``12x12x1``."""
    kpoints = record.equal_settings["kpts"]
    return "x".join(str(count) for count in kpoints) if isinstance(kpoints, list) else str(kpoints)


def smearing_text(record: CalculationRecord) -> str:
    """Say how a calculation was smeared: ``gaussian smearing 0.2 eV``."""
    smearing = record.equal_settings.get("smearing")
    name, width = (smearing["name"], smearing["width"]) if isinstance(smearing, dict) else ("", smearing)
    return f"{name} smearing {width:g} eV".strip() if width else "no smearing"


def no_production_sentence(protocol: str) -> str:
    """Warn of a number whose protocol was not made to give numbers."""
    return f"Protocol '{protocol}' only proves the path; this number is no result."


def _polar_sentences(side: SideRecord) -> list[str]:
    """Say what a polar cut and its model mean for the number."""
    sentences = []
    if side.tasker_class == "III" and side.polar_model == "ideal":
        sentences.append(
            f"{side.name} is a polar cut (Tasker III, model 'ideal'): the number "
            "depends on the number of planes and is not converged with it."
        )
    elif side.polar_model == "tasker2":
        sentences.append(
            f"{side.name} is a polar cut that was reconstructed (model 'tasker2'"
            f"{f': {side.reconstruction}' if side.reconstruction else ''}): the number holds for that "
            "pattern of ions."
        )
        if side.tasker_class_as_run == "III":
            sentences.append(
                f"{side.name} keeps a small formal dipole, which no simple fraction of its outer plane "
                "takes off."
            )
    elif side.polar_model == "symmetric":
        potential = side.chemical_potential
        where = (
            ""
            if potential is None
            else f" (given: mu({potential.element}) = E({potential.reference}) {potential.value:+.3f} eV)"
        )
        sentences.append(
            f"{side.name} is not stoichiometric (model 'symmetric'): the work of adhesion does not depend "
            f"on a chemical potential, the surface energy does{where}."
        )
    if side.charge_doubt:
        sentences.append(f"{side.name}: {side.charge_doubt}; its Tasker class may be wrong.")
    return sentences


def warning_sentences(
    lower: SideRecord,
    upper: SideRecord,
    records: Sequence[CalculationRecord],
    parts: Decomposition,
    series: ThicknessSeries | None = None,
) -> list[str]:
    """Sentences that a reader of the number must see."""
    sentences = [
        f"'{record.label}' ({record.role}) did not converge: largest force "
        f"{record.max_force:.3f} eV/angstrom after {record.n_ionic_steps} ionic steps."
        for record in records
        if not record.converged
    ]
    for side in (lower, upper):
        sentences += _polar_sentences(side)
    if series is not None:
        sentences.append(series.sentence())
    changes = {
        "AB": parts.relaxation_ab,
        "A": parts.relaxation_a,
        "B": parts.relaxation_b,
    }
    sentences += [
        f"The relaxation of {role} ended {change:.4f} J/m2 above its start."
        for role, change in changes.items()
        if change > NOISE
    ]
    sentences += [
        f"{side.name} has a negative strain energy ({side.strain_energy:.4f} J/m2): its reference "
        "bulk is not at its minimum."
        for side in (lower, upper)
        if side.strain_energy is not None and side.strain_energy < -NOISE
    ]
    programs = sorted({program for record in records for program in record.versions})
    for program in programs:
        versions = {record.versions.get(program, "unknown") for record in records}
        if len(versions) > 1:
            sentences.append(f"Calculations come from {program} {' and '.join(sorted(versions))}.")
    # Lower and upper of a homo-interface give the same sentence: once is enough.
    return list(dict.fromkeys(sentences))
