"""Measured and published values, one datum a row of the tables in ``experiment/``.

All tables have one header, so that one reader serves them. Data that the package has elsewhere are not
copied there: see `wadflow.results.reference_sources`.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, field_validator

from wadflow.errors import InputError
from wadflow.results.records import Document
from wadflow.results.surface_documents import Miller  # noqa: TC001  # pydantic reads it

EXPERIMENT_FOLDER = Path(__file__).parent / "experiment"

EXPERIMENT: Final = "experiment"
"""Kind of a measured value."""

SOURCE: Final = "source"
"""Kind of a value of the article that the package reproduces."""


class Datum(Document):
    """One measured or published value.

    ===========  ====  ====================================================================
    property     unit  meaning
    ===========  ====  ====================================================================
    quantity     -     name of the quantity: ``surface energy``, ``lattice constant a``, ...
    species      -     reduced formula, equation of a reaction, or title of an interface
    phase        -     crystal, polycrystal (an average over faces), liquid, gas, ...
    space_group  -     number of the crystal; None where it says nothing
    miller       -     family of faces; None: not of a face, or an average over faces
    kind         -     ``experiment``, ``source``, or the functional of a calculation
    value        unit  the number
    unit         -     as the source gives it
    uncertainty  unit  as the source gives it; None: it gives none
    temperature  K     None: not said
    zero_point   -     ``removed``: zero-point motion is not in the value; None: as it was measured
    source       -     citation
    doi          -     the same for machines; None: not known
    confirmed    -     read in the source or in a data package that names it; False: second-hand,
                       from memory, or doubted
    note         -     what limits it
    ===========  ====  ====================================================================
    """

    quantity: str = Field(min_length=1)
    species: str = Field(min_length=1)
    phase: str = Field(min_length=1)
    space_group: int | None = Field(default=None, ge=1, le=230)
    miller: Miller | None = None
    kind: str = Field(min_length=1)
    value: float
    unit: str = Field(min_length=1)
    uncertainty: float | None = Field(default=None, gt=0)
    temperature: float | None = Field(default=None, ge=0)
    zero_point: Literal["removed"] | None = None
    source: str = Field(min_length=1)
    doi: str | None = None
    confirmed: bool
    note: str = ""

    @field_validator("miller", mode="before")
    @classmethod
    def _indices(cls, value: object) -> object:
        return tuple(int(index) for index in value.split()) if isinstance(value, str) else value


def read_table(file: Path) -> tuple[Datum, ...]:
    """Return the data of one table.

    Parameters
    ----------
    file : Path
        CSV with the header of the shipped tables; an empty cell is a value that is not known.

    Raises
    ------
    wadflow.errors.InputError
        A row that is no datum: the message names file, line and column.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = []
    for line, row in enumerate(rows, start=2):
        content = {key: value for key, value in row.items() if value}
        if "temperature_K" in content:
            content["temperature"] = content.pop("temperature_K")
        try:
            found.append(Datum.model_validate(content))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InputError(
                f"line {line}: {first['msg']}", file=file, key=place, remedy="correct the row"
            ) from error
    return tuple(found)


@cache
def shipped_tables() -> tuple[Datum, ...]:
    """Return the data of all shipped tables, one table after the other."""
    return tuple(datum for file in sorted(EXPERIMENT_FOLDER.glob("*.csv")) for datum in read_table(file))
