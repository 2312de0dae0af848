"""Measured and published surface energies beside ours."""

from __future__ import annotations

from wadflow.results.reference_data import EXPERIMENT, Datum, shipped_tables
from wadflow.results.surface_documents import Miller, PublishedValue

SURFACE_QUANTITIES = ("surface energy", "surface tension")


def read_surface_data() -> list[Datum]:
    """Return all data, liquids included."""
    return [datum for datum in shipped_tables() if datum.quantity in SURFACE_QUANTITIES]


def face_data(formula: str, space_group: int, family: Miller) -> list[Datum]:
    """Return calculated values of one family of faces of a crystal."""
    return [
        datum
        for datum in read_surface_data()
        if (datum.species, datum.space_group, datum.miller) == (formula, space_group, family)
    ]


def solid_data(formula: str, space_group: int) -> list[Datum]:
    """Return measured values of the solid, which are averages over faces."""
    return [
        datum
        for datum in read_surface_data()
        if (datum.species, datum.space_group) == (formula, space_group) and datum.kind == EXPERIMENT
    ]


def beside(datum: Datum, ours: float) -> PublishedValue:
    """Put a surface energy beside a value of ours (J/m2)."""
    return PublishedValue(
        value=datum.value,
        kind=datum.kind,
        difference=ours - datum.value,
        source=datum.source,
        doi=datum.doi,
        confirmed=datum.confirmed,
        note=datum.note,
    )
