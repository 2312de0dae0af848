"""``wadflow doctor``, ``wadflow list`` and ``wadflow show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wadflow.workflows.cli.options import JsonOption, print_json, standard_output

if TYPE_CHECKING:
    from wadflow.interfaces.stacking import Interface, InterfaceSide

SHOWN_VACUUM = 12.0
"""Vacuum (angstrom) of what ``show`` builds; a run takes the protocol's."""


def doctor(as_json: JsonOption = False) -> None:
    """Check the installation: versions, what GPAW was built with, MPI, PAW data sets.

    The exit code is 1 if something is missing that calculations need.

    Example: `wadflow doctor`
    """
    from rich.table import Table

    from wadflow.workflows.installation import examine

    findings = examine()
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        table = Table(show_header=False, box=None, pad_edge=False)
        for finding in findings:
            mark = "[green]ok[/]" if finding.remedy is None else "[red]lacks[/]"
            table.add_row(mark, finding.name, finding.value)
            if finding.remedy is not None:
                table.add_row("", "", f"[yellow]{finding.remedy}[/]")
        standard_output().print(table)
    if any(finding.required and finding.remedy is not None for finding in findings):
        raise typer.Exit(1)


def list_(as_json: JsonOption = False) -> None:
    """List the interfaces of the catalog, its groups, the surfaces, the crystals and the protocols.

    Example: `wadflow list`
    """
    from rich.table import Table

    from wadflow.interfaces.crystals import list_crystals, load_crystal
    from wadflow.interfaces.definition import list_definitions, load_definition
    from wadflow.interfaces.groups import load_groups
    from wadflow.interfaces.surface_definition import list_surface_definitions, load_surface_definition
    from wadflow.workflows.protocol import list_protocols, load_protocol

    groups = load_groups()
    surfaces = [load_surface_definition(name) for name in list_surface_definitions()]
    definitions = [load_definition(name) for name in list_definitions()]
    crystals = [load_crystal(name) for name in list_crystals()]
    protocols = [load_protocol(name) for name in list_protocols()]
    if as_json:
        print_json(
            {
                "interfaces": [one.model_dump(mode="json") for one in definitions],
                "surfaces": [{"name": one.name, "title": one.title} for one in surfaces],
                "groups": {name: group.model_dump(mode="json") for name, group in groups.items()},
                "crystals": [{"name": one.name, "citation": one.citation} for one in crystals],
                "protocols": [one.model_dump(mode="json") for one in protocols],
            }
        )
        return
    output = standard_output()
    table = Table(title="interfaces", title_justify="left")
    for column in ("name", "title"):
        table.add_column(column)
    table.add_column("source (J/m2)", justify="right")
    for one in definitions:
        value = f"{one.source.work_of_adhesion:.2f}" if one.source else "--"
        table.add_row(one.name, one.title, value)
    output.print(table)
    table = Table("group", "title", "interfaces", title="groups", title_justify="left")
    for name, group in groups.items():
        table.add_row(name, group.title, ", ".join(group.members))
    output.print(table)
    table = Table("name", "title", title="surfaces (wadflow surface NAME)", title_justify="left")
    for surface in surfaces:
        table.add_row(surface.name, surface.title)
    output.print(table)
    table = Table("name", "structure from", title="crystals", title_justify="left")
    for crystal in crystals:
        table.add_row(crystal.name, crystal.citation)
    output.print(table)
    table = Table("name", "what for", title="protocols", title_justify="left")
    for settings in protocols:
        table.add_row(settings.name, settings.description)
    output.print(table)


