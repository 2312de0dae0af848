"""Calculations start from the atomic orbitals that GPAW starts from (real GPAW)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.units import Hartree

from wadflow.workflows.plane_wave_mode import PlaneWaves

if TYPE_CHECKING:
    from ase import Atoms

pytestmark = pytest.mark.gpaw


def salt() -> Atoms:
    atoms: Atoms = bulk("LiF", "rocksalt", a=4.05)
    atoms.positions += (0.3, 0.2, 0.1)  # so that every atom has a phase
    return atoms


def builder_of(atoms: Atoms, **parameters: Any) -> Any:
    from gpaw.dft import Parameters

    asked = {"mode": PlaneWaves(500.0), "xc": "PBE", "basis": "dzp", "kpts": (2, 2, 2), "nbands": 9}
    return Parameters(**{**asked, **parameters}).dft_component_builder(atoms)


def start(builder: Any) -> tuple[Any, Any]:
    """Return GPAW's basis of atomic orbitals, and the potential of the atoms."""
    basis = builder.create_basis_set()
    density = builder.density_from_superposition(basis)
    density.normalize(0.0)
    potential, _, _ = builder.create_potential_calculator().calculate_without_orbitals(density)
    return basis, potential


@pytest.fixture(scope="module")
def started() -> tuple[Any, Any, Any]:
    """A calculation of a salt, its basis of atomic orbitals, and the potential of its atoms."""
    builder = builder_of(salt())
    return builder, *start(builder)


def test_orbitals_in_plane_waves_are_those_that_gpaw_sums_on_a_grid(
    started: tuple[Any, Any, Any],
) -> None:
    from wadflow.workflows.starting_orbitals import atomic_orbitals, in_plane_waves

    builder, _, potential = started
    orbitals = atomic_orbitals(builder, potential)
    assert any(np.any(one.kpt_c) for one in orbitals)
    for one in orbitals:
        expected = one.to_pw_expansion(9, builder.wf_desc)
        found = in_plane_waves(one, 9, builder.wf_desc)
        # On its grid shorter waves fall back upon these.
        assert abs(found.data - expected.data).max() < 0.005 * abs(expected.data).max()


def test_levels_of_the_start_are_those_of_gpaw_to_some_millielectronvolts(
    started: tuple[Any, Any, Any],
) -> None:
    from gpaw.new.pw.builder import PWDFTComponentsBuilder

    from wadflow.workflows.starting_orbitals import starting_wave_functions

    builder, basis, potential = started
    ours = starting_wave_functions(builder, potential)
    own = PWDFTComponentsBuilder.create_ibz_wave_functions(builder, basis, potential)
    for one, other in zip(ours, own, strict=True):
        assert one.eig_n[:4] * Hartree == pytest.approx(other.eig_n[:4] * Hartree, abs=0.01)
        assert one.psit_nX.data.shape == other.psit_nX.data.shape


def test_calculations_start_so_and_end_where_gpaw_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from gpaw.new.ase_interface import GPAW

    from wadflow.workflows import plane_wave_mode, starting_orbitals

    starts = []

    def counted(builder: Any, potential: Any) -> Any:
        starts.append(builder)
        return starting_orbitals.starting_wave_functions(builder, potential)

    monkeypatch.setattr(plane_wave_mode, "starting_wave_functions", counted)
    energies = []
    for mode in (PlaneWaves(500.0), {"name": "pw", "ecut": 500.0}):
        atoms = salt()
        atoms.positions[1] += (0.1, 0.0, 0.05)
        atoms.calc = GPAW(
            mode=mode,
            xc="PBE",
            basis="dzp",
            kpts=(2, 2, 2),
            convergence={"energy": 1e-7, "density": 1e-7},
            txt=None,
        )
        energies.append(atoms.get_potential_energy())
    assert len(starts) == 1
    assert energies[0] == pytest.approx(energies[1], abs=1e-5)


def test_the_potential_stays_on_the_grid_of_the_calculation_where_that_is_coarse(
    started: tuple[Any, Any, Any],
) -> None:
    from wadflow.workflows.starting_orbitals import on_coarse_grid

    builder, _, potential = started
    coarse = on_coarse_grid(builder, potential).vt_sR
    assert (coarse.desc.size_c < builder.grid.size_c).all()
    assert coarse[0].integrate() == pytest.approx(potential.vt_sR[0].integrate())
    builder = builder_of(salt(), mode=PlaneWaves(250.0))
    _, potential = start(builder)
    assert on_coarse_grid(builder, potential) is potential


def test_more_bands_than_orbitals_are_filled_up() -> None:
    builder = builder_of(salt(), nbands=40)
    basis, potential = start(builder)
    assert basis.Mmax < 40
    for one in builder.create_ibz_wave_functions(basis, potential):
        assert len(one.psit_nX.data) == 40
        assert np.isfinite(one.psit_nX.data).all()
        assert (abs(one.psit_nX.data) ** 2).sum(axis=1).min() > 0.0


@pytest.mark.parametrize(
    ("atoms", "parameters", "here"),
    [
        (salt(), {}, True),
        (salt(), {"spinpol": True}, True),
        (salt(), {"xc": "TPSS"}, False),
        (salt(), {"random": True}, False),
        (salt(), {"xc": "LDA", "magmoms": np.zeros((2, 3)), "symmetry": "off"}, False),
        (molecule("LiF", vacuum=3.0), {"kpts": (1, 1, 1)}, False),
    ],
    ids=["salt", "both spins", "meta-GGA", "random", "non-collinear", "real wave functions"],
)
def test_what_is_not_of_this_kind_gpaw_starts(atoms: Atoms, parameters: dict[str, Any], here: bool) -> None:  # noqa: FBT001
    from wadflow.workflows.starting_orbitals import can_start

    assert can_start(builder_of(atoms, **parameters)) is here
