"""Both slabs of a definition: crystals, orientations, terminations, with errors that name the key."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from wadflow.errors import InputError
from wadflow.interfaces.crystals import shared_crystal
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.slabs import Contact, Slab, count_planes, find_termination, take_planes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition, SideDefinition

Role = Literal["lower", "upper"]

CONTACT_FACE: dict[Role, Contact] = {"lower": "top", "upper": "bottom"}


def side_of(definition: InterfaceDefinition, role: Role) -> SideDefinition:
    """Return the lower or the upper side of a definition."""
    return definition.lower if role == "lower" else definition.upper


@contextmanager
def blame(definition: InterfaceDefinition, table: str, default_key: str) -> Iterator[None]:
    """Name the interface and the full key in an InputError that comes from geometry."""
    try:
        yield
    except InputError as error:
        raise InputError(
            error.problem,
            file=error.file or f"interface '{definition.name}'",
            key=f"{table}.{error.key or default_key}",
            remedy=error.remedy,
        ) from error


def check_available(definition: InterfaceDefinition) -> None:
    """Refuse what a definition may say but this version does not build."""
    name = f"interface '{definition.name}'"
    lower, upper = definition.lower, definition.upper
    same = (lower.crystal, lower.miller, lower.supercell) == (upper.crystal, upper.miller, upper.supercell)
    if definition.contact.registry == "bulk" and not same:
        raise InputError(
            "registry 'bulk' continues one crystal, but crystal, miller or supercell of the sides differ: "
            f"{lower.crystal} {lower.miller} and {upper.crystal} {upper.miller}",
            file=name,
            key="contact.registry",
            remedy="make both sides equal or give a shift such as [0.0, 0.0]",
        )


def crystals_of(
    definition: InterfaceDefinition, structures: Mapping[str, Structure] | None
) -> dict[Role, Structure]:
    """Return the conventional cell of each side's crystal."""
    known = {} if structures is None else dict(structures)
    found: dict[Role, Structure] = {}
    for role in CONTACT_FACE:
        name = side_of(definition, role).crystal
        with blame(definition, role, "crystal"):
            if structures is None and name not in known:
                known[name] = shared_crystal(name).structure
            if name not in known:
                # Falling back to the shipped cell would mix relaxed and unrelaxed crystals.
                raise InputError(
                    f"no structure of {name!r} is given, only of {', '.join(known) or 'none'}",
                    remedy="give the relaxed cell of every crystal of the definition",
                )
        found[role] = known[name]
    return found


def orient_sides(
    definition: InterfaceDefinition, crystals: Mapping[Role, Structure]
) -> dict[Role, OrientedCrystal]:
    """Turn both crystals; equal sides are turned once."""
    found: dict[Role, OrientedCrystal] = {}
    lower, upper = definition.lower, definition.upper
    for role in CONTACT_FACE:
        if role == "upper" and (upper.crystal, upper.miller) == (lower.crystal, lower.miller):
            found[role] = found["lower"]
            continue
        with blame(definition, role, "crystal"):
            found[role] = orient(crystals[role], side_of(definition, role).miller)
    return found


def cut_sides(definition: InterfaceDefinition, oriented: Mapping[Role, OrientedCrystal]) -> dict[Role, Slab]:
    """Cut both slabs; with registry 'bulk' the upper starts at the plane that follows the lower."""
    planes: dict[Role, int] = {}
    wanted = {role: side_of(definition, role).contact_termination for role in CONTACT_FACE}
    for role, face in CONTACT_FACE.items():
        with blame(definition, role, "contact_termination"):
            planes[role] = find_termination(oriented[role], face, wanted[role])
    if definition.contact.registry == "bulk":
        if wanted["lower"] is None and wanted["upper"] is not None:
            planes["lower"] = planes["upper"] - 1
        follower = planes["lower"] + 1
        classes, count = oriented["upper"].classes, oriented["upper"].n_planes
        if wanted["upper"] is not None and classes[follower % count] != classes[planes["upper"] % count]:
            formulas = oriented["upper"].formulas
            raise InputError(
                f"in the bulk a plane {formulas[follower % count]!r} follows the lower side, "
                f"not {wanted['upper']!r}",
                file=f"interface '{definition.name}'",
                key="upper.contact_termination",
                remedy="leave it out with registry 'bulk'",
            )
        planes["upper"] = follower
    return {role: _cut_side(definition, role, oriented[role], planes[role]) for role in CONTACT_FACE}


def _cut_side(definition: InterfaceDefinition, role: Role, oriented: OrientedCrystal, plane: int) -> Slab:
    side = side_of(definition, role)
    face = CONTACT_FACE[role]
    with blame(definition, role, "planes"):
        count = count_planes(oriented, plane, face, planes=side.planes, thickness=side.thickness)
    return take_planes(oriented, plane - count + 1 if face == "top" else plane, count)
