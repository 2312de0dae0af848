"""The source, number by number and conclusion by conclusion, beside what was computed here.

The source gives no settings. So "near" is never called "reproduced": a number can be near for a model and a
thickness that the source did not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wadflow.interfaces.definition import load_definition
from wadflow.interfaces.groups import load_groups
from wadflow.results.plane_order import contact_changed
from wadflow.results.reproduction_records import (
    OurNumber,
    ReproducedConclusion,
    ReproducedNumber,
    Reproduction,
    UnsaidSetting,
)
from wadflow.results.sentences import mesh_text, smearing_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import EnergyKind
    from wadflow.results.thermochemistry.documents import DecompositionDocument, Verdict

__all__ = ["CONDITIONS", "NEAR", "NEAR_TEXT", "SALTS", "SOURCE_ON_SALTS", "Reproduction", "reproduce"]

SOURCE_GROUP: Final = "source"
"""Group of the catalog that holds the interfaces of the source."""

NEAR: Final = 0.05
"""Relative difference up to which a number is called near: the choice of lithium's PAW data set alone
(one or three electrons) moves the rigid number of the oxide by 3.5 %."""

NEAR_TEXT: Final = f"{100 * NEAR:g} %"

SEEN_STRAIN: Final = 5e-4
"""Strain from which on a side is named."""

SALTS: Final = ("Li2CO3", "Na2CO3", "LiF", "NaF")
"""Salts of which the source asks whether heat alone makes metal of them."""

CONDITIONS: Final = ("ambient", "vacuum")
"""Where it asks: in air and in the vacuum of its microscope."""

SOURCE_ON_SALTS: Final = "heat alone makes no metal"
"""What it concludes for each of them, from first principles."""


def reproduce(
    interfaces: Sequence[AdhesionDocument], decompositions: Sequence[DecompositionDocument]
) -> Reproduction:
    """Put the source beside documents.

    Parameters
    ----------
    interfaces : sequence of AdhesionDocument
        Those of the source's interfaces are taken; documents that only prove the path are not.
    decompositions : sequence of DecompositionDocument
        Of tables or from first principles; the same.

    Returns
    -------
    Reproduction
        A number of the source that nobody computed is there too, and said.
    """
    definitions = [load_definition(name) for name in load_groups()[SOURCE_GROUP].members]
    found = [
        (definition, [one for one in interfaces if one.name == definition.name and one.production])
        for definition in definitions
    ]
    return Reproduction(
        numbers=tuple(_number(definition, documents) for definition, documents in found),
        # Every decomposition carries the verdicts of the tables: each is said once.
        conclusions=tuple(dict.fromkeys(_conclusions(decompositions))),
        unsaid=tuple(_unsaid([document for _, documents in found for document in documents])),
    )


def _number(definition: InterfaceDefinition, documents: Sequence[AdhesionDocument]) -> ReproducedNumber:
    source = definition.source
    if source is None:  # the group holds those that the source gives
        problem = f"'{definition.name}' of the group '{SOURCE_GROUP}' has no value of the source"
        raise ValueError(problem)
    ours = [one for document in documents for one in _ours(document, source.work_of_adhesion)]
    return ReproducedNumber(
        name=definition.name,
        title=definition.title,
        sides=" + ".join(
            dict.fromkeys(name for one in documents for name in (one.lower.name, one.upper.name))
        ),
        source=source.work_of_adhesion,
        doi=source.doi,
        ours=tuple(ours),
        verdict=_verdict(definition.name, documents, ours),
    )


def _ours(document: AdhesionDocument, theirs: float) -> Iterable[OurNumber]:
    here = (document.lower.planes, document.upper.planes)
    numbers: list[tuple[EnergyKind, int, int, float]] = [
        ("rigid", *here, document.work_of_adhesion_rigid),
    ]
    if document.thickness_series is not None:
        numbers += [
            ("rigid", point.lower_planes, point.upper_planes, point.work_of_adhesion)
            for point in document.thickness_series.points
            if (point.lower_planes, point.upper_planes) != here
        ]
    if document.work_of_adhesion_relaxed is not None:
        numbers.append(("relaxed", *here, document.work_of_adhesion_relaxed))
    numbers.sort(key=lambda number: (number[0] == "relaxed", number[1:3]))
    polar = [side for side in (document.lower, document.upper) if side.tasker_class == "III"]
    for kind, lower, upper, value in numbers:
        relative = (value - theirs) / abs(theirs)
        yield OurNumber(
            protocol=document.protocol,
            kind=kind,
            lower=lower,
            upper=upper,
            model=" and ".join(dict.fromkeys(side.polar_model for side in polar)),
            value=value,
            difference=value - theirs,
            relative_difference=relative,
            near=abs(relative) <= NEAR,
            # A rigid number needs no atom of a slab to come to rest.
            converged=all(one.converged for one in document.bulk) if kind == "rigid" else document.converged,
        )


def _verdict(name: str, documents: Sequence[AdhesionDocument], ours: Sequence[OurNumber]) -> str:
    if not ours:
        return f"not computed; 'wadflow run {name}' does"
    near = [one.name for one in ours if one.near]
    far = [one.name for one in ours if not one.near]
    if not near:
        text = f"none of our numbers is within {NEAR_TEXT} of it"
    elif not far:
        text = f"all of ours are within {NEAR_TEXT} of it"
    else:
        text = f"within {NEAR_TEXT} of it: {', '.join(near)} planes; not: {', '.join(far)}"
    if any(one.model for one in ours):
        text += (
            ". A polar slab's number belongs to its model and thickness, and is no property of the contact"
        )
    if any(one.thickness_series is not None and not one.thickness_series.converged for one in documents):
        text += "; it is not converged with the number of planes"
    if any(contact_changed(one.relaxed_structures) for one in documents):
        text += ". Relaxed, its planes changed places: other ones meet than were cut to"
    if any(not one.converged for one in ours):
        text += ". The relaxed slabs did not come to rest"
    return f"{text}. With its settings unknown, near is no proof that the same was calculated."


def _conclusions(decompositions: Sequence[DecompositionDocument]) -> Iterable[ReproducedConclusion]:
    for document in decompositions:
        computed = document.computed
        if computed is not None and not computed.production:
            continue
        equations = {record.name: record.equation for record in document.reactions}
        for verdict in document.verdicts:
            if verdict.salt not in SALTS or verdict.condition not in CONDITIONS:
                continue
            yield _conclusion(
                verdict, equations, None if computed is None or _is_table(verdict) else computed.protocol
            )


def _is_table(verdict: Verdict) -> bool:
    return verdict.source in ("janaf", "nasa")


def _conclusion(verdict: Verdict, equations: dict[str, str], protocol: str | None) -> ReproducedConclusion:
    metal = bool(verdict.metal_intervals)
    return ReproducedConclusion(
        salt=verdict.salt,
        condition=verdict.condition,
        source_says=SOURCE_ON_SALTS,
        energies=verdict.source if protocol is None else f"{protocol}, {verdict.source}",
        first=None if verdict.first is None else equations[verdict.first],
        first_temperature=verdict.first_temperature,
        highest=verdict.metal_highest,
        metal_is_stable=metal,
        agrees=None if verdict.metal_highest is None else not metal,
    )


def _unsaid(documents: Sequence[AdhesionDocument]) -> Iterable[UnsaidSetting]:
    """Give the settings of ours that stand in the place of those that the source does not give."""

    def all_of(values: Iterable[str]) -> str:
        return ", ".join(dict.fromkeys(values)) or "nothing computed"

    records = [document.ab for document in documents]
    settings = [record.equal_settings for record in records]
    yield UnsaidSetting(
        setting="code", ours=all_of(f"GPAW {record.versions.get('gpaw', '')}".strip() for record in records)
    )
    yield UnsaidSetting(setting="functional", ours=all_of(str(one["xc"]) for one in settings))
    yield UnsaidSetting(
        setting="atomic data sets",
        ours=all_of(
            f"PAW {one.symbol} {one.valence_electrons:g} e" for record in records for one in record.paw
        ),
    )
    yield UnsaidSetting(setting="cutoff", ours=all_of(f"{one['cutoff']:g} eV" for one in settings))
    yield UnsaidSetting(setting="k-points", ours=all_of(mesh_text(record) for record in records))
    yield UnsaidSetting(
        setting="thickness of the slabs",
        ours=all_of(f"{one.lower.planes}+{one.upper.planes} planes" for one in documents),
    )
    yield UnsaidSetting(
        setting="polar slabs",
        ours=all_of(
            f"model '{side.polar_model}'{', dipole layer' if one.ab.equal_settings['dipole_layer'] else ''}"
            for one in documents
            for side in (one.lower, one.upper)
            if side.tasker_class == "III"
        ),
    )
    yield UnsaidSetting(
        setting="vacuum: height of the cell",
        ours=all_of(f"{record.cell[2][2]:.1f} angstrom" for record in records),
    )
    yield UnsaidSetting(setting="smearing", ours=all_of(smearing_text(record) for record in records))
    yield UnsaidSetting(
        setting="strain",
        ours=all_of(
            f"{side.name} {100 * side.strain_measure:.1f} %"
            for one in documents
            for side in (one.lower, one.upper)
            if side.strain_measure > SEEN_STRAIN
        ),
    )
    yield UnsaidSetting(
        setting="lateral shift", ours=all_of(_registry(one) for one in documents if one.registry is not None)
    )
    yield UnsaidSetting(setting="rigid or relaxed slabs", ours=all_of(_kinds(one) for one in documents))
    yield UnsaidSetting(
        setting="forces at rest",
        ours=all_of(
            f"at most {max(one.max_force for one in (each.ab, each.a, each.b)):.3f} eV/angstrom"
            for each in documents
            if each.work_of_adhesion_relaxed is not None
        ),
    )


def _registry(document: AdhesionDocument) -> str:
    found = "" if document.registry_map is None else " (of a search)"
    fx, fy = document.registry or (0.0, 0.0)
    return f"{fx:z.2f} {fy:z.2f}{found}"


def _kinds(document: AdhesionDocument) -> str:
    return "rigid" if document.work_of_adhesion_relaxed is None else "both"
