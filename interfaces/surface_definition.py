"""Definitions of surfaces: which faces of a crystal, and how thick the slabs are.

The surface energy of a face is taken from the energies of several slabs of different thickness, so that
a face is given with a list of plane counts. A definition without faces means the low-index ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from wadflow.errors import InputError
from wadflow.interfaces.crystals import resolve_crystal
from wadflow.interfaces.definition import MAX_PLANES, Miller, Text
from wadflow.interfaces.named_files import available_names, find_file
from wadflow.interfaces.toml_models import read_toml, validate

SURFACE_CATALOG = Path(__file__).parent / "surface_catalog"

MIN_THICKNESSES = 3
"""A straight line through two points always fits; the third one tests it."""


def _check_planes(value: Any) -> tuple[int, ...]:
    """Return the plane counts in rising order, or say what is expected."""
    what = f"at least {MIN_THICKNESSES} different whole numbers of planes are expected"
    if not isinstance(value, (list, tuple)):
        raise ValueError(what)  # noqa: TRY004  # pydantic turns only this one into a message
    if any(isinstance(entry, bool) or not isinstance(entry, int) for entry in value):
        raise ValueError(what)
    if len(set(value)) != len(value):
        raise ValueError(f"{what}, but one is given twice")
    if len(value) < MIN_THICKNESSES:
        raise ValueError(f"{what}, because the surface energy is a fit over the thickness")
    if min(value) < 1 or max(value) > MAX_PLANES:
        raise ValueError(f"each number of planes must lie between 1 and {MAX_PLANES}")
    return tuple(sorted(value))


class _Part(BaseModel):
    """Unknown keys are mistakes, and a definition does not change after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FaceDefinition(_Part):
    """One face of the crystal.

    ===========  ==============================================================  ======
    property     meaning                                                         shape
    ===========  ==============================================================  ======
    miller       indices (hkl) in the conventional cell                          (3,)
    planes       numbers of atomic planes of the slabs, rising; at least three   (n,)
    termination  formula of the outermost plane, ``"O"``; inequivalent ones of
                 one formula are ``"Li#1"``, ``"Li#2"``. None: where a cut
                 breaks least
    ===========  ==============================================================  ======
    """

    miller: Miller = Field(examples=["miller = [1, 1, 0]"])
    planes: Annotated[tuple[int, ...], BeforeValidator(_check_planes)] = Field(
        examples=["planes = [5, 9, 13]"], description="numbers of atomic planes, at least three"
    )
    termination: Text | None = Field(
        default=None, min_length=1, max_length=50, examples=['termination = "Li"']
    )


class SurfaceDefinition(_Part):
    """What is calculated: the surfaces of one crystal.

    ===========  ==============================================================
    property     meaning
    ===========  ==============================================================
    name         letters, digits, ``.``, ``_``, ``-``: it names files
    title        one line for tables and pictures
    description  free text
    crystal      shipped name or id, or path of a structure file
    faces        the faces; none: the inequivalent faces with indices up to 1
                 that have a surface energy, at thicknesses from 10 angstrom
    ===========  ==============================================================
    """

    name: Text = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        examples=['name = "li"'],
        description="letters, digits, '.', '_' and '-': it names files",
    )
    title: Text = Field(min_length=1, max_length=200, examples=['title = "Surfaces of lithium"'])
    description: Text = Field(default="", examples=['description = "..."'])
    crystal: Text = Field(min_length=1, max_length=1000, examples=['crystal = "Li"'])
    faces: tuple[FaceDefinition, ...] = Field(
        default=(), examples=["[[faces]]"], description="a table with miller and planes for each face"
    )


def list_surface_definitions() -> list[str]:
    """Return the names of the shipped surface definitions, sorted."""
    return available_names(SURFACE_CATALOG)


def load_surface_definition(name_or_path: str) -> SurfaceDefinition:
    """Load a surface definition, shipped or the user's.

    Parameters
    ----------
    name_or_path : str
        A shipped name or the path of a TOML file. A structure file named in it is looked for beside
        it, and becomes an absolute path in the returned definition.

    Raises
    ------
    InputError
        One error that names file, key, value and remedy.
    """
    file = find_file(name_or_path, SURFACE_CATALOG, what="surface definition")
    definition = validate(SurfaceDefinition, read_toml(file), file=file)
    try:
        crystal = resolve_crystal(definition.crystal, base=file.parent)
    except InputError as error:
        raise InputError(error.problem, file=file, key="crystal", remedy=error.remedy) from error
    return definition.model_copy(update={"crystal": crystal})
