"""Reactions as data: equations in a TOML file, each read, balanced and checked.

The shipped file is ``reactions.toml`` in this folder; users give files of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from wadflow.errors import InputError
from wadflow.interfaces.named_files import join_named
from wadflow.interfaces.suggestions import did_you_mean
from wadflow.interfaces.toml_models import read_toml, validate
from wadflow.results.thermochemistry.species import Species, parse_species

REACTIONS_FILE = Path(__file__).parent / "reactions.toml"

ARROW = "->"


@dataclass(frozen=True)
class Term:
    """One species of one side of a reaction, ``coefficient`` times (positive)."""

    coefficient: Fraction
    species: Species

    def __str__(self) -> str:
        return str(self.species) if self.coefficient == 1 else f"{self.coefficient} {self.species}"


@dataclass(frozen=True)
class Equation:
    """A balanced equation.

    Attributes
    ----------
    reactants, products : tuple of Term
        In the order in which they are written.
    """

    reactants: tuple[Term, ...]
    products: tuple[Term, ...]

    def __str__(self) -> str:
        left, right = (" + ".join(str(term) for term in side) for side in (self.reactants, self.products))
        return f"{left} {ARROW} {right}"

    @property
    def coefficients(self) -> dict[Species, Fraction]:
        """Stoichiometric coefficients: products positive, reactants negative."""
        found = {term.species: -term.coefficient for term in self.reactants}
        for term in self.products:
            found[term.species] = found.get(term.species, Fraction(0)) + term.coefficient
        return found

    @property
    def decomposing(self) -> Species | None:
        """The only reactant, where it is condensed and has the coefficient 1; else None."""
        if len(self.reactants) != 1:
            return None
        (reactant,) = self.reactants
        return None if reactant.coefficient != 1 or reactant.species.is_gas else reactant.species


class Reaction(BaseModel):
    """A named reaction.

    Attributes
    ----------
    title : str
        For people.
    equation : str
        For example ``Li2CO3(c) -> Li2O(c) + CO2(g)``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, examples=["lithium carbonate to oxide"])
    equation: str = Field(examples=["Li2CO3(c) -> Li2O(c) + CO2(g)"])

    @field_validator("equation")
    @classmethod
    def _check(cls, text: str) -> str:
        try:
            return str(parse_equation(text))
        except InputError as error:
            raise ValueError(error.problem) from error

    @cached_property
    def parsed(self) -> Equation:
        """The equation, read."""
        return parse_equation(self.equation)

    @property
    def decomposing(self) -> Species | None:
        """What decomposes; see `Equation.decomposing`."""
        return self.parsed.decomposing

    @property
    def condensed_metal(self) -> Species | None:
        """A product that is a metal as crystal or liquid, if there is one."""
        return next((term.species for term in self.parsed.products if term.species.is_condensed_metal), None)


class _Reactions(RootModel[dict[str, Reaction]]):
    """A file of reactions."""


def parse_equation(text: str) -> Equation:
    """Read an equation and check its balance.

    Parameters
    ----------
    text : str
        Species with phases, coefficients as whole numbers, fractions or decimals, ``+`` and ``->``.

    Raises
    ------
    wadflow.errors.InputError
        It cannot be read, does not balance, or names a species twice.

    Examples
    --------
    >>> str(parse_equation("2Li(c) + 0.5 O2(g) -> Li2O(c)"))
    '2 Li(c) + 1/2 O2(g) -> Li2O(c)'
    """
    sides = text.split(ARROW)
    remedy = "write for example `Li2CO3(c) -> Li2O(c) + CO2(g)`"
    if len(sides) != 2:
        raise InputError(f"{text!r} has not one '{ARROW}' between reactants and products", remedy=remedy)
    reactants, products = (tuple(_term(part) for part in side.split(" + ")) for side in sides)
    species = [term.species for term in (*reactants, *products)]
    twice = sorted({str(one) for one in species if species.count(one) > 1})
    if twice:
        raise InputError(f"{text!r} names {', '.join(twice)} twice", remedy="write each species once")
    left, right = _atoms(reactants), _atoms(products)
    wrong = [
        f"{element}: {left.get(element, 0)} on the left, {right.get(element, 0)} on the right"
        for element in sorted(left | right)
        if left.get(element, 0) != right.get(element, 0)
    ]
    if wrong:
        raise InputError(f"{text!r} is not balanced ({'; '.join(wrong)})", remedy="correct the coefficients")
    return Equation(reactants, products)


def load_reactions(file: Path | None = None) -> dict[str, Reaction]:
    """Return the reactions of a file by name.

    Parameters
    ----------
    file : Path, optional
        TOML with a table for each reaction; the shipped ones if not given.

    Raises
    ------
    wadflow.errors.InputError
        One error that names file, key, value and remedy.
    """
    path = file or REACTIONS_FILE
    return validate(_Reactions, read_toml(path), file=path).root


def find_reactions(names: list[str]) -> dict[str, Reaction]:
    """Return the reactions that the user means, by name.

    Parameters
    ----------
    names : list of str
        Names of shipped reactions, formulas of what decomposes (``Li2CO3``), or paths of TOML files,
        which stand for all reactions in them. No names: all shipped reactions.

    Raises
    ------
    wadflow.errors.InputError
        A name that is none of these; a file that cannot be read.
    """
    shipped = load_reactions()
    if not names:
        return shipped
    found: dict[str, Reaction] = {}
    for name in names:
        path = Path(name).expanduser()
        by_salt = {
            key: reaction
            for key, reaction in shipped.items()
            if reaction.decomposing is not None and reaction.decomposing.formula == name
        }
        if name in shipped:
            found[name] = shipped[name]
        elif by_salt:
            found |= by_salt
        elif path.suffix == ".toml" or len(path.parts) > 1:
            join_named(
                found,
                load_reactions(path),
                file=path,
                what="reaction",
                refusal=lambda one: f"another reaction of this name was asked for too: '{one.equation}'",
            )
        else:
            salts = sorted(
                {one.decomposing.formula for one in shipped.values() if one.decomposing is not None}
            )
            raise InputError(
                f"there is no reaction and no salt {name[:200]!r}",
                remedy=f"{did_you_mean(name, [*shipped, *salts])}salts are {', '.join(salts)}; reactions are "
                f"{', '.join(shipped)}; or give the path of a TOML file",
            )
    return found


def _term(text: str) -> Term:
    stripped = text.strip()
    end = next((place for place, letter in enumerate(stripped) if letter.isalpha()), len(stripped))
    number = stripped[:end].strip()
    try:
        coefficient = Fraction(number) if number else Fraction(1)
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(
            f"{stripped!r} begins with {number!r}, which is no number",
            remedy="write coefficients as `2`, `1/2` or `0.5`, and ` + ` between species",
        ) from error
    if coefficient <= 0:
        raise InputError(
            f"{stripped!r} has a coefficient that is not positive",
            remedy="write each species on its own side, with a positive coefficient",
        )
    return Term(coefficient.limit_denominator(1000), parse_species(stripped[end:]))


def _atoms(terms: tuple[Term, ...]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for term in terms:
        for element, count in term.species.elements.items():
            found[element] = found.get(element, Fraction(0)) + term.coefficient * count
    return found
