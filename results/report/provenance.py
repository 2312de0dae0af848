"""Where numbers come from: calculations, versions, PAW data sets, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.report.blocks import Column, Section, State, Table
from wadflow.results.sentences import mesh_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wadflow.results.records import CalculationRecord

KEY_SHOWN = 16
"""Characters of a key that are shown: enough for ``wadflow archive show``."""


def distinct(records: Iterable[CalculationRecord]) -> list[CalculationRecord]:
    """Return each calculation once, by its key."""
    return list({record.key: record for record in records}.values())


def calculations_table(name: str, title: str, records: Iterable[CalculationRecord]) -> Table:
    """Return the calculations behind a document, each once.

    Parameters
    ----------
    name : str
        Of the document, with its protocol.
    title : str
        Of the document.
    records : iterable of CalculationRecord
        May hold one twice.
    """
    columns = (
        Column("calculation", "label"),
        Column("role", "role"),
        Column("cell", "formula"),
        Column("task", "task"),
        Column("ionic steps", "ionic_steps", decimals=0),
        Column("first energy", "initial_energy_eV", "eV", 4),
        Column("last energy", "final_energy_eV", "eV", 4),
        Column("largest force", "largest_force_eV_per_angstrom", "eV/angstrom", 3),
        Column("k-points", "kpoints"),
        Column("state", "state"),
        Column("cores", "cores", decimals=0),
        Column("elapsed", "wall_seconds", "s", 0),
        Column("CPU", "cpu_seconds", "s", 0),
        Column("key", "key", shown=KEY_SHOWN),
    )
    return Table(
        name=f"calculations.{name}",
        caption=f"Calculations behind {title}",
        columns=columns,
        rows=tuple(
            (
                record.label,
                record.role,
                record.formula,
                record.task,
                record.n_ionic_steps,
                record.initial_energy,
                record.final_energy,
                record.max_force,
                mesh_text(record),
                (State("converged", "good") if record.converged else State("NOT CONVERGED", "bad"),),
                record.cores,
                record.wall_seconds,
                record.cpu_seconds,
                record.key,
            )
            for record in distinct(records)
        ),
        notes=(
            "Energies are of the whole cell, extrapolated to zero smearing.",
            f"Of each key the first {KEY_SHOWN} characters are shown; the exported tables have all of it.",
        ),
    )


def provenance_section(groups: Mapping[str, Iterable[CalculationRecord]]) -> Section:
    """Return versions, PAW data sets and cost of all calculations.

    Parameters
    ----------
    groups : mapping
        Title of a document to its calculations.
    """
    by_document = {title: distinct(records) for title, records in groups.items()}
    everything = distinct(record for records in by_document.values() for record in records)
    return Section(
        anchor="provenance",
        title="Provenance",
        blocks=(
            _versions(everything),
            _datasets(everything),
            _costs(by_document, everything),
        ),
    )


def _versions(records: list[CalculationRecord]) -> Table:
    found: dict[str, dict[str, int]] = {}
    for record in records:
        for program, version in record.versions.items():
            counts = found.setdefault(program, {})
            counts[version] = counts.get(version, 0) + 1
    return Table(
        name="versions",
        caption="Versions of the programs that calculated",
        columns=(
            Column("program", "program"),
            Column("version", "version"),
            Column("calculations", "calculations", decimals=0),
        ),
        rows=tuple(
            (program, version, count)
            for program, counts in found.items()
            for version, count in sorted(counts.items())
        ),
    )


def _datasets(records: list[CalculationRecord]) -> Table:
    counts: dict[tuple[str, str, float, str], int] = {}
    for record in records:
        for data in record.paw:
            one = (data.symbol, data.name, data.valence_electrons, data.fingerprint)
            counts[one] = counts.get(one, 0) + 1
    return Table(
        name="paw-data-sets",
        caption="PAW data sets that were read",
        columns=(
            Column("element", "element"),
            Column("set", "set"),
            Column("valence electrons", "valence_electrons", decimals=0),
            Column("fingerprint", "fingerprint"),
            Column("calculations", "calculations", decimals=0),
        ),
        rows=tuple((*one, count) for one, count in sorted(counts.items())),
    )


def _costs(by_document: Mapping[str, list[CalculationRecord]], everything: list[CalculationRecord]) -> Table:
    def row(title: str, records: list[CalculationRecord]) -> tuple[str, int, str, float, float]:
        cores = sorted({record.cores for record in records})
        return (
            title,
            len(records),
            ", ".join(str(count) for count in cores),
            sum(record.wall_seconds for record in records) / 60,
            sum(record.cpu_seconds for record in records),
        )

    rows = [row(title, records) for title, records in by_document.items()]
    return Table(
        name="cost",
        caption="What the calculations cost",
        columns=(
            Column("document", "document"),
            Column("calculations", "calculations", decimals=0),
            Column("cores", "cores"),
            Column("elapsed", "wall_minutes", "min", 1),
            Column("CPU", "cpu_seconds", "s", 0),
        ),
        rows=(*rows, row("all, each calculation once", everything)),
        notes=("Documents share calculations, so that the rows add up to more than the last one.",),
    )
