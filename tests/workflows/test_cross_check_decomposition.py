"""Cross-checks of decompositions: numbers by Hess's law, with Lennard-Jones in the place of GPAW."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cheap_outcomes import drive

from wadflow.results.cross_check import CrossCheck, cross_checks, missing_counterparts
from wadflow.results.thermochemistry.computed import KJ_PER_MOL
from wadflow.results.thermochemistry.conditions import load_conditions
from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
from wadflow.results.thermochemistry.reactions import load_reactions
from wadflow.results.thermochemistry.records import QuasiharmonicRecord
from wadflow.workflows.decomposition_program import DecompositionStudy
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from wadflow.results.thermochemistry.documents import DecompositionDocument

REACTIONS = {
    name: load_reactions()[name] for name in ("lif-metal", "lif-vapour", "lif-metal-vapour", "lif-atoms")
}
VACUUM = {"vacuum": load_conditions()["vacuum"]}


@pytest.fixture(scope="module")
def document() -> DecompositionDocument:
    study = DecompositionStudy(
        selection="test", protocol=load_protocol("smoke"), reactions=REACTIONS, conditions=VACUUM
    )
    finished, _ = drive(study.program())
    return finished.document(is_from_archive=lambda _one: False)


@pytest.fixture(scope="module")
def checks(document: DecompositionDocument) -> tuple[CrossCheck, ...]:
    return cross_checks([document])


def the(checks: tuple[CrossCheck, ...], quantity: str, subject: str, method: str = "") -> CrossCheck:
    found = [one for one in checks if (one.quantity, one.subject, one.method) == (quantity, subject, method)]
    assert found, f"no {quantity} of {subject}, {method}"
    return found[0]


def test_a_check_names_the_document_that_it_is_of(checks: tuple[CrossCheck, ...]) -> None:
    assert {one.document for one in checks} == {"decomposition+test.smoke"}


@pytest.mark.parametrize("scheme", ["raw", "gas-references", "anions"])
def test_formation_enthalpies_are_those_of_the_reactions(
    document: DecompositionDocument, checks: tuple[CrossCheck, ...], scheme: str
) -> None:
    enthalpies = {one.name: one.column(scheme).enthalpy_298 for one in document.reactions}
    salt = the(checks, "formation enthalpy", "LiF", scheme)
    assert salt.computed == pytest.approx(-enthalpies["lif-metal"])
    assert salt.counterpart == pytest.approx(-616.931)
    assert salt.uncertainty == pytest.approx(1.369)  # JANAF and NASA Glenn
    assert "lower bound" in " ".join(salt.notes)
    vapour = the(checks, "formation enthalpy", "LiF(g)", scheme)
    assert vapour.computed == pytest.approx(enthalpies["lif-vapour"] - enthalpies["lif-metal"])
    metal = the(checks, "formation enthalpy", "Li(g)", scheme)
    assert metal.computed == pytest.approx(enthalpies["lif-metal-vapour"] - enthalpies["lif-metal"])


def test_what_a_scheme_adds_is_said(document: DecompositionDocument, checks: tuple[CrossCheck, ...]) -> None:
    assert document.computed is not None
    shift = document.computed.corrections["anions"]["LiF(c)"]
    notes = the(checks, "formation enthalpy", "LiF", "anions").notes
    assert f"the scheme adds (kJ/mol): LiF(c) {shift:+.1f}" in notes
    assert not any("adds" in note for note in the(checks, "formation enthalpy", "LiF", "raw").notes)


def test_a_formation_is_not_said_again_as_a_reaction(checks: tuple[CrossCheck, ...]) -> None:
    enthalpies = {one.species for one in checks if one.quantity == "reaction enthalpy"}
    assert "LiF(c) -> LiF(g)" in enthalpies
    assert "LiF(c) -> Li(c) + 1/2 F2(g)" not in enthalpies
    gibbs = the(checks, "reaction Gibbs energy", "LiF(c) -> Li(c) + 1/2 F2(g)", "raw")
    assert gibbs.counterpart == pytest.approx(588.66, abs=0.01)


def test_entropies_and_heat_capacities_of_crystals_and_gases(
    document: DecompositionDocument, checks: tuple[CrossCheck, ...]
) -> None:
    vapour = the(checks, "entropy", "LiF(g)", "ideal gas")
    assert vapour.difference == pytest.approx(0.0, abs=0.05)
    reaction = next(one for one in document.reactions if one.name == "lif-vapour").column("raw")
    assert the(checks, "entropy", "LiF", "harmonic").computed == pytest.approx(
        vapour.computed - reaction.entropy_298, abs=1e-3
    )
    assert the(checks, "heat capacity", "F2(g)", "ideal gas").relative_difference == pytest.approx(
        0.0, abs=0.01
    )
    crystal = the(checks, "heat capacity", "LiF")
    assert "constant volume" in " ".join(crystal.notes)


def test_energies_are_differences_of_the_electrons(
    document: DecompositionDocument, checks: tuple[CrossCheck, ...]
) -> None:
    assert document.computed is not None
    energy = {one.species: one.energy for one in document.computed.species}
    assert the(checks, "cohesive energy", "Li").computed == pytest.approx(energy["Li(g)"] - energy["Li(c)"])
    molecule = the(checks, "atomisation energy", "F2(g)")
    assert molecule.computed == pytest.approx((2 * energy["F(g)"] - energy["F2(g)"]) * KJ_PER_MOL)
    assert molecule.counterpart == pytest.approx(154.536 + 5.45, abs=0.01)
    assert {one.kind for one in checks if one.quantity == "atomisation energy"} == {
        "experiment",
        "published calculation",
    }
    salt = the(checks, "formation energy", "LiF")
    electrons = energy["LiF(c)"] - energy["Li(c)"] - energy["F2(g)"] / 2
    assert salt.computed == pytest.approx(electrons * KJ_PER_MOL)
    assert salt.temperature == 0.0
    assert "without zero-point motion" in " ".join(salt.notes)
    assert "without zero-point motion" not in " ".join(molecule.notes)


def test_lattices_and_bond_lengths_are_those_of_the_kept_atoms(
    document: DecompositionDocument, checks: tuple[CrossCheck, ...]
) -> None:
    assert document.computed is not None
    records = {one.label: one for one in document.computed.calculations}
    # Lennard-Jones keeps the cells as they are given.
    assert the(checks, "lattice constant a", "LiF").computed == pytest.approx(4.0173)
    atoms = records["F2(g)"].final_atoms
    assert atoms is not None
    (x, y, z), (u, v, w) = atoms.positions
    length = ((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2) ** 0.5
    assert the(checks, "bond length", "F2(g)").computed == pytest.approx(length)
    kept = {one.role for one in records.values() if one.final_atoms is not None}
    assert kept == {"bulk", "gas"}
    assert records["LiF at rest for phonons"].final_atoms is None  # its cell is in its settings


def test_a_document_that_keeps_no_atoms_gives_the_lattice_of_its_phonons(
    document: DecompositionDocument, checks: tuple[CrossCheck, ...]
) -> None:
    assert document.computed is not None
    bare = [one.model_copy(update={"final_atoms": None}) for one in document.computed.calculations]
    computed = document.computed.model_copy(update={"calculations": tuple(bare)})
    old = cross_checks([document.model_copy(update={"computed": computed})])
    for species in ("Li", "LiF"):
        same = the(checks, "lattice constant a", species)
        assert the(old, "lattice constant a", species).computed == pytest.approx(same.computed)
    assert not [one for one in old if one.quantity == "bond length"]


def test_a_crystal_that_expands_is_compared_at_room_temperature(document: DecompositionDocument) -> None:
    assert document.computed is not None
    expansion = QuasiharmonicRecord(
        crystal="Li",
        volumes=(20.0, 21.0, 22.0),
        volume_298=21.0,
        expansion_298=1.4e-4,
        bulk_modulus_298=12.0,
        highest_temperature=500.0,
    )
    computed = document.computed.model_copy(update={"quasiharmonic": (expansion,)})
    found = cross_checks([document.model_copy(update={"computed": computed})])
    expanded = [
        one for one in found if one.method == "quasiharmonic" and one.quantity == "lattice constant a"
    ]
    assert [one.temperature for one in expanded] == [293.0]
    assert expanded[0].computed == pytest.approx(42.0 ** (1 / 3))
    stiffness = [one for one in found if one.quantity == "bulk modulus"]
    assert [(one.computed, one.counterpart) for one in stiffness] == [(12.0, 11.0)]


def test_the_tables_alone_compute_nothing() -> None:
    assert cross_checks([decomposition_from_tables(REACTIONS, VACUUM)]) == ()


def test_what_was_not_computed_is_said(document: DecompositionDocument) -> None:
    missing = missing_counterparts([document])
    waiting = {(one.quantity, one.subject) for one in missing if one.side == "not computed"}
    assert ("formation enthalpy", "Na2CO3") in waiting
    assert ("harmonic wavenumber", "F2(g)") in waiting  # frequencies of molecules are measured ones
    assert ("formation enthalpy", "LiF") not in waiting
