"""BFGS in a trust region: on functions whose minima are known, and on a slab by EMT (no physics)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from ase import Atoms
from ase.build import fcc111
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT
from hypothesis import given
from hypothesis import strategies as st

from wadflow.workflows.spring_hessian import spring_hessian
from wadflow.workflows.trust_region import TrustRegionBFGS, restricted_step, updated_hessian

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

MAX_RADIUS = 0.3


class Landscape(Calculator):
    """Energy (eV) and forces of a function of one atom's place; remembers where it was asked."""

    implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces"]  # type: ignore[misc]

    def __init__(self, energy_and_gradient: Callable[[Vector], tuple[float, Vector]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._function = energy_and_gradient
        self.visited: list[tuple[float, Vector]] = []

    def calculate(
        self, atoms: Atoms | None = None, properties: Any = None, system_changes: Any = all_changes
    ) -> None:
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        assert self.atoms is not None
        place: Vector = np.array(self.atoms.positions[0])
        energy, gradient = self._function(place)
        self.visited.append((energy, place))
        self.results = {"energy": energy, "free_energy": energy, "forces": -gradient[np.newaxis]}


def relax(
    function: Callable[[Vector], tuple[float, Vector]], start: list[float], stiffness: float, steps: int = 60
) -> tuple[bool, TrustRegionBFGS, Landscape]:
    atoms = Atoms("H", positions=[start])
    atoms.calc = landscape = Landscape(function)
    optimizer = TrustRegionBFGS(atoms, hessian=np.eye(3) * stiffness, radius=0.15, max_radius=MAX_RADIUS)
    return bool(optimizer.run(1e-4, steps)), optimizer, landscape  # type: ignore[no-untyped-call]


def wall(place: Vector) -> tuple[float, Vector]:
    """Return a gentle slope towards a steep wall at x = 0: what makes plain BFGS overshoot."""
    x, y, z = place
    steep = np.exp(-40.0 * x)
    return float(0.5 * x + steep + y**2 + z**2), np.array([0.5 - 40.0 * steep, 2 * y, 2 * z])


def two_wells(place: Vector) -> tuple[float, Vector]:
    """Return a function that curves down between its minima at x = -1 and 1."""
    x, y, z = place
    return float((x**2 - 1) ** 2 + y**2 + z**2), np.array([4 * x * (x**2 - 1), 2 * y, 2 * z])


def test_it_finds_the_minimum_before_a_wall_from_a_hessian_that_is_far_too_soft() -> None:
    converged, optimizer, landscape = relax(wall, [2.0, 0.3, 0.0], stiffness=0.2)
    assert converged
    assert optimizer.best_positions()[0] == pytest.approx([np.log(80.0) / 40.0, 0.0, 0.0], abs=1e-4)
    assert len(landscape.visited) < 30


def test_it_leaves_a_region_that_curves_down_for_the_nearest_minimum() -> None:
    converged, optimizer, landscape = relax(two_wells, [0.1, 0.2, -0.1], stiffness=1.0)
    assert converged
    assert landscape.visited[-1][1] == pytest.approx([1.0, 0.0, 0.0], abs=1e-3)
    assert np.linalg.eigvalsh(optimizer.hessian).min() > 0


def test_no_step_is_longer_than_the_longest_and_none_starts_from_a_place_uphill() -> None:
    _, _, landscape = relax(wall, [2.0, 0.3, 0.0], stiffness=0.2)
    best = landscape.visited[0]
    assert any(
        energy > before + 1e-3
        for (before, _), (energy, _) in zip(landscape.visited, landscape.visited[1:], strict=False)
    )
    for energy, place in landscape.visited[1:]:
        assert np.linalg.norm(place - best[1]) <= MAX_RADIUS + 1e-6  # of the root finder
        if energy <= best[0] + 1e-3:
            best = (energy, place)


def test_stopped_after_a_step_uphill_it_knows_where_it_was_best() -> None:
    energies = [energy for energy, _ in relax(wall, [2.0, 0.3, 0.0], stiffness=0.2)[2].visited]
    uphill = next(n for n in range(1, len(energies)) if energies[n] > min(energies[:n]) + 1e-3)
    for steps in range(1, len(energies) - 1):
        converged, optimizer, landscape = relax(wall, [2.0, 0.3, 0.0], stiffness=0.2, steps=steps)
        assert not converged
        assert len(landscape.visited) == steps + 1
        best = wall(optimizer.best_positions()[0])[0]
        assert best <= min(energies[: steps + 1]) + 1e-3
        assert (best < energies[steps] - 1e-3) == (steps == uphill), "it went back where it need not, or not"
        if steps == uphill:
            break
    else:
        pytest.fail("it never went uphill")


def test_a_slab_takes_no_more_steps_than_a_few_and_ends_at_rest() -> None:
    atoms = fcc111("Cu", (2, 2, 3), vacuum=6.0)
    atoms.rattle(0.1, seed=7)
    atoms.calc = EMT()
    optimizer = TrustRegionBFGS(
        atoms, hessian=spring_hessian(atoms, floor=0.2), radius=0.15, max_radius=MAX_RADIUS
    )
    assert optimizer.run(0.01, 40)  # type: ignore[no-untyped-call]
    assert np.linalg.norm(atoms.get_forces(), axis=1).max() < 0.01


vectors = st.lists(st.floats(-2.0, 2.0), min_size=6, max_size=6).map(np.array)


@given(step=vectors, change=vectors)
def test_updates_keep_a_hessian_positive_definite_and_symmetric(step: Vector, change: Vector) -> None:
    if np.linalg.norm(step) < 1e-3:
        return
    hessian = updated_hessian(np.eye(6) * 3.0, step, change)
    assert np.abs(hessian - hessian.T).max() < 1e-9 * np.abs(hessian).max()
    assert np.linalg.eigvalsh(hessian).min() > 0
    if step @ change > 0.1 * 3.0 * step @ step:  # as curved as expected, or nearly: no damping
        assert hessian @ step == pytest.approx(change, abs=1e-8)


@given(gradient=vectors, radius=st.floats(0.01, 1.0))
def test_a_restricted_step_is_as_long_as_allowed_or_that_of_newton(gradient: Vector, radius: float) -> None:
    hessian = np.diag([0.1, 0.5, 1.0, 4.0, 10.0, 50.0])
    step = restricted_step(hessian, gradient, radius)
    length = np.linalg.norm(step.reshape(-1, 3), axis=1).max()
    newton = -np.linalg.solve(hessian, gradient)
    if np.linalg.norm(newton.reshape(-1, 3), axis=1).max() <= radius:
        assert step == pytest.approx(newton, abs=1e-12)
    else:
        assert length == pytest.approx(radius, abs=1e-4)
        assert gradient @ step < 0
