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
MAX_SCAN_POINTS = 24  # shifts along each direction of the cell of distinct shifts
MAX_SERIES = 12  # members of a thickness series
MAX_CURVE = 40  # points of a separation curve

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


Miller = Annotated[tuple[int, int, int], BeforeValidator(_check_miller)]


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


def _check_series(value: Any) -> Any:
    what = "a list of plane counts is expected, each one number for both sides or a pair [lower, upper]"
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) > MAX_SERIES:
        raise ValueError(f"{what}; at most {MAX_SERIES} of them")
    pairs = [_whole_numbers(one if isinstance(one, (list, tuple)) else [one, one], 2, what) for one in value]
    if any(not 1 <= count <= MAX_PLANES for pair in pairs for count in pair):
        raise ValueError(f"plane counts of 1 to {MAX_PLANES} are expected")
    if len(set(pairs)) < len(pairs):
        raise ValueError("a plane count stands there twice")
    return tuple(pairs)


def _check_separations(value: Any) -> Any:
    what = "a list of distances in angstrom, each above -1 and not 0, in ascending order, is expected"
    if not isinstance(value, (list, tuple)) or len(value) > MAX_CURVE:
        raise ValueError(f"{what}; at most {MAX_CURVE} of them")
    for entry in value:
        if isinstance(entry, bool) or not isinstance(entry, (int, float)) or not math.isfinite(entry):
            raise ValueError(what)
        if not -1 < entry <= MAX_GAP or entry == 0:
            raise ValueError(what)
    if list(value) != sorted(set(value)):
        raise ValueError(what)
    return tuple(float(entry) for entry in value)


