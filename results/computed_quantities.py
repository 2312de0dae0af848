"""What documents say of quantities that experiment or other calculations know too.

Each number with its unit, its origin (document, calculation, protocol) and what limits it. The numbers of
decompositions are taken in `wadflow.results.thermochemistry.computed_quantities`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wadflow.results.contact_distance import sides_parted
from wadflow.results.crystal_lattices import (
    known_crystal,
    lattice_of_bulk,
    lattice_of_side,
    lattice_of_surfaces,
)
from wadflow.results.document_names import SURFACE_PREFIX
from wadflow.results.plane_order import contact_changed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wadflow.results.crystal_lattices import CrystalLattice
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import CalculationRecord
    from wadflow.results.surface_documents import Miller, SurfaceDocument

SURFACE_ENERGY = "surface energy"


@dataclass(frozen=True)
class Origin:
    """Where a computed number stands.

    Attributes
    ----------
    document : str
        Name of the document.
    protocol : str
        Name of the numerical settings.
    production : bool
        False: the protocol only proves the path.
    functional : str
        Exchange and correlation.
    made : datetime
        When the document was made.
    """

    document: str
    protocol: str
    production: bool
    functional: str
    made: datetime


@dataclass(frozen=True)
class ComputedQuantity:
    """One computed number.

    Attributes
    ----------
    quantity, species, phase, space_group, miller, unit
        As in `wadflow.results.reference_data.Datum`: they decide what it is compared with.
    value : float
        In ``unit``.
    calculation : str
        Which calculations of the document it comes from.
    origin : Origin
        The document.
    converged : bool
        Whether these calculations met their criteria.
    method : str
        What was done beside the protocol: a scheme of corrections, an approximation; empty: nothing.
    temperature : float, optional
        K; None: energies of electrons at rest, without zero-point motion.
    uncertainty : float, optional
        Numerical uncertainty in ``unit``; None: not known.
    notes : tuple of str
        What limits it.
    """

    quantity: str
    species: str
    phase: str
    unit: str
    value: float
    calculation: str
    origin: Origin
    converged: bool
    space_group: int | None = None
    miller: Miller | None = None
    method: str = ""
    temperature: float | None = None
    uncertainty: float | None = None
    notes: tuple[str, ...] = ()


def quantities_of_interface(document: AdhesionDocument) -> Iterable[ComputedQuantity]:
    """Give works of adhesion (J/m2), and lattice constants of the crystals that were relaxed for them."""
    origin = Origin(
        document=f"{document.name}.{document.protocol}",
        protocol=document.protocol,
        production=document.production,
        functional=str(document.ab.equal_settings["xc"]),
        made=document.created,
    )
    sides = (document.lower, document.upper)
    values = {"rigid": document.work_of_adhesion_rigid, "relaxed": document.work_of_adhesion_relaxed}
    for kind, value in values.items():
        if value is not None:
            yield ComputedQuantity(
                quantity=f"work of adhesion, {kind}",
                species=document.title,
                phase="interface",
                unit="J/m2",
                value=value,
                calculation=f"AB, A and B, {document.lower.planes}+{document.upper.planes} planes",
                origin=origin,
                converged=document.converged,
                notes=(
                    *model_limits(document),
                    *(
                        ("the sides do not touch in the relaxed structure",)
                        if kind == "relaxed" and sides_parted(document.relaxed_structures)
                        else ()
                    ),
                    *(
                        ("other planes meet in the relaxed structure than were cut to",)
                        if kind == "relaxed" and contact_changed(document.relaxed_structures)
                        else ()
                    ),
                ),
            )
    for side in {side.crystal: side for side in sides}.values():
        known = next((record for record in document.bulk if _is_of(record, side.crystal)), None)
        lattice = None if known is None else lattice_of_bulk(side.crystal, known)
        if lattice is None:
            lattice = next(
                filter(
                    None, (lattice_of_side(document, one) for one in sides if one.crystal == side.crystal)
                ),
                None,
            )
        if lattice is not None and known is not None:
            yield from lattice_quantities(lattice, origin, converged=known.converged)


def model_limits(document: AdhesionDocument) -> Iterable[str]:
    """Give what limits a work of adhesion: the model of polar sides, their thickness."""
    polar = [side for side in (document.lower, document.upper) if side.tasker_class == "III"]
    if polar:
        models = dict.fromkeys(side.polar_model for side in polar)
        yield f"polar cut (Tasker III), model {' and '.join(models)}"
    if document.thickness_series is not None and not document.thickness_series.converged:
        yield "not converged with the number of planes"


def quantities_of_surfaces(document: SurfaceDocument) -> Iterable[ComputedQuantity]:
    """Give surface energies (J/m2) of faces and their average over the Wulff shape, and the lattice."""
    origin = Origin(
        document=f"{SURFACE_PREFIX}{document.name}.{document.protocol}",
        protocol=document.protocol,
        production=document.production,
        functional=str(document.bulk.equal_settings["xc"]),
        made=document.created,
    )
    for face in document.faces:
        yield ComputedQuantity(
            quantity=SURFACE_ENERGY,
            species=document.formula,
            phase="crystal",
            space_group=document.space_group,
            miller=face.family,
            unit="J/m2",
            value=face.relaxed.surface_energy,
            calculation=f"slope over {len(face.slabs)} slabs of {face.indices}, relaxed",
            origin=origin,
            converged=face.converged,
            uncertainty=max(face.relaxed.spread, face.relaxed.standard_error) or None,
            notes=() if face.converged_with_thickness else ("not converged with the number of planes",),
        )
    if document.wulff is not None:
        yield ComputedQuantity(
            quantity=SURFACE_ENERGY,
            species=document.formula,
            phase="polycrystal",
            space_group=document.space_group,
            unit="J/m2",
            value=document.wulff.weighted_surface_energy,
            calculation=f"average over the Wulff shape of {len(document.faces)} faces, relaxed",
            origin=origin,
            converged=document.converged,
            uncertainty=max(face.relaxed.spread for face in document.faces) or None,
            notes=("the faces that were computed, weighted by their areas on the Wulff shape",),
        )
    lattice = lattice_of_surfaces(document)
    if lattice is not None:
        yield from lattice_quantities(lattice, origin, converged=document.bulk.converged)


def lattice_quantities(
    lattice: CrystalLattice,
    origin: Origin,
    *,
    converged: bool,
    temperature: float | None = None,
    method: str = "",
) -> Iterable[ComputedQuantity]:
    """Give the lattice parameters of a crystal (angstrom, degree) and, where it is not cubic, its volume."""
    for quantity, (value, unit) in lattice.values().items():
        yield ComputedQuantity(
            quantity=quantity,
            species=lattice.species,
            phase="crystal",
            space_group=lattice.space_group,
            unit=unit,
            value=value,
            calculation=lattice.found_in,
            origin=origin,
            converged=converged,
            temperature=temperature,
            method=method,
        )


def _is_of(record: CalculationRecord, crystal: str) -> bool:
    """Whether a bulk calculation is one of this crystal."""
    from ase.formula import Formula

    known = known_crystal(crystal)
    if known is None:
        return False
    formula, _ = Formula(record.formula).reduce()
    ours, _ = Formula(known.structure.composition.reduced_formula).reduce()
    return bool(formula.count() == ours.count())
