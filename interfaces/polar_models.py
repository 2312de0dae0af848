"""The models of polar slabs: which a side may have, and the slabs that are run with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.crystals import find_charges, shared_crystal
from wadflow.interfaces.faces import has_equal_faces
from wadflow.interfaces.patterns import Candidates, best, candidates, matching_pattern
from wadflow.interfaces.polarity import CHARGE_TOLERANCE, plane_charges, tasker_class
from wadflow.interfaces.reconstruction import (
    Occupation,
    occupation,
    reconstructed_slab,
    smallest_supercells,
)
from wadflow.interfaces.sides import CONTACT_FACE, Role, blame, side_of
from wadflow.interfaces.slabs import Slab, take_planes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core import Structure

    from wadflow.interfaces.charges import FormalCharges
    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.matching import Supercell
    from wadflow.interfaces.orientation import OrientedCrystal

# Vacuum (angstrom) that keeps images apart where the symmetry of a slab is looked for.
APART = 10.0
# Counts around the one that was asked for, among which those that would do are named.
NEARBY = 8


@dataclass(frozen=True)
class PolarSide:
    """What is known of a side's polarity.

    Attributes
    ----------
    cut : Slab
        The planes as the bulk has them.
    slab : Slab
        The slab that is run.
    charges : FormalCharges
        Formal charges of the crystal, units of e.
    supercell : tuple of tuple of int
        In-plane cell of the side in the interface, rows in units of the primitive cell's.
    """

    cut: Slab
    slab: Slab
    charges: FormalCharges
    supercell: Supercell


def apply_polar_models(
    definition: InterfaceDefinition,
    crystals: Mapping[Role, Structure],
    oriented: Mapping[Role, OrientedCrystal],
    cuts: Mapping[Role, Slab],
) -> dict[Role, PolarSide]:
    """Check the polar models of both sides and make the slabs that are run.

    Parameters
    ----------
    definition : InterfaceDefinition
        What was asked for.
    crystals, oriented, cuts : mapping of "lower" and "upper"
        Conventional cells, stacks of planes and bulk cuts of the sides.

    Raises
    ------
    InputError
        A side cannot have its model; the message names the key.
    """
    charges: dict[Role, FormalCharges] = {}
    for role in CONTACT_FACE:
        side = side_of(definition, role)
        with blame(definition, role, "formal_charges"):
            charges[role] = find_charges(side.crystal, crystals[role], side.formal_charges)
        with blame(definition, role, "polar_model"):
            _check_model(definition, role, oriented[role], cuts[role], charges[role])
    supercells = {role: side_of(definition, role).supercell for role in CONTACT_FACE}
    slabs = dict(cuts)
    moving = [role for role in CONTACT_FACE if side_of(definition, role).polar_model == "tasker2"]
    if moving:
        if definition.contact.registry == "bulk" and len(moving) == 1:
            raise InputError(
                "registry 'bulk' joins the half planes of two reconstructed sides, but only one side has "
                "polar_model 'tasker2'",
                file=f"interface '{definition.name}'",
                key="contact.registry",
                remedy='give both sides polar_model = "tasker2", or a shift such as [0.0, 0.0]',
            )
        slabs, supercells = _reconstruct(definition, oriented, cuts, charges, moving)
    return {
        role: PolarSide(cuts[role], slabs[role], charges[role], supercells[role]) for role in CONTACT_FACE
    }


def _check_model(
    definition: InterfaceDefinition,
    role: Role,
    oriented: OrientedCrystal,
    cut: Slab,
    charges: FormalCharges,
) -> None:
    """Refuse a model that does not fit the cut, and a charged slab that is not meant to be one."""
    side = side_of(definition, role)
    model = side.polar_model
    if (model == "symmetric") != (side.chemical_potential is not None):
        raise InputError(
            "a symmetric slab is not stoichiometric: its surface energy depends on a chemical potential, "
            "which must be given"
            if model == "symmetric"
            else f"a chemical potential is given, but polar_model {model!r} does not depend on one",
            key="chemical_potential",
            remedy='write chemical_potential = { element = "Li", reference = "Li", value = 0.0 } (eV)'
            if model == "symmetric"
            else "leave it out",
        )
    if model != "ideal" and charges.values is None:
        raise InputError(
            f"polar_model {model!r} needs formal charges, and {side.crystal} has none (a metal, an element, "
            "or charges that cannot be told)",
            key="polar_model",
            remedy='give polar_model = "ideal", or for an ionic crystal formal_charges = { Mg = 2, O = -2 }',
        )
    if charges.values is None:
        return
    if model == "symmetric":
        _check_symmetric(definition, role, oriented, cut)
        return
    net_charge = float(plane_charges(cut, charges.values).sum())
    if abs(net_charge) > CHARGE_TOLERANCE:
        raise InputError(
            f"{cut.n_planes} planes ({' '.join(cut.formulas)}) are not neutral: {net_charge:+.0f} e per "
            "primitive in-plane cell",
            key="planes",
            remedy=f"give a number of planes of whole formula units (a repeat has {cut.planes_per_repeat}), "
            "or a thickness",
        )
    found = tasker_class(cut, charges.values)
    if model == "tasker2" and found != "III":
        raise InputError(
            f"polar_model 'tasker2' takes the dipole off a slab, and this cut has none (Tasker {found})",
            key="polar_model",
            remedy='give polar_model = "ideal"',
        )


def _check_symmetric(
    definition: InterfaceDefinition, role: Role, oriented: OrientedCrystal, cut: Slab
) -> None:
    """Refuse a slab with two different faces, one of whole formula units and a wrong potential."""
    is_equal = _has_equal_faces(cut)
    if is_equal and cut.stoichiometric:
        raise InputError(
            f"the {cut.n_planes} planes are stoichiometric and have equal faces already",
            key="polar_model",
            remedy='give polar_model = "ideal" and leave out the chemical potential',
        )
    if not is_equal:
        fitting = _symmetric_counts(oriented, cut, CONTACT_FACE[role])
        remedy = (
            f"give planes = {' or '.join(str(count) for count in fitting)}"
            if fitting
            else 'no number of planes has equal faces along this normal; give polar_model = "ideal" or '
            '"tasker2"'
        )
        raise InputError(
            f"{cut.n_planes} planes ({' '.join(cut.formulas)}) do not end with the same face on both sides",
            key="planes",
            remedy=remedy,
        )
    potential = side_of(definition, role).chemical_potential
    if potential is None:  # checked before
        return
    elements = sorted(set(cut.atoms.symbols))
    if potential.element not in elements:
        raise InputError(
            f"the slab holds no {potential.element!r}, only {', '.join(elements)}",
            key="chemical_potential.element",
            remedy=f"give one of {', '.join(elements)}",
        )
    reference = _reference(potential.reference)
    found = sorted(element.symbol for element in reference.composition.elements)
    if found != [potential.element]:
        raise InputError(
            f"the reference {potential.reference!r} consists of {', '.join(found)}, not of "
            f"{potential.element} alone",
            key="chemical_potential.reference",
            remedy=f"give a crystal of {potential.element}, a shipped one or a file",
        )


def _reference(name: str) -> Structure:
    try:
        return shared_crystal(name).structure
    except InputError as error:
        key = "chemical_potential.reference"
        raise InputError(error.problem, file=error.file, key=key, remedy=error.remedy) from error


def _symmetric_counts(oriented: OrientedCrystal, cut: Slab, face: str) -> list[int]:
    """Return the counts nearest to the cut's that are not stoichiometric and have equal faces."""
    found = []
    last = cut.first_plane + cut.n_planes - 1
    for count in range(max(2, cut.n_planes - NEARBY), cut.n_planes + NEARBY + 1):
        slab = take_planes(oriented, last - count + 1 if face == "top" else cut.first_plane, count)
        if not slab.stoichiometric and _has_equal_faces(slab):
            found.append(count)
    below = [count for count in found if count < cut.n_planes][-1:]
    return below + [count for count in found if count > cut.n_planes][:1]