class _Part(BaseModel):
    """Unknown keys are mistakes, and a definition does not change after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ChemicalPotential(_Part):
    """Chemical potential of the element that a non-stoichiometric slab has too much or too little of.

    It enters the surface energy of the slab, not the work of adhesion: AB has the atoms of A and B.

    =========  ================================================================  ======
    property   meaning                                                           unit
    =========  ================================================================  ======
    element    symbol; an element of the slab                                    -
    reference  shipped name or path of a crystal of that element alone           -
    value      relative to the energy per atom of the reference; at most 0,      eV
               because the reference would grow on the slab otherwise
    =========  ================================================================  ======
    """

    element: Text = Field(min_length=1, max_length=3, examples=['element = "Li"'])
    reference: Text = Field(min_length=1, max_length=1000, examples=['reference = "Li"'])
    value: Number = Field(ge=-100, le=0, examples=["value = 0.0"], description="eV, at most 0")


class SideDefinition(_Part):
    """One side of an interface.

    ===================  ============================================================  ===========
    property             meaning                                                       unit, shape
    ===================  ============================================================  ===========
    crystal              shipped name or id, or path of a structure file               -
    miller               indices (hkl) in the conventional cell                        (3,)
    planes               number of atomic planes (exactly one of planes and
                         thickness is given); with ``tasker2`` those of the bulk
                         cut before the reconstruction, which adds one                 -
    thickness            smallest distance of the outermost planes; the slab is
                         the next larger one of whole formula units                    angstrom
    contact_termination  formula of the plane at the contact, ``"O"``; or ``"Li#1"``,
                         ``"Li#2"`` where several inequivalent ones have it            -
    polar_model          ``ideal``: the planes as the bulk has them; ``tasker2``:
                         a part of the ions of the plane at the contact is moved
                         to the other face, so that no dipole is left;
                         ``symmetric``: both faces the same termination, hence
                         not stoichiometric                                            -
    chemical_potential   only and always with ``symmetric`` (`ChemicalPotential`)      -
    formal_charges       of each element; None: the crystal's own, or a guess from
                         its composition                                               e
    supercell            rows are the cell vectors in units of the primitive
                         in-plane cell's; with ``tasker2`` the interface's cell is
                         multiplied where the ions cannot be parted in it              (2, 2)
    ===================  ============================================================  ===========

    The normal of (hkl) points upward (from lower to upper) on both sides.
    """

    crystal: Text = Field(min_length=1, max_length=1000, examples=['crystal = "Li"'])
    miller: Miller = Field(examples=["miller = [1, 1, 0]"])
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
    chemical_potential: ChemicalPotential | None = Field(
        default=None,
        examples=['chemical_potential = { element = "Li", reference = "Li", value = 0.0 }'],
        description="value in eV",
    )
    formal_charges: dict[Text, Integer] | None = Field(
        default=None, min_length=1, examples=["formal_charges = { Mg = 2, O = -2 }"], description="units of e"
    )
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

    ==================  ================================================================  ===========
    property            meaning                                                           unit, shape
    ==================  ================================================================  ===========
    registry            ``"bulk"``: the upper slab continues the lower crystal;
                        ``"scan"``: the best of a grid of shifts, each at its best gap;
                        or the lateral shift of the upper slab in fractions of the
                        interface's a and b, where (0, 0) puts the first atom of its
                        contact plane above that of the lower's                           (2,)
    scan_points         with ``"scan"``: shifts along each direction of the cell of
                        distinct shifts; None: 6 if that cell is hexagonal, else 4. Of
                        shifts that symmetry makes equal one is calculated                -
    gap                 height between the outermost atoms of the two sides; None: the
                        bulk spacing, or with a numeric registry the height at which
                        the closest pair across has the sum of its covalent radii; with
                        ``"scan"`` it is searched and cannot be given                     angstrom
    strained_side       side that is deformed to the other's in-plane lattice; ``both``:
                        they share the misfit                                             -
    lower_strain_share  with ``both``: fraction of the misfit that the lower side takes;
                        None: one half                                                    -
    ==================  ================================================================  ===========
    """

    registry: Annotated[Literal["bulk", "scan"] | tuple[float, float], BeforeValidator(_check_registry)] = (
        Field(examples=['registry = "bulk"', "registry = [0.5, 0.5]"])
    )
    scan_points: Integer | None = Field(
        default=None, ge=1, le=MAX_SCAN_POINTS, examples=["scan_points = 4"], description="shifts a direction"
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
        if self.registry == "scan" and self.gap is not None:
            raise ValueError("registry 'scan' searches the gap at every shift; leave out 'gap'")
        if self.registry != "scan" and self.scan_points is not None:
            raise ValueError("'scan_points' goes with registry = \"scan\" only")
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
    series        plane counts for which the rigid work of adhesion is computed
                  too; a pair ``[lower, upper]`` or one number for both sides.
                  None: one step thinner and one thicker where a side is polar
                  and ideal (its energy depends on the thickness), else nothing
    separations   distances (angstrom) beyond the gap at which the rigid work of
                  separation is computed too: the curve W(d)
    source        published value, if there is one
    ============  ==============================================================
    """

    name: Text = Field(examples=['name = "li110-li110"'], description="letters, digits, '.', '_' and '-'")
    title: Text = Field(min_length=1, max_length=200, examples=['title = "Li(110) / Li(110)"'])
    description: Text = Field(default="", examples=['description = "..."'])
    lower: SideDefinition = Field(examples=["[lower]"], description="a table with crystal, miller, planes")
    upper: SideDefinition = Field(examples=["[upper]"], description="a table with crystal, miller, planes")
    contact: ContactDefinition = Field(examples=["[contact]"], description="a table with registry")
    series: Annotated[tuple[tuple[int, int], ...] | None, BeforeValidator(_check_series)] = Field(
        default=None, examples=["series = [[2, 2], [6, 6]]"], description="pairs of plane counts"
    )
    separations: Annotated[tuple[float, ...], BeforeValidator(_check_separations)] = Field(
        default=(), examples=["separations = [0.5, 1.0, 2.0, 4.0]"], description="angstrom beyond the gap"
    )
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

    def at(self, registry: tuple[float, float], gap: float | None) -> InterfaceDefinition:
        """Return this definition with a numeric registry (fractions of a and b) and a gap (angstrom).

        A gap of None is that at which the closest pair across has the sum of its covalent radii.
        """
        change = {"registry": registry, "gap": gap, "scan_points": None}
        return self.model_copy(update={"contact": self.contact.model_copy(update=change)})

    def with_planes(self, lower: int, upper: int) -> InterfaceDefinition:
        """Return this definition with other numbers of planes."""
        sides = {
            role: side.model_copy(update={"planes": count, "thickness": None})
            for role, side, count in (("lower", self.lower, lower), ("upper", self.upper, upper))
        }
        return self.model_copy(update=sides)


def list_definitions() -> list[str]:
    """Return the names of the catalog's definitions, sorted."""
    return available_names(CATALOG)


def definition_file(name: str) -> Path:
    """Return the file of a definition of the catalog.

    Raises
    ------
    InputError
        The catalog has none of this name.
    """
    return find_file(name, CATALOG, what="definition")


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
        sides[role] = side.model_copy(
            update={"crystal": crystal, "chemical_potential": _resolved_reference(side, file, role)}
        )
    return definition.model_copy(update=sides)


def _resolved_reference(side: SideDefinition, file: Path, role: str) -> ChemicalPotential | None:
    potential = side.chemical_potential
    if potential is None:
        return None
    try:
        reference = resolve_crystal(potential.reference, base=file.parent)
    except InputError as error:
        key = f"{role}.chemical_potential.reference"
        raise InputError(error.problem, file=file, key=key, remedy=error.remedy) from error
    return potential.model_copy(update={"reference": reference})
