"""Slabs: runs of consecutive atomic planes of a crystal, with the termination that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.planes import is_multiple, plane_formula
from wadflow.interfaces.suggestions import did_you_mean

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure

Contact = Literal["top", "bottom"]

# In-plane coordinates this close (in fractions of the cell) below 1 are wrapped to 0.
WRAP = 1e-6


@dataclass(frozen=True)
class Slab:
    """A slab with +z along the normal of (hkl), a along +x, pbc (True, True, False).

    Attributes
    ----------
    atoms : ase.Atoms
        From the bottom up, with the array ``plane`` (int, 0 = bottom). The cell's height reaches to the
        next plane of the bulk, the lowest atom is at z = 0; there is no vacuum. Angstrom.
    miller : tuple of int
        Indices in the conventional cell.
    area : float
        Area of the primitive in-plane cell, angstrom2.
    plane_z : numpy.ndarray
        Mean height of each plane, angstrom, shape (planes,).
    formulas : tuple of str
        Formula of each plane per primitive in-plane cell, from the bottom up.
    termination_bottom, termination_top : str
        Labels of the outermost planes, as `terminations` gives them for that face.
    spacing_below, spacing_above : float
        Distance from the outermost planes to the next planes of the bulk, angstrom.
    repeat : numpy.ndarray
        Lattice vector of the bulk from a plane to its equal one repeat above, angstrom, shape (3,).
    planes_per_repeat : int
        Number of planes of one repeat.
    first_plane : int
        Index of the bottom plane in the infinite stack (`OrientedCrystal`).
    stoichiometric : bool
        Whether the slab has the composition of the crystal.
    supercell : tuple of tuple of int
        In-plane cell of ``atoms``, rows in units of the primitive cell's vectors, shape (2, 2). Another
        than the primitive one only where a reconstruction (`reconstruction`) needs it; then area and
        formulas are per this cell.
    reconstruction : str or None
        What was moved, in words; None for planes as the bulk has them.
    """

    atoms: Atoms
    miller: tuple[int, int, int]
    area: float
    plane_z: NDArray[np.float64]
    formulas: tuple[str, ...]
    termination_bottom: str
    termination_top: str
    spacing_below: float
    spacing_above: float
    repeat: NDArray[np.float64]
    planes_per_repeat: int
    first_plane: int
    stoichiometric: bool
    supercell: tuple[tuple[int, int], tuple[int, int]] = ((1, 0), (0, 1))
    reconstruction: str | None = None

    @property
    def n_planes(self) -> int:
        """Number of atomic planes."""
        return len(self.formulas)

    @property
    def thickness(self) -> float:
        """Distance between the outermost planes in angstrom."""
        return float(self.plane_z[-1] - self.plane_z[0])


def cut_slab(
    structure: Structure,
    miller: tuple[int, int, int],
    *,
    planes: int | None = None,
    thickness: float | None = None,
    contact: Contact,
    termination: str | None = None,
) -> Slab:
    """Cut a slab of a crystal.

    Parameters
    ----------
    structure : pymatgen.core.Structure
        Conventional cell of the crystal.
    miller : tuple of int
        Indices (hkl) in that cell; the normal of (hkl) points along +z.
    planes : int, optional
        Number of atomic planes.
    thickness : float, optional
        Smallest distance of the outermost planes in angstrom; the slab is the thinnest of whole formula
        units that reaches it. Exactly one of ``planes`` and ``thickness`` is given.
    contact : {"top", "bottom"}
        Face that will be at the contact; the termination and the counting start there.
    termination : str, optional
        Label of the plane at the contact (see `terminations`); its formula (``"Li2"``) or reduced formula
        (``"Li"``) is enough where it is unambiguous. Default: the plane with the widest gap in front of
        it, where a cut breaks least.

    Raises
    ------
    InputError
        No such termination, or not exactly one positive size.
    """
    oriented = orient(structure, miller)
    plane = find_termination(oriented, contact, termination)
    count = count_planes(oriented, plane, contact, planes=planes, thickness=thickness)
    return take_planes(oriented, plane - count + 1 if contact == "top" else plane, count)


def terminations(oriented: OrientedCrystal, contact: Contact) -> dict[str, int]:
    """Return the inequivalent terminations of one face.

    Parameters
    ----------
    oriented : OrientedCrystal
        Stack of planes.
    contact : {"top", "bottom"}
        The face.

    Returns
    -------
    dict of str to int
        Label -> index of a plane of the repeat, the widest gap in front of the plane first. The label is
        the plane's formula per primitive in-plane cell; inequivalent planes of equal formula are numbered
        in that order, ``"Li#1"``, ``"Li#2"``.
    """
    return dict(_terminations(oriented, contact))


@lru_cache(maxsize=1024)
def _terminations(oriented: OrientedCrystal, contact: Contact) -> tuple[tuple[str, int], ...]:
    """Return `terminations` as pairs of label and plane."""
    kinds: dict[int, int] = {}
    for plane, kind in enumerate(oriented.classes):
        kinds.setdefault(kind, plane)

    def order(plane: int) -> tuple[float, str, int]:
        gap = oriented.spacing_above(plane if contact == "top" else plane - 1)
        return (-round(gap, 2), oriented.formulas[plane], plane)

    ordered = sorted(kinds.values(), key=order)
    labels: dict[str, int] = {}
    for plane in ordered:
        same = [other for other in ordered if oriented.formulas[other] == oriented.formulas[plane]]
        suffix = f"#{same.index(plane) + 1}" if len(same) > 1 else ""
        labels[oriented.formulas[plane] + suffix] = plane
    return tuple(labels.items())


def termination_label(oriented: OrientedCrystal, contact: Contact, plane: int) -> str:
    """Return the label of plane ``plane`` (any integer) as a termination of one face."""
    kind = oriented.classes[plane % oriented.n_planes]
    labels = terminations(oriented, contact)
    return next(label for label, other in labels.items() if oriented.classes[other] == kind)


def find_termination(oriented: OrientedCrystal, contact: Contact, wanted: str | None) -> int:
    """Return a plane of the repeat with the termination ``wanted``; None takes the first label.

    Raises
    ------
    InputError
        No termination, or several, fit.
    """
    labels = terminations(oriented, contact)
    if wanted is None:
        return next(iter(labels.values()))
    if wanted in labels:
        return labels[wanted]
    fitting = [label for label in labels if _reduced(label.split("#")[0]) == _reduced(wanted)]
    exact = [label for label in fitting if label.split("#")[0] == wanted]
    if len(exact or fitting) == 1:
        return labels[(exact or fitting)[0]]
    surface = "({}{}{})".format(*oriented.miller)
    if fitting:
        problem = f"{wanted!r} fits several inequivalent terminations of {surface}: {', '.join(fitting)}"
        suggestion = ""
    else:
        problem = f"{wanted!r} is no termination of {surface}"
        suggestion = did_you_mean(wanted, labels)
    raise InputError(
        problem,
        key="contact_termination",
        remedy=f"{suggestion}give one of {', '.join(labels)}",
    )


def _reduced(formula: str) -> str:
    """Return a formula with the common divisor of its counts taken out; unreadable ones unchanged."""
    from ase.formula import Formula

    try:
        return Formula(formula).reduce()[0].format("metal")
    except ValueError:
        return formula


def count_planes(
    oriented: OrientedCrystal,
    plane: int,
    contact: Contact,
    *,
    planes: int | None = None,
    thickness: float | None = None,
) -> int:
    """Return the number of planes of a slab that starts with ``plane`` at its contact face.

    Parameters
    ----------
    oriented : OrientedCrystal
        Stack of planes.
    plane : int
        Plane at the contact.
    contact : {"top", "bottom"}
        The contact face.
    planes : int, optional
        The number itself.
    thickness : float, optional
        Smallest distance of the outermost planes in angstrom.

    Raises
    ------
    InputError
        Not exactly one of the two is given, or it is not positive.
    """
    if (planes is None) == (thickness is None):
        raise InputError(
            "exactly one of planes and thickness must be given",
            key="planes",
            remedy="give planes = 4 or thickness = 12.0 (angstrom)",
        )
    if planes is not None:
        if isinstance(planes, bool) or not isinstance(planes, int) or planes < 1:
            raise InputError(
                f"{planes!r} planes: a whole number of at least 1 is expected",
                key="planes",
                remedy="give for example planes = 4",
            )
        return planes
    if thickness is None or not 0 < thickness < np.inf:
        raise InputError(
            f"thickness {thickness!r}: a positive, finite length in angstrom is expected",
            key="thickness",
            remedy="give for example thickness = 12.0",
        )
    unit = oriented.composition(0, oriented.n_planes)
    count = 1
    while True:  # ends after at most one repeat beyond the thickness
        first = plane - count + 1 if contact == "top" else plane
        height = oriented.z(first + count - 1) - oriented.z(first)
        whole = is_multiple(oriented.composition(first, count), unit)
        if height >= thickness - 1e-6 and whole:
            return count
        count += 1


def take_planes(oriented: OrientedCrystal, first: int, count: int) -> Slab:
    """Return planes ``first`` to ``first + count - 1`` of the infinite stack as a slab.

    Parameters
    ----------
    oriented : OrientedCrystal
        Stack of planes.
    first : int
        Index of the bottom plane; any integer.
    count : int
        Number of planes, at least 1.
    """
    slab = _planes(oriented, first, count)
    # Atoms can be changed by whoever gets them, so that everyone gets their own.
    return replace(slab, atoms=slab.atoms.copy())


# Sides of equal thickness stand in many interfaces, and in all shifts of a scan.
@lru_cache(maxsize=1024)
def _planes(oriented: OrientedCrystal, first: int, count: int) -> Slab:
    """Return `take_planes`, of which nobody may change the atoms."""
    from ase import Atoms

    numbers, positions, labels = [], [], []
    for number in range(count):
        repeats, index = divmod(first + number, oriented.n_planes)
        members = oriented.planes[index]
        numbers.append(oriented.numbers[members])
        positions.append(oriented.positions[members] + repeats * oriented.repeat)
        labels.append(np.full(len(members), number))
    cell = np.zeros((3, 3))
    cell[:2, :2] = oriented.in_plane
    base = oriented.lowest(first)
    cell[2, 2] = oriented.lowest(first + count) - base
    atoms = Atoms(
        numbers=np.concatenate(numbers),
        positions=np.concatenate(positions) - [0.0, 0.0, base],
        cell=cell,
        pbc=(True, True, False),
    )
    atoms.set_array("plane", np.concatenate(labels))
    wrap_in_plane(atoms)
    unit = oriented.composition(0, oriented.n_planes)
    last = first + count - 1
    plane_z = np.array([oriented.z(first + number) for number in range(count)]) - base
    plane_z.flags.writeable = False
    return Slab(
        atoms=atoms,
        miller=oriented.miller,
        area=oriented.area,
        plane_z=plane_z,
        formulas=tuple(plane_formula(atoms.symbols[labels_of]) for labels_of in _members(atoms)),
        termination_bottom=termination_label(oriented, "bottom", first),
        termination_top=termination_label(oriented, "top", last),
        spacing_below=oriented.spacing_above(first - 1),
        spacing_above=oriented.spacing_above(last),
        repeat=oriented.repeat,
        planes_per_repeat=oriented.n_planes,
        first_plane=first,
        stoichiometric=is_multiple(oriented.composition(first, count), unit),
    )


def _members(atoms: Atoms) -> list[NDArray[np.bool_]]:
    planes = atoms.arrays["plane"]
    return [planes == number for number in range(planes.max() + 1)]


def wrap_in_plane(atoms: Atoms) -> None:
    """Move atoms into the cell along a and b, in place; heights stay."""
    wrap_positions(atoms.positions, atoms.cell.array[:2, :2])


def wrap_positions(positions: NDArray[np.float64], in_plane: NDArray[np.float64]) -> None:
    """Move positions into an in-plane cell, in place; heights stay.

    Parameters
    ----------
    positions : numpy.ndarray
        Angstrom, shape (atoms, 3).
    in_plane : numpy.ndarray
        Rows a and b, angstrom, shape (2, 2).
    """
    fractional = np.linalg.solve(in_plane.T, positions[:, :2].T).T
    positions[:, :2] -= np.floor(fractional + WRAP) @ in_plane
