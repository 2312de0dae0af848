"""Surface energies as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from wadflow.results.sentences import settings_text
from wadflow.results.surfaces import experiment_sentences, thickness_sentence

if TYPE_CHECKING:
    from rich.console import RenderableType

    from wadflow.results.surface_documents import FaceRecord, SurfaceDocument

ABSENT = "--"


def surface_report(document: SurfaceDocument) -> RenderableType:
    """Return the faces with their energies (J/m2) and all that belongs beside them."""
    table = Table(box=None, pad_edge=False)
    for column in ("face", "planes"):
        table.add_column(column, no_wrap=True)
    for column in ("rigid", "relaxed", "spread", "published", "ours - publ.", "area"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("state")
    shares = {face.miller: face.area_fraction for face in document.wulff.faces} if document.wulff else {}
    for face in document.faces:
        published = face.published[0] if face.published else None
        table.add_row(
            face.indices,
            ",".join(str(slab.planes) for slab in face.slabs),
            f"{face.rigid.surface_energy:.3f}",
            f"{face.relaxed.surface_energy:.3f}",
            f"{face.relaxed.spread:.3f}",
            f"{published.value:.2f}" if published else ABSENT,
            f"{published.difference:+.3f}" if published else ABSENT,
            f"{shares[face.miller]:.1%}" if shares else ABSENT,
            _state(document, face),
        )
    if document.wulff is not None:
        measured = document.experiment[0] if document.experiment else None
        table.add_row(
            "Wulff-weighted",
            "",
            "",
            f"{document.wulff.weighted_surface_energy:.3f}",
            "",
            f"{measured.value:.2f}" if measured else ABSENT,
            f"{measured.difference:+.3f}" if measured else ABSENT,
            "",
            "beside experiment" if measured else "",
        )
    lines: list[RenderableType] = [
        Text(f"{document.title}   [{document.protocol}]", style="bold"),
        Text(document.convention, style="dim"),
        table,
        *(Text(thickness_sentence(face, document.thickness_tolerance)) for face in document.faces),
    ]
    if document.wulff is not None:
        wulff = document.wulff
        lines.append(
            Text(f"Wulff shape: anisotropy {wulff.anisotropy:.3f}, shape factor {wulff.shape_factor:.3f}.")
        )
    lines.extend(Text(sentence) for sentence in experiment_sentences(document))
    sources = {(value.source, value.note) for face in document.faces for value in face.published}
    lines.extend(Text(f"Published: {source} ({note})") for source, note in sorted(sources))
    lines.append(Text(f"Settings: {settings_text(document.faces[0].slabs[0].calculation)}"))
    lines.append(Text(_cost(document)))
    lines.extend(Text(f"Note: {warning}", style="yellow") for warning in document.warnings)
    return Group(*lines)


def _state(document: SurfaceDocument, face: FaceRecord) -> str:
    if not document.production:
        return "proves the path only"
    if not face.converged:
        return "NOT converged"
    return "converged" if face.converged_with_thickness else "NOT converged with thickness"


def _cost(document: SurfaceDocument) -> str:
    unique = {record.key: record for record in document.calculations}
    found = sum(record.from_archive for record in unique.values())
    seconds = sum(record.cpu_seconds for record in unique.values())
    return f"{len(unique)} calculations of {seconds:.0f} CPU seconds, {found} of them from the archive"
