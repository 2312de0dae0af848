"""``wadflow surface``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    ProtocolOption,
    open_archive,
    print_json,
    standard_error,
    standard_output,
)

if TYPE_CHECKING:
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.workflows.surface_plan import SurfacePlan


def surface(
    name: Annotated[
        str, typer.Argument(help="li, na, li2o, or the path of a surface definition file.", metavar="NAME")
    ],
    *,
    protocol: ProtocolOption = "standard",
    ranks: Annotated[
        int | None,
        typer.Option("--ranks", "-n", min=1, help="MPI ranks of each calculation; chosen if left out."),
    ] = None,
    archive: ArchiveOption = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be calculated, and start nothing.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", help="Draw the Wulff shape into this file (.png, .svg, .pdf).", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Calculate the surface energies of a crystal's faces, and its Wulff shape.

    Each face is the slope method over several thicknesses (Fiorentini and Methfessel 1996), rigid and
    relaxed. What the archive has is not calculated again.

    Examples: `wadflow surface li --plan`, `wadflow surface li --picture wulff.png`,
    `wadflow surface my-crystal.toml -p smoke --json`
    """
    from wadflow.interfaces.surface_definition import load_surface_definition
    from wadflow.workflows.display import display_for
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.protocol import load_protocol
    from wadflow.workflows.surface_plan import plan_surfaces
    from wadflow.workflows.surface_run import run_surfaces
    from wadflow.workflows.surface_tables import surface_plan_table, surface_report

    definition = load_surface_definition(name)
    settings = load_protocol(protocol)
    if plan:
        planned = plan_surfaces(definition, settings, open_archive(archive))
        if as_json:
            print_json(_plan_dict(planned))
        else:
            standard_output().print(surface_plan_table(planned))
        return
    if picture is not None:
        _check_picture(picture)
    with display_for(standard_error()) as display:
        execution = Execution.from_environment(archive=archive, ranks=ranks, listener=display)
        document = run_surfaces(definition, settings, execution)
    if as_json:
        print_json(document.model_dump(mode="json"))
    else:
        standard_output().print(surface_report(document))
    if picture is not None:
        _draw(document, picture)
        if not as_json:
            standard_output().print(f"picture: {picture}", soft_wrap=True)


def _plan_dict(plan: SurfacePlan) -> dict[str, Any]:
    return {
        "name": plan.definition.name,
        "protocol": plan.protocol.name,
        "complete": plan.complete,
        "faces": [
            {
                "miller": list(face.miller),
                "termination": face.termination,
                "tasker_class": face.tasker_class,
                "area_angstrom2": face.area,
                "planes": [slab.planes for slab in face.slabs],
                "formula_units": [slab.n_units for slab in face.slabs],
                "thickness_angstrom": [slab.thickness for slab in face.slabs],
            }
            for face in plan.faces
        ],
        "calculations": [
            {
                "role": planned.role,
                "label": planned.calculation.label,
                "task": planned.calculation.task,
                "key": planned.key,
                "state": planned.state,
                "n_atoms": len(planned.calculation.atoms.numbers),
                "kpoints": list(planned.calculation.electrons.kpoints),
            }
            for planned in plan.calculations
        ],
    }


def _check_picture(file: Path) -> None:
    """Refuse a picture that cannot be written before hours of calculation."""
    from wadflow.errors import InputError

    if file.suffix.lower() not in (".png", ".svg", ".pdf") or not file.absolute().parent.is_dir():
        problem = f"a picture cannot be written to {file}"
        raise InputError(
            problem, key="--picture", remedy="give a .png, .svg or .pdf file in a folder that exists"
        )


def _draw(document: SurfaceDocument, file: Path) -> None:
    from wadflow.errors import InputError
    from wadflow.results.wulff_pictures import draw_wulff

    try:
        draw_wulff(document).savefig(file, dpi=200)
    except (OSError, ValueError) as error:
        problem = f"the picture cannot be written to {file}: {error}"
        raise InputError(
            problem, key="--picture", remedy="give a .png, .svg or .pdf file in a folder that exists"
        ) from error
