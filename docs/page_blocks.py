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
"""

from __future__ import annotations

import shlex
import tempfile
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.workflows.protocol import Protocol

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

    def cutoffs(one: Protocol) -> str:
        soft = [element for element in one.electrons.soft_elements if element not in one.paw]
        if one.electrons.soft_cutoff is None or not soft:
            return f"{one.electrons.cutoff:g}"
        return f"{one.electrons.cutoff:g}; {one.electrons.soft_cutoff:g} of {', '.join(soft)} alone"

    found = [one for one in map(load_protocol, list_protocols()) if one.solver == "gpaw"]
    rows = {
        "cutoff, eV": [cutoffs(one) for one in found],
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


KINDS: dict[str, Callable[..., str]] = {
    "output": output,
    "protocols": protocols,
    "conditions": conditions,
    "anions": anions,
    "metals": metals,
    "sources": sources,
}
