"""Blocks of the pages that come from data and from the command line, not from documents of results.

``<!-- KIND ARGUMENTS -->`` to ``<!-- end -->``, filled by ``write_numbers.py``:

``output COMMAND``
    what ``wadflow COMMAND`` answers, with an empty archive
``protocols``, ``conditions``, ``anions``
    tables of shipped settings, partial pressures and energy corrections
``metals CONDITION ...``
    where metals melt, and boil at partial pressures
``sources REACTION ...``
    how far the two tables of experiment lie apart
``force-constants``, ``lattice-constants``, ``supercell-meshes``, ``egg-box``
``side-by-side``, ``scf-profile``, ``levers``
    what the scripts of these names under ``benchmarks/`` wrote
``added``
    what one more interface costs in a filled archive, as ``side_by_side.py`` wrote it
"""

from __future__ import annotations

import json
import shlex
import tempfile
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wadflow.results.thermochemistry.documents import DecompositionDocument

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"

WIDTH = 88
"""Columns of the terminal that commands answer on."""


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown; all columns but the first are aligned right."""
    lines = [headings, ["---", *["--:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def output(*words: str) -> str:
    """Return what a command answers, in an empty archive and a terminal without colours."""
    from typer.testing import CliRunner

    from wadflow.workflows.cli.app import app

    with tempfile.TemporaryDirectory() as archive:
        environment = {"WADFLOW_ARCHIVE": archive, "COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "dumb"}
        result = CliRunner(env=environment).invoke(app, list(words), catch_exceptions=False)
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    return "\n".join(["```text", f"$ wadflow {shlex.join(words)}", *lines, "```", ""])


def protocols() -> str:
    """Return the settings that differ most between the shipped protocols."""
    from wadflow.workflows.protocol import list_protocols, load_protocol

    def named(sets: Mapping[str, str]) -> str:
        return ", ".join(f"{symbol} {name}" for symbol, name in sets.items()) or "none"

    def spacing(grid: float | None) -> str:
        return "GPAW's own" if grid is None else f"{grid:g}"

    found = [one for one in map(load_protocol, list_protocols()) if one.solver == "gpaw"]
    rows = {
        "cutoff, eV": [f"{one.electrons.cutoff:g}" for one in found],
        "grid of slabs, angstrom": [spacing(one.electrons.grid_spacing) for one in found],
        "cutoff where a cell relaxes, eV": [f"{one.electrons.bulk_cutoff:g}" for one in found],
        "cutoff of reactions, eV": [f"{one.for_reactions().electrons.bulk_cutoff:g}" for one in found],
        "k-points of metals, per 1/angstrom": [f"{one.electrons.kpoint_density:g}" for one in found],
        "of a metal on a salt": [f"{one.electrons.mixed_kpoint_density:g}" for one in found],
        "of salts": [f"{one.electrons.ionic_kpoint_density:g}" for one in found],
        "of registry scans": [f"{one.electrons.scan_kpoint_density:g}" for one in found],
        "smearing, eV": [f"{one.electrons.smearing_width:g}" for one in found],
        "vacuum, angstrom": [f"{one.slab.vacuum:g}" for one in found],
        "largest force at rest, eV/angstrom": [f"{one.relaxation.fmax:g}" for one in found],
        "ionic steps at most": [str(one.relaxation.max_steps) for one in found],
        "PAW sets that are not GPAW's default": [named(one.paw) for one in found],
        "the same in reactions": [named(one.for_reactions().paw) for one in found],
        "for production": ["yes" if one.production else "no" for one in found],
    }
    headings = ["", *(f"`{one.name}`" for one in found)]
    return table(headings, [[label, *values] for label, values in rows.items()])


def conditions() -> str:
    """Return the partial pressures of the shipped conditions, bar."""
    from wadflow.results.thermochemistry.conditions import load_conditions

    rows = []
    for name, one in load_conditions().items():
        pressures = ", ".join(f"{gas} {value:g}" for gas, value in one.pressures.items())
        rows.append([f"`{name}`", pressures or "none", f"{one.others:g}"])
    return table(["conditions", "gases with a pressure of their own, bar", "all other gases, bar"], rows)


def anions() -> str:
    """Return the constants of the scheme ``anions``, eV per formula unit."""
    from wadflow.results.thermochemistry.corrections import ANIONS

    rows = [[species.removesuffix("(c)"), f"{value:+.3f}"] for species, value in ANIONS.items()]
    return table(["crystal", "correction, eV per formula"], rows)


@cache
def tables_of_experiment(*conditions: str) -> DecompositionDocument:
    """Return what the tables of experiment say of all shipped reactions."""
    from wadflow.results.thermochemistry.conditions import find_conditions
    from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
    from wadflow.results.thermochemistry.reactions import load_reactions

    return decomposition_from_tables(load_reactions(), find_conditions(list(conditions)))


def metals(*conditions: str) -> str:
    """Return where the metals of the shipped reactions melt and boil, kelvin."""
    reactions = tables_of_experiment(*conditions).reactions
    boiling = {
        (one.species, one.condition): one.temperature for record in reactions for one in record.boilings
    }
    melting = {
        one.species: one.temperature
        for record in reactions
        for one in record.transitions
        if "liquid" in one.name.lower()
    }
    rows = [
        [
            metal.removesuffix("(c)"),
            f"{melting[metal]:.0f}",
            *(f"{boiling[metal, condition]:.0f}" for condition in conditions),
        ]
        for metal in dict.fromkeys(metal for metal, _ in boiling)
    ]
    return table(["metal", "melts, K", *(f"boils, {one}, K" for one in conditions)], rows)


def sources(*names: str) -> str:
    """Return NASA minus JANAF for reactions, kJ/mol and K."""
    condition = "vacuum"
    reactions = {record.name: record for record in tables_of_experiment("ambient", condition).reactions}
    rows = []
    for record in (reactions[name] for name in names):
        (errors,) = record.errors
        turning = errors.turnings.get(condition)
        numbers = [
            f"{errors.enthalpy_298:+.1f}",
            f"{errors.gibbs_energies[1000.0]:+.1f}",
            "none" if turning is None else f"{turning:+.0f}",
        ]
        rows.append([record.equation, *numbers])
    headings = ["reaction", "dH 298 K, kJ/mol", "dG 1000 K, kJ/mol", f"T of dG = 0 in {condition}, K"]
    return table(headings, rows)


def force_constants() -> str:
    """Return the force constants of displaced anions (eV/angstrom2), and how far off they are."""
    measured = json.loads((BENCHMARKS / "force_constants.json").read_text(encoding="utf-8"))
    crystals = list(dict.fromkeys(one["crystal"] for one in measured))
    found = {(one["crystal"], one["cutoff_eV"]): one["force_constant_eV_per_angstrom2"] for one in measured}
    cutoffs = list(dict.fromkeys(cutoff for _, cutoff in found))
    rows = []
    for cutoff in cutoffs:
        numbers = [(found[crystal, cutoff], found[crystal, max(cutoffs)]) for crystal in crystals]
        rows.append(
            [f"{cutoff:g}", *(f"{one:.2f} ({100 * (one / best - 1):+.1f} %)" for one, best in numbers)]
        )
    return table(["cutoff, eV", *crystals], rows)


def supercell_meshes() -> str:
    """Return what the k-points of supercells change in force constants (eV/angstrom2), by crystal."""
    rows = []
    for file in sorted(BENCHMARKS.glob("supercell_meshes.*.json")):
        for one in json.loads(file.read_text(encoding="utf-8")):
            constants = (f"{symbol} {value:.2f}" for symbol, value in one["diagonal_force_constants"].items())
            rows.append(
                [
                    f"{one['crystal']} ({one['supercell_atoms']})",
                    one["mesh"],
                    ", ".join(constants),
                    f"{one['rms_error']:.3f}",
                    f"{one['largest_error']:.3f}",
                    f"{one['cpu_seconds']:.0f}",
                ]
            )
    headings = ["crystal (atoms of the supercell)", "k-points", "of an atom on itself"]
    return table([*headings, "error, rms", "error, largest", "processor seconds"], rows)


def side_by_side() -> str:
    """Return what interfaces cost beside a plain script and matcalc, as far as they were measured."""
    rows = []
    for file in sorted(BENCHMARKS.glob("side_by_side.*.json")):
        measured = json.loads(file.read_text(encoding="utf-8"))
        for one in measured["interfaces"]:
            at_least = "> " if one["plain"]["stopped"] else ""
            of_script = f"{at_least}{median(one['ratios']):.2f}"
            ways = {"wadflow": one["wadflow"], "script": one["plain"], "matcalc": one["matcalc"]}
            for way, found in ways.items():
                if found is None:
                    continue
                ratio = found.get("ratio", found["cpu_seconds"] / one["wadflow"]["cpu_seconds"])
                rows.append(
                    [
                        f"{one['name']}, `{measured['protocol']}`",
                        way,
                        f"{found['cpu_seconds']:.0f}",
                        of_script if way == "script" else f"{ratio:.2f}",
                        *(str(found.get(count, "")) for count in ("ionic_steps", "scf_iterations")),
                        f"{found['peak_memory_mib']:.0f}",
                        f"{found['rigid']:.3f}" if "rigid" in found else "",
                        "" if found.get("stopped") else f"{found['relaxed']:.3f}",
                    ]
                )
    headings = ["interface", "by", "processor seconds", "ratio", "ionic steps", "iterations", "MiB"]
    return table([*headings, "rigid, J/m2", "relaxed, J/m2"], rows)


def levers() -> str:
    """Return what the relaxation of a slab costs with one thing changed each."""
    measured = json.loads((BENCHMARKS / "levers.json").read_text(encoding="utf-8"))
    first = measured["rows"][0]
    rows = [
        [
            one["change"] or "as it is",
            f"{one['cpu_seconds']:.0f}",
            f"{one['cpu_seconds'] / first['cpu_seconds']:.2f}",
            f"{one['ionic_steps']} + {one['coarse_steps']}",
            f"{one['energy']:.4f}",
        ]
        for one in measured["rows"]
    ]
    headings = [measured["label"], "processor seconds", "ratio", "ionic steps, fine + coarse", "energy, eV"]
    return table(headings, rows)


def added() -> str:
    """Return what one more interface costs in an archive that has its crystals and sides."""
    rows = []
    for file in sorted(BENCHMARKS.glob("side_by_side.*.json")):
        measured = json.loads(file.read_text(encoding="utf-8"))
        whole = {one["name"]: one["wadflow"]["cpu_seconds"] for one in measured["interfaces"]}
        for name, moved in measured["moved"].items():
            rows.append(
                [
                    f"{name}, `{measured['protocol']}`",
                    f"{whole[name]:.0f}",
                    f"{moved['cpu_seconds']:.0f}",
                    f"{len(moved['new'])} of {moved['calculations']}",
                ]
            )
    headings = ["interface", "from nothing, processor seconds", "at another place", "new calculations"]
    return table(headings, rows)


def scf_profile() -> str:
    """Return iterations and wall time (s) of first and later ionic steps, of wadflow and of the script."""
    rows = []
    for file in sorted(BENCHMARKS.glob("scf_profile.*.json")):
        for one in json.loads(file.read_text(encoding="utf-8"))["calculations"]:
            later = one["ionic_steps"] - 1
            rows.append(
                [
                    f"{one['label']} ({one['atoms']} atoms)",
                    one["by"],
                    f"{one['start_seconds']:.1f}",
                    f"{one['first_iterations']}, {one['first_seconds']:.1f} s",
                    f"{later} of {one['later_iterations']:g}, {one['later_seconds']:.1f} s" if later else "",
                ]
            )
    headings = ["calculation", "by", "starts, s", "iterations of the first step", "of later ones, each"]
    return table(headings, rows)


def lattice_constants() -> str:
    """Return lattice constants of lowest energy and of zero stress, angstrom, by cutoff and PAW set."""
    measured = json.loads((BENCHMARKS / "lattice_constants.json").read_text(encoding="utf-8"))
    rows = [
        [
            f"{one['crystal']}, {one['paw_set']}",
            f"{one['cutoff_eV']:g}",
            f"{one['lattice_constant_of_zero_stress']:.3f}",
            f"{one['lattice_constant_of_lowest_energy']:.3f}",
        ]
        for one in measured
    ]
    return table(["crystal, PAW set", "cutoff, eV", "zero stress, angstrom", "lowest energy, angstrom"], rows)


def egg_box() -> str:
    """Return how far energy and forces of slabs vary while they slide over the grid of their density."""
    from ase.units import J, m

    measured = json.loads((BENCHMARKS / "egg_box.json").read_text(encoding="utf-8"))
    rows = [
        [
            slab["label"] if number == 0 else "",
            f"{'GPAW: ' if grid['asked_for'] is None else ''}{max(grid['spacing']):.3f}",
            f"{1000 * grid['energies_vary']:.1f}",
            f"{grid['energies_vary'] / slab['area'] / (J / m**2):.4f}",
            f"{grid['forces_vary']:.3f}",
        ]
        for slab in measured["slabs"]
        for number, grid in enumerate(slab["grids"])
    ]
    headings = ["slab", "spacing, angstrom", "energy varies, meV", "per area, J/m2", "forces, eV/angstrom"]
    return table(headings, rows)


KINDS: dict[str, Callable[..., str]] = {
    "output": output,
    "protocols": protocols,
    "conditions": conditions,
    "anions": anions,
    "metals": metals,
    "sources": sources,
    "force-constants": force_constants,
    "lattice-constants": lattice_constants,
    "supercell-meshes": supercell_meshes,
    "egg-box": egg_box,
    "side-by-side": side_by_side,
    "added": added,
    "levers": levers,
    "scf-profile": scf_profile,
}
