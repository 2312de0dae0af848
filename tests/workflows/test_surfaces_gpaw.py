"""One face through the whole flow with real GPAW, at settings that prove the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wadflow.interfaces.surface_definition import FaceDefinition, SurfaceDefinition
from wadflow.workflows.execution import Execution
from wadflow.workflows.protocol import load_protocol
from wadflow.workflows.surface_run import run_surfaces

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.gpaw


def test_lithium_110_by_the_slope(tmp_path: Path) -> None:
    definition = SurfaceDefinition(
        name="li110",
        title="Li(110)",
        crystal="Li",
        faces=(FaceDefinition(miller=(1, 1, 0), planes=(3, 4, 5)),),
    )
    protocol = load_protocol("smoke")
    # Forces of any size are allowed: one ionic step each keeps the test short.
    at_once = protocol.relaxation.model_copy(update={"fmax": 10.0, "bulk_fmax": 10.0})
    smoke = protocol.model_copy(
        update={
            "name": "at-once",
            "relaxation": at_once,
            "slab": protocol.slab.model_copy(update={"vacuum": 6.0}),
        }
    )
    execution = Execution.from_environment(archive=tmp_path / "archive")
    document = run_surfaces(definition, smoke, execution)
    assert len(execution.computed) == 5  # crystal, oriented bulk, three slabs
    (face,) = document.faces
    # Few k-points and thin slabs: the order of magnitude and the sign are what can be asked for.
    assert face.rigid.surface_energy == pytest.approx(0.5, abs=0.25)
    assert face.relaxed.surface_energy == face.rigid.surface_energy
    # Slope and bulk apart agree, or cells, meshes or counts of atoms do not belong together.
    assert face.relaxed.bulk_difference == pytest.approx(0, abs=0.05)
    again = Execution.from_environment(archive=tmp_path / "archive")
    assert run_surfaces(definition, smoke, again).faces[0].relaxed == face.relaxed
    assert again.computed == set()
