"""``wadflow match``: common cells of two surfaces, and a definition of one of them."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003  # typer resolves the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wadflow.errors import InputError
from wadflow.workflows.cli.options import JsonOption, ProtocolOption, print_json, standard_output

if TYPE_CHECKING:
    from wadflow.interfaces.coincidence import Candidate
    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.workflows.match_costs import MatchedCandidate

Share = Literal["lower", "upper", "both"]

SURFACE = re.compile(r"(?P<crystal>.+?):(?P<miller>-?\d[-\d, ]*)(?::(?P<termination>.+))?")
DEFAULT_THICKNESS = 8.0
"""Smallest thickness (angstrom) of a side whose size is not given."""
SHOWN = 20
"""Rows of the table unless --limit says otherwise."""


def match(  # noqa: PLR0917  # typer reads the options from the signature
    lower: Annotated[
        str, typer.Argument(help="crystal:hkl or crystal:hkl:termination; a crystal is a name or a file.")
    ],
    upper: Annotated[str, typer.Argument(help="The same for the upper side.")],
    max_area: Annotated[float, typer.Option(help="Largest area of the common cell, angstrom2.")] = 150.0,
    max_strain: Annotated[float, typer.Option(help="Largest principal strain of a side.")] = 0.05,
    max_length_mismatch: Annotated[
        float, typer.Option(help="Largest relative difference of corresponding cell vectors.")
    ] = 0.06,
    max_angle_mismatch: Annotated[
        float, typer.Option(help="Largest difference of the angles of the cells, degrees.")
    ] = 4.0,
    twist: Annotated[
        float | None, typer.Option(help="Only cells turned by this angle, degrees.", show_default=False)
    ] = None,
    strained_side: Annotated[Share, typer.Option(help="Side that takes the misfit.")] = "upper",
    lower_strain_share: Annotated[
        float | None,
        typer.Option(help="With --strained-side both: the lower side's fraction.", show_default="0.5"),
    ] = None,
    thickness: Annotated[
        float, typer.Option(help="Smallest thickness of both sides, angstrom.")
    ] = DEFAULT_THICKNESS,
    lower_planes: Annotated[int | None, typer.Option(help="Planes of the lower side instead.")] = None,
    upper_planes: Annotated[int | None, typer.Option(help="Planes of the upper side instead.")] = None,
    protocol: ProtocolOption = "standard",
    limit: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = SHOWN,
    write: Annotated[
        Path | None, typer.Option(help="Write a definition into this .toml file.", show_default=False)
    ] = None,
    candidate: Annotated[int, typer.Option(min=1, help="Number of the candidate to write.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the common cells of two surfaces, and write a definition of one.

    Found by coincidence matching (Zur and McGill) of the primitive surface cells, smallest first; cells
    that are equivalent by symmetry are listed once. Negative indices: `Li:1-10` or `Li:1,-1,0`.

    Example: `wadflow match Li2O:111 Li:110 --max-strain 0.03 --write li-li2o.toml --candidate 2`
    """
    from wadflow.interfaces.coincidence import MatchLimits
    from wadflow.workflows.match_costs import match_surfaces
    from wadflow.workflows.protocol import load_protocol

    sides = {"lower": _side(lower, thickness, lower_planes), "upper": _side(upper, thickness, upper_planes)}
    contact = {"strained_side": strained_side, "lower_strain_share": lower_strain_share}
    matched = match_surfaces(
        sides["lower"],
        sides["upper"],
        contact,
        MatchLimits(max_area, max_strain, max_length_mismatch, max_angle_mismatch),
        load_protocol(protocol),
        twist=twist,
    )
    if write is not None:
        _write(matched, candidate, write, force=force)
    if as_json:
        print_json([_facts(number, one) for number, one in enumerate(matched, start=1)])
        return
    _print_table(matched[:limit], total=len(matched), protocol=protocol)
    if write is not None:
        standard_output().print(f"written: {write} (candidate {candidate})", soft_wrap=True)


def _side(text: str, thickness: float, planes: int | None) -> dict[str, Any]:
    """Return the table of one side from ``crystal:hkl`` or ``crystal:hkl:termination``."""
    from wadflow.interfaces.crystals import resolve_crystal

    found = SURFACE.fullmatch(text)
    if found is None:
        raise InputError(
            f"{text!r} names no surface: crystal:hkl or crystal:hkl:termination is expected",
            remedy="write for example Li2O:001, Li:1-10, Li:1,-1,0, my.cif:111 or Li2O:001:O",
        )
    words = found["miller"]
    pattern = r"-?\d+" if "," in words or " " in words else r"-?\d"
    size = {"thickness": thickness} if planes is None else {"planes": planes}
    side = {
        "crystal": resolve_crystal(found["crystal"]),
        "miller": [int(index) for index in re.findall(pattern, words)],
        **size,
    }
    if found["termination"] is not None:
        side["contact_termination"] = found["termination"]
    return side


