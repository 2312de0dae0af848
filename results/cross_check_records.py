"""What a cross-check says, and what a number without a counterpart says."""

from __future__ import annotations

from typing import Literal

from wadflow.results.records import Document
from wadflow.results.surface_documents import Miller  # noqa: TC001  # pydantic reads it

Kind = Literal["experiment", "published calculation", "source", "identity"]
"""``identity``: what another document of ours makes it, minus twice a surface energy for example."""

Agreement = Literal["within", "outside", "not stated"]


class CrossCheck(Document):
    """One computed number beside one counterpart.

    ====================  ====  ==================================================================
    property              unit  meaning
    ====================  ====  ==================================================================
    quantity              -     name of the quantity
    species               -     reduced formula, equation, or title of an interface
    phase                 -     crystal, polycrystal, gas, reaction, interface
    space_group, miller   -     of a crystal and its face; None: they say nothing here
    unit                  -     of all numbers below
    computed              unit  our value
    computed_uncertainty  unit  numerical, as far as it is known; None: not known
    computed_temperature  K     None: electrons at rest, without zero-point motion
    document              -     name of the document
    also_in               -     documents that say the same
    calculation           -     where in the document it comes from
    protocol              -     name of the numerical settings
    method                -     what was done beside the protocol; may be empty
    production            -     False: the protocol only proves the path
    converged             -     all calculations behind it met their criteria
    kind                  -     what the counterpart is
    counterpart           unit  its value
    uncertainty           unit  its uncertainty; None: none is given
    temperature           K     of the counterpart; None: not said
    citation, doi         -     where it stands
    confirmed             -     False: second-hand, from memory, or doubted
    difference            unit  computed - counterpart
    relative_difference   1     difference / |counterpart|; None where that is zero
    combined_uncertainty  unit  root of the sum of squares; None: the counterpart gives none
    agreement             -     whether the difference is within it; ``not stated`` without one
    notes                 -     why the two are not strictly comparable
    ====================  ====  ==================================================================
    """

    quantity: str
    species: str
    phase: str
    space_group: int | None = None
    miller: Miller | None = None
    unit: str
    computed: float
    computed_uncertainty: float | None
    computed_temperature: float | None
    document: str
    also_in: tuple[str, ...] = ()
    calculation: str
    protocol: str
    method: str
    production: bool
    converged: bool
    kind: Kind
    counterpart: float
    uncertainty: float | None
    temperature: float | None
    citation: str
    doi: str | None
    confirmed: bool
    difference: float
    relative_difference: float | None
    combined_uncertainty: float | None
    agreement: Agreement
    notes: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is a property of: ``Li (110)``, ``CO2(g)``, ``Li2O``."""
        return subject_text(self.species, self.phase, self.miller)

    @property
    def statement(self) -> str:
        """The agreement in words."""
        if self.combined_uncertainty is None:
            return "no uncertainty is given"
        ratio = abs(self.difference) / self.combined_uncertainty
        return f"{self.agreement} the uncertainty of {self.combined_uncertainty:.3g} ({ratio:.1f} times)"


class MissingCounterpart(Document):
    """A number that stands alone.

    ===========  ====  ====================================================================
    property     unit  meaning
    ===========  ====  ====================================================================
    quantity     -     name of the quantity
    species      -     reduced formula, equation, or title of an interface
    phase        -     crystal, polycrystal, gas, ...
    space_group  -     number of a crystal
    miller       -     indices of a face
    side         -     ``not measured``: computed, and the tables hold nothing to compare it with;
                       ``not computed``: in the tables, and no document has it
    value        unit  the number that is there
    unit         -     its unit
    found_in     -     document, or citation
    ===========  ====  ====================================================================
    """

    quantity: str
    species: str
    phase: str
    space_group: int | None = None
    miller: Miller | None = None
    side: Literal["not measured", "not computed"]
    value: float
    unit: str
    found_in: str

    @property
    def subject(self) -> str:
        """What it is a property of; for lattices with the symbol of the space group."""
        text = subject_text(self.species, self.phase, self.miller)
        if self.space_group is None or not self.quantity.startswith(("lattice", "volume")):
            return text
        from pymatgen.symmetry.groups import sg_symbol_from_int_number

        return f"{text} ({sg_symbol_from_int_number(self.space_group)})"


def subject_text(species: str, phase: str, miller: Miller | None) -> str:
    """Say what a number is a property of: ``Li (110)``, ``CO2(g)``, ``Li2O``."""
    if miller is not None:
        return f"{species} ({''.join(str(index) for index in miller)})"
    short = {"gas": "(g)", "liquid": "(l)", "polycrystal": " average"}
    return species + short.get(phase, "")
