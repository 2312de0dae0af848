"""Definitions of interfaces: TOML files into validated models.

A definition says *what* is calculated: two crystals, how they are cut and how they meet. Lengths are
in angstrom, the source's work of adhesion in J/m2 with negative = bound.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, field_validator, model_validator

from wadflow.errors import InputError
from wadflow.interfaces.crystals import resolve_crystal
from wadflow.interfaces.named_files import available_names, find_file
from wadflow.interfaces.suggestions import did_you_mean
from wadflow.interfaces.toml_models import read_toml, validate

CATALOG = Path(__file__).parent / "catalog"

# Beyond these a definition is a slip of the pen, and its slab would never be finished.
MAX_MILLER = 12
MAX_PLANES = 200
MAX_THICKNESS = 200.0  # angstrom
MAX_GAP = 20.0  # angstrom
MAX_SUPERCELL = 100  # in-plane cells

Integer = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Text = Annotated[str, Strict()]
PolarModel = Literal["ideal", "tasker2", "symmetric"]
Matrix = tuple[tuple[int, int], tuple[int, int]]


def _whole_numbers(value: Any, count: int, what: str) -> tuple[int, ...]:
    """Return ``count`` whole numbers, or say what is expected."""
    if not isinstance(value, (list, tuple)) or len(value) != count:
        raise ValueError(what)
    if any(isinstance(entry, bool) or not isinstance(entry, int) for entry in value):
        raise ValueError(what)
    return tuple(value)


def _check_miller(value: Any) -> tuple[int, ...]:
    if isinstance(value, (list, tuple)) and len(value) == 4:
        raise ValueError("four indices (hkil) are given; leave out the third one, i = -(h + k)")
    miller = _whole_numbers(value, 3, "three whole numbers are expected")
    if not any(miller):
        raise ValueError("(0, 0, 0) is no plane; at least one Miller index must differ from zero")
    if max(abs(index) for index in miller) > MAX_MILLER:
        raise ValueError(f"Miller indices above {MAX_MILLER} are not supported")
    divisor = math.gcd(*miller)
    if divisor > 1:
        reduced = [index // divisor for index in miller]
        raise ValueError(f"the indices have the common divisor {divisor}; the same plane is {reduced}")
    return miller


def _check_supercell(value: Any) -> tuple[tuple[int, ...], ...]:
    what = "two rows of two whole numbers are expected"
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(what)
    rows = tuple(_whole_numbers(row, 2, what) for row in value)
    determinant = rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    if determinant == 0:
        raise ValueError("the matrix is singular: its rows span no area")
    if determinant < 0:
        raise ValueError("the matrix is left-handed (negative determinant); exchange its rows")
    if determinant > MAX_SUPERCELL:
        raise ValueError(f"{determinant} in-plane cells; at most {MAX_SUPERCELL} are supported")
    return rows


def _check_registry(value: Any) -> Any:
    what = "'bulk', 'scan' or two finite fractions [fx, fy] of the interface's cell vectors are expected"
    if isinstance(value, str):
        if value not in ("bulk", "scan"):
            raise ValueError(did_you_mean(value, ["bulk", "scan"]) + what)
        return value
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(what)
    numbers = all(isinstance(entry, (int, float)) and not isinstance(entry, bool) for entry in value)
    if not numbers or not all(math.isfinite(entry) for entry in value):
        raise ValueError(what)
    return tuple(float(entry) for entry in value)


class _Part(BaseModel):
    """Unknown keys are mistakes, and a definition does not change after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SideDefinition(_Part):
    """One side of an interface.

    ====================  ========================================================  ============
    property              meaning                                                   unit, shape
    ====================  ========================================================  ============
    crystal               shipped name or id, or path of a structure file           -
    miller                indices (hkl) in the conventional cell                    (3,)
    planes                number of atomic planes (exactly one of planes and
                          thickness is given)                                       -
    thickness             smallest distance of the outermost planes; the slab is
                          the next larger one of whole formula units                angstrom
    contact_termination   formula of the plane at the contact, ``"O"``; inequiva-
                          lent ones of one formula are ``"Li#1"``, ``"Li#2"``       -
    polar_model           ``ideal``, ``tasker2`` or ``symmetric``                   -
    supercell             rows are the cell vectors in units of the primitive
                          in-plane cell's                                           (2, 2)
    ====================  ========================================================  ============

    The normal of (hkl) points upward (from lower to upper) on both sides.
    """

    crystal: Text = Field(min_length=1, max_length=1000, examples=['crystal = "Li"'])
    miller: Annotated[tuple[int, int, int], BeforeValidator(_check_miller)] = Field(
        examples=["miller = [1, 1, 0]"]
    )
    planes: Integer | None = Field(
        default=None, ge=1, le=MAX_PLANES, examples=["planes = 4"], description="number of atomic planes"
    )
    thickness: Number | None = Field(
        default=None, gt=0, le=MAX_THICKNESS, examples=["thickness = 12.0"], description="angstrom"
    )
    contact_termination: Text | None = Field(
        default=None, min_length=1, max_length=50, examples=['contact_termination = "O"']
    )
    polar_model: PolarModel = Field(default="ideal", examples=['polar_model = "ideal"'])
    supercell: Annotated[Matrix, BeforeValidator(_check_supercell)] = Field(
        default=((1, 0), (0, 1)), examples=["supercell = [[1, 0], [0, 1]]"]
    )

    @model_validator(mode="after")
    def _one_size(self) -> SideDefinition:
        if (self.planes is None) == (self.thickness is None):
            both = "both are" if self.planes is not None else "neither is"
            raise ValueError(f"exactly one of 'planes' and 'thickness' must be given, {both}")
        return self