def _write(matched: list[MatchedCandidate], number: int, file: Path, *, force: bool) -> None:
    from wadflow.interfaces.definition_file import write_definition

    if number > len(matched):
        raise InputError(
            f"there is no candidate {number}",
            key="--candidate",
            remedy=f"give a number from 1 to {len(matched)}",
        )
    chosen = matched[number - 1]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.stem).strip("-._")
    definition = chosen.definition.model_copy(update={"name": name or chosen.definition.name})
    write_definition(
        definition,
        file,
        remarks=_remarks(chosen.candidate),
        comments=_comments(chosen.candidate, definition),
        overwrite=force,
    )


def _remarks(candidate: Candidate) -> list[str]:
    return [
        f"Common cell of {candidate.area:.2f} angstrom2, turned by {candidate.twist:.2f} degrees,",
        f"strain measure {candidate.strain_measure:.2%},",
        "found by coincidence matching at the unrelaxed lattice constants; a run relaxes the crystals first.",
    ]


def _comments(candidate: Candidate, definition: InterfaceDefinition) -> dict[str, str]:
    comments = {
        "lower.supercell": f"{candidate.lower_cells} primitive in-plane cells",
        "upper.supercell": f"{candidate.upper_cells} primitive in-plane cells",
        "lower.thickness": "angstrom, at least",
        "upper.thickness": "angstrom, at least",
    }
    if definition.contact.registry != "bulk":
        comments["contact.registry"] = (
            "lateral shift in fractions of the cell; here the first contact atoms stand above each other"
        )
    return comments


def _facts(number: int, one: MatchedCandidate) -> dict[str, Any]:
    candidate = one.candidate
    return {
        "number": number,
        "area_angstrom2": candidate.area,
        "lower_supercell": [list(row) for row in candidate.lower],
        "upper_supercell": [list(row) for row in candidate.upper],
        "lower_cells": candidate.lower_cells,
        "upper_cells": candidate.upper_cells,
        "twist_degrees": candidate.twist,
        "lower_strain": candidate.lower_strain.tolist(),
        "upper_strain": candidate.upper_strain.tolist(),
        "strain_measure": candidate.strain_measure,
        "max_strain": candidate.max_strain,
        "length_mismatch": candidate.length_mismatch,
        "angle_mismatch_degrees": candidate.angle_mismatch,
        "n_atoms": one.n_atoms,
        "kpoints": list(one.kpoints),
        "relative_cost_estimate": one.relative_cost,
        "definition": one.definition.model_dump(mode="json"),
    }


def _print_table(matched: list[MatchedCandidate], *, total: int, protocol: str) -> None:
    from rich.table import Table

    first = matched[0].definition
    table = Table(title=first.title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    columns = ("no.", "area", "cells", "twist", "xx, yy, xy (%)", "strain", "atoms", "k", "cost")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for number, one in enumerate(matched, start=1):
        candidate = one.candidate
        strains = [candidate.lower_strain, candidate.upper_strain]
        told = [_strain_text(strain) for strain in strains if abs(strain).max() > 0.5e-4]
        table.add_row(
            str(number),
            f"{candidate.area:.2f}",
            f"{candidate.lower_cells} : {candidate.upper_cells}",
            f"{candidate.twist:.2f}",
            "\n".join(told) or "0",
            f"{candidate.strain_measure:.2%}",
            str(one.n_atoms),
            "x".join(str(count) for count in one.kpoints[:2]),
            f"{one.relative_cost:.2g}",
        )
    output = standard_output()
    output.print(table)
    output.print(
        "area in angstrom2; cells: primitive in-plane cells lower : upper; twist in degrees; xx, yy, xy: "
        "strain tensor of each strained side (lower first), positive = stretched, x along a; strain: its "
        "mean absolute principal value, the same in every supercell; atoms of AB; k: mesh of protocol "
        f"{protocol}; cost: an estimate for AB (k-points times electrons squared times volume), relative to "
        "the first."
    )
    if total > len(matched):
        output.print(f"{total - len(matched)} more with --limit {total}")


def _strain_text(strain: Any) -> str:
    components = (strain[0, 0], strain[1, 1], strain[0, 1])
    return " ".join(f"{round(100 * one, 1) + 0.0:+.1f}" for one in components)
