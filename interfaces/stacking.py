"""Two slabs become an interface, and the interface becomes the three structures of W_ad = AB - A - B."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.matching import common_cell, contact_gap, deform, expand, small_strain
from wadflow.interfaces.overlap import closest_overlap
from wadflow.interfaces.placement import place
from wadflow.interfaces.polar_models import PolarSide, apply_polar_models
from wadflow.interfaces.polarity import TaskerClass, tasker_class
from wadflow.interfaces.sides import (
    CONTACT_FACE,
    Role,
    blame,
    check_available,
    crystals_of,
    cut_sides,
    orient_sides,
    side_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase import Atoms
    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition, PolarModel
    from wadflow.interfaces.matching import Supercell
    from wadflow.interfaces.orientation import OrientedCrystal
    from wadflow.interfaces.slabs import Slab

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class InterfaceSide:
    """One side of a built interface.

    Attributes
    ----------
    role : {"lower", "upper"}
        Which side.
    crystal : str
        Shipped name or path.
    miller : tuple of int
        Indices (hkl); the normal points from lower to upper.
    slab : Slab
        The unstrained slab in its primitive in-plane cell, or in the cell of its reconstruction.
    contact_termination, free_termination : str
        Labels of the planes at the contact and at the vacuum.
    tasker_class : {"I", "II", "III"} or None
        Polarity of the bulk cut; None for metals and elements.
    polar_model : str
        Model of the definition.
    tasker_class_as_run : {"I", "II", "III"} or None
        Polarity of the slab that is run: II where a reconstruction took the dipole off. None without
        formal charges and for a symmetric slab, which is not neutral by them.
    charge_doubt : str or None
        Why the formal charges may be wrong; None where they are sure.
    supercell : tuple of tuple of int
        The side's in-plane cell in the interface, rows in units of its primitive cell's, shape (2, 2):
        that of the definition, multiplied where a reconstruction needs more room.
    strain : numpy.ndarray
        In-plane small-strain tensor against the crystal's own lattice, dimensionless, positive =
        stretched, axes x and y of the slab, shape (2, 2).
    strain_measure : float
        Mean of the absolute principal strains, dimensionless; the same in every supercell.
    """

    role: Role
    crystal: str
    miller: tuple[int, int, int]
    slab: Slab
    contact_termination: str
    free_termination: str
    tasker_class: TaskerClass | None
    polar_model: PolarModel
    tasker_class_as_run: TaskerClass | None
    charge_doubt: str | None
    supercell: Supercell
    strain: FloatArray
    strain_measure: float

    @property
    def n_planes(self) -> int:
        """Number of atomic planes, those that a reconstruction left in part included."""
        return self.slab.n_planes


@dataclass(frozen=True)
class Interface:
    """An interface and its two halves.

    ``ab``, ``a`` and ``b`` have the same cell, pbc (True, True, False), and atoms sorted by z, x, y and
    atomic number, with the arrays ``side`` (0 lower, 1 upper) and ``plane`` (0 = bottom of AB). ``a`` (the
    lower half) and ``b`` (the upper half) are the atoms of ``ab`` at the same geometry, moved as a whole
    to the place that `placement.place` gives; their array ``ab_index`` holds each atom's index in ``ab``.
    All three are placed when they are first asked for: most shifts of a scan need none of them.
    Two reconstructed sides that meet with registry 'bulk' share one plane: each has a part of its atoms,
    under one number in ``plane``.

    Attributes
    ----------
    definition : InterfaceDefinition
        What was asked for.
    stack : ase.Atoms
        Both sides as they were stacked, in the cell of ``ab`` but not at its place, angstrom.
    area : float
        Area of the in-plane cell, angstrom2.
    gap : float
        Height between the outermost atoms of the two sides at the contact, angstrom. 0 (up to the
        rumpling of a plane) where two reconstructed sides share the plane at the contact.
    registry : tuple of float
        Lateral shift of the upper side from its first contact atom above the lower's, in fractions of
        the interface's a and b.
    lower, upper : InterfaceSide
        The two sides.
    vacuum : float
        Height between the outermost atoms of AB across the cell's boundary, angstrom.
    n_interfaces : int
        Interfaces in the cell: 1.
    """

    definition: InterfaceDefinition
    stack: Atoms
    area: float
    gap: float
    registry: tuple[float, float]
    lower: InterfaceSide
    upper: InterfaceSide
    vacuum: float
    n_interfaces: int = 1

    @cached_property
    def ab(self) -> Atoms:
        """Both sides in contact, angstrom."""
        placed, _ = place(self.stack)
        return placed

    @cached_property
    def a(self) -> Atoms:
        """The lower half, angstrom."""
        return _half(self.ab, 0)

    @cached_property
    def b(self) -> Atoms:
        """The upper half, angstrom."""
        return _half(self.ab, 1)

    @property
    def sides(self) -> tuple[InterfaceSide, InterfaceSide]:
        """The lower and the upper side."""
        return self.lower, self.upper


def build_interface(
    definition: InterfaceDefinition,
    structures: Mapping[str, Structure] | None = None,
    *,
    vacuum: float,
    cell_gap: float | None = None,
) -> Interface:
    """Cut, match and stack the two sides of an interface.

    With registry "scan" it is built where the scan starts: at the shift (0, 0), at the gap where the
    closest pair across has the sum of its covalent radii.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to build.
    structures : mapping of str to pymatgen.core.Structure, optional
        Conventional cell of each crystal by the definition's ``crystal`` string, for example the relaxed
        ones. None takes the crystals as they are shipped or given.
    vacuum : float
        Height between the outermost atoms of AB across the cell's boundary, angstrom.
    cell_gap : float, optional
        Gap for which the cell's height is made, angstrom; None: the gap itself. Interfaces of one cell
        at several gaps share A and B, and the vacuum takes the difference.

    Returns
    -------
    Interface
        AB, A and B in one cell.

    Raises
    ------
    InputError
        The definition cannot be built; the message names the interface and the key.
    """
    if isinstance(vacuum, bool) or not isinstance(vacuum, (int, float)) or not 0 < vacuum < np.inf:
        raise InputError(
            f"vacuum {vacuum!r}: a positive, finite height in angstrom is expected",
            file=f"interface '{definition.name}'",
            key="vacuum",
            remedy="set for example 12.0 in the protocol",
        )
    check_available(definition)
    crystals = crystals_of(definition, structures)
    oriented = orient_sides(definition, crystals)
    polar = apply_polar_models(definition, crystals, oriented, cut_sides(definition, oriented))
    own_cells = {role: np.array(polar[role].supercell) @ oriented[role].in_plane for role in CONTACT_FACE}
    with blame(definition, "upper", "supercell"):
        cell = common_cell(own_cells["lower"], own_cells["upper"], definition.contact.lower_share)
    sides = {
        role: _side(definition, role, polar[role], small_strain(own_cells[role], cell))
        for role in CONTACT_FACE
    }
    parts = {role: deform(_in_supercell(polar[role]), cell) for role in CONTACT_FACE}
    stack, gap, registry = _stack(definition, parts, polar, oriented["lower"], cell)
    if cell_gap is not None:
        vacuum += cell_gap - gap
    height = float(np.ptp(stack.positions[:, 2])) + vacuum
    stack.set_cell([[*cell[0], 0.0], [*cell[1], 0.0], [0.0, 0.0, height]])
    stack.set_pbc((True, True, False))
    _check_overlap(definition, stack)

    return Interface(
        definition=definition,
        stack=stack,
        area=float(np.linalg.det(cell)),
        gap=gap,
        registry=registry,
        lower=sides["lower"],
        upper=sides["upper"],
        vacuum=float(vacuum),
    )


def _half(ab: Atoms, side: int) -> Atoms:
    """Return the lower (0) or upper (1) half of AB at its canonical place, with ``ab_index``."""
    members = np.flatnonzero(ab.arrays["side"] == side)
    half, order = place(ab[members])
    half.set_array("ab_index", members[order])
    return half


def _in_supercell(side: PolarSide) -> Atoms:
    """Return the slab in the in-plane cell of its side; a reconstructed one is in it already."""
    return (
        side.slab.atoms if side.slab.supercell == side.supercell else expand(side.slab.atoms, side.supercell)
    )


def _stack(
    definition: InterfaceDefinition,
    parts: Mapping[Role, Atoms],
    polar: Mapping[Role, PolarSide],
    oriented: OrientedCrystal,
    cell: FloatArray,
) -> tuple[Atoms, float, tuple[float, float]]:
    """Return both slabs in one structure, the gap (angstrom) and the registry (fractions of a and b)."""
    contact = definition.contact
    lower, upper = parts["lower"].copy(), parts["upper"].copy()
    lower_slab, upper_slab = polar["lower"].slab, polar["upper"].slab
    first_below = lower.positions[lower.arrays["plane"] == lower_slab.n_planes - 1][0, :2].copy()
    first_above = upper.positions[upper.arrays["plane"] == 0][0, :2].copy()
    highest = lower.positions[:, 2].max()
    shared = 0
    if contact.registry != "bulk":
        shift = np.array((0.0, 0.0) if contact.registry == "scan" else contact.registry) @ cell
        upper.positions[:, :2] += first_below + shift - first_above
        gap = contact_gap(lower, upper, cell) if contact.gap is None else contact.gap
        upper.positions[:, 2] += highest + gap - upper.positions[:, 2].min()
    else:
        # Both slabs come from one infinite stack: their lateral places fit already, and the cell of the
        # lower one ends where the next plane begins. Reconstructed slabs share a plane there.
        shift = first_above - first_below
        shared = lower_slab.first_plane + lower_slab.n_planes - upper_slab.first_plane
        first = lower_slab.first_plane
        upper.positions[:, 2] += oriented.lowest(first + lower_slab.n_planes - shared) - oriented.lowest(
            first
        )
        gap = float(upper.positions[:, 2].min() - highest)
    fractions = np.linalg.solve(cell.T, shift) + 1e-9  # a shift of -1e-16 is 0, not 1
    fractions = fractions % 1.0 - 1e-9

    lower.set_array("side", np.zeros(len(lower), dtype=int))
    upper.set_array("side", np.ones(len(upper), dtype=int))
    upper.arrays["plane"] += lower_slab.n_planes - shared
    lower.extend(upper)
    return lower, gap, (float(fractions[0]), float(fractions[1]))


def _check_overlap(definition: InterfaceDefinition, stack: Atoms) -> None:
    """Refuse atoms that stand too close, and say whose fault it is."""
    overlap = closest_overlap(stack)
    if overlap is None:
        return
    name = f"interface '{definition.name}'"
    first, second = stack.arrays["side"][[overlap.first, overlap.second]]
    if first != second:
        raise InputError(
            f"atoms overlap across the contact: {overlap.describe()}",
            file=name,
            key="contact.gap",
            remedy="leave 'gap' out or make it larger, or give another registry",
        )
    raise InputError(
        f"atoms overlap: {overlap.describe()}",
        file=name,
        key=f"{('lower', 'upper')[first]}.crystal",
        remedy="check the crystal's cell and coordinates",
    )


def _side(definition: InterfaceDefinition, role: Role, polar: PolarSide, strain: FloatArray) -> InterfaceSide:
    """Describe one side."""
    side, slab = side_of(definition, role), polar.slab
    outer = (slab.termination_bottom, slab.termination_top)
    contact_termination, free_termination = outer[::-1] if CONTACT_FACE[role] == "top" else outer
    is_neutral = side.polar_model != "symmetric"
    return InterfaceSide(
        role=role,
        crystal=side.crystal,
        miller=side.miller,
        slab=slab,
        contact_termination=contact_termination,
        free_termination=free_termination,
        tasker_class=tasker_class(polar.cut, polar.charges.values),
        polar_model=side.polar_model,
        tasker_class_as_run=tasker_class(slab, polar.charges.values) if is_neutral else None,
        charge_doubt=polar.charges.doubt,
        supercell=polar.supercell,
        strain=strain,
        strain_measure=float(np.abs(np.linalg.eigvalsh(strain)).mean()),
    )
