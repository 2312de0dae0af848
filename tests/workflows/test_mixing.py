"""Kerker's preconditioner: each plane wave is damped by q^2 / (G^2 + q^2), the mean is left alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wadflow.workflows.mixing import WAVE_VECTOR, KerkerPulayMixer

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL = np.array([[6.0, 0.0, 0.0], [-3.0, 5.0, 0.0], [0.0, 0.0, 40.0]])  # bohr, oblique in the plane
SIZE = np.array([12, 10, 80])


def long_waves(charge: NDArray[np.float64]) -> NDArray[np.float64]:
    mixer = KerkerPulayMixer.__new__(KerkerPulayMixer)
    mixer.desc = SimpleNamespace(cell_cv=CELL, size_c=SIZE)  # type: ignore[assignment]  # all it needs
    return mixer._long_waves(charge)


def wave(indices: tuple[int, int, int], shape: tuple[int, ...]) -> NDArray[np.float64]:
    i, j, k = np.indices(shape)
    phase = indices[0] * i / shape[0] + indices[1] * j / shape[1] + indices[2] * k / shape[2]
    result: NDArray[np.float64] = np.cos(2 * np.pi * phase)
    return result


@pytest.mark.parametrize("indices", [(0, 0, 1), (0, 0, 7), (1, 0, 0), (2, -1, 3), (0, 1, 0)])
def test_a_plane_wave_is_damped_by_its_own_length(indices: tuple[int, int, int]) -> None:
    shape = tuple(int(n) for n in SIZE)
    charge = wave(indices, shape)
    length = 2 * np.pi * np.linalg.norm(np.array(indices) @ np.linalg.inv(CELL).T)
    expected = WAVE_VECTOR**2 / (length**2 + WAVE_VECTOR**2)
    assert np.allclose(long_waves(charge), expected * charge, atol=1e-12)


def test_the_longest_wave_of_a_slab_is_nearly_all_taken_away_and_a_short_one_hardly() -> None:
    shape = tuple(int(n) for n in SIZE)
    long, short = wave((0, 0, 1), shape), wave((0, 0, 30), shape)
    assert np.abs(long - long_waves(long)).max() < 0.05
    assert np.abs(long_waves(short)).max() < 0.05


def test_the_number_of_electrons_is_left_alone() -> None:
    charge = np.full(tuple(SIZE), 0.3)
    assert np.allclose(long_waves(charge), 0.0, atol=1e-14)


def test_a_direction_without_periodicity_has_a_point_less() -> None:
    # GPAW leaves out the boundary: 79 points of the same step, so a period of 79 steps.
    shape = (int(SIZE[0]), int(SIZE[1]), int(SIZE[2]) - 1)
    charge = wave((0, 0, 1), shape)
    length = 2 * np.pi / (CELL[2, 2] * shape[2] / SIZE[2])
    expected = WAVE_VECTOR**2 / (length**2 + WAVE_VECTOR**2)
    assert np.allclose(long_waves(charge), expected * charge, atol=1e-12)
