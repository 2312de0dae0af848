"""Conditions: the partial pressure of each gas above what reacts.

The shipped ones are in ``conditions.toml`` in this folder; users give files of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel

from wadflow.errors import InputError
from wadflow.interfaces.named_files import join_named
from wadflow.interfaces.suggestions import did_you_mean
from wadflow.interfaces.toml_models import read_toml, validate
from wadflow.results.thermochemistry.species import Species, parse_species

CONDITIONS_FILE = Path(__file__).parent / "conditions.toml"


def _gas(formula: str) -> str:
    try:
        return parse_species(f"{formula}(g)").formula
    except InputError as error:
        raise ValueError(error.problem) from error


Pressure = Annotated[float, Field(gt=0.0, le=1000.0)]
"""bar; gases are ideal, which none is above."""


class Condition(BaseModel):
    """Partial pressures.

    Attributes
    ----------
    title : str
        For people.
    pressures : dict
        Formula of a gas to its partial pressure (bar).
    others : float
        Partial pressure (bar) of every gas that ``pressures`` does not name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    title: str = Field(min_length=1, examples=["dry argon, 1 ppm of oxygen"])
    pressures: dict[Annotated[str, AfterValidator(_gas)], Pressure] = Field(
        default={}, examples=["{ O2 = 1e-6 }"], description="bar, above zero"
    )
    others: Pressure = Field(examples=[1.0], description="bar, above zero")

    def pressure(self, species: Species) -> float:
        """Partial pressure (bar) of a gas; 1 for what is condensed."""
        return self.pressures.get(species.formula, self.others) if species.is_gas else 1.0


class _Conditions(RootModel[dict[str, Condition]]):
    """A file of conditions."""


def load_conditions(file: Path | None = None) -> dict[str, Condition]:
    """Return the conditions of a file by name; the shipped ones if none is given.

    Raises
    ------
    wadflow.errors.InputError
        One error that names file, key, value and remedy: pressures must be above zero.
    """
    path = file or CONDITIONS_FILE
    return validate(_Conditions, read_toml(path), file=path).root


def find_conditions(names: list[str]) -> dict[str, Condition]:
    """Return conditions by their names, or all those of files given by path.

    Raises
    ------
    wadflow.errors.InputError
        A name that is neither; a file that cannot be read.
    """
    shipped = load_conditions()
    found: dict[str, Condition] = {}
    for name in names:
        path = Path(name).expanduser()
        if name in shipped:
            found[name] = shipped[name]
        elif path.suffix == ".toml" or len(path.parts) > 1:
            join_named(
                found,
                load_conditions(path),
                file=path,
                what="conditions",
                refusal=lambda _: "other conditions of this name were asked for too",
            )
        else:
            raise InputError(
                f"there are no conditions {name[:200]!r}",
                remedy=f"{did_you_mean(name, list(shipped))}shipped are {', '.join(shipped)}; "
                "or give the path of a TOML file",
            )
    return found
