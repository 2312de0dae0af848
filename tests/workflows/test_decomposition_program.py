"""The walk from crystals and gases to free energies: plumbing, with Lennard-Jones in the place of GPAW."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from ase.geometry import minkowski_reduce
from cheap_outcomes import cheap_outcome, drive

from wadflow.errors import CalculationError, InputError
from wadflow.interfaces.symmetry import symmetrized
from wadflow.results.thermochemistry.conditions import load_conditions
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.gases import load_gases
from wadflow.results.thermochemistry.reactions import Reaction, load_reactions
from wadflow.results.thermochemistry.species import parse_species
from wadflow.workflows import decomposition_steps as steps
from wadflow.workflows.archive import Archive
from wadflow.workflows.decomposition_program import DecompositionStudy, FinishedDecomposition
from wadflow.workflows.execution import Execution
from wadflow.workflows.gpaw_input import gpaw_parameters
from wadflow.workflows.local_run import run_as_flow
from wadflow.workflows.makers import GpawRelaxMaker, GpawStaticMaker, job_for
from wadflow.workflows.phonons import displaced_supercells, supercell_matrix
from wadflow.workflows.plan import plan_study
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.protocol import Protocol
    from wadflow.workflows.requests import Request

pytestmark = pytest.mark.usefixtures("quick_disk")

SMOKE = load_protocol("smoke")
STANDARD = load_protocol("standard")


def study(*names: str) -> DecompositionStudy:
    reactions = {name: load_reactions()[name] for name in names}
    vacuum = {"vacuum": load_conditions()["vacuum"]}
    return DecompositionStudy(selection="test", protocol=SMOKE, reactions=reactions, conditions=vacuum)


@pytest.fixture(scope="module")
def driven() -> tuple[FinishedDecomposition, list[list[Request]]]:
    finished, batches = drive(study("lif-metal", "lif-vapour").program())
    return finished, batches


def test_crystals_and_gases_come_first_then_the_phonons(
    driven: tuple[FinishedDecomposition, list[list[Request]]],
) -> None:
    first, second, third = driven[1]
    asked = {request.calculation.label: request for request in first}
    # LiF, Li, F2 and LiF(g) of the reactions; H2 and HF for the reference of F2
    assert set(asked) == {"LiF bulk", "Li bulk", "F2(g)", "LiF(g)", "H2(g)", "HF(g)"}
    assert {asked[label].role for label in ("LiF bulk", "Li bulk")} == {"bulk"}
    assert asked["F2(g)"].role == "gas"
    cutoffs = {request.calculation.electrons.cutoff for request in first}
    assert cutoffs == {SMOKE.electrons.bulk_cutoff}, "energies that are subtracted share their cutoff"
    assert {request.calculation.label for request in second} == {
        "LiF at rest for phonons",
        "Li at rest for phonons",
    }
    assert {request.role for request in third} == {"phonon"}
    displaced = [request.calculation.label.split(" at ")[0] for request in third]
    assert displaced == [
        "LiF supercell",
        "LiF displacement 1",
        "LiF displacement 2",
        "Li supercell",
        "Li displacement 1",
    ]  # at rest, and one of each element


def test_the_document_has_all_columns_and_where_they_come_from(
    driven: tuple[FinishedDecomposition, list[list[Request]]],
) -> None:
    document = driven[0].document(is_from_archive=lambda _one: False)
    assert list(document.sources) == ["janaf", "nasa", "raw", "gas-references", "anions"]
    computed = document.computed
    assert computed is not None
    assert not computed.production
    assert {record.crystal for record in computed.phonons} == {"LiF", "Li"}
    assert all(record.supercell_atoms > 1 for record in computed.phonons)
    energies = {record.species: record.energy for record in computed.species}
    metal = next(record for record in document.reactions if record.name == "lif-metal")
    raw, anions = metal.column("raw"), metal.column("anions")
    # The scheme adds to LiF, a reactant, what it says: the reaction takes the opposite.
    assert anions.enthalpy_298 - raw.enthalpy_298 == pytest.approx(
        -computed.corrections["anions"]["LiF(c)"], abs=1e-3
    )
    # At 0 K the reaction energy is that of the electrons and the zero points.
    electrons = energies["Li(c)"] + energies["F2(g)"] / 2 - energies["LiF(c)"]
    assert raw.enthalpy_298 == pytest.approx(96.485 * electrons, abs=60.0)
    assert DecompositionDocument.model_validate_json(document.model_dump_json()) == document
    assert len(computed.calculations) == sum(map(len, driven[1]))


def test_a_plan_shows_what_is_known_and_what_waits(tmp_path: Path) -> None:
    plan = plan_study(study("lif-vapour"), Archive(tmp_path / "archive"))
    states = [one.state for one in plan.calculations]
    assert states[:2] == ["new", "new"]
    assert set(states[2:]) == {"waits for others"}
    assert len(states) == 2 + 1 + (1 + 2)  # at rest, and two displacements


def test_oxygen_is_a_triplet_and_atoms_are_what_they_are() -> None:
    oxygen = steps.gas_calculation(parse_species("O2(g)"), STANDARD)
    assert oxygen.magnetic_moments == (1.0, 1.0)
    assert oxygen.electrons.spin_polarized
    assert oxygen.electrons.kpoints == (1, 1, 1)
    parameters = gpaw_parameters(oxygen)
    assert parameters["occupations"] == {"name": "fermi-dirac", "width": 0.0, "fixmagmom": True}
    assert "mixer" not in parameters
    fluorine = steps.gas_calculation(parse_species("F(g)"), STANDARD)
    assert fluorine.task == "static"
    assert fluorine.magnetic_moments == (1.0,)
    closed = gpaw_parameters(steps.gas_calculation(parse_species("CO2(g)"), STANDARD))
    assert "fixmagmom" not in closed["occupations"]
    assert not closed["spinpol"]


def test_a_molecule_is_in_the_middle_of_its_box() -> None:
    atoms = steps.molecule_in_box("CO2", load_gases()["CO2"].gas, margin=5.0)
    low = atoms.positions.min(axis=0)
    high = np.diag(atoms.cell.array) - atoms.positions.max(axis=0)
    assert low == pytest.approx(high)
    assert low.min() == pytest.approx(5.0)
    assert len(set(np.round(np.diag(atoms.cell.array), 6))) == 3
    assert not atoms.pbc.any()


@pytest.mark.parametrize(
    ("crystal", "atoms", "displacements"),
    [("Li", 8, 1), ("LiF", 16, 2), ("Li2O", 24, 2), ("Li2CO3", 48, 18), ("Na2CO3", 48, 22)],
)
def test_supercells_keep_the_symmetry_and_are_long_enough(
    crystal: str, atoms: int, displacements: int
) -> None:
    relaxed = steps.crystal_calculation(crystal, STANDARD).to_atoms()
    relaxed.rattle(1e-4, seed=1)  # as far as relaxations leave a crystal from its symmetry
    relaxed.set_cell(relaxed.cell.array + 2e-5 * np.arange(9.0).reshape(3, 3) / 9, scale_atoms=True)
    primitive = symmetrized(relaxed)
    np.testing.assert_allclose(primitive.positions, relaxed.positions, atol=1e-3)
    matrix = supercell_matrix(primitive, STANDARD.phonons.min_length)
    displaced = displaced_supercells(primitive, matrix, STANDARD.phonons)
    assert [len(one) for one in displaced.supercells] == [atoms] * displacements
    for one in displaced.supercells:
        np.testing.assert_allclose(one.cell.array, matrix @ primitive.cell.array, atol=1e-8)
        shortest = np.linalg.norm(minkowski_reduce(one.cell.array)[0], axis=1).min()
        assert shortest >= STANDARD.phonons.min_length
    whole = displaced.phonopy
    assert whole.symmetry.get_international_table() == whole.primitive_symmetry.get_international_table()


def test_supercells_have_the_k_points_of_their_kind_of_crystal() -> None:
    cell = steps.crystal_calculation("Li", STANDARD).to_atoms()
    once = np.eye(3, dtype=np.int64)
    ions, metal, covalent = (
        steps.supercell_mesh(crystal, cell, once, STANDARD) for crystal in ("LiF", "Li", "graphite")
    )
    assert metal == steps.crystal_calculation("Li", STANDARD).electrons.kpoints
    assert ions < covalent < metal


def test_a_supercell_longer_than_any_that_is_tried_is_refused() -> None:
    primitive = steps.crystal_calculation("Li", STANDARD).to_atoms()
    with pytest.raises(CalculationError, match="no supercell of Li has images 100 angstrom apart"):
        supercell_matrix(primitive, 100.0)


def test_what_has_no_crystal_or_no_gas_data_is_refused() -> None:
    reactions = {"mine": Reaction(title="t", equation="NaO2(c) -> Na(c) + O2(g)")}
    wrong = study("lif-vapour").model_copy(update={"reactions": reactions})
    with pytest.raises(InputError, match=r"no crystal of NaO2\(c\)"):
        next(wrong.program())
    reactions = {"mine": Reaction(title="t", equation="LiF(c) -> 1/2 Li2F2(g)")}
    wrong = study("lif-vapour").model_copy(update={"reactions": reactions})
    with pytest.raises(InputError, match=r"Li2F2\(g\): no such gas"):
        next(wrong.program())


@pytest.mark.parametrize("protocol", [SMOKE, STANDARD])  # without and with settings of reactions
@pytest.mark.parametrize("quasiharmonic", [False, True])
def test_each_job_of_the_flow_runs_the_calculation_that_the_program_asked_for(
    *, quasiharmonic: bool, protocol: Protocol
) -> None:
    harmonic = study("lif-vapour", "li2o-metal", "lif-atoms")
    wanted = harmonic.model_copy(update={"quasiharmonic": quasiharmonic, "protocol": protocol})
    _, batches = drive(wanted.program())
    for request in (one for batch in batches for one in batch):
        made = job_for(request.calculation, wanted.settings)
        assert isinstance(made.maker, (GpawStaticMaker, GpawRelaxMaker))
        assert made.maker.calculation(made.function_args[0]).key == request.calculation.key


@pytest.mark.parametrize("protocol", [SMOKE, STANDARD])
def test_the_flow_ends_with_the_document_and_asks_for_nothing_twice(
    tmp_path: Path, cheap_makers: list[str], protocol: Protocol
) -> None:
    execution = Execution(Archive(tmp_path / "archive"))
    wanted = study("lif-vapour").model_copy(update={"protocol": protocol})
    document = run_as_flow(wanted, execution, DecompositionDocument)
    assert document.computed is not None
    assert len(document.computed.calculations) == len(cheap_makers) == len(set(cheap_makers))


def test_a_source_without_any_channel_of_a_salt_gives_no_verdict() -> None:
    finished, _ = drive(study("lif-dimer-vapour", "li-vapour").program())
    document = finished.document(is_from_archive=lambda _one: False)
    assert {verdict.source for verdict in document.verdicts if verdict.salt == "LiF"} == {"janaf", "nasa"}
    assert any("Li2F2" in note for note in document.notes)


def test_reactions_of_an_unknown_gas_keep_the_columns_of_the_tables() -> None:
    names = ("lif-vapour", "lif-dimer-vapour")
    reactions = {name: load_reactions()[name] for name in names}
    assert list(steps.computable(reactions)) == ["lif-vapour"]
    (note,) = steps.left_out(reactions)
    assert note.startswith("LiF(c) -> 1/2 Li2F2(g): tables only")
    labels = [request.calculation.label for request in next(study(*names).program())]
    assert labels == ["LiF bulk", "LiF(g)"]


def test_the_quasiharmonic_walk_has_phonons_and_an_energy_at_every_volume() -> None:
    wanted = study("lif-vapour").model_copy(update={"quasiharmonic": True})
    finished, rounds = drive(wanted.program())
    strains = SMOKE.phonons.strains
    assert len(rounds[1]) == len(strains)
    (at_volumes,) = finished.phonons.values()
    volumes = [one.settled.to_atoms().get_volume() for one in at_volumes]
    unstrained = volumes[strains.index(0.0)]
    assert volumes == pytest.approx([unstrained * (1 + strain) ** 3 for strain in strains])
    assert {one.energy.electrons.cutoff for one in at_volumes if one.energy} == {SMOKE.electrons.bulk_cutoff}
    for calculations in zip(*((one.settled, *one.calculations) for one in at_volumes), strict=True):
        assert len({one.electrons.kpoints for one in calculations}) == 1
        assert len({len(one.atoms.numbers) for one in calculations}) == 1
    assert wanted.document_name != study("lif-vapour").document_name


def test_a_cheap_outcome_stands_for_every_kind_of_calculation() -> None:
    calculation = steps.gas_calculation(parse_species("O2(g)"), SMOKE)
    assert cheap_outcome(calculation).key == calculation.key
