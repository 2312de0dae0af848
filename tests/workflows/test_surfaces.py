"""Surface energies through plan, flow and command line, with outcomes made by hand: nothing computes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from command_line import call

from wadflow.errors import ArchiveError, InputError
from wadflow.interfaces.surface_definition import (
    FaceDefinition,
    SurfaceDefinition,
    load_surface_definition,
)
from wadflow.results.adhesion import EV_PER_ANGSTROM2
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.workflows import adhesion_steps
from wadflow.workflows import surface_steps as steps
from wadflow.workflows.archive import Archive
from wadflow.workflows.documents_store import read_documents, read_surface_documents
from wadflow.workflows.execution import Execution
from wadflow.workflows.ionic_steps import IonicStep
from wadflow.workflows.local_run import run_as_flow, run_study
from wadflow.workflows.outcome import RESULT_FILE, Outcome
from wadflow.workflows.plan import plan_study
from wadflow.workflows.protocol import load_protocol
from wadflow.workflows.surface_program import FinishedSurfaces, SurfaceStudy

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation

pytestmark = pytest.mark.usefixtures("quick_disk")

SMOKE = load_protocol("smoke")
GAMMAS = {"110": 0.50, "100": 0.46, "111": 0.54}  # J/m2, relaxed
BULK = -1.9  # eV per atom
RELAXATION = 0.01  # J/m2


def definition() -> SurfaceDefinition:
    faces = [
        FaceDefinition(miller=(1, 1, 0), planes=(3, 4, 6)),
        FaceDefinition(miller=(1, 0, 0), planes=(3, 5, 6)),
        FaceDefinition(miller=(1, 1, 1), planes=(5, 7, 10)),
    ]
    return SurfaceDefinition(name="test-li", title="Surfaces of Li", crystal="Li", faces=tuple(faces))


def energies(calculation: Calculation) -> tuple[float, float]:
    """First and last energy (eV): on the line of the face that the label names."""
    n = len(calculation.atoms.numbers)
    if "planes" not in calculation.label:
        return n * BULK, n * BULK
    gamma = GAMMAS[calculation.label.split("(")[1][:3]]
    cell = np.array(calculation.atoms.cell)
    area = float(np.linalg.norm(np.cross(cell[0], cell[1])))
    last = n * BULK + 2 * gamma * area / EV_PER_ANGSTROM2
    return last + 2 * RELAXATION * area / EV_PER_ANGSTROM2, last


def outcome(calculation: Calculation) -> Outcome:
    first, last = energies(calculation)
    n = len(calculation.atoms.numbers)
    frames = [first] if calculation.task == "static" else [first, last]
    ionic_steps = [
        IonicStep(
            positions=list(calculation.atoms.positions),
            cell=calculation.atoms.cell,
            energy=energy,
            free_energy=energy,
            forces=[(0.0, 0.0, 0.0)] * n,
            stress=None,
            magnetic_moments=None,
            scf_iterations=5,
            wall_seconds=0.5,
        )
        for energy in frames
    ]
    return Outcome(
        key=calculation.key,
        label=calculation.label,
        protocol=calculation.protocol,
        task=calculation.task,
        atoms=calculation.atoms,
        initial_energy=first,
        energy=frames[-1],
        forces=[(0.0, 0.0, 0.0)] * n,
        stress=None,
        magnetic_moments=None,
        max_force=0.0,
        converged=True,
        n_ionic_steps=len(frames),
        ionic_steps=tuple(ionic_steps),
        scf_iterations=10,
        irreducible_kpoints=None,
        symmetries=None,
        fermi_level=None,
        paw=calculation.electrons.paw,
        versions={"gpaw": "26.7.0"},
        cores=1,
        cpu_seconds=1.0,
        wall_seconds=1.0,
        gpaw_seconds=1.0,
        peak_memory=1.0,
        resumed_steps=0,
    )


def store(archive: Archive, calculation: Calculation, tmp_path: Path) -> None:
    folder = tmp_path / "work" / calculation.key
    folder.mkdir(parents=True)
    (folder / RESULT_FILE).write_text(outcome(calculation).model_dump_json())
    archive.store(calculation.key, folder, files=[RESULT_FILE])


def surface_calculations(bulk: Outcome) -> list[Calculation]:
    """Every calculation of `definition` but the relaxation of the crystal, whose outcome is given."""
    relaxed = adhesion_steps.relaxed_crystal("Li", bulk)
    faces = steps.build(definition(), SMOKE, relaxed)
    return [one for face in faces for one in steps.face_calculations(definition(), SMOKE, face)]


def study(of: SurfaceDefinition) -> SurfaceStudy:
    return SurfaceStudy(definition=of, protocol=SMOKE)


@pytest.fixture
def full(tmp_path: Path) -> Archive:
    """An archive that has every calculation of `definition`."""
    archive = Archive(tmp_path / "wadflow-archive")
    bulk = adhesion_steps.bulk_calculation("Li", SMOKE)
    store(archive, bulk, tmp_path)
    for calculation in surface_calculations(outcome(bulk)):
        store(archive, calculation, tmp_path)
    return archive


def test_the_calculations_of_a_face_share_their_in_plane_mesh() -> None:
    calculations = surface_calculations(outcome(adhesion_steps.bulk_calculation("Li", SMOKE)))
    assert [one.label for one in calculations[:4]] == [
        "Li(110) bulk",
        "Li(110) 3 planes",
        "Li(110) 4 planes",
        "Li(110) 6 planes",
    ]
    assert len({one.key for one in calculations}) == len(calculations) == 12
    for start in (0, 4, 8):
        reference, *slabs = calculations[start : start + 4]
        meshes = {one.electrons.kpoints for one in slabs}
        assert len(meshes) == 1
        assert reference.electrons.kpoints[:2] == next(iter(meshes))[:2]
        assert reference.electrons.kpoints[2] > 1
        assert {one.electrons.cutoff for one in (reference, *slabs)} == {SMOKE.electrons.cutoff}
        assert (reference.task, {one.task for one in slabs}) == ("static", {"relax"})
        assert not any(one.electrons.dipole_layer for one in slabs)
        heights = [one.atoms.cell[2][2] - np.ptp(np.array(one.atoms.positions)[:, 2]) for one in slabs]
        assert heights == pytest.approx([SMOKE.slab.vacuum] * 3)


@pytest.mark.parametrize("name", ["li", "na", "li2o"])
@pytest.mark.parametrize("protocol", ["standard", "tight"])
def test_a_bulk_has_all_settings_of_the_slabs_that_it_is_subtracted_from(name: str, protocol: str) -> None:
    # In their cell, with k-points along the third vector. Hard elements need a grid; lithium has GPAW's own.
    settings, of = load_protocol(protocol), load_surface_definition(name)
    for face in steps.build(of, settings):
        reference, *slabs = steps.face_calculations(of, settings, face)
        for slab in slabs:
            one, other = reference.equal_settings, slab.equal_settings
            differ = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
            assert differ <= {"cell", "kpts", "pbc"}
            assert ("grid_spacing" in one) is (name != "li")


def test_slabs_are_cut_from_the_relaxed_crystal() -> None:
    bulk = outcome(adhesion_steps.bulk_calculation("Li", SMOKE))
    larger = np.array(bulk.atoms.cell) * 1.01
    positions = np.array(bulk.atoms.positions) * 1.01
    grown = bulk.atoms.model_copy(update={"cell": larger.tolist(), "positions": positions.tolist()})
    relaxed = bulk.model_copy(update={"atoms": grown})
    before = surface_calculations(bulk)[1]
    after = surface_calculations(relaxed)[1]
    assert after.atoms.cell[0][0] / before.atoms.cell[0][0] == pytest.approx(1.01, rel=1e-4)


def test_a_plan_of_an_empty_archive_waits_for_the_bulk(tmp_path: Path) -> None:
    plan = plan_study(study(definition()), Archive(tmp_path / "archive"))
    states = [planned.state for planned in plan.calculations]
    assert states == ["new"] + ["waits for others"] * 12
    assert not plan.complete
    with pytest.raises(ValueError, match="Li bulk is not in the archive"):
        plan.document()


def test_a_full_archive_gives_the_document_at_once(full: Archive) -> None:
    execution = Execution(full)
    document = run_study(study(definition()), execution, SurfaceDocument)
    assert execution.computed == set()
    relaxed = {face.indices: face.relaxed.surface_energy for face in document.faces}
    rigid = {face.indices: face.rigid.surface_energy for face in document.faces}
    assert relaxed == {f"({name})": pytest.approx(gamma) for name, gamma in GAMMAS.items()}
    assert rigid == {f"({name})": pytest.approx(gamma + RELAXATION) for name, gamma in GAMMAS.items()}
    assert all(face.relaxed.bulk_difference == pytest.approx(0, abs=1e-9) for face in document.faces)
    assert document.wulff is not None
    assert document.space_group == 229
    assert [value.value for value in document.experiment] == [0.52]
    assert "is no result" in document.warnings[0]
    assert read_surface_documents(full) == [document]
    assert read_documents(full) == []  # the results of interfaces are not disturbed


def test_the_flow_asks_for_the_same_calculations_as_the_plan(full: Archive) -> None:
    execution = Execution(full)
    one_face = definition().model_copy(update={"faces": definition().faces[:1]})
    by_flow = run_as_flow(study(one_face), execution, SurfaceDocument)
    assert execution.computed == set()
    by_plan = plan_study(study(one_face), full).document()
    times: Any = {"created"}
    assert by_flow.model_dump(exclude=times) == by_plan.model_dump(exclude=times)


def test_what_cannot_work_is_refused_before_anything_runs(tmp_path: Path) -> None:
    polar = FaceDefinition(miller=(0, 0, 1), planes=(8, 10, 12))
    bad = SurfaceDefinition(name="polar", title="Polar", crystal="Li2O", faces=(polar,))
    with pytest.raises(InputError, match="Tasker III"):
        run_study(study(bad), Execution(Archive(tmp_path / "archive")), SurfaceDocument)
    assert list(tmp_path.iterdir()) == []


def test_faces_that_were_left_out_are_named(tmp_path: Path) -> None:
    lithia = SurfaceDefinition(name="lithia", title="Li2O", crystal="Li2O")
    plan = plan_study(study(lithia), Archive(tmp_path / "archive"))
    assert isinstance(plan.finished, FinishedSurfaces)
    assert [face.miller for face in plan.finished.faces] == [(1, 1, 0), (1, 1, 1)]


def test_a_document_of_another_version_is_explained(full: Archive) -> None:
    full.save_document("surface+old.smoke", '{"old": 1}')
    with pytest.raises(ArchiveError, match=r"no document of this version.*\n.*wadflow surface"):
        read_surface_documents(full)


# The command line


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, with the definition as a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("WADFLOW_ARCHIVE", "WADFLOW_RANKS"):
        monkeypatch.delenv(name, raising=False)
    lines = ['name = "test-li"', 'title = "Surfaces of Li"', 'crystal = "Li"']
    for face in definition().faces:
        lines += ["[[faces]]", f"miller = {list(face.miller)}", f"planes = {list(face.planes)}"]
    (tmp_path / "mine.toml").write_text("\n".join(lines))
    return tmp_path


@pytest.mark.usefixtures("elsewhere")
def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("surface", "--help") == 0
    assert "wadflow surface li" in capsys.readouterr().out


def test_the_plan_starts_nothing(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("surface", "li", "--plan", "-p", "smoke", "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert [face["miller"] for face in plan["faces"]] == [[1, 1, 0], [1, 0, 0], [1, 1, 1], [2, 1, 1]]
    assert plan["calculations"][0]["state"] == "new"
    assert not plan["complete"]
    assert call("surface", "li2o", "--plan") == 0
    assert "waits for others" in capsys.readouterr().out
    assert not list(elsewhere.rglob("result.json"))


@pytest.mark.usefixtures("full")
def test_the_table_says_rigid_relaxed_published_and_measured(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("surface", "mine.toml", "-p", "smoke", "--picture", "wulff.png") == 0
    text = " ".join(capsys.readouterr().out.split())
    for words in (
        "(110) 3,4,6 0.510 0.500 0.000 0.50",
        "Wulff-weighted",
        "0.52",
        "polycrystal",
        "converged with thickness within 0.02 J/m2",
        "proves the path only",
        "10.1038/sdata.2016.80",
        "GPAW 26.7.0, PBE, 250 eV",
    ):
        assert words in text
    assert (elsewhere / "wulff.png").read_bytes().startswith(b"\x89PNG")
    assert call("surface", "mine.toml", "-p", "smoke", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["wulff"]["weighted_surface_energy"] == pytest.approx(0.48, abs=0.02)
    assert call("results") == 0  # the documents of surfaces do not disturb those of interfaces
    assert "No results yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["surface"], "Missing argument"),
        (["surface", "nonsense"], "there is no surface definition 'nonsense'"),
        (["surface", "li", "-p", "smok"], "did you mean 'smoke'"),
        (["surface", "li", "--picture", "missing/folder/p.png"], "--picture"),
        (["surface", "li", "--picture", "p.nonsense"], "--picture"),
        (["surface", "missing.toml"], "missing.toml"),
    ],
)
def test_mistakes_have_exit_code_2_and_start_nothing(
    arguments: list[str], message: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert message in said
    assert "Traceback" not in said
    assert [path.name for path in elsewhere.iterdir()] == ["mine.toml"]


def test_shipped_definitions_plan(tmp_path: Path) -> None:
    plan = plan_study(study(load_surface_definition("na")), Archive(tmp_path / "archive"))
    assert len(plan.calculations) == 1 + 4 * 4
