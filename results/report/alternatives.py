"""Alternative texts of pictures, written from the data: what a reader who sees nothing must hear."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from wadflow.results.plane_order import contact_planes, plane_heights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.cross_check import CrossCheck
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import AtomsRecord
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.results.thermochemistry.documents import DecompositionDocument


def of_work_chart(documents: Sequence[AdhesionDocument]) -> str:
    """Say the bars."""
    bars = []
    for document in documents:
        text = f"{document.title}: rigid {document.work_of_adhesion_rigid:.2f}"
        if document.work_of_adhesion_relaxed is not None:
            text += f", relaxed {document.work_of_adhesion_relaxed:.2f}"
            text += "" if document.converged else " (not converged)"
        if document.source is not None:
            text += f", source {document.source.work_of_adhesion:.2f}"
        bars.append(text)
    return f"Bar chart of works of adhesion in J/m2, negative = bound. {'; '.join(bars)}."


def of_structure(document: AdhesionDocument) -> str:
    """Say the planes of the relaxed interface from the bottom to the top."""
    record = document.relaxed_structures["AB"]
    return (
        f"The relaxed interface {document.title} from two sides, and its contact planes from above. "
        f"{_planes_text(document, record)}"
    )


def _planes_text(document: AdhesionDocument, record: AtomsRecord) -> str:
    heights = plane_heights(record)
    atoms = record.to_atoms()
    planes = np.array(record.plane)
    contact, _ = contact_planes(record)
    lowest = min(heights.values())
    listed = ", ".join(
        f"{atoms[planes == plane].get_chemical_formula()} at {height - lowest:.2f}"
        + (f" (the highest of {document.lower.name})" if plane == contact else "")
        for plane, height in sorted(heights.items(), key=lambda item: item[1])
    )
    return f"Planes from the bottom, heights in angstrom: {listed}."


def of_scene(document: AdhesionDocument) -> str:
    """Say what can be turned."""
    record = document.relaxed_structures["AB"]
    return (
        f"Three-dimensional view of the relaxed {document.title}: "
        f"{document.lower.name} below, {document.upper.name} above, {len(record.numbers)} atoms a cell. "
        f"{_planes_text(document, record)}"
    )


def of_relaxation(document: AdhesionDocument) -> str:
    """Say the parts."""
    a, b = document.relaxation_a or 0.0, document.relaxation_b or 0.0
    return (
        f"Bars from the rigid to the relaxed work of adhesion of {document.title} in J/m2: rigid "
        f"{document.work_of_adhesion_rigid:.3f}, relaxation of AB {document.relaxation_ab or 0.0:+.3f}, "
        f"minus relaxation of A {-a:+.3f}, minus relaxation of B {-b:+.3f}, relaxed "
        f"{document.work_of_adhesion:.3f}."
    )


def of_course(document: AdhesionDocument) -> str:
    """Say where each relaxation began and ended."""
    texts = []
    for role, record in (("AB", document.ab), ("A", document.a), ("B", document.b)):
        if record.course is not None:
            first, last = record.course[0][1], record.course[-1][1]
            texts.append(
                f"{role} in {record.n_ionic_steps} steps, largest force from {first:.3f} to {last:.3f} "
                f"eV/angstrom, energy by {record.final_energy - record.initial_energy:+.3f} eV"
            )
    return f"How {document.title} came to rest: {'; '.join(texts)}."


def of_spacings(document: AdhesionDocument) -> str:
    """Say where the free slabs differ most from those in contact."""
    structures = document.relaxed_structures.items()
    heights: dict[str, dict[int, float]] = {role: plane_heights(record) for role, record in structures}
    texts = []
    for role, side in (("A", document.lower), ("B", document.upper)):
        planes = sorted(heights[role])
        changes = {
            (one, two): (heights[role][two] - heights[role][one]) - (heights["AB"][two] - heights["AB"][one])
            for one, two in pairwise(planes)
        }
        if changes:
            (one, two), change = max(changes.items(), key=lambda item: abs(item[1]))
            texts.append(
                f"largest change of {side.name} when it is free: {change:+.2f} angstrom between planes "
                f"{one + 1} and {two + 1}"
            )
    return f"Distances of neighbouring planes of {document.title}, in contact and free; {'; '.join(texts)}."


def of_adhesion_map(document: AdhesionDocument) -> str:
    """Say the calculated shifts."""
    found = document.registry_map
    if found is None:
        return ""
    points = "; ".join(
        f"{point.work_of_adhesion:.2f} at shift {point.registry[0]:z.2f}, {point.registry[1]:z.2f}"
        for point in found.points
    )
    best = found.points[found.best].registry
    return (
        f"Map of the rigid work of adhesion of {document.title} over the lateral shift, J/m2: {points}. "
        f"Bound most at {best[0]:.2f}, {best[1]:.2f}; corrugation {found.corrugation:.2f} J/m2."
    )


def of_separation_curve(document: AdhesionDocument) -> str:
    """Say the points and the fit."""
    curve = document.separation_curve
    if curve is None:
        return ""
    points = ", ".join(f"{point.work_of_adhesion:.2f} at {point.separation:g}" for point in curve.points)
    fit = "" if curve.fit is None else f" Largest stress of the fit {curve.fit.largest_stress:.1f} GPa."
    return (
        f"Rigid work of adhesion of {document.title} in J/m2 over the separation in angstrom: {points}.{fit}"
    )


def of_thickness_series(document: AdhesionDocument) -> str:
    """Say the members and the verdict."""
    series = document.thickness_series
    return "" if series is None else f"{document.title}. {series.sentence()}"


def of_wulff(document: SurfaceDocument) -> str:
    """Say the families on the shape."""
    if document.wulff is None:
        return ""
    families = "; ".join(
        f"({''.join(str(index) for index in face.miller)}) {face.surface_energy:.3f} J/m2, "
        f"{100 * face.area_fraction:.1f} % of the area"
        for face in sorted(document.wulff.faces, key=lambda face: face.surface_energy)
    )
    return f"Wulff shape of {document.title}. Families from low to high surface energy: {families}."


def of_gibbs_diagram(document: DecompositionDocument, salt: str) -> str:
    """Say which channel comes first at each condition."""
    equations = {record.name: record.equation for record in document.reactions}
    texts = []
    for verdict in document.verdicts:
        if verdict.salt != salt:
            continue
        first = (
            f"{equations[verdict.first]} from {verdict.first_temperature:.0f} K"
            if verdict.first is not None and verdict.first_temperature is not None
            else f"nothing up to {verdict.highest:.0f} K"
        )
        texts.append(f"{verdict.condition}, {verdict.source}: {first}")
    return f"Gibbs energies of the channels of {salt} over the temperature. First: {'; '.join(texts)}."


def of_cross_checks(checks: Sequence[CrossCheck]) -> str:
    """Say for each quantity how many there are and the largest difference."""
    groups: dict[tuple[str, str], list[CrossCheck]] = {}
    for one in checks:
        groups.setdefault((one.quantity, one.unit), []).append(one)
    texts = []
    for (quantity, unit), group in groups.items():
        largest = max(group, key=lambda one: abs(one.difference))
        size = f"{largest.difference:+.3g} {unit}"
        texts.append(f"{quantity}: {len(group)}, largest difference {size} ({largest.subject})")
    return f"Signed differences between computed numbers and their counterparts. {'; '.join(texts)}."
