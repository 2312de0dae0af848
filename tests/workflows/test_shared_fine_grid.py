"""The ranks of k-points share what belongs to no k-point, and find what GPAW finds (real GPAW)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk

from wadflow.workflows.launch import engine_environment

WORKER = Path(__file__).parent / "shared_grid_worker.py"
CLOSE = 1e-6  # eV and eV/angstrom: what the criteria of the worker's two solutions leave
ROUNDING = 1e-6  # hartree, of potentials at two self-consistent densities


@pytest.mark.gpaw
@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="there is no mpiexec")
def test_three_ranks_find_what_gpaw_finds_and_each_the_same() -> None:
    # Three divide neither two atoms nor plane waves evenly; the slab's k-points do for three.
    command = ["mpiexec", "-n", "3", sys.executable, str(WORKER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=engine_environment(3))
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
    assert report["crystal"]["shared"] == [True, False]
    assert report["crystal"]["energy"] < CLOSE
    assert report["crystal"]["stress"] < CLOSE


@pytest.mark.gpaw
def test_on_one_rank_the_functional_is_gpaws_own() -> None:
    from gpaw.dft import Parameters
    from gpaw.new.xc import GGAFunctional

    from wadflow.workflows.compensation_charges import CompensationCharges
    from wadflow.workflows.plane_wave_mode import PlaneWaves, QuickerBuilder

    parameters = Parameters(mode=PlaneWaves(200.0), xc="PBE")
    builder = parameters.dft_component_builder(bulk("Li"))
    assert isinstance(builder, QuickerBuilder)
    assert type(builder.xc) is GGAFunctional
    assert isinstance(builder.create_poisson_solver([]).ghat_aLh, CompensationCharges)
    assert parameters.mode.todict() == {"ecut": 200.0}
    assert parameters.mode.name == "pw"


class Ranks:
    """Stands in for an MPI communicator where a grid is merely divided."""

    rank = 0

    def __init__(self, size: int) -> None:
        self.size = size

    def new_communicator(self, _: object) -> None:
        raise AssertionError("a grid that is divided needs no other communicator")


@pytest.mark.parametrize(
    ("ranks", "fewest"),
    [(2, 14), (16, 7), (17, None), (64, 7), (128, None), (28 * 28 * 29, None)],
    ids=str,
)
def test_a_grid_is_divided_where_each_rank_gets_as_much_as_a_derivative_reaches(
    ranks: int, fewest: int | None
) -> None:
    from gpaw.core import UGDesc

    from wadflow.workflows.shared_fine_grid import divide

    divided = divide(UGDesc(cell=(5.0, 5.0, 5.0), size=(28, 28, 28)), Ranks(ranks), reach=6)
    if fewest is None:
        assert divided is None
    else:
        assert divided is not None
        assert min(np.diff(starts).min() for starts in divided.decomp_cp) == fewest


@pytest.mark.parametrize(
    ("name", "plain"), [("PBE", True), ("RPBE", True), ("PBE0", False), ("LDA", False), ("TPSS", False)]
)
def test_only_plain_gradient_approximations_are_shared(name: str, plain: bool) -> None:  # noqa: FBT001
    from gpaw.core import UGDesc
    from gpaw.new.xc import create_functional

    from wadflow.workflows.paw_exchange_correlation import ExchangeCorrelation
    from wadflow.workflows.shared_fine_grid import is_plain_gga

    asked = ExchangeCorrelation(name).functional(collinear=True)  # type: ignore[no-untyped-call]  # GPAW
    functional = create_functional(asked, UGDesc(cell=(4.0, 4.0, 4.0), size=(16, 16, 16)))
    assert is_plain_gga(functional) is plain
