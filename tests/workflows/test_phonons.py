"""Vibrations from forces; EMT stands for GPAW, so the numbers are no physics of copper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from scipy.constants import R

from wadflow.errors import CalculationError
from wadflow.workflows.phonons import displaced_supercells, supercell_matrix, vibrations
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    from wadflow.results.thermochemistry.computed import VibrationalFunctions
    from wadflow.results.thermochemistry.records import PhononRecord
    from wadflow.workflows.phonons import DisplacedSupercells

SETTINGS = load_protocol("standard").phonons


def emt_forces(displaced: DisplacedSupercells) -> list[NDArray[np.float64]]:
    forces = []
    for supercell in displaced.supercells:
        supercell.calc = EMT()
        forces.append(supercell.get_forces())
    return forces


def emt_vibrations(atoms: Atoms) -> tuple[VibrationalFunctions, PhononRecord]:
    displaced = displaced_supercells(atoms, supercell_matrix(atoms, SETTINGS.min_length), SETTINGS)
    forces = emt_forces(displaced)
    at_rest = np.zeros_like(forces[0])
    return vibrations(displaced, forces, SETTINGS, at_rest=at_rest, crystal="Cu", units=1)


def test_a_stable_crystal_has_no_imaginary_modes() -> None:
    _, record = emt_vibrations(bulk("Cu", "fcc", a=3.6))
    assert record.is_stable
    assert record.imaginary_share == {}
    assert record.lowest_frequency > -0.05


def test_imaginary_modes_count_as_real_ones_and_are_said() -> None:
    functions, record = emt_vibrations(bulk("Cu", "sc", a=2.4))
    assert not record.is_stable
    assert 0.1 < record.imaginary_modes < 3.0
    # All of the three modes of an atom are in the sums: Dulong and Petit.
    at_1000 = np.interp(1000.0, functions.temperatures, functions.heat_capacities)
    assert at_1000 == pytest.approx(3.0 * R, rel=0.02)
    # Of real modes of these sizes the free energy falls with temperature, and so does their share.
    shares = [record.imaginary_share[kelvin] for kelvin in (298.15, 1000.0)]
    assert shares[1] < shares[0] < 10.0
    total = np.interp(1000.0, functions.temperatures, functions.free_energies)
    assert total < shares[1] < 0.0


def test_forces_at_rest_leave_no_trace() -> None:
    atoms = bulk("Cu", "fcc", a=3.6)
    matrix = supercell_matrix(atoms, SETTINGS.min_length)
    forces = emt_forces(displaced_supercells(atoms, matrix, SETTINGS))
    noise = np.random.default_rng(1).normal(scale=0.05, size=forces[0].shape)
    clean, with_noise = (
        vibrations(
            displaced_supercells(atoms, matrix, SETTINGS),
            [one + rest for one in forces],
            SETTINGS,
            at_rest=rest,
            crystal="Cu",
            units=1,
        )[0]
        for rest in (np.zeros_like(noise), noise)
    )
    np.testing.assert_allclose(with_noise.free_energies, clean.free_energies, atol=1e-9)


def test_a_missing_set_of_forces_is_said() -> None:
    atoms = bulk("Cu", "fcc", a=3.6)
    displaced = displaced_supercells(atoms, supercell_matrix(atoms, SETTINGS.min_length), SETTINGS)
    with pytest.raises(CalculationError, match="0 sets of forces for 1 supercells"):
        vibrations(displaced, [], SETTINGS, at_rest=np.zeros((1, 3)), crystal="Cu", units=1)
