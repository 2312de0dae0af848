"""The section of one interface: its number, its pictures, its doubts, and how to get it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.results.adhesion_pictures import draw_course, draw_relaxation, draw_spacings
from wadflow.results.comparison import compare_with_source
from wadflow.results.pictures import draw_interface
from wadflow.results.report import alternatives
from wadflow.results.report.adhesion_tables import (
    parts_table,
    separation_table,
    shifts_table,
    sides_table,
    states_of,
    thickness_table,
)
from wadflow.results.report.blocks import (
    Block,
    Code,
    Fold,
    Gallery,
    Notes,
    Paragraph,
    Picture,
    Section,
    States,
    StructureView,
)
from wadflow.results.report.provenance import calculations_table
from wadflow.results.report.structure_views import structure_view
from wadflow.results.scan_pictures import draw_adhesion_map, draw_separation_curve, draw_thickness_series
from wadflow.results.sentences import mesh_text, settings_text

if TYPE_CHECKING:
    from wadflow.results.documents import AdhesionDocument


def interface_section(document: AdhesionDocument) -> Section:
    """Return everything about one work of adhesion that a reader may want to see."""
    name = f"{document.name}.{document.protocol}"
    blocks: list[Block] = [States(states_of(document)), Paragraph(_lead(document))]
    if document.source is not None:
        blocks.append(Paragraph(compare_with_source(document).sentence))
    if document.warnings:
        blocks.append(Notes("Polarity, convergence and other warnings", document.warnings))
    structure = _structure_picture(document)
    if structure is not None:
        blocks.append(structure)
    blocks += [Gallery(tuple(_gallery(document))), parts_table(document), sides_table(document)]
    absent = _not_calculated(document)
    if absent:
        blocks.append(Paragraph(f"Not there: {'; '.join(absent)}."))
    tables = (shifts_table(document), thickness_table(document), separation_table(document))
    if any(table is not None for table in tables):
        blocks.append(Fold("Numbers behind the plots", tuple(table for table in tables if table is not None)))
    blocks += [
        Fold(
            "Settings and calculations",
            (
                Paragraph(f"Model: {document.model}."),
                Paragraph(f"Settings of AB, A and B: {settings_text(document.ab)}."),
                Paragraph(_geometry(document)),
                calculations_table(name, document.title, (*document.calculations, *document.companions)),
            ),
        ),
        Fold("Definition, and the command to repeat it", tuple(_repeat(document))),
    ]
    return Section(anchor=f"interface-{name}", title=_title(document), blocks=tuple(blocks))


def _title(document: AdhesionDocument) -> str:
    return document.title if document.protocol == "standard" else f"{document.title} [{document.protocol}]"


def _lead(document: AdhesionDocument) -> str:
    """State the number with its kind, model and thickness in one sentence."""
    text = f"Work of adhesion {document.work_of_adhesion_rigid:.3f} J/m2 rigid"
    if document.work_of_adhesion_relaxed is not None:
        text += f" and {document.work_of_adhesion_relaxed:.3f} J/m2 relaxed"
        if not document.converged:
            text += " (NOT CONVERGED: the relaxed value will change)"
    return (
        f"{text}, negative = bound, for {document.lower.planes} planes of {document.lower.name} and "
        f"{document.upper.planes} planes of {document.upper.name}; area {document.area:.3f} angstrom2, "
        f"{document.n_interfaces} interface, protocol '{document.protocol}', calculated "
        f"{document.created:%d %B %Y}."
    )


def _geometry(document: AdhesionDocument) -> str:
    if document.gap is None or document.registry is None:
        return "Gap and shift before relaxation were not recorded by this version."
    return (
        f"Before relaxation: gap {document.gap:.3f} angstrom, shift {document.registry[0]:z.3f}, "
        f"{document.registry[1]:z.3f} of a and b."
    )


def _structure_picture(document: AdhesionDocument) -> Picture | None:
    """Draw the relaxed interface; None where there are no labelled atoms or they cannot be drawn."""
    record = document.relaxed_structures.get("AB")
    if record is None or record.side is None or record.plane is None:
        return None
    labels = {"lower_label": document.lower.name, "upper_label": document.upper.name}
    try:
        figure = draw_interface(record.to_atoms(), document.title, **labels)
    except InputError:  # planes that changed places across the contact
        return None
    return Picture(
        name=f"structure.{document.name}.{document.protocol}",
        figure=figure,
        caption=(
            f"The relaxed {document.title}: from two sides, with the formula of each plane, and the two "
            "contact planes from above (lower filled, upper as rings)."
        ),
        alternative=alternatives.of_structure(document),
        wide=True,
    )


def _gallery(document: AdhesionDocument) -> list[Picture | StructureView]:
    """Return the view that can be turned, then the plots that the document has data for."""
    ending = f"{document.name}.{document.protocol}"
    found: list[Picture | StructureView] = []
    structures = document.relaxed_structures
    if "AB" in structures and structures["AB"].plane is not None:
        found.append(structure_view(document))
    if document.work_of_adhesion_relaxed is not None:
        found.append(
            Picture(
                name=f"relaxation.{ending}",
                figure=draw_relaxation(document),
                caption="From the rigid to the relaxed work of adhesion: relaxed = rigid + relaxation of AB "
                "- relaxation of A - relaxation of B.",
                alternative=alternatives.of_relaxation(document),
            )
        )
    # Two steps are no course.
    if any(len(record.course or ()) > 2 for record in (document.ab, document.a, document.b)):
        found.append(
            Picture(
                name=f"course.{ending}",
                figure=draw_course(document),
                caption="How the slabs came to rest, ionic step by ionic step; steps at a coarse mesh "
                "come between the first and the second. Forces that stay while the energy stands mark a flat "
                "minimum.",
                alternative=alternatives.of_course(document),
            )
        )
    if {"AB", "A", "B"} <= {role for role, record in structures.items() if record.plane is not None}:
        found.append(
            Picture(
                name=f"spacings.{ending}",
                figure=draw_spacings(document),
                caption="Relaxed distances of neighbouring planes, in contact and in the free slabs. Below "
                "zero two planes changed places.",
                alternative=alternatives.of_spacings(document),
            )
        )
    if document.registry_map is not None:
        found.append(
            Picture(
                name=f"adhesion-map.{ending}",
                figure=draw_adhesion_map(document),
                caption="Adhesion map over the lateral shift; the dots were calculated, the colours between "
                f"them are interpolated. Corrugation {document.registry_map.corrugation:.2f} J/m2."
                + _map_mesh(document),
                alternative=alternatives.of_adhesion_map(document),
            )
        )
    if document.separation_curve is not None:
        found.append(
            Picture(
                name=f"separation-curve.{ending}",
                figure=draw_separation_curve(document),
                caption="Rigid work of adhesion while the sides are moved apart, with the universal binding "
                "energy relation (doi 10.1103/PhysRevLett.47.675).",
                alternative=alternatives.of_separation_curve(document),
            )
        )
    if document.thickness_series is not None:
        verdict = "" if document.thickness_series.converged else " NOT CONVERGED WITH THICKNESS."
        found.append(
            Picture(
                name=f"thickness-series.{ending}",
                figure=draw_thickness_series(document),
                caption=f"Rigid work of adhesion over the number of planes.{verdict}",
                alternative=alternatives.of_thickness_series(document),
            )
        )
    return found


def _not_calculated(document: AdhesionDocument) -> list[str]:
    """Say what a reader may look for in vain, and how to get it."""
    absent = []
    if document.registry_map is None:
        absent.append('an adhesion map (registry = "scan" in the definition)')
    if document.thickness_series is None:
        absent.append("other thicknesses (series = [[2, 2], [6, 6]])")
    if document.separation_curve is None:
        absent.append("a separation curve (separations = [0.5, 1.0, 2.0])")
    if document.energy_kind == "relaxed" and all(
        record.course is None for record in (document.ab, document.a, document.b)
    ):
        absent.append("the course of the relaxations, which documents of this version keep")
    return absent


def _map_mesh(document: AdhesionDocument) -> str:
    """Say what other k-points than those of the final numbers change, where the shifts had others."""
    found = document.registry_map
    if found is None:
        return ""
    best = found.points[found.best]
    record = next((one for one in document.companions if one.key == best.key), None)
    if record is None or record.equal_settings["kpts"] == document.ab.equal_settings["kpts"]:
        return ""
    return (
        f" Calculated at {mesh_text(record)} k-points, the rigid value of the summary at "
        f"{mesh_text(document.ab)}: {best.work_of_adhesion:.3f} and "
        f"{document.work_of_adhesion_rigid:.3f} J/m2 for the same shift and gap."
    )


def _repeat(document: AdhesionDocument) -> list[Block]:
    """Return the definition and the command; of a file of the user's own only its name is known."""
    from wadflow.interfaces.definition import definition_file, list_definitions, load_definition

    is_shipped = (
        document.name in list_definitions() and load_definition(document.name).title == document.title
    )
    if not is_shipped:
        return [
            Paragraph(
                f"The definition '{document.name}' is a file of the user's own; documents keep its name only."
            ),
            Code("Command", f"wadflow run {document.name}.toml -p {document.protocol}", "bash"),
        ]
    return [
        Code("Command", f"wadflow run {document.name} -p {document.protocol}", "bash"),
        Code(
            f"Definition {document.name}.toml",
            definition_file(document.name).read_text(encoding="utf-8"),
            "toml",
        ),
    ]
