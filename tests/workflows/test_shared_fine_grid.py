"""The ranks of k-points share what belongs to no k-point, and find what GPAW finds (real GPAW, 2 ranks)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ase.build import bulk

from wadflow.workflows.launch import engine_environment

WORKER = Path(__file__).parent / "shared_grid_worker.py"
CLOSE = 1e-6  # eV and eV/angstrom: what the criteria of the worker's two solutions leave
ROUNDING = 1e-6  # hartree, of potentials at two self-consistent densities


@pytest.mark.gpaw
@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="there is no mpiexec")
def test_two_ranks_find_what_gpaw_finds_and_each_the_same() -> None:
    command = ["mpiexec", "-n", "2", sys.executable, str(WORKER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=engine_environment(2))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    for case in ("unpolarised", "polarised"):
        found = report[case]
        assert found["shared"] == [True, True, True]
        assert found["energy"] < CLOSE
        assert found["forces"] < CLOSE
        assert found["force"] > 1e4 * CLOSE, "there is nothing to compare"
        assert found["potential"] < ROUNDING
        assert found["ranks_differ"] == 0.0
    assert report["stress"] < CLOSE


@pytest.mark.gpaw
def test_on_one_rank_all_is_gpaws_own() -> None:
    from gpaw.dft import Parameters
    from gpaw.new.pw.paw_poisson import SlowPAWPoissonSolver
    from gpaw.new.xc import GGAFunctional

    from wadflow.workflows.shared_fine_grid import PlaneWaves, SharedGridBuilder

    parameters = Parameters(mode=PlaneWaves(200.0), xc="PBE")
    builder = parameters.dft_component_builder(bulk("Li"))
    assert isinstance(builder, SharedGridBuilder)
    assert type(builder.xc) is GGAFunctional
    solver = builder.create_poisson_solver([])
    assert type(solver) is SlowPAWPoissonSolver
    assert parameters.mode.todict() == {"ecut": 200.0}
    assert parameters.mode.name == "pw"
