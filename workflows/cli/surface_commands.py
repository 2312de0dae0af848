"""``wadflow surface``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    ProtocolOption,
    RanksOption,
    open_archive,
    print_json,
    standard_error,
    standard_output,
)

if TYPE_CHECKING:
    from wadflow.interfaces.surface_slabs import SurfaceFace
    from wadflow.results.surface_documents import SurfaceDocument


def surface(
    name: Annotated[
        str, typer.Argument(help="li, na, li2o, or the path of a surface definition file.", metavar="NAME")
    ],
    *,
    protocol: ProtocolOption = "standard",
    ranks: RanksOption = None,
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
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.workflows.costs import CostModel
    from wadflow.workflows.display import display_for
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.local_run import run_study
    from wadflow.workflows.plan import plan_study
    from wadflow.workflows.plan_tables import plan_dict, plan_table
    from wadflow.workflows.protocol import load_protocol
    from wadflow.workflows.surface_program import FinishedSurfaces, SurfaceStudy
    from wadflow.workflows.surface_tables import surface_report

    definition = load_surface_definition(name)
    study = SurfaceStudy(definition=definition, protocol=load_protocol(protocol))
    if plan:
        memory = open_archive(archive)
        planned, costs = plan_study(study, memory), CostModel.of_archive(memory)
        if as_json:
            finished = planned.finished
            faces = finished.faces if isinstance(finished, FinishedSurfaces) else ()
            print_json({**plan_dict(planned, costs), "faces": _faces(faces)})
        else:
            standard_output().print(plan_table(planned, costs))
        return
    if picture is not None:
        _check_picture(picture)
    with display_for(standard_error()) as display:
        execution = Execution.from_environment(archive=archive, ranks=ranks, listener=display)
        document = run_study(study, execution, SurfaceDocument)
    if as_json:
        print_json(document.model_dump(mode="json"))
    else:
        standard_output().print(surface_report(document))
    if picture is not None:
        _draw(document, picture)
        if not as_json:
            standard_output().print(f"picture: {picture}", soft_wrap=True)


def _faces(faces: tuple[SurfaceFace, ...]) -> list[dict[str, Any]]:
    return [
        {
            "miller": list(face.miller),
            "termination": face.termination,
            "tasker_class": face.tasker_class,
            "area_angstrom2": face.area,
            "planes": [slab.planes for slab in face.slabs],
            "formula_units": [slab.n_units for slab in face.slabs],
            "thickness_angstrom": [slab.thickness for slab in face.slabs],
        }
        for face in faces
    ]


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
