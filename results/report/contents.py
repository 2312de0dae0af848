"""From documents to a report: which sections it has, and what stands first."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.interfaces.groups import load_groups
from wadflow.results.adhesion_pictures import draw_work_chart
from wadflow.results.contact_distance import sides_parted
from wadflow.results.plane_order import contact_changed
from wadflow.results.report import alternatives
from wadflow.results.report.adhesion_tables import summary_table
from wadflow.results.report.blocks import Block, Code, Notes, Paragraph, Picture, Report, Section
from wadflow.results.report.cross_check_section import cross_check_section
from wadflow.results.report.decomposition_section import decomposition_section, salts_of, title_of
from wadflow.results.report.interface_section import interface_section
from wadflow.results.report.provenance import provenance_section
from wadflow.results.report.reproduction_section import reproduction_section
from wadflow.results.report.surface_section import surface_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.cross_check import ComputedDocument
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.results.thermochemistry.documents import DecompositionDocument


def build_report(
    documents: Sequence[AdhesionDocument],
    *,
    surfaces: Sequence[SurfaceDocument] = (),
    decompositions: Sequence[DecompositionDocument] = (),
    place: str,
    command: str,
    documents_option: Sequence[str] = (),
) -> Report:
    """Return the report on documents.

    Parameters
    ----------
    documents : sequence of AdhesionDocument
        Works of adhesion; shown in the order of the catalog's groups, those of the source first.
    surfaces, decompositions : sequence
        What else was computed.
    place : str
        Where the documents were, for people: ``the package``, ``the archive /here``.
    command : str
        That made this report.
    documents_option : sequence of str
        What tells other commands to read the same documents: ``--shipped``.

    Raises
    ------
    InputError
        There is nothing to report.
    """
    import wadflow

    if not (documents or surfaces or decompositions):
        problem = f"{place} has nothing to report"
        raise InputError(problem, remedy="run something first (wadflow run li110-li110), or give --shipped")
    ordered = in_order(documents)
    sections = []
    if ordered:
        sections.append(_summary(ordered))
        inner = tuple(interface_section(document) for document in ordered)
        sections.append(Section(anchor="interfaces", title="Interfaces", sections=inner))
    if surfaces:
        inner = tuple(surface_section(document) for document in surfaces)
        sections.append(Section(anchor="surfaces", title="Surface energies", sections=inner))
    if decompositions:
        # A document from first principles has the curves of the tables in its diagrams.
        drawn = {salt for one in decompositions if one.computed is not None for salt in salts_of(one)}
        inner = tuple(
            decomposition_section(document, name, drawn_elsewhere=() if document.computed else drawn)
            for document, name in zip(decompositions, _names(decompositions), strict=True)
        )
        sections.append(Section(anchor="decomposition", title="Decomposition", sections=inner))
    computed: list[ComputedDocument] = [
        *ordered,
        *surfaces,
        *(one for one in decompositions if one.computed is not None),
    ]
    source = reproduction_section(ordered, shlex.join(["wadflow", "reproduce", *documents_option]))
    if source is not None:
        sections.append(source)
    checks = cross_check_section(computed, shlex.join(["wadflow", "compare", "--all", *documents_option]))
    if checks is not None:
        sections.append(checks)
    groups = {
        **{f"{one.title} [{one.protocol}]": (*one.calculations, *one.companions) for one in ordered},
        **{f"{one.title} [{one.protocol}]": one.calculations for one in surfaces},
        **{title_of(one): one.computed.calculations for one in decompositions if one.computed is not None},
    }
    if groups:
        sections.append(provenance_section(groups))
    sections.append(_repeat(command))
    return Report(
        title="Works of adhesion, and salts when they are heated" if decompositions else "Works of adhesion",
        made=datetime.now(UTC),
        place=place,
        version=wadflow.__version__,
        sections=tuple(sections),
    )


def in_order(documents: Sequence[AdhesionDocument]) -> list[AdhesionDocument]:
    """Return documents in the order of the catalog's groups, then by name."""
    members = [member for group in load_groups().values() for member in group.members]
    places = {name: place for place, name in reversed(list(enumerate(members)))}
    return sorted(documents, key=lambda one: (places.get(one.name, len(members)), one.name, one.protocol))


def _names(decompositions: Sequence[DecompositionDocument]) -> list[str]:
    names = [
        "tables" if one.computed is None else f"{'-'.join(salts_of(one))}.{one.computed.protocol}"
        for one in decompositions
    ]
    return [name if names.count(name) == 1 else f"{name}-{place + 1}" for place, name in enumerate(names)]


def _summary(documents: list[AdhesionDocument]) -> Section:
    chart = Picture(
        name="works-of-adhesion",
        figure=draw_work_chart(documents),
        caption="Works of adhesion, rigid and relaxed, beside the source's. Hatched: not at rest. The thin "
        "line spans rigid values at other plane counts: where it is long, a number is that of a thickness.",
        alternative=alternatives.of_work_chart(documents),
        wide=True,
    )
    blocks: list[Block] = [*_trust(documents), summary_table(documents), chart]
    return Section(anchor="summary", title="Summary", blocks=tuple(blocks))


def _trust(documents: list[AdhesionDocument]) -> list[Block]:
    """Say loudly which numbers are no final ones, and plainly which are."""
    at_work = [one.title for one in documents if one.production and not one.converged]
    thin = [
        one.title
        for one in documents
        if one.production and one.thickness_series is not None and not one.thickness_series.converged
    ]
    paths = [f"{one.title} [{one.protocol}]" for one in documents if not one.production]
    turned = [one.title for one in documents if one.production and contact_changed(one.relaxed_structures)]
    parted = [one.title for one in documents if one.production and sides_parted(one.relaxed_structures)]
    doubtful = {*at_work, *thin, *turned, *parted}
    others = [one for one in documents if one.production and one.title not in doubtful]
    sure = [one.title for one in others if one.thickness_series is not None]
    alone = [one.title for one in others if one.thickness_series is None]
    blocks: list[Block] = []
    calm = []
    if sure:
        calm.append("Converged in relaxation and with thickness: " + "; ".join(sure) + ".")
    if alone:
        calm.append("Converged in relaxation; the thickness was not varied: " + "; ".join(alone) + ".")
    if calm:
        blocks.append(Notes("What may be used", tuple(calm), tone="good"))
    loud = []
    if at_work:
        loud.append("NOT CONVERGED, the relaxed number will change: " + "; ".join(at_work) + ".")
    if thin:
        loud.append(
            "NOT CONVERGED WITH THICKNESS, the number belongs to its model and plane counts: "
            + "; ".join(thin)
            + "."
        )
    if turned:
        loud.append(
            "RELAXED, OTHER PLANES MEET THAN WERE CUT TO, the relaxed number is not that of the contact in "
            "its name: " + "; ".join(turned) + "."
        )
    if parted:
        loud.append("RELAXED, THE SIDES PARTED, the relaxed number is no bond: " + "; ".join(parted) + ".")
    if paths:
        loud.append("No results, their protocol only proves the path: " + "; ".join(paths) + ".")
    if loud:
        blocks.append(Notes("What must not be taken for final", tuple(loud), tone="bad"))
    return blocks


def _repeat(command: str) -> Section:
    return Section(
        anchor="repeat",
        title="To repeat all of it",
        blocks=(
            Paragraph(
                "Each section ends with its definition and its command. Finished calculations are kept in an "
                "archive by their keys, so that a repeated run calculates only what is new. This page itself:"
            ),
            Code("Command", command, "bash"),
        ),
    )