class ContactDefinition(_Part):
    """How the two sides meet.

    =============  ===============================================================  ============
    property       meaning                                                          unit, shape
    =============  ===============================================================  ============
    registry       ``"bulk"``: the upper slab continues the lower crystal;
                   ``"scan"``: searched; or the lateral shift of the upper slab in
                   fractions of the interface's a and b, where (0, 0) puts the
                   first atom of its contact plane above that of the lower's        (2,)
    gap            height between the outermost atoms of the two sides; None: the
                   bulk spacing, or with a numeric registry the height at which
                   the closest pair across has the sum of its covalent radii        angstrom
    strained_side  side that is deformed to the other's in-plane lattice; ``both``:
                   they share the misfit                                            -
    lower_strain_  with ``both``: fraction of the misfit that the lower side takes;
    share          None: one half                                                   -
    =============  ===============================================================  ============
    """

    registry: Annotated[Literal["bulk", "scan"] | tuple[float, float], BeforeValidator(_check_registry)] = (
        Field(examples=['registry = "bulk"', "registry = [0.5, 0.5]"])
    )
    gap: Number | None = Field(
        default=None, gt=0, le=MAX_GAP, examples=["gap = 2.5"], description="angstrom, or leave it out"
    )
    strained_side: Literal["lower", "upper", "both"] = Field(
        default="upper", examples=['strained_side = "upper"']
    )
    lower_strain_share: Number | None = Field(
        default=None, ge=0, le=1, examples=["lower_strain_share = 0.25"], description="0 to 1"
    )

    @property
    def lower_share(self) -> float:
        """Fraction of the misfit that the lower side takes, 0 to 1."""
        if self.strained_side != "both":
            return {"upper": 0.0, "lower": 1.0}[self.strained_side]
        return 0.5 if self.lower_strain_share is None else self.lower_strain_share

    @model_validator(mode="after")
    def _shared_by_both(self) -> ContactDefinition:
        if self.lower_strain_share is not None and self.strained_side != "both":
            raise ValueError("lower_strain_share shares the misfit: it needs strained_side = 'both'")
        return self

    @model_validator(mode="after")
    def _gap_of_the_bulk(self) -> ContactDefinition:
        if self.registry == "bulk" and self.gap is not None:
            raise ValueError("registry 'bulk' takes the bulk's own spacing; leave out 'gap'")
        return self


class SourceValue(_Part):
    """A published value to compare with.

    ================  ==========================================  ======
    property          meaning                                     unit
    ================  ==========================================  ======
    work_of_adhesion  negative = bound                            J/m2
    doi               of the publication, without a prefix        -
    citation          authors, journal, year                      -
    ================  ==========================================  ======
    """

    work_of_adhesion: Number = Field(
        ge=-1000, le=1000, examples=["work_of_adhesion = -1.01"], description="J/m2, negative = bound"
    )
    doi: Text = Field(pattern=r"^10\.\d{4,9}/\S+$", examples=['doi = "10.1038/s41467-020-19206-w"'])
    citation: Text | None = Field(default=None, examples=['citation = "A. Author, J. 1, 2 (2020)"'])


class InterfaceDefinition(_Part):
    """What is calculated: one interface.

    ============  ==============================================================
    property      meaning
    ============  ==============================================================
    name          letters, digits, ``.``, ``_``, ``-``: it names files
    title         one line for tables and pictures
    description   free text
    lower, upper  the two sides
    contact       how they meet
    source        published value, if there is one
    ============  ==============================================================
    """

    name: Text = Field(examples=['name = "li110-li110"'], description="letters, digits, '.', '_' and '-'")
    title: Text = Field(min_length=1, max_length=200, examples=['title = "Li(110) / Li(110)"'])
    description: Text = Field(default="", examples=['description = "..."'])
    lower: SideDefinition = Field(examples=["[lower]"], description="a table with crystal, miller, planes")
    upper: SideDefinition = Field(examples=["[upper]"], description="a table with crystal, miller, planes")
    contact: ContactDefinition = Field(examples=["[contact]"], description="a table with registry")
    source: SourceValue | None = Field(
        default=None, examples=["[source]"], description="a table with work_of_adhesion and doi"
    )

    @field_validator("name")
    @classmethod
    def _names_files(cls, name: str) -> str:
        plain = name.replace("-", "").replace("_", "").replace(".", "")
        if not (plain.isascii() and plain.isalnum() and name[0].isalnum() and len(name) <= 100):
            raise ValueError(
                "a name of at most 100 letters, digits, '.', '_', '-' that starts with a letter or digit "
                "is expected, because it names files"
            )
        return name


def list_definitions() -> list[str]:
    """Return the names of the catalog's definitions, sorted."""
    return available_names(CATALOG)


def load_definition(name_or_path: str) -> InterfaceDefinition:
    """Load a definition of the catalog or of the user's.

    Parameters
    ----------
    name_or_path : str
        A name of the catalog or the path of a TOML file. Structure files named in it are looked for
        beside it, and become absolute paths in the returned definition.

    Raises
    ------
    InputError
        One error that names file, key, value and remedy.
    """
    file = find_file(name_or_path, CATALOG, what="definition")
    definition = validate(InterfaceDefinition, read_toml(file), file=file)
    sides = {}
    for role, side in (("lower", definition.lower), ("upper", definition.upper)):
        try:
            crystal = resolve_crystal(side.crystal, base=file.parent)
        except InputError as error:
            raise InputError(error.problem, file=file, key=f"{role}.crystal", remedy=error.remedy) from error
        sides[role] = side.model_copy(update={"crystal": crystal})
    return definition.model_copy(update=sides)
