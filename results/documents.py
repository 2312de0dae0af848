"""Documents: what a work of adhesion leaves behind, typed and checked.

The parts (calculations, sides, atoms) are in `wadflow.results.records` and offered here too.
Units everywhere: energy eV, length angstrom, force eV/angstrom, energy per area J/m2.
"""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from wadflow.results.records import (
    REQUIRED_SETTINGS,
    AtomsRecord,
    CalculationRecord,
    ChemicalPotentialRecord,
    Document,
    EnergyKind,
    PawDataset,
    PolarModel,
    Role,
    SideRecord,
    SlabRole,
    Task,
    TaskerClass,
)
from wadflow.results.scans import (  # noqa: TC001  # pydantic reads them
    RegistryMap,
    SeparationCurve,
    ThicknessSeries,
)

__all__ = [
    "REQUIRED_SETTINGS",
    "SIGN_CONVENTION",
    "SOURCE_SETTINGS_UNKNOWN",
    "AdhesionDocument",
    "AtomsRecord",
    "CalculationRecord",
    "ChemicalPotentialRecord",
    "Document",
    "EnergyKind",
    "PawDataset",
    "PolarModel",
    "Role",
    "SideRecord",
    "SlabRole",
    "SourceRecord",
    "Task",
    "TaskerClass",
]

SIGN_CONVENTION: Final = (
    "work of adhesion = (E_AB - E_A - E_B) / area, per one interface, in J/m2; negative = bound; "
    "separation work = -(work of adhesion)"
)
SOURCE_SETTINGS_UNKNOWN: Final = "settings of the source unknown"

CLOSING_TOLERANCE: Final = 1e-8
"""Allowed error of the identities inside a document (J/m2): rounding of energies of up to
1e6 eV (1e-10 eV) over areas of some square angstrom."""


class SourceRecord(Document):
    """The published value beside ours; it never claims equal settings.

    ================  =====  ====================================================
    property          unit   meaning
    ================  =====  ====================================================
    work_of_adhesion  J/m2   value of the source, negative = bound
    doi               -      where it stands
    citation          -      the same for people
    compared          -      which of our numbers: ``relaxed`` where there is one
    difference        J/m2   ours - source; negative: ours is bound more strongly
    settings          -      always `SOURCE_SETTINGS_UNKNOWN`
    ================  =====  ====================================================
    """

    work_of_adhesion: float
    doi: str
    citation: str | None = None
    compared: EnergyKind
    difference: float
    settings: Literal["settings of the source unknown"] = SOURCE_SETTINGS_UNKNOWN


class AdhesionDocument(Document):
    """Work of adhesion of one interface, with all that is needed to judge it.

    Made by `wadflow.results.adhesion.combine`. The parts add up:
    ``relaxed = rigid + relaxation_ab - relaxation_a - relaxation_b``.

    ========================  =========  ====================================================
    property                  unit       meaning
    ========================  =========  ====================================================
    schema_version            -          version of this class
    name, title               -          of the definition
    protocol                  -          name of the numerical settings
    production                -          False: the protocol only proves the path
    sign_convention           -          `SIGN_CONVENTION`
    n_interfaces              -          interfaces in the cell AB
    area                      angstrom2  area of one interface, ``|a x b|``
    gap                       angstrom   height between the sides' outermost atoms, before
                                         relaxation; None in documents of version 0.1
    registry                  fractions  lateral shift of the upper side; None as for gap
    lower, upper              -          the two sides
    model                     -          the model in words
    ab, a, b                  -          calculations: interface, lower slab, upper slab
    bulk                      -          calculations of the bulk crystals
    work_of_adhesion_rigid    J/m2       all three at the interface geometry
    work_of_adhesion_relaxed  J/m2       all three relaxed, in-plane cell fixed; None: not run
    relaxation_ab, _a, _b     J/m2       energy change by relaxation per area; None: not run
    closing_error             J/m2       relaxed - (rigid + parts); None: not run
    separation_work           J/m2       -(relaxed work of adhesion, rigid where not run)
    converged                 -          all calculations, bulk included, converged
    warnings                  -          sentences for people
    source                    -          published value; None: the definition names none
    relaxed_structures        -          atoms after the last ionic step, by role
    registry_map              -          adhesion map over the shift; None: not searched
    thickness_series          -          over the plane counts; None: not run
    separation_curve          -          W(d); None: not asked for
    companions                -          calculations behind these three and the strain energies
    created                   -          time with time zone
    wadflow_version           -          version that made the document
    ========================  =========  ====================================================
    """

    schema_version: Literal[1] = 1
    name: str
    title: str
    protocol: str
    production: bool
    sign_convention: str = SIGN_CONVENTION
    n_interfaces: int = Field(ge=1)
    area: float = Field(gt=0)
    gap: float | None = None
    registry: tuple[float, float] | None = None
    lower: SideRecord
    upper: SideRecord
    model: str
    ab: CalculationRecord
    a: CalculationRecord
    b: CalculationRecord
    bulk: tuple[CalculationRecord, ...] = ()
    work_of_adhesion_rigid: float
    work_of_adhesion_relaxed: float | None
    relaxation_ab: float | None
    relaxation_a: float | None
    relaxation_b: float | None
    closing_error: float | None
    separation_work: float
    converged: bool
    warnings: tuple[str, ...] = ()
    source: SourceRecord | None = None
    relaxed_structures: dict[SlabRole, AtomsRecord] = Field(default_factory=dict)
    registry_map: RegistryMap | None = None
    thickness_series: ThicknessSeries | None = None
    separation_curve: SeparationCurve | None = None
    companions: tuple[CalculationRecord, ...] = ()
    created: AwareDatetime
    wadflow_version: str

    @property
    def work_of_adhesion(self) -> float:
        """Work of adhesion (J/m2): relaxed where it was run, else rigid."""
        relaxed = self.work_of_adhesion_relaxed
        return self.work_of_adhesion_rigid if relaxed is None else relaxed

    @property
    def energy_kind(self) -> EnergyKind:
        """Which of the two `work_of_adhesion` is."""
        return "rigid" if self.work_of_adhesion_relaxed is None else "relaxed"

    @property
    def calculations(self) -> tuple[CalculationRecord, ...]:
        """All calculations: AB, A, B, then the bulk crystals."""
        return (self.ab, self.a, self.b, *self.bulk)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        parts = (
            self.relaxation_ab,
            self.relaxation_a,
            self.relaxation_b,
            self.closing_error,
        )
        relaxed = self.work_of_adhesion_relaxed
        if any((part is None) != (relaxed is None) for part in parts):
            problem = "the relaxed work of adhesion and its parts are given together or not at all"
            raise ValueError(problem)
        if relaxed is not None:
            ab, a, b, closing = (0.0 if part is None else part for part in parts)
            gap = relaxed - (self.work_of_adhesion_rigid + ab - a - b)
            if max(abs(gap), abs(closing)) > CLOSING_TOLERANCE:
                problem = f"rigid + relaxation parts miss the relaxed value by {gap:.3g} J/m2"
                raise ValueError(problem)
        if abs(self.separation_work + self.work_of_adhesion) > CLOSING_TOLERANCE:
            problem = "separation_work is not -(work of adhesion)"
            raise ValueError(problem)
        if self.converged != all(record.converged for record in self.calculations):
            problem = "converged does not agree with the calculations"
            raise ValueError(problem)
        return self