def show(
    name: Annotated[str, typer.Argument(help="Name of the catalog, or path of a definition file.")],
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            help="Draw the interface into this file (.png, .svg, .pdf).",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what an interface is: area, misfit, planes, polarity, atoms; as it is built.

    Built of the crystals as they are shipped; a run relaxes them first.

    Examples: `wadflow show li110-li110` and `wadflow show my-interface.toml --picture it.png`
    """
    from wadflow.interfaces.definition import load_definition
    from wadflow.interfaces.stacking import build_interface

    definition = load_definition(name)
    interface = build_interface(definition, vacuum=SHOWN_VACUUM)
    if picture is not None:
        _draw(interface, picture)
    if as_json:
        print_json(_description(interface) | {"definition": definition.model_dump(mode="json")})
        return
    _print_description(interface)
    if picture is not None:
        standard_output().print(f"picture: {picture}", soft_wrap=True)


def _draw(interface: Interface, file: Path) -> None:
    from wadflow.errors import InputError
    from wadflow.results.pictures import draw_interface

    figure = draw_interface(
        interface.ab,
        interface.definition.title,
        lower_label=_side_name(interface.lower),
        upper_label=_side_name(interface.upper),
    )
    try:
        figure.savefig(file, dpi=200)
    except (OSError, ValueError) as error:
        problem = f"the picture cannot be written to {file}: {error}"
        raise InputError(
            problem, key="--picture", remedy="give a .png, .svg or .pdf file in a folder that exists"
        ) from error


def _side_name(side: InterfaceSide) -> str:
    indices = "".join(str(index) for index in side.miller)
    return f"{Path(side.crystal).stem}({indices})"


def _description(interface: Interface) -> dict[str, Any]:
    from wadflow.workflows.adhesion_steps import needs_dipole_layer

    return {
        "name": interface.definition.name,
        "title": interface.definition.title,
        "area_angstrom2": interface.area,
        "n_interfaces": interface.n_interfaces,
        "gap_angstrom": interface.gap,
        "registry": list(interface.registry),
        "n_atoms": {"AB": len(interface.ab), "A": len(interface.a), "B": len(interface.b)},
        "cell_angstrom": interface.ab.cell.array.tolist(),
        "dipole_layer": needs_dipole_layer(interface),
        "sides": {
            side.role: {
                "crystal": side.crystal,
                "miller": list(side.miller),
                "planes": side.n_planes,
                "plane_formulas": list(side.slab.formulas),
                "contact_termination": side.contact_termination,
                "free_termination": side.free_termination,
                "tasker_class": side.tasker_class,
                "polar_model": side.polar_model,
                "tasker_class_as_run": side.tasker_class_as_run,
                "reconstruction": side.slab.reconstruction,
                "charge_doubt": side.charge_doubt,
                "supercell": [list(row) for row in side.supercell],
                "strain": side.strain.tolist(),
                "strain_measure": side.strain_measure,
            }
            for side in interface.sides
        },
    }


def _print_description(interface: Interface) -> None:
    from rich.table import Table

    facts = _description(interface)
    definition = interface.definition
    output = standard_output()
    output.print(f"[bold]{definition.title}[/]  ({definition.name})")
    if definition.description:
        output.print(" ".join(definition.description.split()))
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    area = f"{interface.area:.4f} angstrom2, {interface.n_interfaces} interface in the cell"
    table.add_row("area", area)
    table.add_row("gap", f"{interface.gap:.4f} angstrom")
    table.add_row("registry", ", ".join(f"{shift:.4f}" for shift in interface.registry))
    atoms = ", ".join(f"{role} {count}" for role, count in facts["n_atoms"].items())
    table.add_row("atoms", atoms)
    table.add_row("dipole layer", "yes, faces differ" if facts["dipole_layer"] else "no, equal faces")
    if definition.source is not None:
        source = f"{definition.source.work_of_adhesion:.2f} J/m2, doi {definition.source.doi}"
        table.add_row("source", f"{source} (settings of the source unknown)")
    output.print(table)
    sides = Table(title_justify="left")
    sides.add_column("")
    for side in interface.sides:
        sides.add_column(side.role)
    rows = {
        "surface": [_side_name(side) for side in interface.sides],
        "planes": [f"{side.n_planes} ({' '.join(side.slab.formulas)})" for side in interface.sides],
        "at the contact": [side.contact_termination for side in interface.sides],
        "at the vacuum": [side.free_termination for side in interface.sides],
        "Tasker class": [_tasker_text(side) for side in interface.sides],
        "misfit strain": [f"{side.strain_measure:.2%}" for side in interface.sides],
    }
    for label, values in rows.items():
        sides.add_row(label, *values)
    output.print(sides)


def _tasker_text(side: InterfaceSide) -> str:
    doubt = f"; {side.charge_doubt}" if side.charge_doubt else ""
    if side.tasker_class is None:
        return f"none (no ions){doubt}"
    polar = f", polar: model '{side.polar_model}'" if side.tasker_class == "III" else ""
    if side.polar_model == "tasker2":
        polar += f" makes it {side.tasker_class_as_run}: {side.slab.reconstruction}"
    elif side.polar_model == "symmetric":
        polar += " (not stoichiometric, not neutral by formal charges)"
    return f"{side.tasker_class}{polar}{doubt}"
