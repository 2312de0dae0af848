"""Write the numbers and pictures of README and docs from the documents under results/computed.

No number of a result is typed: each block between ``<!-- numbers NAME -->`` and ``<!-- end -->``
is replaced by what the document NAME says, and the picture is drawn from its relaxed structure;
``<!-- table NAME NAME -->`` becomes one table of several documents, ``<!-- surfaces NAME -->`` the surface
energies of a document, and ``<!-- verdicts CONDITION ... -->`` what the tables of experiment say of heated
salts; ``<!-- cross-checks -->`` all shipped documents beside experiment and other calculations, in short, and
``<!-- reproduction -->`` beside the source. Blocks from documents about heated salts are in
``decomposition_blocks.py``, of PAW data sets in ``paw_blocks.py``, those from benchmarks in
``benchmark_blocks.py``, those from data or from the command line in ``page_blocks.py``.

    python docs/write_numbers.py            # write
    python docs/write_numbers.py --check    # exit 1 if a page does not say what the documents say
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import benchmark_blocks
import decomposition_blocks
import page_blocks
import paw_blocks

from wadflow.results.computed_documents import list_computed, read_computed, read_computed_as
from wadflow.results.contact_distance import sides_parted
from wadflow.results.document_names import SURFACE_PREFIX
from wadflow.results.number_texts import percent, significant
from wadflow.results.sentences import planes_text, settings_text

if TYPE_CHECKING:
    from wadflow.results.cross_check import CrossCheck
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.thermochemistry.documents import DecompositionDocument

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURES = ROOT / "docs" / "pictures"
PAGES = (README, *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "generated"))
TABLE = re.compile(r"(<!-- table ([\w.-]+(?: [\w.-]+)*) -->\n).*?(<!-- end -->)", re.DOTALL)
VERDICTS = re.compile(r"(<!-- verdicts ([\w-]+(?: [\w-]+)*) -->\n).*?(<!-- end -->)", re.DOTALL)
SURFACES = re.compile(r"(<!-- surfaces ([\w.+-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
KINDS = page_blocks.KINDS | benchmark_blocks.KINDS | decomposition_blocks.KINDS | paw_blocks.KINDS
OTHER = re.compile(rf"(<!-- ({'|'.join(KINDS)})((?: [^ \n]+)*) -->\n).*?(<!-- end -->)", re.DOTALL)
CROSS_CHECKS = re.compile(r"(<!-- cross-checks -->\n).*?(<!-- end -->)", re.DOTALL)
REPRODUCTION = re.compile(r"(<!-- reproduction -->\n).*?(<!-- end -->)", re.DOTALL)
BLOCK = re.compile(r"(<!-- numbers ([\w.-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def block(document: AdhesionDocument) -> str:
    """Return the table of a document in Markdown; works of adhesion in J/m2."""
    relaxed = document.work_of_adhesion_relaxed
    sides = f"planes {planes_text(document.lower, document.upper)}"
    rows = [
        ("rigid", document.work_of_adhesion_rigid),
        ("+ relaxation of AB", document.relaxation_ab),
        ("- relaxation of A", None if document.relaxation_a is None else -document.relaxation_a),
        ("- relaxation of B", None if document.relaxation_b is None else -document.relaxation_b),
        ("**relaxed**", relaxed),
        ("source", document.source.work_of_adhesion if document.source else None),
    ]
    lines = [f"| {document.title} | J/m2 |", "|---|--:|"]
    lines += [f"| {label} | {value:.3f} |" for label, value in rows if value is not None]
    cost = sum({record.key: record.cpu_seconds for record in document.calculations}.values())
    state = "converged" if document.converged else "**not converged**"
    note = (
        f"Negative = bound. Protocol `{document.protocol}`, {state}: {settings_text(document.ab)}; "
        f"{sides}, area {document.area:.3f} angstrom2, {cost:.0f} CPU seconds. "
        "The settings of the source are unknown."
    )
    return "\n".join([*lines, "", note, ""])


def earlier_settings(document: AdhesionDocument) -> str:
    """Say which cutoff and grid slabs of a document have where its protocol has others today."""
    from wadflow.workflows.protocol import load_protocol
    from wadflow.workflows.sampling import finer_than_own, fixed_cell_cutoff, slab_grid_spacing

    atoms, protocol = document.relaxed_structures["AB"].to_atoms(), load_protocol(document.protocol)
    settings = document.ab.equal_settings
    cutoff, spacing = settings["cutoff"], settings.get("grid_spacing")
    today = fixed_cell_cutoff(atoms, protocol)
    if (cutoff, spacing) == (today, finer_than_own(slab_grid_spacing(atoms, protocol), today)):
        return ""
    return f"at {cutoff:g} eV on " + (
        "GPAW's own grid" if spacing is None else f"a grid of {spacing:g} angstrom"
    )


def table(names: list[str]) -> str:
    """Return several documents as one table in Markdown, works of adhesion in J/m2."""
    lines = [
        "| interface | planes | rigid | relaxed | rigid at other plane counts | source | state |",
        "|---|---|--:|--:|---|--:|---|",
    ]
    missing = []
    for name in names:
        if name not in list_computed():
            missing.append(f"`{name}`")
            continue
        document = read_computed(name)
        series = document.thickness_series
        here = (document.lower.planes, document.upper.planes)
        others = [
            f"{point.work_of_adhesion:.2f} ({point.lower_planes}+{point.upper_planes})"
            for point in (series.points if series else ())
            if (point.lower_planes, point.upper_planes) != here
        ]
        relaxed = document.work_of_adhesion_relaxed
        state = "converged" if document.converged else "**not converged**"
        if series is not None and not series.converged:
            state += ", not with thickness"
        if sides_parted(document.relaxed_structures):
            state += "; **the sides parted**"
        if earlier := earlier_settings(document):
            state += f"; {earlier}"
        cells = [
            document.title,
            planes_text(document.lower, document.upper),
            f"{document.work_of_adhesion_rigid:.3f}",
            "" if relaxed is None else f"{relaxed:.3f}",
            ", ".join(others),
            f"{document.source.work_of_adhesion:.2f}" if document.source else "",
            state,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if missing:
        lines += ["", f"Not computed yet: {', '.join(missing)}."]
    return "\n".join([*lines, ""])


def surfaces(name: str) -> str:
    """Return the surface energies of a document as a table in Markdown, J/m2."""
    from wadflow.results.surface_documents import SurfaceDocument

    if name not in list_computed(SURFACE_PREFIX):
        return f"Not computed yet: `{name}`.\n"
    lines = [
        "| face | rigid | relaxed | spread over thickness | published | planes |",
        "|---|--:|--:|--:|---|---|",
    ]
    for face in read_computed_as(name, SurfaceDocument, prefix=SURFACE_PREFIX).faces:
        published = ", ".join(f"{one.value:.2f} ({one.kind})" for one in face.published)
        planes = ", ".join(str(slab.planes) for slab in face.slabs)
        cells = [
            face.indices,
            f"{face.rigid.surface_energy:.3f}",
            f"{face.relaxed.surface_energy:.3f}",
            f"{face.relaxed.spread:.3f}",
            published,
            planes,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


@cache
def decomposition(*conditions: str) -> DecompositionDocument:
    """Return what the tables of experiment say of all shipped reactions."""
    from wadflow.results.thermochemistry.conditions import find_conditions
    from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
    from wadflow.results.thermochemistry.reactions import load_reactions

    return decomposition_from_tables(load_reactions(), find_conditions(list(conditions)))


def verdicts(conditions: list[str]) -> str:
    """Return the verdict on each salt as a table in Markdown; temperatures in kelvin, by both sources."""
    document = decomposition(*conditions)
    equations = {record.name: record.equation for record in document.reactions}
    lines = [
        "| salt | condition | first channel | from, K (JANAF) | from, K (NASA) | condensed metal is stable |",
        "|---|---|---|--:|--:|---|",
    ]
    found = {(one.salt, one.condition, one.source): one for one in document.verdicts}
    for salt in dict.fromkeys(one.salt for one in document.verdicts):
        for condition in conditions:
            janaf, nasa = (found[salt, condition, source] for source in ("janaf", "nasa"))
            temperatures = [
                "none" if one.first_temperature is None else f"{one.first_temperature:.0f}"
                for one in (janaf, nasa)
            ]
            first = equations[janaf.first] if janaf.first else "none"
            if nasa.first != janaf.first:
                first += f" (NASA: {equations[nasa.first] if nasa.first else 'none'})"
            metal = "somewhere" if janaf.metal_intervals or nasa.metal_intervals else "nowhere"
            lines.append(f"| {salt} | {condition} | {first} | {' | '.join(temperatures)} | {metal} |")
    return "\n".join([*lines, ""])


@cache
def shipped_checks() -> tuple[CrossCheck, ...]:
    """Return all cross-checks of the shipped production runs."""
    from wadflow.results.computed_documents import read_all_computed
    from wadflow.results.cross_check import cross_checks

    return tuple(one for one in cross_checks(read_all_computed()) if one.production)


def checks() -> str:
    """Return the summary of all cross-checks as a table in Markdown."""
    from wadflow.results.cross_check_selection import summaries

    lines = [
        "| quantity | beside | unit | number | mean | mean size | largest | within | outside |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for one in summaries(shipped_checks()):
        stated = one.within + one.outside > 0
        cells = [
            ", ".join(part for part in (one.quantity, one.method) if part),
            one.kind,
            one.unit,
            str(one.count),
            significant(one.mean, signed=True),
            significant(one.mean_absolute),
            significant(one.largest, signed=True),
            str(one.within) if stated else "not stated",
            str(one.outside) if stated else "not stated",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def reproduction() -> str:
    """Return the numbers of the source beside all of ours as a table in Markdown, J/m2."""
    from wadflow.results.reproduction import reproduce

    documents = [read_computed(name) for name in list_computed()]
    lines = [
        "| interface | source, J/m2 | ours | J/m2 | ours - source | % | |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    numbers = reproduce(documents, []).numbers
    for number in numbers:
        for one in number.ours:
            model = f", model {one.model}" if one.model else ""
            cells = [
                number.title,
                f"{number.source:.2f}",
                f"{one.name} planes{model}, {one.protocol}",
                f"{one.value:.2f}",
                f"{one.difference:+.2f}",
                percent(one.relative_difference),
                ("near" if one.near else "") + ("" if one.converged else " **not converged**"),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *(f"- {number.title}: {number.verdict}" for number in numbers)]
    return "\n".join([*lines, ""])


def draw_checks() -> None:
    """Draw all cross-checks."""
    from wadflow.results.cross_check_pictures import draw_cross_checks

    draw_cross_checks(shipped_checks()).savefig(PICTURES / "cross-checks.png", dpi=110)


def draw_decomposition(conditions: list[str]) -> None:
    """Draw the Gibbs-energy diagram of each salt."""
    from wadflow.results.thermochemistry.gibbs_diagram import draw_gibbs_diagram

    document = decomposition(*conditions)
    for salt in dict.fromkeys(one.salt for one in document.verdicts):
        draw_gibbs_diagram(document, salt).savefig(PICTURES / f"{salt}.gibbs-energy.png", dpi=110)


def draw_surfaces(name: str) -> None:
    """Draw the Wulff shape of a document that is there."""
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.results.wulff_pictures import draw_wulff

    if name in list_computed(SURFACE_PREFIX):
        document = read_computed_as(name, SurfaceDocument, prefix=SURFACE_PREFIX)
        draw_wulff(document).savefig(PICTURES / f"{name}.wulff.png", dpi=110)


def draw_variations(names: list[str]) -> None:
    """Draw adhesion map, separation curve and thickness series of each document that is there."""
    from wadflow.results.scan_pictures import pictures_of

    for name in names:
        if name in list_computed():
            document = read_computed(name)
            for picture, draw_picture in pictures_of(document).items():
                draw_picture(document).savefig(PICTURES / f"{name}.{picture}.png", dpi=110)


def draw(document: AdhesionDocument, file: Path) -> None:
    """Draw the relaxed interface of a document."""
    from wadflow.results.pictures import draw_interface

    atoms = document.relaxed_structures["AB"].to_atoms()
    labels = {"lower_label": document.lower.name, "upper_label": document.upper.name}
    draw_interface(atoms, document.title, **labels).savefig(file, dpi=110)


def draw_pictures(text: str) -> None:
    """Draw the pictures of all blocks of a page."""
    for found in BLOCK.finditer(text):
        draw(read_computed(found[2]), PICTURES / f"{found[2]}.png")
    for found in TABLE.finditer(text):
        draw_variations(found[2].split())
    for found in SURFACES.finditer(text):
        draw_surfaces(found[2])
    for found in VERDICTS.finditer(text):
        draw_decomposition(found[2].split())
    for found in OTHER.finditer(text):
        if found[2] == "computed-verdicts":
            decomposition_blocks.draw_errors_of(*shlex.split(found[3]), PICTURES)
    if CROSS_CHECKS.search(text):
        draw_checks()


def main() -> int:
    """Write or check, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only compare, exit 1 on a difference")
    arguments = parser.parse_args()
    differ = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        new = BLOCK.sub(lambda found: found[1] + block(read_computed(found[2])) + found[3], text)
        new = TABLE.sub(lambda found: found[1] + table(found[2].split()) + found[3], new)
        new = VERDICTS.sub(lambda found: found[1] + verdicts(found[2].split()) + found[3], new)
        new = SURFACES.sub(lambda found: found[1] + surfaces(found[2]) + found[3], new)
        new = OTHER.sub(lambda found: found[1] + KINDS[found[2]](*shlex.split(found[3])) + found[4], new)
        new = CROSS_CHECKS.sub(lambda found: found[1] + checks() + found[2], new)
        new = REPRODUCTION.sub(lambda found: found[1] + reproduction() + found[2], new)
        if new != text:
            differ.append(page.name)
        if arguments.check:
            continue
        page.write_text(new, encoding="utf-8")
        draw_pictures(new)
    if arguments.check and differ:
        sys.stderr.write(f"differ from the documents: {', '.join(differ)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
