"""From reactions, energies and conditions to a document with its verdicts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import InputError
from wadflow.results.thermochemistry.comparison import signed_errors
from wadflow.results.thermochemistry.documents import (
    LABORATORY_NOTE,
    BoilingRecord,
    DecompositionDocument,
    EnergeticsRecord,
    MetalInterval,
    ReactionRecord,
    TransitionRecord,
    TurningRecord,
    Verdict,
)
from wadflow.results.thermochemistry.energetics import Energetics, energetics_from_tables
from wadflow.results.thermochemistry.reactions import parse_equation
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE, FloatArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wadflow.results.thermochemistry.conditions import Condition
    from wadflow.results.thermochemistry.reactions import Reaction
    from wadflow.results.thermochemistry.records import ComputedRecord
    from wadflow.results.thermochemistry.tables import TableName

TABLES: Mapping[TableName, str] = {
    "janaf": "NIST-JANAF Thermochemical Tables, 4th ed. (Chase 1998)",
    "nasa": "NASA Glenn coefficients (McBride, Zehe, Gordon, NASA/TP-2002-211556)",
}
"""The sources of experiment, by name."""

STEP = 25.0
"""Kelvin between the temperatures of a document."""

COMPARISON_STEP = 1.0
"""Kelvin between the temperatures at which channels are compared."""


def decomposition_from_tables(
    reactions: Mapping[str, Reaction], conditions: Mapping[str, Condition]
) -> DecompositionDocument:
    """Return what the tables of experiment say of reactions.

    Parameters
    ----------
    reactions, conditions : mapping
        By name.

    Raises
    ------
    wadflow.errors.InputError
        No source has data of a reaction: the message names the missing species.
    """
    sources = {str(name): title for name, title in TABLES.items()}
    return assemble(reactions, energetics_of_tables(reactions), conditions, sources=sources)


def energetics_of_tables(reactions: Mapping[str, Reaction]) -> dict[str, dict[str, Energetics]]:
    """Return the energetics of reactions by source of experiment and by name.

    Raises
    ------
    wadflow.errors.InputError
        No source has data of a reaction: the message names the missing species.
    """
    energetics: dict[str, dict[str, Energetics]] = {str(source): {} for source in TABLES}
    for name, reaction in reactions.items():
        reasons: list[InputError] = []
        for source in TABLES:
            try:
                energetics[source][name] = energetics_from_tables(reaction.parsed, source)
            except InputError as error:  # the other source may know it
                reasons.append(error)
        if len(reasons) == len(TABLES):
            raise InputError(
                f"'{reaction.equation}' cannot be evaluated: "
                + "; ".join(reason.problem for reason in reasons),
                key=name,
                remedy=reasons[0].remedy,
            )
    return energetics


def assemble(
    reactions: Mapping[str, Reaction],
    energetics: Mapping[str, Mapping[str, Energetics]],
    conditions: Mapping[str, Condition],
    *,
    sources: dict[str, str],
    computed: ComputedRecord | None = None,
    notes: Sequence[str] = (),
) -> DecompositionDocument:
    """Make the document.

    Parameters
    ----------
    reactions : mapping
        By name.
    energetics : mapping
        Name of a source of energies to name of a reaction to its energetics; a source may lack some.
    conditions : mapping
        By name.
    sources : dict
        Name of each source to what it is.
    computed : ComputedRecord, optional
        Where the columns from first principles come from.
    notes : sequence of str
        What else a reader must know.
    """
    import wadflow

    records = []
    for name, reaction in reactions.items():
        found = {source: one[name] for source, one in energetics.items() if name in one}
        transitions = next(iter(found.values())).transitions
        columns = tuple(_column(source, one, conditions) for source, one in found.items())
        records.append(
            ReactionRecord(
                name=name,
                title=reaction.title,
                equation=reaction.equation,
                transitions=tuple(
                    TransitionRecord(species=str(species), temperature=one.temperature, name=one.name)
                    for species, one in transitions
                ),
                boilings=_boilings(reaction, conditions),
                columns=columns,
                errors=signed_errors(columns),
            )
        )
    verdicts = tuple(
        verdict(salt, reactions, found, name, condition, source=source)
        for salt in salts_of(reactions)
        for source, found in energetics.items()
        if _channels(salt, reactions, found)
        for name, condition in conditions.items()
    )
    return DecompositionDocument(
        made=datetime.now(UTC),
        wadflow_version=wadflow.__version__,
        sources=sources,
        conditions=dict(conditions),
        computed=computed,
        reactions=tuple(records),
        verdicts=verdicts,
        notes=(LABORATORY_NOTE, *notes, *_not_compared(reactions), *_compared_in_part(verdicts, reactions)),
    )


def salts_of(reactions: Mapping[str, Reaction]) -> tuple[str, ...]:
    """Return the formulas of the compounds that decompose in these reactions, in their order."""
    reactants = (reaction.decomposing for reaction in reactions.values())
    return tuple(dict.fromkeys(one.formula for one in reactants if one is not None and len(one.elements) > 1))


def verdict(
    salt: str,
    reactions: Mapping[str, Reaction],
    energetics: Mapping[str, Energetics],
    condition_name: str,
    condition: Condition,
    *,
    source: str,
) -> Verdict:
    """Compare all channels of a salt over the temperature.

    At each temperature the channel of the lowest Gibbs energy is what equilibrium asks for; the salt
    stays where all are positive. Condensed metal is a product only where no channel that leaves its
    vapour, at its partial pressure, is lower.

    Parameters
    ----------
    salt : str
        Formula of what decomposes.
    reactions, energetics : mapping
        By name; those of other reactants are left out.
    condition_name, condition
        Partial pressures.
    source : str
        Name of the source of the energies.
    """
    channels = _channels(salt, reactions, energetics)
    highest = max(one.temperature_range[1] for one in channels.values())
    kelvin = np.arange(REFERENCE_TEMPERATURE, highest, COMPARISON_STEP)
    gibbs = np.array([_or_nothing(one, kelvin, condition) for one in channels.values()])
    lowest = np.where(gibbs.min(axis=0) < 0.0, gibbs.argmin(axis=0), -1)
    names = list(channels)
    started = np.flatnonzero(lowest >= 0)
    first = names[int(lowest[started[0]])] if len(started) else None
    onset = _onset(channels[first], condition) if first is not None else None
    until = float(highest) if onset is None else onset
    return Verdict(
        salt=salt,
        source=source,
        condition=condition_name,
        considered=tuple(names),
        first=first,
        first_temperature=onset,
        ended={
            name: one.temperature_range[1]
            for name, one in channels.items()
            if one.temperature_range[1] < until and reactions[name].condensed_metal is None
        },
        metal_intervals=tuple(
            MetalInterval(reaction=name, lowest=low, highest=high)
            for number, name in enumerate(names)
            if reactions[name].condensed_metal is not None
            for low, high in _intervals(kelvin, lowest == number)
        ),
        metal_highest=min(
            (
                one.temperature_range[1]
                for name, one in channels.items()
                if reactions[name].condensed_metal is not None
            ),
            default=None,
        ),
        highest=float(highest),
    )


def _channels(
    salt: str, reactions: Mapping[str, Reaction], energetics: Mapping[str, Energetics]
) -> dict[str, Energetics]:
    """Return the decompositions of a salt that a source has data of."""
    return {
        name: energetics[name]
        for name, reaction in reactions.items()
        if name in energetics and reaction.decomposing is not None and reaction.decomposing.formula == salt
    }


def _not_compared(reactions: Mapping[str, Reaction]) -> list[str]:
    """Say which decompositions have no place in the verdicts, which are per formula unit."""
    return [
        f"{one.equation}: not compared with other channels; write it for one formula unit of its reactant."
        for one in reactions.values()
        if one.decomposing is None
        and len(one.parsed.reactants) == 1
        and not one.parsed.reactants[0].species.is_gas
    ]


def _compared_in_part(verdicts: Sequence[Verdict], reactions: Mapping[str, Reaction]) -> list[str]:
    """Say of which channels a verdict does not know whether they come first: their data end before."""
    return [
        f"{one.salt}, {one.condition}, {one.source}: {reactions[name].equation} has no data above "
        f"{kelvin:.0f} K and was compared with the other channels up to there only."
        for one in verdicts
        for name, kelvin in one.ended.items()
    ]


def _column(source: str, energetics: Energetics, conditions: Mapping[str, Condition]) -> EnergeticsRecord:
    low, high = energetics.temperature_range
    kelvin = np.array(
        [REFERENCE_TEMPERATURE, *np.arange(300.0, high + 1e-6, STEP)]
        if low <= REFERENCE_TEMPERATURE
        else np.arange(low, high, STEP)
    )
    turnings = {
        name: energetics.turning(condition, lowest=REFERENCE_TEMPERATURE)
        for name, condition in conditions.items()
    }
    return EnergeticsRecord(
        source=source,
        temperature_range=(low, high),
        enthalpy_298=round(float(energetics.enthalpy(REFERENCE_TEMPERATURE)), 4),
        entropy_298=round(float(energetics.entropy(REFERENCE_TEMPERATURE)), 4),
        gibbs_energy_298=round(float(energetics.gibbs_energy(REFERENCE_TEMPERATURE)), 4),
        temperatures=tuple(kelvin.tolist()),
        gibbs_energies=tuple(np.round(energetics.gibbs_energy(kelvin), 4).tolist()),
        turnings=tuple(
            TurningRecord(condition=name, temperature=one.temperature, favourable=one.favourable)
            for name, one in turnings.items()
        ),
    )


def _boilings(reaction: Reaction, conditions: Mapping[str, Condition]) -> tuple[BoilingRecord, ...]:
    found = []
    for species in reaction.parsed.coefficients:
        if not species.is_condensed_metal:
            continue
        equation = parse_equation(f"{species} -> {species.formula}(g)")
        vapour = energetics_from_tables(equation, next(iter(TABLES)))
        for name, condition in conditions.items():
            temperature = vapour.turning(condition, lowest=REFERENCE_TEMPERATURE).temperature
            if temperature is not None:
                found.append(BoilingRecord(species=str(species), condition=name, temperature=temperature))
    return tuple(found)


def _or_nothing(energetics: Energetics, kelvin: FloatArray, condition: Condition) -> FloatArray:
    """Return Gibbs energies (kJ/mol), infinite where there are no data."""
    low, high = energetics.temperature_range
    inside = (kelvin >= low) & (kelvin <= high)
    values = np.full_like(kelvin, np.inf)
    values[inside] = energetics.gibbs_energy(kelvin[inside], condition)
    return values


def _onset(energetics: Energetics, condition: Condition) -> float:
    """Return the temperature (K) from which a channel is open that is open somewhere."""
    beginning = max(REFERENCE_TEMPERATURE, energetics.temperature_range[0])
    turning = energetics.turning(condition, lowest=beginning).temperature
    return beginning if turning is None or energetics.gibbs_energy(beginning, condition) < 0.0 else turning


def _intervals(kelvin: FloatArray, chosen: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return the runs of ``chosen`` as pairs of temperatures (K)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int64), [0]])))
    return [
        (float(kelvin[start]), float(kelvin[end - 1]))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
