"""Cross-checks: what was computed beside experiment, published calculations and the source.

Pure functions of documents and of the shipped tables. A difference is signed, computed minus counterpart;
it is called an agreement only against an uncertainty that somebody gave.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from wadflow.results.computed_quantities import (
    ComputedQuantity,
    quantities_of_interface,
    quantities_of_surfaces,
)
from wadflow.results.cross_check_records import Agreement, CrossCheck, Kind, MissingCounterpart
from wadflow.results.documents import AdhesionDocument
from wadflow.results.reference_data import EXPERIMENT, SOURCE, Datum
from wadflow.results.reference_sources import IDENTITY, all_data, data_of_documents
from wadflow.results.sentences import no_production_sentence
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.results.thermochemistry.computed_quantities import quantities_of_decomposition
from wadflow.results.thermochemistry.corrections import SCHEMES
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.units import convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "ComputedDocument",
    "CrossCheck",
    "MissingCounterpart",
    "computed_quantities",
    "cross_checks",
    "missing_counterparts",
]

ComputedDocument = AdhesionDocument | SurfaceDocument | DecompositionDocument

KINDS: Final[dict[str, Kind]] = {
    EXPERIMENT: "experiment",
    "": "published calculation",  # under the name of its functional
    SOURCE: "source",
    IDENTITY: "identity",
}

SAME_TEMPERATURE: Final = 15.0
"""Kelvin: room temperature is 293 to 302 K."""

ORDER: Final = (
    "work of adhesion",
    "surface energy",
    "lattice",
    "volume",
    "bulk modulus",
    "cohesive",
    "atomisation",
    "bond",
    "formation",
    "reaction",
    "entropy",
    "heat capacity",
)
"""Beginnings of quantities, in the order of tables and pictures."""

NOT_CONVERGED: Final = "not all calculations behind it converged"

NOT_CONFIRMED: Final = "counterpart not confirmed in its source"

GEOMETRY: Final = ("lattice", "volume", "bulk modulus")
"""Beginnings of quantities that temperature changes."""

MOVING: Final = ("cohesive energy", "formation energy", "atomisation energy")
"""Energies that zero-point motion changes."""


def cross_checks(
    documents: Sequence[ComputedDocument], data: Iterable[Datum] | None = None
) -> tuple[CrossCheck, ...]:
    """Put every computed number of some documents beside each of its counterparts.

    Parameters
    ----------
    documents : sequence of AdhesionDocument, SurfaceDocument, DecompositionDocument
        What was computed.
    data : iterable of Datum, optional
        Counterparts; if not given all that the package knows, and what the documents themselves carry (the
        source, reactions of the tables).

    Returns
    -------
    tuple of CrossCheck
        By quantity and species, each counterpart a record of its own.
    """
    by_key = _by_key(_known(documents, data))
    checks = [
        _check(one, also_in, datum)
        for one, also_in in computed_quantities(documents)
        for datum in by_key.get(_key(one), [])
        if _is_counterpart(one, datum)
    ]
    return tuple(sorted(checks, key=_order))


def missing_counterparts(
    documents: Sequence[ComputedDocument], data: Iterable[Datum] | None = None
) -> tuple[MissingCounterpart, ...]:
    """Return what was computed and has no counterpart, and what the tables hold and nobody computed.

    Parameters
    ----------
    documents, data
        As for `cross_checks`.
    """
    known = _known(documents, data)
    by_key = _by_key(known)
    computed = [one for one, _ in computed_quantities(documents)]
    keys = {_key(one) for one in computed}
    alone = [
        MissingCounterpart(
            quantity=one.quantity,
            species=one.species,
            phase=one.phase,
            space_group=one.space_group,
            miller=one.miller,
            side="not measured",
            value=one.value,
            unit=one.unit,
            found_in=one.origin.document,
        )
        for one in computed
        if not any(_is_counterpart(one, datum) for datum in by_key.get(_key(one), []))
    ]
    alone += [
        MissingCounterpart(
            quantity=datum.quantity,
            species=datum.species,
            phase=datum.phase,
            space_group=datum.space_group,
            miller=datum.miller,
            side="not computed",
            value=datum.value,
            unit=datum.unit,
            found_in=datum.source,
        )
        for datum in (all_data() if data is None else known)
        if _key(datum) not in keys
    ]
    return tuple(alone)


def computed_quantities(
    documents: Sequence[ComputedDocument],
) -> list[tuple[ComputedQuantity, tuple[str, ...]]]:
    """Return every computed number once, with the other documents that say the same.

    Of several documents with the same protocol the converged ones come first, then the newest.
    """
    found: dict[tuple[object, ...], list[ComputedQuantity]] = {}
    for document in documents:
        for one in _quantities(document):
            same = (*_key(one), one.origin.protocol, one.method, one.temperature)
            found.setdefault(same, []).append(one)
    best = []
    for group in found.values():
        group.sort(key=lambda one: (one.converged, one.origin.made), reverse=True)
        others = dict.fromkeys(one.origin.document for one in group[1:])
        others.pop(group[0].origin.document, None)
        best.append((group[0], tuple(others)))
    return best


def _quantities(document: ComputedDocument) -> Iterable[ComputedQuantity]:
    if isinstance(document, AdhesionDocument):
        return quantities_of_interface(document)
    if isinstance(document, DecompositionDocument):
        return quantities_of_decomposition(document)
    return quantities_of_surfaces(document)


def _known(documents: Sequence[ComputedDocument], data: Iterable[Datum] | None) -> tuple[Datum, ...]:
    if data is not None:
        return tuple(data)
    # Two documents of one interface or reaction carry the same counterpart.
    return tuple(dict.fromkeys((*all_data(), *data_of_documents(documents))))


def _key(one: ComputedQuantity | Datum) -> tuple[object, ...]:
    return (one.quantity, one.species, one.phase, one.space_group, one.miller)


def _by_key(data: Iterable[Datum]) -> dict[tuple[object, ...], list[Datum]]:
    found: dict[tuple[object, ...], list[Datum]] = {}
    for datum in data:
        found.setdefault(_key(datum), []).append(datum)
    return found


def _is_counterpart(one: ComputedQuantity, datum: Datum) -> bool:
    """Whether two numbers of the same thing belong beside each other."""
    if datum.kind not in KINDS and datum.kind != one.origin.functional:
        return False  # a calculation with another functional
    if one.temperature is None or datum.temperature is None:
        return True
    return abs(one.temperature - datum.temperature) <= SAME_TEMPERATURE


def _check(one: ComputedQuantity, also_in: tuple[str, ...], datum: Datum) -> CrossCheck:
    value = convert(datum.value, datum.unit, one.unit)
    uncertainty = None if datum.uncertainty is None else convert(datum.uncertainty, datum.unit, one.unit)
    combined = None if uncertainty is None else math.hypot(uncertainty, one.uncertainty or 0.0)
    difference = one.value - value
    agreement: Agreement = "not stated"
    if combined is not None:
        agreement = "within" if abs(difference) <= combined else "outside"
    return CrossCheck(
        quantity=one.quantity,
        species=one.species,
        phase=one.phase,
        space_group=one.space_group,
        miller=one.miller,
        unit=one.unit,
        computed=one.value,
        computed_uncertainty=one.uncertainty,
        computed_temperature=one.temperature,
        document=one.origin.document,
        also_in=also_in,
        calculation=one.calculation,
        protocol=one.origin.protocol,
        method=one.method,
        production=one.origin.production,
        converged=one.converged,
        kind=KINDS.get(datum.kind, "published calculation"),
        counterpart=value,
        uncertainty=uncertainty,
        temperature=datum.temperature,
        citation=datum.source,
        doi=datum.doi,
        confirmed=datum.confirmed,
        difference=difference,
        relative_difference=difference / abs(value) if value else None,
        combined_uncertainty=combined,
        agreement=agreement,
        notes=tuple(_notes(one, datum)),
    )


def _notes(one: ComputedQuantity, datum: Datum) -> Iterable[str]:
    """Say what makes the two not strictly comparable."""
    if not one.origin.production:
        yield no_production_sentence(one.origin.protocol)
    if not one.converged:
        yield NOT_CONVERGED
    if datum.kind == EXPERIMENT and one.temperature is None and datum.zero_point is None:
        if datum.temperature and one.quantity.startswith(GEOMETRY):
            yield "computed at 0 K without zero-point motion: that and thermal expansion differ"
        elif one.quantity in MOVING:
            yield "computed without zero-point motion, which is in the measured value"
    yield from one.notes
    if datum.note:
        yield datum.note
    if not datum.confirmed:
        yield NOT_CONFIRMED


def _order(check: CrossCheck) -> tuple[object, ...]:
    return (
        *(_place(check.quantity), check.quantity, check.phase, check.species, check.miller or (0, 0, 0)),
        *(check.protocol, _scheme(check.method)),
        *(tuple(KINDS.values()).index(check.kind), check.temperature or 0.0),
    )


def _scheme(method: str) -> int:
    names = list(SCHEMES)
    return names.index(method) if method in names else len(names)


def _place(quantity: str) -> int:
    """Return the place of a quantity in the order in which people look for them."""
    return next((place for place, start in enumerate(ORDER) if quantity.startswith(start)), len(ORDER))
