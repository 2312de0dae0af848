"""The first guess of the Hessian, against force constants and bulk moduli that were measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS
from ase.units import GPa

from wadflow.workflows.spring_hessian import STIFFEST, force_constants, spring_hessian

if TYPE_CHECKING:
    from ase import Atoms

NEWTON_PER_METRE = 1 / 16.0218
"""eV/angstrom2"""


# Distances (angstrom) and force constants (N/m): K. P. Huber and G. Herzberg, Constants of Diatomic
# Molecules (1979), the constants from the harmonic wavenumbers.
@pytest.mark.parametrize(
    ("distance", "measured"), [(1.1283, 1902), (1.2075, 1177), (1.4119, 470), (1.5639, 250)]
)
def test_force_constants_of_molecules_to_a_fifth(distance: float, measured: float) -> None:
    assert force_constants(distance) == pytest.approx(measured * NEWTON_PER_METRE, rel=0.2)


def test_no_spring_is_stiffer_than_the_stiffest() -> None:
    assert force_constants([0.5, 3.0]).tolist() == [STIFFEST, pytest.approx(220 / 729)]


# Measured bulk moduli (GPa): C. Kittel, Introduction to Solid State Physics, for Li; for LiF and Li2O those
# of their elastic constants at room temperature, rounded.
@pytest.mark.parametrize(
    ("crystal", "measured"),
    [
        (bulk("Li", "bcc", a=3.49), 11.6),
        (bulk("LiF", "rocksalt", a=4.03), 70.0),
        (bulk("Li2O", "fluorite", a=4.62), 80.0),
    ],
    ids=["Li", "LiF", "Li2O"],
)
def test_bulk_moduli_to_a_factor_of_two_and_a_half(crystal: Atoms, measured: float) -> None:
    factor = 3.0
    hessian = spring_hessian(crystal, floor=0.0, cell_factor=factor)
    stretch = np.concatenate([np.zeros(3 * len(crystal)), np.eye(3).ravel()]) * factor
    modulus = stretch @ hessian @ stretch / (9 * crystal.get_volume())
    assert 0.7 < modulus / GPa / measured < 2.6  # ions that repel each other get a spring too


def test_springs_do_not_hold_a_molecule_in_its_place() -> None:
    hessian = spring_hessian(molecule("CO2"), floor=0.0)
    together = np.tile(np.eye(3), 3)
    assert np.abs(hessian @ together.T).max() < 1e-12
    assert np.abs(hessian - hessian.T).max() < 1e-12
    assert np.linalg.eigvalsh(hessian).min() > -1e-9


def test_the_derivatives_are_those_of_the_energy_of_the_springs() -> None:
    crystal = bulk("NaCl", "rocksalt", a=5.6, cubic=True)
    factor = float(len(crystal))
    hessian = spring_hessian(crystal, floor=0.0, cell_factor=factor)
    moved = FrechetCellFilter(crystal.copy())
    step = 1e-4 * np.random.default_rng(1).normal(size=(len(crystal) + 3, 3))
    moved.set_positions(moved.get_positions() + step)

    from ase.neighborlist import neighbor_list

    first, second, shifts, before = neighbor_list("ijSD", crystal, 5.0)
    after = moved.atoms.positions[second] - moved.atoms.positions[first] + shifts @ moved.atoms.cell.array
    lengths = np.linalg.norm(before, axis=1)
    along = np.einsum("px,px->p", after - before, before) / lengths
    across = np.einsum("px,px->p", after - before, after - before) - along**2
    energy = np.sum(force_constants(lengths) * (along**2 + 0.1 * across)) / 4
    assert step.ravel() @ hessian @ step.ravel() / 2 == pytest.approx(energy, rel=1e-3)


def test_a_crystal_with_a_displaced_atom_relaxes_in_fewer_steps() -> None:
    def steps(*, springs: bool) -> int:
        crystal = bulk("Cu", cubic=True) * (1, 1, 4)
        crystal.rattle(0.05, seed=3)
        crystal.calc = EMT()
        target: Any = FrechetCellFilter(crystal)
        optimizer = BFGS(target, logfile=None, alpha=2.0, maxstep=0.2)
        if springs:
            optimizer.H0 = spring_hessian(crystal, floor=0.2, cell_factor=target.exp_cell_factor)
        assert optimizer.run(fmax=0.01, steps=100)
        return int(optimizer.nsteps)

    assert steps(springs=True) < steps(springs=False)
