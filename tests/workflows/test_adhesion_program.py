"""The walk of an adhesion with Lennard-Jones in the place of GPAW: what is asked for, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cheap_outcomes import cheap_outcome, drive

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.definition import InterfaceDefinition
from wadflow.results.documents import AdhesionDocument
from wadflow.results.sentences import settings_text
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.adhesion_program import AdhesionStudy, FinishedAdhesion, adhesion_program
from wadflow.workflows.archive import Archive
from wadflow.workflows.cli import main
from wadflow.workflows.plan import plan_study
from wadflow.workflows.protocol import load_protocol
from wadflow.workflows.variations import separated

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.requests import Request

SHIPPED = load_protocol("smoke")
RELAXATION = SHIPPED.relaxation.model_copy(update={"gap_stress": 1e-4, "max_steps": 100})
SMOKE = SHIPPED.model_copy(update={"relaxation": RELAXATION})  # gaps as exact as cheap forces allow


def definition(
    lower: dict[str, Any], upper: dict[str, Any], registry: Any, **more: Any
) -> InterfaceDefinition:
    contact = {"registry": registry, **more.pop("contact", {})}
    content = {"name": "test", "title": "test", "lower": lower, "upper": upper, "contact": contact}
    return InterfaceDefinition.model_validate({**content, **more})


POLAR = {"crystal": "Li2O", "miller": [0, 0, 1], "planes": 4, "contact_termination": "Li"}
METAL = {"crystal": "Li", "miller": [0, 0, 1], "planes": 3}
SCANNED = definition(POLAR, METAL, "scan", separations=[-0.2, 0.5, 1.0, 2.0])
BULK = definition(METAL, METAL, "bulk")
# Cheap outcomes leave the cells of crystals as they are; only their parameters are rounded.
CRYSTALS = {name: steps.conventional_crystal(name, steps.primitive_crystal(name)) for name in ("Li2O", "Li")}


@pytest.fixture(scope="module")
def scanned() -> tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument]:
    finished, batches = drive(adhesion_program(SCANNED, SMOKE))
    return finished, batches, finished.document(lambda _calculation: False)


@pytest.mark.parametrize("crystal", ["Li", "Li2O", "Na2O"])
def test_the_conventional_cell_is_made_once_and_belongs_to_whoever_asks(crystal: str) -> None:
    relaxed = steps.primitive_crystal(crystal)
    relaxed.scale_lattice(relaxed.volume * 1.003)
    given, unrelaxed = (
        load_crystal(crystal).structure.lattice.matrix,
        steps.primitive_crystal(crystal).lattice,
    )
    plain = relaxed.copy().make_supercell(
        np.rint(given @ np.linalg.inv(unrelaxed.matrix)).astype(int), to_unit_cell=True
    )
    for _ in range(2):
        found = steps.conventional_crystal(crystal, relaxed)
        assert found.atomic_numbers == plain.atomic_numbers
        np.testing.assert_array_equal(found.frac_coords, plain.frac_coords)
        np.testing.assert_allclose(found.lattice.parameters, plain.lattice.parameters, atol=1e-4)
        assert found.lattice.parameters == pytest.approx(np.round(found.lattice.parameters, 4), abs=1e-9)
        found.scale_lattice(1.0)


def test_slabs_of_a_separation_curve_are_those_of_every_distance() -> None:
    here = SCANNED.at((0.0, 0.0), 2.0)
    interface = steps.build(here, SMOKE, CRYSTALS)
    curve = separated(here, interface, SMOKE, CRYSTALS, dipole_layer=True)
    assert curve is not None
    cell_gap = interface.gap + max(curve.interfaces)
    for distance, calculation in curve.interfaces.items():
        at = here.at(interface.registry, interface.gap + distance)
        built = steps.build(at, SMOKE, CRYSTALS, cell_gap=cell_gap)
        plain = steps.slab_calculations(built, SMOKE, dipole_layer=True, task="static")
        assert [plain[role].key for role in steps.SLAB_ROLES] == [
            calculation.key,
            curve.a.key,
            curve.b.key,
        ]


def gap_calculations(batches: list[list[Request]]) -> list[Calculation]:
    calculations = [request.calculation for batch in batches for request in batch]
    return [one for one in calculations if one.relaxation is not None and one.relaxation.moves == "gap"]


def test_crystals_come_first_and_a_metal_needs_no_companions() -> None:
    finished, batches = drive(adhesion_program(BULK, SMOKE))
    assert [[request.role for request in batch] for batch in batches] == [["bulk"], ["AB", "A", "B"]]
    document = finished.document(lambda _calculation: True)
    assert document.companions == ()
    assert document.registry_map is None
    assert document.thickness_series is None


def test_every_distinct_shift_is_searched_once(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    finished, batches, document = scanned
    searched = gap_calculations(batches)
    assert finished.search is not None
    assert document.registry_map is not None
    assert len(searched) == len({one.key for one in searched}) == 6
    assert len(document.registry_map.points) == 6
    assert sum(len(point.images) for point in document.registry_map.points) == 16


def test_all_shifts_share_one_cell_with_the_slabs(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    finished, batches, _ = scanned
    assert finished.search is not None
    cells = {one.atoms.cell for one in (*gap_calculations(batches), *finished.search.slabs.values())}
    cells |= {one.atoms.cell for one in finished.slabs.values()}
    first = next(iter(cells))
    assert all(np.allclose(cell, first, atol=1e-9) for cell in cells)


def test_a_search_starts_between_its_neighbours_gap_and_what_that_is_beyond_touching(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    search = scanned[0].search
    assert search is not None
    touching = [
        steps.build(SCANNED.at(one.shift.registry, None), SMOKE, CRYSTALS).gap for one in search.searched
    ]
    for n, found in enumerate(search.searched):
        atoms = found.calculation.atoms
        z, side = np.array(atoms.positions)[:, 2], np.array(atoms.side)
        start = z[side == 1].min() - z[side == 0].max()
        neighbour = found.shift.neighbour
        expected = touching[n]
        if neighbour is not None:
            gap = search.searched[neighbour].gap
            expected = (gap + touching[n] + gap - touching[neighbour]) / 2
        assert start == pytest.approx(expected, abs=0.006)  # rounded to 0.01


def test_only_the_gap_moves_and_ends_where_the_energy_is_lowest(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    search = scanned[0].search
    assert search is not None
    found = search.searched[2]
    before, after = np.array(found.calculation.atoms.positions), np.array(found.outcome.atoms.positions)
    upper = np.array(found.calculation.atoms.side) == 1
    shift = after - before
    assert np.allclose(shift[~upper], 0.0)
    assert np.allclose(shift[upper], shift[upper][0])
    assert np.allclose(shift[:, :2], 0.0)
    energies = []
    for step in (-0.05, 0.0, 0.05):
        moved = after.copy()
        moved[upper, 2] += step
        atoms = found.calculation.atoms.model_copy(update={"positions": tuple(map(tuple, moved.tolist()))})
        static = found.calculation.model_copy(update={"atoms": atoms, "relaxation": None})
        energies.append(cheap_outcome(static).energy)
    assert energies[1] == min(energies)


def test_the_best_shift_is_taken_and_its_rigid_value_is_that_of_the_map(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    _, _, document = scanned
    found = document.registry_map
    assert found is not None
    best = found.points[found.best]
    assert best.work_of_adhesion == pytest.approx(min(p.work_of_adhesion for p in found.points), abs=1e-3)
    assert document.registry == pytest.approx(best.registry)
    assert document.gap == pytest.approx(best.gap)
    # The gap was rounded to 0.001 angstrom near its minimum: no first-order change.
    assert document.work_of_adhesion_rigid == pytest.approx(best.work_of_adhesion, abs=1e-3)


def test_a_polar_ideal_side_brings_its_thickness_series(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    series = scanned[2].thickness_series
    assert series is not None
    counts = [(point.lower_planes, point.upper_planes) for point in series.points]
    assert counts == [(2, 3), (4, 3), (6, 3)]
    assert series.points[1].work_of_adhesion == pytest.approx(scanned[2].work_of_adhesion_rigid)
    assert any("by planes" in warning for warning in scanned[2].warnings)


def test_the_separation_curve_passes_through_the_rigid_value(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    _, batches, document = scanned
    curve = document.separation_curve
    assert curve is not None
    assert [point.separation for point in curve.points] == [-0.2, 0.0, 0.5, 1.0, 2.0]
    at_zero = curve.points[1].work_of_adhesion
    assert at_zero == pytest.approx(document.work_of_adhesion_rigid, abs=1e-6)
    assert curve.points[-1].work_of_adhesion > at_zero
    apart = [one.calculation for batch in batches for one in batch if "apart" in one.calculation.label]
    assert len({one.atoms.cell for one in apart}) == 1


def test_the_strain_energy_is_that_of_the_strained_crystal(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    finished, _, document = scanned
    assert document.lower.strain_energy == 0.0
    strained, unstrained = (cheap_outcome(one) for one in finished.strain["upper"])
    change = (strained.energy - unstrained.energy) / len(unstrained.atoms.numbers)
    expected = change * len(finished.interface.b) / document.area * 16.02176634
    assert document.upper.strain_energy == pytest.approx(expected)


def test_every_companion_is_in_the_document(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    _, batches, document = scanned
    asked = {request.calculation.key for batch in batches for request in batch}
    kept = {record.key for record in (*document.calculations, *document.companions)}
    assert kept == asked


def test_a_document_with_everything_survives_json(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    document = scanned[2]
    assert AdhesionDocument.model_validate_json(document.model_dump_json()) == document


def test_a_series_that_cannot_be_built_is_refused_before_anything_runs() -> None:
    bad = definition(POLAR, METAL, [0.0, 0.0], series=[[3, 3]])
    with pytest.raises(InputError, match=r"thickness series, 3\+3 planes"):
        drive(adhesion_program(bad, SMOKE))


def test_no_series_where_the_definition_wants_none() -> None:
    without = definition(POLAR, METAL, [0.0, 0.0], series=[])
    finished, _ = drive(adhesion_program(without, SMOKE))
    assert finished.members == []


def test_a_plan_of_nothing_shows_every_calculation(tmp_path: Path) -> None:
    plan = plan_study(AdhesionStudy(definition=SCANNED, protocol=SMOKE), Archive(tmp_path / "archive"))
    states = [one.state for one in plan.calculations]
    assert states[:2] == ["new", "new"]
    assert set(states[2:]) == {"waits for others"}
    _, batches = drive(adhesion_program(SCANNED, SMOKE))
    assert len(plan.calculations) == sum(map(len, batches))
    assert not plan.complete
    with pytest.raises(ValueError, match="not in the archive"):
        plan.document()


def test_each_job_of_the_flow_runs_the_calculation_that_the_program_asked_for(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
) -> None:
    from wadflow.workflows.makers import GpawRelaxMaker, GpawStaticMaker, job_for

    for request in (one for batch in scanned[1] for one in batch):
        made = job_for(request.calculation, SMOKE)
        maker, structure = made.maker, made.function_args[0]
        assert isinstance(maker, (GpawStaticMaker, GpawRelaxMaker))
        assert maker.calculation(structure).key == request.calculation.key, request.calculation.label


def test_a_soft_metal_on_a_salt_has_the_grid_and_plane_waves_of_the_salt_in_every_slab() -> None:
    of_hard = {"grid_spacing": 0.18, "soft_elements": ("Li",), "cutoff": 260.0, "soft_cutoff": 240.0}
    fine = SMOKE.model_copy(update={"electrons": SMOKE.electrons.model_copy(update=of_hard)})
    finished, batches = drive(adhesion_program(SCANNED, fine))
    document = finished.document(lambda _calculation: False)
    slabs = [one.calculation for batch in batches for one in batch if not all(one.calculation.atoms.pbc)]
    assert {(one.electrons.grid_spacing, one.electrons.cutoff) for one in slabs} == {(0.18, 260.0)}
    assert any(set(one.atoms.numbers) == {3} for one in slabs), "no slab of lithium alone"
    assert "grid 0.18 angstrom" in settings_text(document.ab)


def test_salts_alone_get_their_own_mesh() -> None:
    standard = load_protocol("standard")
    salts = definition(POLAR, {**POLAR, "contact_termination": "O"}, "bulk")
    with_metal = steps.build(definition(POLAR, METAL, [0.0, 0.0]), standard)
    assert steps.mesh(steps.build(salts, standard), standard) == (7, 7, 1)
    assert steps.mesh(with_metal, standard)[0] > 7


def test_results_show_and_draw_what_was_varied(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = scanned[2]
    archive = Archive(tmp_path / "archive")
    archive.save_document("test.smoke", document.model_dump_json())
    folder = tmp_path / "pictures"
    with pytest.raises(SystemExit) as leaving:
        main(["results", "test", "--archive", str(archive.root), "--pictures", str(folder)])
    assert leaving.value.code == 0
    said = capsys.readouterr().out
    assert "Adhesion map" in said
    assert "Universal binding energy" in said
    assert "by planes" in said
    names = {file.name for file in folder.iterdir()}
    parts = ("adhesion-map", "separation-curve", "thickness-series")
    assert names == {f"test.smoke.{part}.png" for part in parts}


def test_the_jobflow_flow_grows_to_the_same_document(
    scanned: tuple[FinishedAdhesion, list[list[Request]], AdhesionDocument],
    tmp_path: Path,
    cheap_makers: list[str],
) -> None:
    from wadflow.workflows import local_run
    from wadflow.workflows.execution import Execution

    study = AdhesionStudy(definition=SCANNED, protocol=SMOKE)
    execution = Execution(Archive(tmp_path / "archive"))
    document = local_run.run_as_flow(study, execution, AdhesionDocument)
    expected = scanned[2]
    assert [one.key for one in document.companions] == [one.key for one in expected.companions]
    assert document.registry == expected.registry
    # Structures pass through pymatgen and back, which leaves rounding errors of 1e-14 angstrom.
    for name in ("gap", "work_of_adhesion_rigid", "work_of_adhesion_relaxed"):
        assert getattr(document, name) == pytest.approx(getattr(expected, name), abs=1e-4)
    assert document.ab.course is not None
    assert expected.ab.course is not None
    assert len(document.ab.course) == document.ab.n_ionic_steps
    assert np.allclose(document.ab.course[:3], expected.ab.course[:3], atol=1e-6)
    assert len(cheap_makers) == len(set(cheap_makers)), "a calculation was asked for twice"
