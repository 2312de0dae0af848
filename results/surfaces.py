"""Surface energies of finished calculations: lines over the thickness, guards, sentences, document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wadflow.errors import InputError, SettingsMismatchError
from wadflow.results.adhesion import surface_energy
from wadflow.results.sentences import no_production_sentence
from wadflow.results.settings import NUMBER_TOLERANCE, check_pair
from wadflow.results.surface_documents import (
    FaceRecord,
    Miller,
    PublishedValue,
    SlabRecord,
    SlopeRecord,
    SurfaceDocument,
    WulffRecord,
)
from wadflow.results.surface_fit import fit_slope
from wadflow.results.surface_references import beside, face_data, solid_data
from wadflow.results.wulff import NoWulffShapeError, wulff_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from wadflow.results.records import CalculationRecord, EnergyKind, TaskerClass

THICKNESS_TOLERANCE: Final = 0.02
"""Spread of the surface energy over neighbouring thicknesses (J/m2) up to which a face counts as
converged with thickness: what the protocol for production is made for."""


@dataclass(frozen=True)
class FinishedFace:
    """What the arithmetic needs to know about one face.

    Attributes
    ----------
    miller, family : tuple of int
        Indices as asked for, and the same for all equivalent faces.
    termination : str
        Label of the outermost planes.
    tasker_class : {"I", "II"} or None
        Polarity.
    area : float
        Area of one face of the cell, angstrom2.
    slabs : tuple of SlabRecord
        The relaxations, from thin to thick.
    bulk : CalculationRecord
        Bulk in the in-plane cell of the slabs.
    bulk_units : int
        Its formula units.
    """

    miller: Miller
    family: Miller
    termination: str
    tasker_class: TaskerClass | None
    area: float
    slabs: tuple[SlabRecord, ...]
    bulk: CalculationRecord
    bulk_units: int


def combine_surfaces(
    *,
    name: str,
    title: str,
    crystal: str,
    formula: str,
    space_group: int,
    lattice: Sequence[Sequence[float]],
    lattice_symmetry_kept: bool,
    protocol: str,
    production: bool,
    bulk: CalculationRecord,
    faces: Sequence[FinishedFace],
    left_out: Sequence[str] = (),
    created: datetime,
    wadflow_version: str,
) -> SurfaceDocument:
    """Make the document of a crystal's surface energies.

    Parameters
    ----------
    name, title, crystal, formula, space_group
        What was calculated.
    lattice : sequence
        Relaxed conventional cell, vectors as rows, angstrom, shape (3, 3).
    lattice_symmetry_kept : bool
        Whether the crystal has the point symmetry of its lattice, which the Wulff shape assumes.
    protocol, production
        Name of the settings, and whether they are made to give numbers.
    bulk : CalculationRecord
        Relaxation of the crystal.
    faces : sequence of FinishedFace
        The finished calculations.
    left_out : sequence of str
        Sentences about faces that have no surface energy.
    created, wadflow_version
        When and with what the document was made.

    Raises
    ------
    InputError
        A calculation is not what it should be.
    wadflow.errors.SettingsMismatchError
        Calculations do not come from equal settings.
    """
    if not faces:
        problem = "there is no face"
        raise InputError(problem, remedy="give at least one face")
    for face in faces:
        check_face(face)
        # Cells and meshes belong to a face, all else to the crystal.
        check_pair(faces[0].slabs[0].calculation, face.slabs[0].calculation, only=_but(face, "cell", "kpts"))
    records = [_face_record(face, formula, space_group) for face in faces]
    wulff, reason = _wulff(records, lattice, lattice_symmetry_kept=lattice_symmetry_kept)
    converged = bulk.converged and all(record.converged for record in records)
    warnings = [] if production else [no_production_sentence(protocol)]
    warnings += [sentence for record in records for sentence in face_sentences(record)]
    if reason is not None:
        warnings.append(f"No Wulff shape: {reason}.")
    if not bulk.converged:
        warnings.append(f"'{bulk.label}' did not converge.")
    return SurfaceDocument(
        name=name,
        title=title,
        crystal=crystal,
        formula=formula,
        space_group=space_group,
        protocol=protocol,
        production=production,
        thickness_tolerance=THICKNESS_TOLERANCE,
        bulk=bulk,
        faces=tuple(records),
        wulff=wulff,
        wulff_reason=reason,
        experiment=_experiment(wulff, formula, space_group),
        converged=converged,
        warnings=(*warnings, *left_out),
        created=created,
        wadflow_version=wadflow_version,
    )


def check_face(face: FinishedFace) -> None:
    """Check that slabs and bulk of one face come from equal settings and the same in-plane cell.

    Raises
    ------
    InputError
        The tasks differ.
    wadflow.errors.SettingsMismatchError
        Settings, in-plane cells or in-plane meshes differ.
    """
    first = face.slabs[0].calculation
    for slab in face.slabs:
        record = slab.calculation
        if record.task != "relax":
            problem = (
                f"'{record.label}' is {record.task}; slabs are relaxed, their first step is the rigid one"
            )
            raise InputError(problem)
        check_pair(first, record, only=_but(face, "cell"))
        if abs(record.area - face.area) > 1e-6 * face.area:
            problem = f"'{record.label}' has an area of {record.area} angstrom2, its face {face.area}"
            raise SettingsMismatchError(problem)
    check_pair(first, face.bulk, only=_but(face, "cell", "kpts", "pbc"))
    meshes = [record.equal_settings["kpts"] for record in (first, face.bulk)]
    in_plane = [mesh[:2] if isinstance(mesh, list) else mesh for mesh in meshes]
    if in_plane[0] != in_plane[1] or abs(face.bulk.area - face.area) > 1e-6 * face.area:
        problem = f"'{first.label}' and '{face.bulk.label}' differ in the in-plane cell or its k-points"
        raise SettingsMismatchError(problem)


def slope_record(face: FinishedFace, kind: EnergyKind) -> SlopeRecord:
    """Fit the line of one face through its rigid or its relaxed slabs."""
    records = [slab.calculation for slab in face.slabs]
    energies = [record.initial_energy if kind == "rigid" else record.final_energy for record in records]
    units = [slab.n_units for slab in face.slabs]
    fit = fit_slope(units, energies, face.area)
    per_atom = face.bulk.final_energy / face.bulk.n_atoms
    return SlopeRecord(
        surface_energy=fit.surface_energy,
        standard_error=fit.standard_error,
        bulk_energy=fit.bulk_energy,
        bulk_difference=fit.bulk_energy - face.bulk.final_energy / face.bulk_units,
        residuals=fit.residuals,
        pair_energies=fit.pair_energies,
        spread=fit.spread,
        with_bulk=tuple(
            surface_energy(energy, per_atom, record.n_atoms, face.area)
            for energy, record in zip(energies, records, strict=True)
        ),
    )


def thickness_sentence(face: FaceRecord, tolerance: float = THICKNESS_TOLERANCE) -> str:
    """Say whether a face is converged with thickness, with the numbers that say so."""
    line = face.relaxed
    planes = ", ".join(str(slab.planes) for slab in face.slabs)
    state = "converged" if face.converged_with_thickness else "NOT converged"
    return (
        f"{face.indices} of {planes} planes: {line.surface_energy:.3f} +- {line.standard_error:.3f} J/m2; "
        f"neighbouring thicknesses alone give {min(line.pair_energies):.3f} to {max(line.pair_energies):.3f} "
        f"(spread {line.spread:.3f}): {state} with thickness within {tolerance:g} J/m2. The slope differs "
        f"from the bulk calculated apart by {1000 * line.bulk_difference:+.1f} meV per formula unit; with "
        f"that bulk the thickest slab gives {line.with_bulk[-1]:.3f} J/m2."
    )


def face_sentences(face: FaceRecord) -> list[str]:
    """Sentences that a reader of a surface energy must see."""
    sentences = [
        f"'{record.label}' did not converge: largest force {record.max_force:.3f} eV/angstrom after "
        f"{record.n_ionic_steps} ionic steps."
        for record in (face.bulk, *(slab.calculation for slab in face.slabs))
        if not record.converged
    ]
    if not face.converged_with_thickness:
        sentences.append(
            f"{face.indices} is not converged with thickness: neighbouring thicknesses give surface energies "
            f"that differ by {face.relaxed.spread:.3f} J/m2."
        )
    if face.relaxed.surface_energy <= 0:
        sentences.append(f"The surface energy of {face.indices} is not positive: the crystal would dissolve.")
    return sentences


def experiment_sentences(document: SurfaceDocument) -> list[str]:
    """Compare the Wulff-weighted surface energy with measured ones, and say what that means."""
    if document.wulff is None:
        return []
    ours = document.wulff.weighted_surface_energy
    return [
        f"Wulff-weighted {ours:.3f} J/m2 beside {datum.value:.2f} J/m2 measured ({datum.source}): difference "
        f"{datum.difference:+.3f} J/m2. The measured value is an average over a polycrystal, extrapolated "
        "from the tension of the liquid: it belongs beside the weighted value, never beside one face."
        for datum in document.experiment
    ]


def _but(face: FinishedFace, *left_out: str) -> list[str]:
    """Return all settings of a face's calculations except some."""
    return [key for key in face.slabs[0].calculation.equal_settings if key not in left_out]


