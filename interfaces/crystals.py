"""Crystals: the shipped ones, with their citations, and any file of the user's.

A crystal is always handed on as its *conventional* cell, because Miller indices refer to that cell.
Files that hold a primitive cell or a supercell are converted; a file that holds a cell of the
conventional volume keeps its own axes, so that the indices mean what the author of the file meant.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
import warnings
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.charges import FormalCharges, check_charges, guess_charges
from wadflow.interfaces.overlap import closest_overlap
from wadflow.interfaces.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase import Atoms
    from pymatgen.core import Structure

STRUCTURES = Path(__file__).parent / "structures"

# Positions within this distance (angstrom) of a symmetric structure are moved onto it: published
# coordinates have three or four digits (1/3 printed as 0.333), and a plane-wave code finds a symmetry
# only where it holds to about 1e-7.
SYMMETRY_TOLERANCE = 0.01


@dataclass(frozen=True)
class Crystal:
    """A crystal with its origin.

    Attributes
    ----------
    name : str
        What the definition called it: a shipped name, a shipped id or a path.
    structure : pymatgen.core.Structure
        Conventional cell; lengths in angstrom.
    citation : str
        Article the structure comes from; empty for a user's file.
    file : Path
        File it was read from.
    temperature : float or None
        Temperature of the measurement in kelvin.
    formal_charges : dict of str to float, or None
        Formal charge of each element in units of e; None for metals, elements and crystals whose
        charges cannot be told.
    """

    name: str
    structure: Structure
    citation: str
    file: Path
    temperature: float | None
    formal_charges: dict[str, float] | None


@cache
def _index() -> dict[str, dict[str, str]]:
    with (STRUCTURES / "index.csv").open(encoding="utf-8", newline="") as stream:
        return {row["name"]: row for row in csv.DictReader(stream)}


@cache
def _defaults() -> dict[str, tuple[str, dict[str, int] | None]]:
    """Return structure id and formal charges (units of e) of each shipped name."""
    table = tomllib.loads((STRUCTURES / "defaults.toml").read_text(encoding="utf-8"))
    return {name: (row["structure"], row.get("formal_charges")) for name, row in table.items()}


def list_crystals() -> list[str]:
    """Return the names of the shipped crystals, for example ``Li2O``."""
    return list(_defaults())


def list_structures() -> list[str]:
    """Return the ids of all shipped structures, for example ``Li_bcc_78K``."""
    return list(_index())


def is_shipped(name: str) -> bool:
    """Tell whether ``name`` is the name or the id of a shipped crystal."""
    return name in _defaults() or name in _index()


def resolve_crystal(name_or_path: str, *, base: Path | None = None) -> str:
    """Return a shipped name unchanged and a path as an absolute one.

    Parameters
    ----------
    name_or_path : str
        A shipped name or id, or the path of a structure file.
    base : Path, optional
        Folder to which a relative path refers; default the working directory.

    Raises
    ------
    InputError
        Neither a shipped crystal nor an existing file.
    """
    if is_shipped(name_or_path):
        return name_or_path
    path = (base or Path()) / Path(name_or_path).expanduser()
    try:
        exists = path.exists()
    except (OSError, ValueError):  # a name too long, a NUL character
        exists = False
    if not exists:
        names = [*list_crystals(), *list_structures()]
        raise InputError(
            f"{name_or_path!r} is neither a shipped crystal nor an existing file",
            remedy=f"{did_you_mean(name_or_path, names)}shipped are {', '.join(list_crystals())}; "
            "or give the path of a CIF, POSCAR or other structure file",
        )
    return str(path.resolve())


def load_crystal(name_or_path: str, *, base: Path | None = None) -> Crystal:
    """Load a shipped crystal or a structure file.

    Parameters
    ----------
    name_or_path : str
        A shipped name (``"Li2O"``), a shipped id (``"Li_bcc_78K"``) or the path of a structure file in
        any format that ASE reads.
    base : Path, optional
        Folder to which a relative path refers; default the working directory.

    Returns
    -------
    Crystal
        With the conventional cell, symmetrised within 0.01 angstrom.

    Raises
    ------
    InputError
        The crystal is unknown, or its file cannot be read or describes no ordered, periodic crystal.
    """
    crystal = shared_crystal(name_or_path, base=base)
    # A structure can be changed by whoever gets it, so that everyone gets a copy.
    return replace(crystal, structure=crystal.structure.copy())


def shared_crystal(name_or_path: str, *, base: Path | None = None) -> Crystal:
    """Return what `load_crystal` does, but the structure is everyone's: to be read, never changed."""
    resolved = resolve_crystal(name_or_path, base=base)
    if not is_shipped(resolved):
        return replace(_of_file(resolved), name=name_or_path)
    shipped = _shipped(_defaults()[resolved][0] if resolved in _defaults() else resolved)
    return replace(shipped, name=resolved)


def _of_file(path: str) -> Crystal:
    """Return the crystal of a user's file under the name of its path."""
    file = Path(path)
    # Other formats are read anew each time: ASE looks into neighbouring files too.
    if file.suffix.lower() == ".cif" and file.is_file():
        with suppress(OSError):  # what cannot be read says so below
            return _of_cif(path, hashlib.sha256(file.read_bytes()).hexdigest())
    structure = _conventional(_read(file), file)
    return Crystal(path, structure, "", file, None, formal_charges(path, structure))


@lru_cache(maxsize=64)  # one file serves many interfaces, and each asks for it half a dozen times
def _of_cif(path: str, sha256: str) -> Crystal:  # noqa: ARG001  # a file that changed is read again
    file = Path(path)
    structure = _conventional(_read(file), file)
    return Crystal(path, structure, "", file, None, formal_charges(path, structure))


