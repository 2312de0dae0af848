"""Two slabs become an interface, and the interface becomes the three structures of W_ad = AB - A - B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.crystals import formal_charges
from wadflow.interfaces.matching import common_cell, contact_gap, deform, expand, small_strain
from wadflow.interfaces.overlap import closest_overlap
from wadflow.interfaces.placement import place
from wadflow.interfaces.polarity import CHARGE_TOLERANCE, TaskerClass, plane_charges, tasker_class
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
        The unstrained slab in its primitive in-plane cell.
    contact_termination, free_termination : str
        Labels of the planes at the contact and at the vacuum.
    tasker_class : {"I", "II", "III"} or None
        Polarity of the slab; None for metals and elements.
    polar_model : str
        Model of the definition.
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
    strain: FloatArray
    strain_measure: float

    @property
    def n_planes(self) -> int:
        """Number of atomic planes."""
        return self.slab.n_planes


@dataclass(frozen=True)
class Interface:
    """An interface and its two halves.

    ``ab``, ``a`` and ``b`` have the same cell, pbc (True, True, False), and atoms sorted by z, x, y and
    atomic number, with the arrays ``side`` (0 lower, 1 upper) and ``plane`` (0 = bottom of AB). ``a`` (the
    lower half) and ``b`` (the upper half) are the atoms of ``ab`` at the same geometry, moved as a whole
    to the place that `placement.place` gives; their array ``ab_index`` holds each atom's index in ``ab``.

    Attributes
    ----------
    definition : InterfaceDefinition
        What was asked for.
    ab, a, b : ase.Atoms
        Angstrom.
    area : float
        Area of the in-plane cell, angstrom2.
    gap : float
        Height between the outermost atoms of the two sides at the contact, angstrom.
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
    ab: Atoms
    a: Atoms
    b: Atoms
    area: float
    gap: float
    registry: tuple[float, float]
    lower: InterfaceSide
    upper: InterfaceSide
    vacuum: float
    n_interfaces: int = 1

    @property
    def sides(self) -> tuple[InterfaceSide, InterfaceSide]:
        """The lower and the upper side."""
        return self.lower, self.upper


def build_interface(
    definition: InterfaceDefinition,
    structures: Mapping[str, Structure] | None = None,
    *,
    vacuum: float,
) -> Interface:
    """Cut, match and stack the two sides of an interface.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to build.
    structures : mapping of str to pymatgen.core.Structure, optional
        Conventional cell of each crystal by the definition's ``crystal`` string, for example the relaxed
        ones. None takes the crystals as they are shipped or given.
    vacuum : float
        Height between the outermost atoms of AB across the cell's boundary, angstrom.

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
    slabs = cut_sides(definition, oriented)
    supercells = {role: side_of(definition, role).supercell for role in CONTACT_FACE}
    own_cells = {role: np.array(supercells[role]) @ oriented[role].in_plane for role in CONTACT_FACE}
    with blame(definition, "upper", "supercell"):
        cell = common_cell(own_cells["lower"], own_cells["upper"], definition.contact.lower_share)
    sides = {
        role: _side(definition, role, slabs[role], crystals[role], small_strain(own_cells[role], cell))
        for role in CONTACT_FACE
    }
    parts = {role: deform(expand(slabs[role].atoms, supercells[role]), cell) for role in CONTACT_FACE}
    stack, gap, registry = _stack(definition, parts, slabs["lower"], cell)
    height = float(np.ptp(stack.positions[:, 2])) + vacuum
    stack.set_cell([[*cell[0], 0.0], [*cell[1], 0.0], [0.0, 0.0, height]])
    stack.set_pbc((True, True, False))
    _check_overlap(definition, stack)

    ab, _ = place(stack)
    halves = []
    for side in (0, 1):
        members = np.flatnonzero(ab.arrays["side"] == side)
        half, order = place(ab[members])
        half.set_array("ab_index", members[order])
        halves.append(half)
    return Interface(
        definition=definition,
        ab=ab,
        a=halves[0],
        b=halves[1],
        area=float(np.linalg.det(cell)),
        gap=gap,
        registry=registry,
        lower=sides["lower"],
        upper=sides["upper"],
        vacuum=float(vacuum),
    )


def _stack(
    definition: InterfaceDefinition, parts: Mapping[Role, Atoms], lower_slab: Slab, cell: FloatArray
) -> tuple[Atoms, float, tuple[float, float]]:
    """Return both slabs in one structure, the gap (angstrom) and the registry (fractions of a and b)."""
    contact = definition.contact
    lower, upper = parts["lower"].copy(), parts["upper"].copy()
    first_below = lower.positions[lower.arrays["plane"] == lower_slab.n_planes - 1][0, :2].copy()
    first_above = upper.positions[upper.arrays["plane"] == 0][0, :2].copy()
    highest = lower.positions[:, 2].max()
    if isinstance(contact.registry, tuple):
        shift = np.array(contact.registry) @ cell
        upper.positions[:, :2] += first_below + shift - first_above
        gap = contact_gap(lower, upper, cell) if contact.gap is None else contact.gap
    else:
        # Both slabs come from one infinite stack: their lateral places fit already, and the cell of the
        # lower one ends where the next plane begins.
        shift = first_above - first_below
        gap = float(lower_slab.atoms.cell.array[2, 2] - highest)
    upper.positions[:, 2] += highest + gap - upper.positions[:, 2].min()
    fractions = np.linalg.solve(cell.T, shift) + 1e-9  # a shift of -1e-16 is 0, not 1
    fractions = fractions % 1.0 - 1e-9

    lower.set_array("side", np.zeros(len(lower), dtype=int))
    upper.set_array("side", np.ones(len(upper), dtype=int))
    upper.arrays["plane"] += lower_slab.n_planes
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


def _side(
    definition: InterfaceDefinition, role: Role, slab: Slab, structure: Structure, strain: FloatArray
) -> InterfaceSide:
    """Describe one side, and refuse a slab that is charged as a whole."""
    side = side_of(definition, role)
    charges = formal_charges(side.crystal, structure)
    net_charge = 0.0 if charges is None else float(plane_charges(slab, charges).sum())
    if abs(net_charge) > CHARGE_TOLERANCE:
        raise InputError(
            f"{slab.n_planes} planes ({' '.join(slab.formulas)}) are not neutral: {net_charge:+.0f} e per "
            "primitive in-plane cell",
            file=f"interface '{definition.name}'",
            key=f"{role}.planes",
            remedy=f"give a number of planes of whole formula units (a repeat has {slab.planes_per_repeat}), "
            "or a thickness",
        )
    outer = (slab.termination_bottom, slab.termination_top)
    contact_termination, free_termination = outer[::-1] if CONTACT_FACE[role] == "top" else outer
    return InterfaceSide(
        role=role,
        crystal=side.crystal,
        miller=side.miller,
        slab=slab,
        contact_termination=contact_termination,
        free_termination=free_termination,
        tasker_class=tasker_class(slab, charges),
        polar_model=side.polar_model,
        strain=strain,
        strain_measure=float(np.abs(np.linalg.eigvalsh(strain)).mean()),
    )
