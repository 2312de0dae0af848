"""Measured and published surface energies, one datum a row of ``experiment/surface_energies.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from wadflow.results.surface_documents import Miller, PublishedValue

SURFACE_DATA = Path(__file__).parent / "experiment" / "surface_energies.csv"

EXPERIMENT = "experiment"


@dataclass(frozen=True)
class SurfaceDatum:
    """One datum.

    Attributes
    ----------
    species : str
        Reduced formula.
    space_group : int, optional
        Number of the crystal; None for a liquid.
    miller : tuple of int, optional
        Family of faces; None for an average over faces.
    kind : str
        ``experiment``, or the functional of a calculation.
    quantity : str
        What was measured or calculated.
    value : float
        J/m2.
    uncertainty, phase, source, note : str
        As the source says.
    temperature : float
        Kelvin.
    doi : str, optional
        Of the source, where it is known.
    confirmed : bool
        Whether the number was read in the source itself.
    """

    species: str
    space_group: int | None
    miller: Miller | None
    kind: str
    quantity: str
    value: float
    uncertainty: str
    temperature: float
    phase: str
    source: str
    doi: str | None
    confirmed: bool
    note: str

    def beside(self, ours: float) -> PublishedValue:
        """Put the datum beside a value of ours (J/m2)."""
        return PublishedValue(
            value=self.value,
            kind=self.kind,
            difference=ours - self.value,
            source=self.source,
            doi=self.doi,
            confirmed=self.confirmed,
            note=self.note,
        )


def read_surface_data() -> list[SurfaceDatum]:
    """Return all data, liquids included."""
    with SURFACE_DATA.open(encoding="utf-8", newline="") as file:
        return [_datum(row) for row in csv.DictReader(file)]


def face_data(formula: str, space_group: int, family: Miller) -> list[SurfaceDatum]:
    """Return calculated values of one family of faces of a crystal."""
    return [
        datum
        for datum in read_surface_data()
        if (datum.species, datum.space_group, datum.miller) == (formula, space_group, family)
    ]


def solid_data(formula: str, space_group: int) -> list[SurfaceDatum]:
    """Return measured values of the solid, which are averages over faces."""
    return [
        datum
        for datum in read_surface_data()
        if (datum.species, datum.space_group) == (formula, space_group) and datum.kind == EXPERIMENT
    ]


def _datum(row: dict[str, str]) -> SurfaceDatum:
    miller: Miller | None = None
    if row["miller"]:
        h, k, l = (int(index) for index in row["miller"].split())  # noqa: E741  # their names
        miller = (h, k, l)
    return SurfaceDatum(
        species=row["species"],
        space_group=int(row["space_group"]) if row["space_group"] else None,
        miller=miller,
        kind=row["kind"],
        quantity=row["quantity"],
        value=float(row["value"]),
        uncertainty=row["uncertainty"],
        temperature=float(row["temperature_K"]),
        phase=row["phase"],
        source=row["source"],
        doi=row["doi"] or None,
        confirmed=row["confirmed"] == "yes",
        note=row["note"],
    )