def _has_equal_faces(slab: Slab) -> bool:
    atoms = slab.atoms.copy()
    atoms.cell[2, 2] = np.ptp(atoms.positions[:, 2]) + APART
    return has_equal_faces(atoms)


def _reconstruct(
    definition: InterfaceDefinition,
    oriented: Mapping[Role, OrientedCrystal],
    cuts: Mapping[Role, Slab],
    charges: Mapping[Role, FormalCharges],
    moving: list[Role],
) -> tuple[dict[Role, Slab], dict[Role, Supercell]]:
    """Reconstruct the sides ``moving``; return the slabs and the supercells of both sides."""
    own = {role: np.array(side_of(definition, role).supercell) for role in CONTACT_FACE}
    values = {role: charges[role].values or {} for role in moving}
    gives_top = _gives_top(definition)
    occupied: dict[Role, Occupation] = {}
    for role in moving:
        with blame(definition, role, "polar_model"):
            occupied[role] = occupation(oriented[role], cuts[role], values[role], from_top=gives_top[role])
    with blame(definition, moving[0], "polar_model"):
        shapes = smallest_supercells(
            [(occupied[role], round(np.linalg.det(own[role]))) for role in moving],
            own["lower"] @ oriented["lower"].in_plane,
        )
    tried = []
    for shape in shapes:
        cells = {role: _product(shape, own[role]) for role in CONTACT_FACE}
        found: dict[Role, Candidates] = {}
        for role in moving:
            with blame(definition, role, "supercell"):
                found[role] = candidates(oriented[role], occupied[role], values[role], cells[role])
        energy, patterns = _choose(found, joined=definition.contact.registry == "bulk")
        tried.append((energy, cells, found, patterns))
    chosen = best(np.array([energy for energy, *_ in tried]))[0]
    _, cells, found, patterns = tried[chosen]
    slabs = {
        role: reconstructed_slab(
            oriented[role], cuts[role], occupied[role], (found[role], *patterns[role]), cells[role]
        )
        if role in moving
        else cuts[role]
        for role in CONTACT_FACE
    }
    return slabs, cells