@cache
def _shipped(identifier: str) -> Crystal:
    row = _index()[identifier]
    file = STRUCTURES / row["cif"]
    structure = _conventional(_read(file), file)
    charges = formal_charges(identifier, structure)
    return Crystal(identifier, structure, row["source"], file, float(row["T_K"]), charges)


def formal_charges(name: str, structure: Structure) -> dict[str, float] | None:
    """Return the formal charge of each element in units of e; see `find_charges`."""
    return find_charges(name, structure).values


def find_charges(name: str, structure: Structure, given: Mapping[str, int] | None = None) -> FormalCharges:
    """Find the formal charge of each element.

    Parameters
    ----------
    name : str
        A shipped name or id has its charges in a table; for any other the charges are worked out from
        the composition: the most usual oxidation states that balance (pymatgen).
    structure : pymatgen.core.Structure
        The crystal.
    given : mapping of str to int, optional
        The user's charges, units of e; they come before all others.

    Raises
    ------
    InputError
        The charges given are not those of the crystal's elements, or do not balance.
    """
    if given is not None:
        return FormalCharges(check_charges(given, structure))
    for shipped, (identifier, charges) in _defaults().items():
        same_formula = identifier != name and name in _index() and _index()[name]["formula"] == shipped
        if name in (shipped, identifier) or same_formula:
            return FormalCharges(None if charges is None else dict(charges))
    return guess_charges(structure)


def _read(file: Path) -> Structure:
    """Read a structure file and check that it describes an ordered crystal."""
    if file.is_dir():
        raise InputError("is a folder, not a structure file", file=file, remedy="give the path of the file")
    try:
        text_is_empty = not file.read_bytes().strip()
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", file=file, remedy="check path and permissions"
        ) from error
    if text_is_empty:
        raise InputError("is empty", file=file, remedy="give a structure file that holds a crystal")
    structure = _read_cif(file) if file.suffix.lower() == ".cif" else _read_with_ase(file)
    if not np.isfinite(structure.lattice.matrix).all() or not np.isfinite(structure.frac_coords).all():
        raise InputError(
            "cell or positions hold numbers that are not finite", file=file, remedy="repair the file"
        )
    overlap = closest_overlap(_to_ase(structure))
    if overlap is not None:
        raise InputError(
            f"atoms overlap: {overlap.describe()}",
            file=file,
            remedy="repair the coordinates (often a site listed twice or a wrong space-group setting)",
        )
    return structure


def _read_cif(file: Path) -> Structure:
    # ASE knows only the current Hermann-Mauguin symbols and fails on older CIFs ('I m 3 m').
    from pymatgen.io.cif import CifParser

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rounding remarks; what matters is checked here
            # A tolerance above 1 lets overfull sites through the parser to the clearer check below.
            structures = CifParser(str(file), occupancy_tolerance=100.0).parse_structures(primitive=False)
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"cannot be read as a CIF: {reason}",
            file=file,
            remedy="the file must hold a cell and at least one atom site; check it with a viewer",
        ) from error
    structure = structures[0]
    if not structure.is_ordered:
        site = next(site for site in structure if not site.is_ordered)
        raise InputError(
            f"site {site.species_string!r} is partially occupied or shared",
            file=file,
            remedy="make an ordered model of the crystal first (every site one element, occupancy 1)",
        )
    return structure


def _read_with_ase(file: Path) -> Structure:
    from ase import Atoms
    from ase.io import read

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            atoms = read(file)
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"cannot be read as a structure file ({type(error).__name__}: {reason})",
            file=file,
            remedy="give a CIF, POSCAR, extended XYZ or another format that `ase info --formats` lists",
        ) from error
    if not isinstance(atoms, Atoms) or len(atoms) == 0:
        raise InputError("holds no atoms", file=file, remedy="give a structure file that holds a crystal")
    if atoms.cell.rank < 3:
        raise InputError(
            f"has {atoms.cell.rank} cell vectors: a molecule or a surface, not a crystal",
            file=file,
            remedy="give a file with three cell vectors (a CIF, a POSCAR, an extended XYZ with Lattice=)",
        )
    if not atoms.pbc.all():
        raise InputError(
            f"is not periodic in all three directions (pbc = {atoms.pbc.tolist()})",
            file=file,
            remedy="give the bulk crystal; wadflow cuts the slab itself",
        )
    if 0 in atoms.numbers:
        raise InputError(
            "holds an atom of unknown element ('X')", file=file, remedy="give real element symbols"
        )
    return _to_pymatgen(atoms)


def _conventional(structure: Structure, file: Path) -> Structure:
    """Symmetrise, and turn a primitive cell or a supercell into the conventional cell."""
    from ase.spacegroup.symmetrize import refine_symmetry
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    try:
        analyzer = SpacegroupAnalyzer(structure, symprec=SYMMETRY_TOLERANCE)
        conventional: Structure = analyzer.get_conventional_standard_structure()
        atoms = _to_ase(structure)
        refine_symmetry(atoms, symprec=SYMMETRY_TOLERANCE)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(
            f"its symmetry cannot be found ({error})", file=file, remedy="check cell and coordinates"
        ) from error
    if len(conventional) != len(structure):
        return conventional
    return _to_pymatgen(atoms)


def _to_ase(structure: Structure) -> Atoms:
    from pymatgen.io.ase import AseAtomsAdaptor

    return AseAtomsAdaptor.get_atoms(structure, msonable=False)


def _to_pymatgen(atoms: Atoms) -> Structure:
    from pymatgen.core import Structure

    return Structure(
        atoms.cell.array, atoms.get_chemical_symbols(), atoms.positions, coords_are_cartesian=True
    )