def _face_record(face: FinishedFace, formula: str, space_group: int) -> FaceRecord:
    relaxed = slope_record(face, "relaxed")
    records = [face.bulk, *(slab.calculation for slab in face.slabs)]
    return FaceRecord(
        miller=face.miller,
        family=face.family,
        termination=face.termination,
        tasker_class=face.tasker_class,
        area=face.area,
        slabs=face.slabs,
        bulk=face.bulk,
        bulk_units=face.bulk_units,
        rigid=slope_record(face, "rigid"),
        relaxed=relaxed,
        converged=all(record.converged for record in records),
        converged_with_thickness=relaxed.spread <= THICKNESS_TOLERANCE * (1 + NUMBER_TOLERANCE),
        published=tuple(
            beside(datum, relaxed.surface_energy) for datum in face_data(formula, space_group, face.family)
        ),
    )


def _wulff(
    faces: Sequence[FaceRecord], lattice: Sequence[Sequence[float]], *, lattice_symmetry_kept: bool
) -> tuple[WulffRecord | None, str | None]:
    if not lattice_symmetry_kept:
        return None, "the crystal has less symmetry than its lattice, by which faces would be repeated"
    try:
        return wulff_record(lattice, {face.miller: face.relaxed.surface_energy for face in faces}), None
    except NoWulffShapeError as error:
        return None, str(error)


def _experiment(wulff: WulffRecord | None, formula: str, space_group: int) -> tuple[PublishedValue, ...]:
    if wulff is None:
        return ()
    return tuple(beside(datum, wulff.weighted_surface_energy) for datum in solid_data(formula, space_group))
