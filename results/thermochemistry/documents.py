"""What is known of reactions and of what decomposes first, as a document.

Energies in kJ/mol per reaction as written, entropies in J/mol/K, temperatures in kelvin, pressures
in bar.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from wadflow.results.records import Document
from wadflow.results.thermochemistry.conditions import Condition  # noqa: TC001  # pydantic reads it
from wadflow.results.thermochemistry.energetics import Favourable  # noqa: TC001  # pydantic reads it
from wadflow.results.thermochemistry.records import ComputedRecord  # noqa: TC001  # pydantic reads it

CONVENTION = "energies per reaction as written, standard pressure 1 bar; negative = favourable"

LABORATORY_NOTE = (
    "A Gibbs energy of zero is equilibrium at the stated pressures, not the temperature at which a "
    "sample visibly decomposes in a laboratory: there a faster or slower reaction and a flowing gas decide."
)


class TurningRecord(Document):
    """Where a reaction turns at one condition.

    Attributes
    ----------
    condition : str
        Name.
    temperature : float, optional
        K at which the Gibbs energy is zero; None where it has no zero in the data.
    favourable : str
        Where the Gibbs energy is negative: above or below that temperature, everywhere, nowhere.
    """

    condition: str
    temperature: float | None
    favourable: Favourable


class EnergeticsRecord(Document):
    """A reaction by one source of energies.

    Attributes
    ----------
    source : str
        Name of the source: ``janaf``, ``nasa``.
    temperature_range : tuple of float
        K, where all species have data.
    enthalpy_298, gibbs_energy_298 : float
        kJ/mol at 298.15 K and 1 bar.
    entropy_298 : float
        J/mol/K at 298.15 K and 1 bar.
    temperatures : tuple of float
        K.
    gibbs_energies : tuple of float
        kJ/mol at ``temperatures`` and 1 bar.
    turnings : tuple of TurningRecord
        One for each condition.
    """

    source: str
    temperature_range: tuple[float, float]
    enthalpy_298: float
    entropy_298: float
    gibbs_energy_298: float
    temperatures: tuple[float, ...]
    gibbs_energies: tuple[float, ...]
    turnings: tuple[TurningRecord, ...]

    def turning(self, condition: str) -> TurningRecord:
        """Return that of a condition by its name."""
        return next(record for record in self.turnings if record.condition == condition)


class TransitionRecord(Document):
    """A change of phase of a species: ``temperature`` in K, ``name`` as the tables call it."""

    species: str
    temperature: float
    name: str


class BoilingRecord(Document):
    """Where a metal's vapour reaches its partial pressure: ``temperature`` in K at ``condition``."""

    species: str
    condition: str
    temperature: float


class SignedErrors(Document):
    """A source minus another, for one reaction.

    Attributes
    ----------
    source, reference : str
        Names.
    enthalpy_298 : float
        kJ/mol.
    entropy_298 : float
        J/mol/K.
    gibbs_energies : dict of float to float
        Temperature (K) to kJ/mol at 1 bar; only where both have data.
    turnings : dict of str to float
        Condition to the difference of the temperatures (K) of zero Gibbs energy; only where both have one.
    """

    source: str
    reference: str
    enthalpy_298: float
    entropy_298: float
    gibbs_energies: dict[float, float]
    turnings: dict[str, float]


class ReactionRecord(Document):
    """A reaction by all sources.

    Attributes
    ----------
    name, title, equation : str
        As in the file of reactions.
    transitions : tuple of TransitionRecord
        Melting and other changes of the condensed species, by the first source.
    boilings : tuple of BoilingRecord
        Above these temperatures a condensed metal of the reaction is unstable against its vapour, by the
        first source; for each condition that has one.
    columns : tuple of EnergeticsRecord
        One for each source.
    errors : tuple of SignedErrors
        Of each source against the first table of experiment.
    """

    name: str
    title: str
    equation: str
    transitions: tuple[TransitionRecord, ...]
    boilings: tuple[BoilingRecord, ...]
    columns: tuple[EnergeticsRecord, ...]
    errors: tuple[SignedErrors, ...] = ()

    def column(self, source: str) -> EnergeticsRecord:
        """Return that of a source by its name."""
        return next(record for record in self.columns if record.source == source)


class MetalInterval(Document):
    """Temperatures (K) between which a channel that leaves condensed metal is the most favourable."""

    reaction: str
    lowest: float
    highest: float


class Verdict(Document):
    """What a salt does when heated at one condition, by one source.

    Attributes
    ----------
    salt : str
        Formula.
    source, condition : str
        Names.
    considered : tuple of str
        Channels that were compared.
    first : str, optional
        The channel whose Gibbs energy becomes negative first; None where none does.
    first_temperature : float, optional
        K at which it does.
    ended : dict
        Channels without condensed metal whose data end below that temperature (none: below ``highest``), with
        the K at which they do: whether they come first is not known.
    metal_intervals : tuple of MetalInterval
        Where condensed metal is the stable product; none: nowhere in the data.
    metal_highest : float, optional
        K up to which all channels that leave condensed metal have data; None: there is no such channel.
    highest : float
        K up to which any channel has data.
    """

    salt: str
    source: str
    condition: str
    considered: tuple[str, ...]
    first: str | None
    first_temperature: float | None
    ended: dict[str, float] = Field(default={})
    metal_intervals: tuple[MetalInterval, ...]
    metal_highest: float | None = None
    highest: float

    @property
    def metal_is_first(self) -> bool:
        """Whether the first channel leaves condensed metal."""
        return any(interval.reaction == self.first for interval in self.metal_intervals)


class DecompositionDocument(Document):
    """Reactions, what turns where, and the verdicts.

    Attributes
    ----------
    document : str
        ``decomposition``.
    schema_version : int
        Of this layout.
    made : datetime
        When.
    wadflow_version : str
        Version that made it.
    convention : str
        Sign and units.
    sources : dict
        Name of each source of energies to what it is.
    conditions : dict
        Name to partial pressures.
    reactions : tuple of ReactionRecord
        In the order in which they were asked for.
    computed : ComputedRecord, optional
        Where the columns from first principles come from; None: the tables alone.
    verdicts : tuple of Verdict
        For each salt, source and condition.
    notes : tuple of str
        What a reader must know.
    """

    document: Literal["decomposition"] = "decomposition"
    schema_version: Literal[1] = 1
    made: AwareDatetime
    wadflow_version: str
    convention: str = CONVENTION
    sources: dict[str, str]
    conditions: dict[str, Condition]
    reactions: tuple[ReactionRecord, ...]
    computed: ComputedRecord | None = None
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = (LABORATORY_NOTE,)
