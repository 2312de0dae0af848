"""The parts of a reproduction: numbers, conclusions, and what the source does not say."""

from __future__ import annotations

from wadflow.results.records import Document, EnergyKind  # pydantic reads EnergyKind


class OurNumber(Document):
    """One work of adhesion of ours beside that of the source.

    ===================  =====  =======================================================
    property             unit   meaning
    ===================  =====  =======================================================
    protocol             -      name of the numerical settings
    kind                 -      rigid or relaxed
    lower, upper         -      planes of the two slabs
    model                -      of polar sides; empty where there is none
    value                J/m2   negative = bound
    difference           J/m2   ours - source; negative: ours is bound more strongly
    relative_difference  1      difference / |source|
    near                 -      whether that is at most `wadflow.results.reproduction.NEAR`
    converged            -      all calculations behind it met their criteria
    ===================  =====  =======================================================
    """

    protocol: str
    kind: EnergyKind
    lower: int
    upper: int
    model: str
    value: float
    difference: float
    relative_difference: float
    near: bool
    converged: bool

    @property
    def name(self) -> str:
        """Kind and planes: ``rigid 4+6``."""
        return f"{self.kind} {self.lower}+{self.upper}"


class ReproducedNumber(Document):
    """A work of adhesion of the source and all of ours.

    ========  =====  ====================================================
    property  unit   meaning
    ========  =====  ====================================================
    name      -      of the interface
    title     -      the same for people
    sides     -      lower and upper side, whose planes are counted; one name where they are alike
    source    J/m2   value of the source
    doi       -      where it stands
    ours      -      rigid, relaxed and at other plane counts; may be none
    verdict   -      what can be said, with its limits
    ========  =====  ====================================================
    """

    name: str
    title: str
    sides: str
    source: float
    doi: str
    ours: tuple[OurNumber, ...]
    verdict: str


class ReproducedConclusion(Document):
    """What the source concludes of a heated salt, and what one source of energies says here.

    =================  ====  ==============================================================
    property           unit  meaning
    =================  ====  ==============================================================
    salt               -     formula
    condition          -     name of the partial pressures
    source_says        -     conclusion of the source
    energies           -     whose energies: ``janaf``, ``nasa``, or a scheme and protocol
    first              -     equation of the channel that comes first; None: none does
    first_temperature  K     from which on it is favourable at equilibrium
    highest            K     up to which channels that leave condensed metal have data; None: there
                             is no such channel
    metal_is_stable    -     whether condensed metal is the stable product anywhere
    agrees             -     whether that is what the source says; None: it was not asked
    =================  ====  ==============================================================
    """

    salt: str
    condition: str
    source_says: str
    energies: str
    first: str | None
    first_temperature: float | None
    highest: float | None
    metal_is_stable: bool
    agrees: bool | None


class UnsaidSetting(Document):
    """What the source does not say: ``setting``, and what stands in its place here (``ours``)."""

    setting: str
    ours: str


class Reproduction(Document):
    """All that can be said of the source.

    ===========  ==================================================
    property     meaning
    ===========  ==================================================
    numbers      works of adhesion
    conclusions  heated salts
    unsaid       settings that the source does not give
    ===========  ==================================================
    """

    numbers: tuple[ReproducedNumber, ...]
    conclusions: tuple[ReproducedConclusion, ...]
    unsaid: tuple[UnsaidSetting, ...]
