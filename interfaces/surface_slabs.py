"""Slabs for surface energies: several thicknesses of each face, and the bulk turned like them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.crystals import formal_charges, load_crystal
from wadflow.interfaces.faces import has_equal_faces
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.overlap import closest_overlap
from wadflow.interfaces.placement import place
from wadflow.interfaces.planes import is_multiple
from wadflow.interfaces.polarity import TaskerClass, tasker_class
from wadflow.interfaces.slabs import Slab, find_termination, take_planes
from wadflow.interfaces.surface_definition import FaceDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ase import Atoms
    from pymatgen.core import Structure

    from wadflow.interfaces.surface_definition import SurfaceDefinition

DEFAULT_THICKNESSES = (10.0, 16.0, 23.0)
"""Smallest distances (angstrom) of the outermost planes where a definition names no faces."""

Miller = tuple[int, int, int]


class NoSurfaceEnergyError(InputError):
    """A face whose slabs have two different faces: no single surface energy exists."""


@dataclass(frozen=True)
class SurfaceSlab:
    """One slab of a face.

    Attributes
    ----------
    planes : int
        Number of atomic planes.
    n_units : int
        Number of formula units.
    thickness : float
        Distance of the outermost planes, angstrom.
    atoms : ase.Atoms
        At its canonical place, pbc (True, True, False), vacuum included; angstrom.
    """

    planes: int
    n_units: int
    thickness: float
    atoms: Atoms


@dataclass(frozen=True)
class SurfaceFace:
    """One face: its slabs and the bulk turned like them.

    Attributes
    ----------
    miller : tuple of int
        Indices (hkl) as they were asked for.
    family : tuple of int
        The largest of the indices that the crystal's symmetry makes of them, the same for all
        equivalent faces: (1, 1, 0) for (0, -1, 1) of a cubic crystal.
    termination : str
        Label of the outermost planes.
    tasker_class : {"I", "II"} or None
        Polarity; None for metals and elements.
    area : float
        Area of one face of the cell, angstrom2.
    slabs : tuple of SurfaceSlab
        From thin to thick, in one in-plane cell and with one vacuum.
    bulk : ase.Atoms
        One repeat of the bulk in the in-plane cell of the slabs, periodic in three directions.
    bulk_units : int
        Its number of formula units.
    """

    miller: Miller
    family: Miller
    termination: str
    tasker_class: TaskerClass | None
    area: float
    slabs: tuple[SurfaceSlab, ...]
    bulk: Atoms
    bulk_units: int


def face_name(crystal: str, miller: Miller) -> str:
    """Return crystal and face for people.

    Examples
    --------
    >>> face_name("/home/me/MgO.cif", (1, -1, 0))
    'MgO(1-10)'
    """
    return f"{Path(crystal).stem}({''.join(str(index) for index in miller)})"


def resolve_faces(definition: SurfaceDefinition) -> tuple[tuple[FaceDefinition, ...], tuple[str, ...]]:
    """Return the faces of a definition, and sentences about those that were left out.

    Where the definition names none, these are the inequivalent faces with indices up to 1, with the
    plane counts that reach `DEFAULT_THICKNESSES` in the crystal as it is shipped or given (not the
    relaxed one, so that the counts never change); those without a surface energy are left out.
    """
    if definition.faces:
        return definition.faces, ()
    from pymatgen.core.surface import get_symmetrically_distinct_miller_indices

    crystal = load_crystal(definition.crystal)
    faces: list[FaceDefinition] = []
    left_out: list[str] = []
    for indices in get_symmetrically_distinct_miller_indices(crystal.structure, 1):
        miller: Miller = (int(indices[0]), int(indices[1]), int(indices[2]))
        oriented = orient(crystal.structure, miller)
        face = FaceDefinition(miller=miller, planes=_default_planes(oriented, _unit_atoms(crystal.structure)))
        try:
            _build_face(definition, face, crystal.structure, vacuum=10.0)
        except NoSurfaceEnergyError as error:
            left_out.append(f"{face_name(definition.crystal, miller)} was left out: {error.problem}.")
            continue
        faces.append(face)
    if not faces:
        raise InputError(
            f"none of the low-index faces of {definition.crystal} has a surface energy",
            file=f"surfaces '{definition.name}'",
            key="faces",
            remedy="give faces and terminations whose two sides are equal",
        )
    return tuple(faces), tuple(left_out)


def build_faces(
    definition: SurfaceDefinition, structure: Structure | None = None, *, vacuum: float
) -> tuple[SurfaceFace, ...]:
    """Cut the slabs of all faces of a definition.

    Parameters
    ----------
    definition : SurfaceDefinition
        What to build.
    structure : pymatgen.core.Structure, optional
        Conventional cell of the crystal, for example the relaxed one (angstrom); None takes the
        crystal as it is shipped or given.
    vacuum : float
        Height between the outermost atoms across the cell's boundary, angstrom; the same for all.

    Raises
    ------
    InputError
        A face cannot be built or has no surface energy; the message names definition and key.
    """
    if isinstance(vacuum, bool) or not isinstance(vacuum, (int, float)) or not 0 < vacuum < np.inf:
        raise InputError(
            f"vacuum {vacuum!r}: a positive, finite height in angstrom is expected",
            file=f"surfaces '{definition.name}'",
            key="vacuum",
            remedy="set for example 12.0 in the protocol",
        )
    cell = load_crystal(definition.crystal).structure if structure is None else structure
    built: list[SurfaceFace] = []
    for number, face in enumerate(resolve_faces(definition)[0]):
        made = _build_face(definition, face, cell, vacuum=vacuum, number=number)
        twins = [other.miller for other in built if other.family == made.family]
        if twins:
            raise InputError(
                f"{made.miller} and {twins[0]} are equivalent faces of {definition.crystal}",
                file=f"surfaces '{definition.name}'",
                key=f"faces.{number}.miller",
                remedy="leave one of them out; other terminations need a definition of their own",
            )
        built.append(made)
    return tuple(built)


@contextmanager
def _blame(definition: SurfaceDefinition, number: int | None) -> Iterator[None]:
    """Name the definition and the full key in an InputError that comes from geometry."""
    try:
        yield
    except InputError as error:
        table = "faces" if number is None else f"faces.{number}"
        key = "termination" if error.key == "contact_termination" else error.key
        raise type(error)(
            error.problem,
            file=error.file or f"surfaces '{definition.name}'",
            key=f"{table}.{key or 'miller'}",
            remedy=error.remedy,
        ) from error


def _build_face(
    definition: SurfaceDefinition,
    face: FaceDefinition,
    structure: Structure,
    *,
    vacuum: float,
    number: int | None = None,
) -> SurfaceFace:
    from pymatgen.core.surface import get_symmetrically_equivalent_miller_indices

    with _blame(definition, number):
        oriented = orient(structure, face.miller)
        top = find_termination(oriented, "top", face.termination)
        charges = formal_charges(definition.crystal, structure)
        unit = _unit_atoms(structure)
        slabs: list[SurfaceSlab] = []
        polarity: TaskerClass | None = None
        for planes in face.planes:
            slab = take_planes(oriented, top - planes + 1, planes)
            polarity = tasker_class(slab, charges)
            atoms = _with_vacuum(slab, vacuum)
            _check_slab(definition.crystal, slab, atoms, polarity, unit)
            thickness = float(np.ptp(slab.plane_z))
            slabs.append(SurfaceSlab(planes, len(atoms) // unit, thickness, atoms))
        bulk = _oriented_bulk(oriented)
    equivalent = get_symmetrically_equivalent_miller_indices(structure, face.miller, return_hkil=False)
    family = max((int(other[0]), int(other[1]), int(other[2])) for other in equivalent)
    return SurfaceFace(
        miller=face.miller,
        family=family,
        termination=slab.termination_top,
        tasker_class=polarity,
        area=oriented.area,
        slabs=tuple(slabs),
        bulk=bulk,
        bulk_units=len(bulk) // unit,
    )


def _unit_atoms(structure: Structure) -> int:
    """Return the number of atoms of one formula unit."""
    return round(float(structure.composition.reduced_composition.num_atoms))


def _check_slab(
    crystal: str, slab: Slab, atoms: Atoms, polarity: TaskerClass | None, unit_atoms: int
) -> None:
    """Refuse a slab that gives no surface energy."""
    name = f"{face_name(crystal, slab.miller)} of {slab.n_planes} planes"
    if not slab.stoichiometric or len(atoms) % unit_atoms:
        raise InputError(
            f"{name} ({' '.join(slab.formulas)}) is not made of whole formula units",
            key="planes",
            remedy=f"give numbers of planes of whole formula units (a repeat has {slab.planes_per_repeat})",
        )
    cleavage = (
        "take another face or termination; what such a cut has is a cleavage energy, the sum of both "
        "faces, which is minus the rigid work of adhesion of an interface with registry 'bulk'"
    )
    if polarity == "III":
        raise NoSurfaceEnergyError(
            f"{name} is polar (Tasker III): it has a dipole, its energy depends on the thickness and on how "
            "the charge is compensated, and its two faces differ, so that no single surface energy exists",
            key="miller",
            remedy=cleavage,
        )
    if not has_equal_faces(atoms):
        raise NoSurfaceEnergyError(
            f"the two faces of {name} differ, so that no single surface energy exists",
            key="termination",
            remedy=cleavage,
        )
    overlap = closest_overlap(atoms)
    if overlap is not None:
        raise InputError(
            f"atoms overlap: {overlap.describe()}", remedy="check the crystal's cell and coordinates"
        )


def _with_vacuum(slab: Slab, vacuum: float) -> Atoms:
    """Return the slab at its canonical place in a cell with vacuum (angstrom)."""
    atoms = slab.atoms.copy()
    cell = atoms.cell.array.copy()
    cell[2] = [0.0, 0.0, float(np.ptp(atoms.positions[:, 2])) + vacuum]
    atoms.set_cell(cell)
    return place(atoms)[0]


def _oriented_bulk(oriented: OrientedCrystal) -> Atoms:
    """Return one repeat of the bulk, an atom of the rarest element at the origin.

    There the symmetry of the crystals at hand is highest, and plane-wave codes find operations
    without fractional translation only.
    """
    from ase import Atoms

    cell = np.zeros((3, 3))
    cell[:2, :2] = oriented.in_plane
    cell[2] = oriented.repeat
    kinds, counts = np.unique(oriented.numbers, return_counts=True)
    first = int(np.flatnonzero(oriented.numbers == kinds[np.argmin(counts)])[0])
    atoms = Atoms(
        numbers=oriented.numbers,
        positions=oriented.positions - oriented.positions[first],
        cell=cell,
        pbc=True,
    )
    atoms.wrap(eps=1e-6)
    return atoms


def _default_planes(oriented: OrientedCrystal, unit_atoms: int) -> tuple[int, ...]:
    """Return the numbers of planes of whole formula units that reach `DEFAULT_THICKNESSES`."""
    top = find_termination(oriented, "top", None)
    composition = oriented.composition(0, oriented.n_planes)
    counts: list[int] = []
    count = 0
    for thickness in DEFAULT_THICKNESSES:
        while True:  # ends after at most some repeats beyond the thickness
            count += 1
            held = oriented.composition(top - count + 1, count)
            high_enough = oriented.z(top) - oriented.z(top - count + 1) >= thickness - 1e-6
            whole = is_multiple(held, composition) and sum(held.values()) % unit_atoms == 0
            if high_enough and whole:
                counts.append(count)
                break
    return tuple(counts)
