"""The section of the surface energies of one crystal, with its Wulff shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.report import alternatives
from wadflow.results.report.blocks import (
    Block,
    Code,
    Column,
    Fold,
    Notes,
    Paragraph,
    Picture,
    Section,
    State,
    Table,
)
from wadflow.results.report.provenance import calculations_table
from wadflow.results.sentences import settings_text
from wadflow.results.surfaces import experiment_sentences, thickness_sentence
from wadflow.results.wulff_pictures import draw_wulff

if TYPE_CHECKING:
    from wadflow.results.surface_documents import FaceRecord, SurfaceDocument

UNIT = "J/m2"


def surface_section(document: SurfaceDocument) -> Section:
    """Return everything about the surfaces of one crystal."""
    name = f"{document.name}.{document.protocol}"
    blocks: list[Block] = [_faces(document)]
    if document.wulff is not None:
        blocks.append(
            Picture(
                name=f"wulff.{name}",
                figure=draw_wulff(document),
                caption=f"Wulff shape of {document.title}: the body of lowest surface energy that the "
                "calculated faces can enclose.",
                alternative=alternatives.of_wulff(document),
                wide=True,
            )
        )
    else:
        blocks.append(Paragraph(f"No Wulff shape: {document.wulff_reason}."))
    sentences = experiment_sentences(document)
    if sentences:
        blocks.append(Notes("Beside experiment", tuple(sentences), tone="plain"))
    if document.warnings:
        blocks.append(Notes("Warnings", document.warnings))
    blocks.append(
        Fold(
            "Settings and calculations",
            (
                Paragraph(f"Settings: {settings_text(document.faces[0].slabs[0].calculation)}."),
                *(
                    Paragraph(thickness_sentence(face, document.thickness_tolerance))
                    for face in document.faces
                ),
                calculations_table(f"surface.{name}", document.title, document.calculations),
            ),
        )
    )
    command = f"wadflow surface {document.name} -p {document.protocol} --picture wulff.png"
    blocks.append(Fold("The command to repeat it", (Code("Command", command, "bash"),)))
    return Section(
        anchor=f"surface-{name}", title=f"{document.title} [{document.protocol}]", blocks=tuple(blocks)
    )


def _faces(document: SurfaceDocument) -> Table:
    shares = {face.miller: face.area_fraction for face in document.wulff.faces} if document.wulff else {}
    published = list(
        dict.fromkeys(
            f"Published: {one.source}" + (f" ({one.note})" if one.note else "")
            for face in document.faces
            for one in face.published
        )
    )
    return Table(
        name=f"surface-energies.{document.name}.{document.protocol}",
        caption=f"Surface energies of {document.title}, J/m2 per one face, positive = costs energy",
        columns=(
            Column("face", "face"),
            Column("planes", "planes"),
            Column("rigid", "rigid_J_per_m2", UNIT, 3),
            Column("relaxed", "relaxed_J_per_m2", UNIT, 3),
            Column("spread over thickness", "spread_J_per_m2", UNIT, 3),
            Column("published", "published_J_per_m2", UNIT, 2),
            Column("ours - published", "difference_J_per_m2", UNIT, 3, signed=True),
            Column("share of the Wulff shape", "area_percent", "%", 1),
            Column("state", "state"),
        ),
        rows=tuple(
            (
                face.indices,
                ", ".join(str(slab.planes) for slab in face.slabs),
                face.rigid.surface_energy,
                face.relaxed.surface_energy,
                face.relaxed.spread,
                face.published[0].value if face.published else None,
                face.published[0].difference if face.published else None,
                100 * shares[face.miller] if shares else None,
                _states(document, face),
            )
            for face in document.faces
        ),
        notes=(document.convention, *published),
    )


def _states(document: SurfaceDocument, face: FaceRecord) -> tuple[State, ...]:
    if not document.production:
        return (State("proves the path only: no result", "bad"),)
    if not face.converged:
        return (State("NOT CONVERGED", "bad"),)
    if face.converged_with_thickness:
        return (State("converged", "good"),)
    return (State("NOT CONVERGED WITH THICKNESS", "warn"),)