def _gives_top(definition: InterfaceDefinition) -> dict[Role, bool]:
    """Return for each side whether its top plane gives the ions: the plane at the contact does.

    With registry 'bulk' both sides share one plane at the contact, and each has a part of it: that of
    the side whose contact termination is given, of the lower side if both are.
    """
    if definition.contact.registry != "bulk":
        return {role: face == "top" for role, face in CONTACT_FACE.items()}
    lower, upper = definition.lower.contact_termination, definition.upper.contact_termination
    upper_decides = lower is None and upper is not None
    return {"lower": not upper_decides, "upper": not upper_decides}


def _choose(found: Mapping[Role, Candidates], *, joined: bool) -> tuple[float, dict[Role, tuple[int, int]]]:
    """Return the lowest energy (eV, sum over the sides) and the pattern of each side's (top, bottom)."""
    if not joined:
        patterns = {role: best(one.energy) for role, one in found.items()}
        total = sum(float(one.energy[patterns[role]]) for role, one in found.items())
        return total, {role: (top, bottom) for role, (top, bottom) in patterns.items()}
    lower, upper = found["lower"], found["upper"]
    partners = [matching_pattern(lower, top, upper) for top in range(len(lower.top))]
    sums = np.array(
        [lower.energy[top].min() + upper.energy[:, partner].min() for top, partner in enumerate(partners)]
    )
    (top,) = best(sums)
    partner = partners[top]
    (free_below,), (free_above,) = best(lower.energy[top]), best(upper.energy[:, partner])
    return float(sums[top]), {"lower": (top, free_below), "upper": (free_above, partner)}


def _product(shape: Supercell, own: np.ndarray) -> Supercell:
    (p, q), (r, s) = (np.array(shape) @ own).tolist()
    return (p, q), (r, s)
