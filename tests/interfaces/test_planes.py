"""Grouping of atoms into planes."""

from __future__ import annotations

import numpy as np
import pytest

from wadflow.interfaces.planes import group_periodic_planes, group_planes


def test_a_chain_of_small_steps_is_not_one_plane() -> None:
    heights = np.arange(0, 1, 0.06)
    planes = group_planes(heights, tolerance=0.1)
    assert all(np.ptp(heights[plane]) <= 0.1 for plane in planes)
    assert len(planes) > 5


@pytest.mark.parametrize("noise", [-1e-9, 0.0, 1e-9])
def test_noise_at_the_boundary_of_a_repeat_changes_nothing(noise: float) -> None:
    planes, heights = group_periodic_planes(np.array([noise, 1.0, 3.0 - noise]), period=4.0)
    assert [plane.tolist() for plane in planes] == [[2], [0], [1]]
    assert heights == pytest.approx([4.0, 5.0, 3.0], abs=1e-8)


def test_a_rumpled_plane_across_the_boundary_stays_one() -> None:
    planes, heights = group_periodic_planes(np.array([0.03, 3.98, 2.5]), period=4.0)
    assert [plane.tolist() for plane in planes] == [[2], [0, 1]]
    assert np.ptp(heights[[0, 1]]) == pytest.approx(0.05)
