"""Cost estimates: learned from outcomes whose cost is known, and shown by the plan."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import spglib
from ase.build import bcc100, bulk, fcc111
from cheap_outcomes import cheap_outcome
from command_line import call

from wadflow.interfaces.definition import load_definition
from wadflow.workflows.adhesion_steps import build, slab_calculations
from wadflow.workflows.costs import STEPS, CostModel, Speed, _shape, kind_of, size_of
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome

STANDARD = load_protocol("standard")


def slab(layers: int, *, oxygen: bool = False) -> Calculation:
    build: Any = fcc111 if oxygen else bcc100
    atoms = build("Li", (1, 1, layers), a=3.44, vacuum=6.0)
    atoms.pbc = (True, True, False)
    if oxygen:
        atoms.symbols[0] = "O"
    return prepare_calculation(atoms, STANDARD, label=f"{layers} layers", task="relax")


def finished(calculation: Calculation, *, seconds: float, iterations: int) -> tuple[Calculation, Outcome]:
    """Give a cheap outcome this time and this number of iterations for each ionic step."""
    outcome = cheap_outcome(calculation)
    timed = {"wall_seconds": seconds / 2, "cores": 2, "scf_iterations": iterations}
    steps = tuple(step.model_copy(update=timed) for step in outcome.ionic_steps)
    whole = {"ionic_steps": steps, "scf_iterations": iterations * len(steps)}
    return calculation, outcome.model_copy(update=whole)


def test_the_speed_of_a_machine_is_learned() -> None:
    calculations = [slab(layers) for layers in (3, 5, 9)]
    earlier = []
    for one in calculations:
        seconds = 20 * 4 * Speed().seconds(size_of(one), ranks=2)
        earlier.append(finished(one, seconds=seconds, iterations=20))
    model = CostModel.of(earlier)
    kind = kind_of(calculations[0])
    assert model.iterations[kind] == 20
    assert model.ionic_steps[kind] == np.median([outcome.n_ionic_steps for _, outcome in earlier])
    _, outcome = earlier[1]
    measured = sum(step.wall_seconds * step.cores for step in outcome.ionic_steps)
    estimate = model.estimate(calculations[1])
    per_step = (estimate.cpu_seconds - 8.0) / estimate.ionic_steps
    assert per_step == pytest.approx(measured / outcome.n_ionic_steps, rel=0.1)


def test_crystals_alone_teach_nothing_of_a_molecules_box() -> None:
    """A wrong share of the grid in small cells, fitted freely, was an hour for each molecule."""
    shipped = Speed()
    earlier = []
    for lattice, more in ((3.2, 1.0), (3.4, 1.5), (4.2, 3.0)):
        crystal = prepare_calculation(
            bulk("Li", a=lattice), STANDARD, label="crystal", task="static", cutoff=900.0
        )
        seconds = 10 * more * shipped.coefficient * size_of(crystal).coefficients
        earlier.append(finished(crystal, seconds=seconds, iterations=10))
    model = CostModel.of(earlier)
    assert model.speed.grid_point < 3 * shipped.grid_point


def test_from_many_bands_on_the_cost_goes_with_their_square() -> None:
    """Without it cells of 48 atoms seemed to take a fifth of what they took."""
    one = size_of(prepare_calculation(bulk("Li", a=3.4), STANDARD, label="Li", task="static"))
    many = replace(one, bands=100 * one.bands)
    more = replace(one, bands=200 * one.bands)
    assert 3 < Speed().seconds(more) / Speed().seconds(many) < 4


def test_without_an_archive_the_shipped_numbers_serve() -> None:
    calculation = slab(5)
    assert CostModel.of([]) == CostModel()
    assert CostModel().estimate(calculation).ionic_steps == STEPS[kind_of(calculation)]


def test_cost_and_memory_rise_with_size_and_an_approach_costs_too() -> None:
    model = CostModel()
    small, large = model.estimate(slab(3)), model.estimate(slab(9))
    assert small.cpu_seconds < large.cpu_seconds
    assert small.memory < large.memory
    assert model.estimate(slab(9), ranks=2).memory < large.memory
    compound = slab(4, oxygen=True)
    assert compound.relaxation is not None
    direct = compound.model_copy(
        update={"relaxation": compound.relaxation.model_copy(update={"approach": None})}
    )
    assert model.estimate(compound).cpu_seconds > model.estimate(direct).cpu_seconds


def test_symmetry_reduces_the_k_points() -> None:
    crystal = prepare_calculation(bulk("Li", "bcc", a=3.44), STANDARD, label="Li", task="static")
    assert crystal.electrons.kpoints == (12, 12, 12)
    assert size_of(crystal).kpoints == 72  # as GPAW counts them
    rattled = bulk("Li", "bcc", a=3.44) * (2, 1, 1)
    rattled.rattle(0.1, seed=1)
    mesh = (3, 3, 3)
    low = prepare_calculation(rattled, STANDARD, label="Li", task="static", kpoints=mesh)
    assert size_of(low).kpoints == 14  # time reversal alone


@pytest.mark.parametrize("name", ["li110-li110", "li001-li2o001-o-contact", "li2o111-li2o111-twist60"])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.5, 0.0), (0.13, 0.29)])
def test_k_points_are_those_of_the_whole_structure(name: str, shift: tuple[float, float]) -> None:
    interface = build(load_definition(name).at(shift, 2.2), STANDARD)
    for calculation in slab_calculations(interface, STANDARD, dipole_layer=True).values():
        atoms, mesh = calculation.atoms.to_atoms(), calculation.electrons.kpoints
        crystal = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        found = spglib.get_ir_reciprocal_mesh(mesh, crystal, is_shift=(0, 0, 0), symprec=1e-4)
        assert found is not None
        assert size_of(calculation).kpoints == len(np.unique(found[0]))


def test_the_height_of_a_cell_changes_no_k_points() -> None:
    calculation = slab(4, oxygen=True)
    higher = calculation.to_atoms()
    higher.cell[2, 2] += 7.0
    higher.positions[:, 2] += 1.0
    moved = prepare_calculation(higher, STANDARD, label="higher", task="relax")
    assert _shape(moved.atoms) == _shape(calculation.atoms)
    assert size_of(moved).kpoints == size_of(calculation).kpoints


def test_the_plan_shows_what_is_to_be_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("plan", "li110-li110", "--archive", tmp_path, "--json") == 0
    (plan,) = json.loads(capsys.readouterr().out)
    costs = [one["expected_cpu_seconds"] for one in plan["calculations"] if one["same_as"] is None]
    assert plan["expected_cpu_seconds"] == pytest.approx(sum(costs), abs=len(costs))
    assert all(one["expected_memory_MiB"] > 100 for one in plan["calculations"])
    assert call("plan", "li110-li110", "--archive", tmp_path) == 0
    text = capsys.readouterr().out
    assert "To compute: about" in text
    assert "~" in text
