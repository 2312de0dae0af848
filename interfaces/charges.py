"""Formal charges: of a user, or guessed from the composition, and how sure the guess is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from wadflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core import Structure


@dataclass(frozen=True)
class FormalCharges:
    """Formal charges of a crystal, and how sure they are.

    Attributes
    ----------
    values : dict of str to float, or None
        Charge of each element in units of e, whole numbers but for mixed valence; None for metals and
        elements, and where no charges balance.
    doubt : str or None
        Why the charges may be wrong, in words; None for those of a table or of the user, and for the
        only choice of common oxidation states that balances.
    """

    values: dict[str, float] | None
    doubt: str | None = None


def guess_charges(structure: Structure) -> FormalCharges:
    """Guess the formal charges (units of e): the most usual oxidation states that balance (pymatgen).

    Crystals of metals alone and elements have none.
    """
    reduced = structure.composition.reduced_composition
    found = _guess(tuple((element.symbol, amount) for element, amount in reduced.items()))
    return FormalCharges(None if found.values is None else dict(found.values), found.doubt)


@lru_cache(maxsize=64)  # pymatgen tries all oxidation states, for each side of each interface
def _guess(amounts: tuple[tuple[str, float], ...]) -> FormalCharges:
    """Return `guess_charges` of a composition, which nobody may change."""
    from pymatgen.core import Composition

    composition = Composition(dict(amounts))
    if all(element.is_metal for element in composition.elements) or len(composition.elements) == 1:
        return FormalCharges(None)
    usual = composition.oxi_state_guesses()
    guesses = usual or composition.oxi_state_guesses(all_oxi_states=True)
    if not guesses:
        return FormalCharges(None, "no formal charges balance, so that it counts as a crystal without ions")
    first = {symbol: float(value) for symbol, value in guesses[0].items()}
    words = ", ".join(f"{symbol} {value:+g}" for symbol, value in first.items())
    doubts = []
    if not usual:
        doubts.append("these oxidation states are unusual")
    if len(guesses) > 1:
        doubts.append("other choices balance too")
    if any(value != round(value) for value in first.values()):
        doubts.append("an element has several valences, of which this is the mean")
    doubt = f"formal charges guessed ({words}): {'; '.join(doubts)}" if doubts else None
    return FormalCharges(first, doubt)


def check_charges(given: Mapping[str, int], structure: Structure) -> dict[str, float]:
    """Return the charges that a user gives (units of e), or say why they cannot be the crystal's.

    Raises
    ------
    InputError
        Elements are missing or foreign, the charges do not balance, or all are zero.
    """
    counts = {element.symbol: amount for element, amount in structure.composition.items()}
    if set(given) != set(counts):
        raise InputError(
            f"formal charges of {', '.join(sorted(given))} are given, but the crystal has "
            f"{', '.join(sorted(counts))}",
            key="formal_charges",
            remedy="give one charge for each element of the crystal",
        )
    total = sum(given[symbol] * amount for symbol, amount in counts.items())
    if abs(total) > 1e-6:
        raise InputError(
            f"the formal charges add up to {total:+g} e per cell ({structure.composition.formula}), not to 0",
            key="formal_charges",
            remedy="give charges that balance",
        )
    if not any(given.values()):
        raise InputError(
            "all formal charges are 0",
            key="formal_charges",
            remedy="leave the key out for a crystal without ions",
        )
    return {symbol: float(charge) for symbol, charge in given.items()}
