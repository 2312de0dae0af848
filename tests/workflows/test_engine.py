"""What the engine decides by itself; its runs are tested with real GPAW elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest
from ase.build import bulk, fcc111
from ase.calculators.lj import LennardJones

from wadflow.workflows.engine import keep_to_a_core, run, starts_afresh
from wadflow.workflows.ionic_steps import IonicStep
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import ApproachSettings, load_protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ase import Atoms

    from wadflow.workflows.calculation import Calculation

SMOKE = load_protocol("smoke")
APPROACHING = load_protocol("standard")


@pytest.mark.parametrize(("cores", "kept"), [({4, 7}, {7}), ({4, 7, 9}, None), ({4}, None)])
def test_ranks_keep_to_cores_of_their_own_where_they_are_as_many(
    cores: set[int], kept: set[int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores)
    monkeypatch.setattr(os, "sched_setaffinity", lambda _, chosen: asked.append(chosen))
    keep_to_a_core(rank=1, ranks=2)
    assert asked == ([] if kept is None else [kept])


def test_ionic_steps_go_on_from_the_step_before_until_an_atom_has_gone_far() -> None:
    start = bulk("LiO", "rocksalt", a=4.0)
    assert starts_afresh(None, start)
    near, far, strained = start.copy(), start.copy(), start.copy()
    near.positions[1] += 0.2
    far.positions[1] += 0.4
    strained.set_cell(start.cell * 1.3, scale_atoms=True)
    assert not starts_afresh(start, near)
    assert starts_afresh(start, far)
    assert not starts_afresh(start, strained)  # GPAW carries it into the new cell


class CheapSolver:
    """Stands in for GPAW: Lennard-Jones, whose bonds are longer at the coarse mesh; it notes its meshes."""

    calls: ClassVar[list[tuple[int, int, int]]] = []
    limit: ClassVar[int | None] = None

    def __init__(self, calculation: Calculation, log: Path, emit: Callable[..., None]) -> None:
        del log, emit
        self.calculation = calculation
        self.seconds = 0.0

    def compute(self, atoms: Atoms) -> IonicStep:
        if self.limit is not None and len(self.calls) >= self.limit:
            raise KeyboardInterrupt
        mesh = self.calculation.electrons.kpoints
        self.calls.append(mesh)
        atoms = atoms.copy()
        atoms.calc = LennardJones(sigma=2.4 if mesh[0] > 5 else 2.41, epsilon=0.3, rc=6.0, smooth=True)
        return IonicStep(
            positions=atoms.positions.tolist(),
            cell=atoms.cell.array.tolist(),
            energy=atoms.get_potential_energy(),
            free_energy=atoms.get_potential_energy(),
            forces=atoms.get_forces().tolist(),
            stress=None,
            magnetic_moments=None,
            scf_iterations=1,
            wall_seconds=0.1,
        )

    def facts(self) -> dict[str, None]:
        return {"irreducible_kpoints": None, "symmetries": None, "fermi_level": None}


@pytest.fixture
def cheap_solver(monkeypatch: pytest.MonkeyPatch) -> type[CheapSolver]:
    from wadflow.workflows import engine

    monkeypatch.setattr(engine, "GpawSolver", CheapSolver)
    monkeypatch.setattr(CheapSolver, "calls", [])
    monkeypatch.setattr(CheapSolver, "limit", None)
    return CheapSolver


def approaching() -> Calculation:
    atoms = fcc111("Li", (1, 1, 4), a=3.6, vacuum=6.0)
    atoms.pbc = (True, True, False)
    atoms.symbols[0] = "O"
    return prepare_calculation(atoms, APPROACHING, label="slab", task="relax")


def test_a_slab_of_a_compound_approaches_its_rest_at_fewer_k_points(
    cheap_solver: type[CheapSolver], tmp_path: Path
) -> None:
    calculation = approaching()
    assert calculation.approaching is not None
    fine, coarse = calculation.electrons.kpoints, calculation.approaching.electrons.kpoints
    outcome = run(calculation, tmp_path, lambda **_: None)
    approach = cheap_solver.calls.count(coarse)
    assert outcome.approach_steps == approach > 2
    assert cheap_solver.calls == [fine] + approach * [coarse] + (outcome.n_ionic_steps - 1) * [fine]
    assert outcome.n_ionic_steps < approach
    assert outcome.converged
    given = calculation.to_atoms().positions
    assert np.abs(np.array(outcome.ionic_steps[0].positions) - given).max() < 1e-12
    assert outcome.initial_energy == outcome.ionic_steps[0].energy > outcome.energy


@pytest.mark.parametrize("interrupted_after", [1, 3, -1])
def test_an_interrupted_approach_goes_on_where_it_was(
    cheap_solver: type[CheapSolver], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted_after: int
) -> None:
    calculation = approaching()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    uninterrupted = run(calculation, tmp_path / "a", lambda **_: None)
    whole = list(cheap_solver.calls)
    cheap_solver.calls.clear()
    monkeypatch.setattr(cheap_solver, "limit", interrupted_after % len(whole))
    with pytest.raises(KeyboardInterrupt):
        run(calculation, tmp_path / "b", lambda **_: None)
    monkeypatch.setattr(cheap_solver, "limit", None)
    resumed = run(calculation, tmp_path / "b", lambda **_: None)
    assert cheap_solver.calls == whole, "a step was computed twice"
    assert resumed.ionic_steps == uninterrupted.ionic_steps
    assert resumed.resumed_steps == interrupted_after % len(whole)
    assert resumed.approach_steps == uninterrupted.approach_steps


def test_metals_crystals_and_gaps_relax_without_an_approach() -> None:
    slab = approaching().to_atoms()
    metal = slab.copy()
    metal.symbols[0] = "Li"
    assert prepare_calculation(metal, APPROACHING, label="metal", task="relax").approaching is None
    assert prepare_calculation(slab, APPROACHING, label="static", task="static").approaching is None
    assert prepare_calculation(slab, SMOKE, label="no such setting", task="relax").approaching is None
    dense = ApproachSettings(kpoint_density=4.5, fmax=0.1, max_steps=9)
    half = APPROACHING.model_copy(update={"approach": dense})
    assert prepare_calculation(slab, half, label="saves too little", task="relax").approaching is None
    slab.set_array("side", np.array([0, 0, 1, 1]))
    assert prepare_calculation(slab, APPROACHING, label="gap", task="relax", moves="gap").approaching is None
    crystal = bulk("LiO", "rocksalt", a=4.0)
    assert prepare_calculation(crystal, APPROACHING, label="crystal", task="relax").approaching is None
