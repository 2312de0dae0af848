"""Species of reactions: a formula and a phase, written ``Li2CO3(c)`` or ``CO2(g)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from wadflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Phase = Literal["c", "g"]
"""``c``: condensed, the stable one of crystal and liquid. ``g``: gas."""

PHASES: tuple[Phase, ...] = get_args(Phase)

METALS = ("Li", "Na")
"""Elements whose condensed phase is the metal that the package asks about."""


@dataclass(frozen=True, order=True)
class Species:
    """A substance in a phase.

    Attributes
    ----------
    formula : str
        As chemists write it: ``Li2CO3``.
    phase : {"c", "g"}
        Condensed (the stable one of crystal and liquid) or gas.
    """

    formula: str
    phase: Phase

    def __str__(self) -> str:
        return f"{self.formula}({self.phase})"

    @property
    def elements(self) -> Mapping[str, int]:
        """Atoms of each element in one formula unit."""
        return _count(self.formula)

    @property
    def is_gas(self) -> bool:
        """Whether its free energy depends on its pressure."""
        return self.phase == "g"

    @property
    def is_condensed_metal(self) -> bool:
        """Whether this is a metal as crystal or liquid."""
        return self.phase == "c" and self.formula in METALS


def parse_species(text: str) -> Species:
    """Read a species.

    Parameters
    ----------
    text : str
        Formula and phase, for example ``Li2CO3(c)``.

    Raises
    ------
    wadflow.errors.InputError
        No phase, an unknown one, or a formula that cannot be read.

    Examples
    --------
    >>> parse_species("Li2CO3(c)")
    Species(formula='Li2CO3', phase='c')
    """
    formula, bracket, rest = text.strip().rpartition("(")
    remedy = "write for example `Li2CO3(c)` (condensed: the stable one of crystal and liquid) or `CO2(g)`"
    if not bracket or not rest.endswith(")") or not formula:
        raise InputError(f"{text.strip()!r} names no phase", remedy=remedy)
    for phase in PHASES:
        if rest == f"{phase})":
            _count(formula.strip())
            return Species(formula.strip(), phase)
    raise InputError(f"{text.strip()!r} has the phase {rest[:-1]!r}; known are c and g", remedy=remedy)


def _count(formula: str) -> Mapping[str, int]:
    from ase.data import atomic_numbers
    from ase.formula import Formula

    remedy = "write element symbols and whole numbers, for example `Li2CO3`"
    try:
        counts: dict[str, int] = dict(Formula(formula, strict=True).count())
    except ValueError as error:
        raise InputError(f"{formula!r} is no chemical formula", remedy=remedy) from error
    unknown = [symbol for symbol in counts if atomic_numbers.get(symbol, 0) == 0]
    if unknown or not counts:
        raise InputError(f"{formula!r} has no element {', '.join(unknown)}", remedy=remedy)
    return counts
