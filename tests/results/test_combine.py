"""Guards of `combine`: what may be put together, and what the document then says."""

from __future__ import annotations

from typing import Any

import pytest
from ase import Atoms

from wadflow.errors import InputError, SettingsMismatchError
from wadflow.results.adhesion import EV_PER_ANGSTROM2, check_equal_settings
from wadflow.results.documents import REQUIRED_SETTINGS, AtomsRecord

PER_EV = EV_PER_ANGSTROM2 / 12.0  # J/m2 of one eV over the area of the test cell


def test_rigid_from_initial_and_relaxed_from_final_energies(make_document: Any) -> None:
    document = make_document()
    assert document.work_of_adhesion_rigid == pytest.approx(-0.8 * PER_EV)
    assert document.work_of_adhesion_relaxed == pytest.approx(-0.75 * PER_EV)
    assert document.relaxation_ab == pytest.approx(-0.1 * PER_EV)
    assert document.relaxation_a == pytest.approx(-0.1 * PER_EV)
    assert document.relaxation_b == pytest.approx(-0.05 * PER_EV)
    assert document.closing_error == pytest.approx(0.0, abs=1e-12)
    assert document.separation_work == -document.work_of_adhesion == pytest.approx(0.75 * PER_EV)
    assert (document.energy_kind, document.converged, document.warnings) == ("relaxed", True, ())


def test_static_gives_the_rigid_value_only(make_document: Any, make_record: Any) -> None:
    document = make_document(ab=make_record("AB", -20.0), a=make_record("A", -9.6), b=make_record("B", -9.6))
    assert document.work_of_adhesion == document.work_of_adhesion_rigid
    assert document.work_of_adhesion == pytest.approx(-0.8 * PER_EV)
    assert document.energy_kind == "rigid"
    assert document.work_of_adhesion_relaxed is None
    assert document.relaxation_ab is None
    assert document.closing_error is None
    assert "rigid" in document.model


@pytest.mark.parametrize(
    "change",
    [
        ("xc", "LDA"),
        ("cutoff", 500.0),
        ("kpts", [12, 9, 1]),
        ("kpts", [12, 8]),
        ("smearing", {"name": "fermi-dirac", "width": 0.05}),
        ("cell", [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 25.0]]),
        ("pbc", [True, True, True]),
        ("dipole_layer", "xy"),
        ("convergence", {"energy": 1.1e-6}),
        ("convergence", {"energy": 1e-6, "density": 1e-5}),
        ("paw", "3e"),
        ("spin", True),
    ],
)
@pytest.mark.parametrize("role", ["a", "b"])
def test_each_unequal_setting_is_refused(
    make_document: Any, make_record: Any, make_settings: Any, change: tuple[str, Any], role: str
) -> None:
    key, value = change
    other = make_record(role.upper(), -9.6, -9.7, equal_settings=make_settings(**{key: value}))
    with pytest.raises(SettingsMismatchError, match=f"(?m)^  {key}") as caught:
        make_document(**{role: other})
    assert str(caught.value).count("\n  ") == 2  # the one difference and the remedy


def test_all_differences_are_listed_with_both_values(make_record: Any, make_settings: Any) -> None:
    changed = make_settings(cutoff=350.0, smearing={"name": "fermi-dirac", "width": 0.2})
    records = [make_record("AB", -20.0), make_record("A", -9.6, equal_settings=changed)]
    with pytest.raises(SettingsMismatchError) as caught:  # all of it is checked
        check_equal_settings(records)
    lines = str(caught.value).splitlines()
    assert lines[1] == "  cutoff: AB 'label of AB' has 400.0, A 'label of A' has 350.0"
    assert lines[2] == "  smearing.width: AB 'label of AB' has 0.1, A 'label of A' has 0.2"


def test_only_elements_that_both_hold_need_equal_paw_sets(make_record: Any, make_settings: Any) -> None:
    together = make_record("AB", -20.0, equal_settings=make_settings(paw={"Cu": "one", "Li": "two"}))
    copper = make_record("A", -9.6, equal_settings=make_settings(paw={"Cu": "one"}))
    check_equal_settings([together, copper])
    other = make_record("A", -9.6, equal_settings=make_settings(paw={"Cu": "other"}))
    with pytest.raises(SettingsMismatchError, match=r"paw\.Cu: AB .* has 'one', A .* has 'other'"):
        check_equal_settings([together, other])


def test_the_same_number_written_otherwise_is_equal(make_record: Any, make_settings: Any) -> None:
    # 400 and 400.0 come out of different TOML files; 1e-9 angstrom out of a text format.
    cell = [[3.0 + 1e-9, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 30.0]]
    same = make_settings(cutoff=400, cell=cell)
    check_equal_settings([make_record("AB", -20.0), make_record("A", -9.6, equal_settings=same)])


def test_true_is_not_the_number_one(make_record: Any, make_settings: Any) -> None:
    left = make_record("AB", -20.0, equal_settings=make_settings(dipole_layer=True))
    right = make_record("A", -9.6, equal_settings=make_settings(dipole_layer=1))
    with pytest.raises(SettingsMismatchError, match="dipole_layer"):
        check_equal_settings([left, right])


@pytest.mark.parametrize(
    "change", [{"fingerprint": "other"}, {"name": "Li.3e.PBE"}, {"valence_electrons": 3}]
)
def test_paw_sets_must_be_equal(
    make_document: Any, make_record: Any, make_paw: Any, change: dict[str, Any]
) -> None:
    other = make_record("B", -9.6, -9.7, paw=[make_paw("Li", **change)])
    with pytest.raises(SettingsMismatchError, match=r"paw data set of Li: AB .* has Li\.PBE"):
        make_document(b=other)


@pytest.mark.parametrize("key", REQUIRED_SETTINGS)
def test_a_setting_that_was_not_written_down(make_record: Any, make_settings: Any, key: str) -> None:
    settings = {name: value for name, value in make_settings().items() if name != key}
    with pytest.raises(ValueError, match=f"equal_settings lacks {key}"):
        make_record("AB", -20.0, equal_settings=settings)


@pytest.mark.parametrize("factor", [2.0, 0.5, 1.001])
def test_area_is_that_of_one_interface(make_document: Any, factor: float) -> None:
    with pytest.raises(InputError, match=r"cell of AB has \|a x b\| = 12.000000"):
        make_document(area=12.0 * factor)


def test_a_degenerate_cell_has_no_area(make_document: Any, make_record: Any, make_settings: Any) -> None:
    flat = make_settings(cell=[[3.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 0.0, 30.0]])
    records = {role.lower(): make_record(role, -9.6, equal_settings=flat) for role in ("AB", "A", "B")}
    with pytest.raises(InputError, match=r"area is 0\.0 angstrom2; it must be positive"):
        make_document(area=0.0, **records)


def test_two_interfaces_are_refused(make_document: Any) -> None:
    with pytest.raises(InputError, match="the cell has 2 interfaces"):
        make_document(n_interfaces=2)


def test_composition_must_add_up(make_document: Any, make_record: Any) -> None:
    small = make_record("B", -9.6, -9.7, formula="Li3", n_atoms=3)
    with pytest.raises(InputError, match=r"AB \(Li8\) is not .* Li: AB 8, A \+ B 7"):
        make_document(b=small)
    other = make_record("B", -9.6, -9.7, formula="Li3O", n_atoms=4)
    with pytest.raises(InputError, match=r"O: AB 0, A \+ B 1"):
        make_document(b=other)


def test_roles_must_fit(make_document: Any, make_record: Any) -> None:
    with pytest.raises(InputError, match="'label of B' has the role B, expected A"):
        make_document(a=make_record("B", -9.6, -9.7))
    with pytest.raises(InputError, match="'label of A' has the role A, expected bulk"):
        make_document(bulk=[make_record("A", -9.6, -9.7)])


def test_tasks_must_be_equal(make_document: Any, make_record: Any) -> None:
    with pytest.raises(InputError, match="AB relax, A static, B relax"):
        make_document(a=make_record("A", -9.6))


def test_bulk_has_its_own_mesh_but_the_same_functional(
    make_document: Any, make_record: Any, make_settings: Any
) -> None:
    dense = make_settings(kpts=[12, 12, 12], pbc=[True] * 3)
    bulk = make_record("bulk", -9.9, equal_settings=dense)
    assert make_document(bulk=[bulk]).bulk == (bulk,)
    other = make_record("bulk", -9.9, equal_settings=make_settings(xc="LDA"))
    with pytest.raises(SettingsMismatchError, match=r"xc: AB .* has 'PBE', bulk .* has 'LDA'"):
        make_document(bulk=[other])


@pytest.mark.parametrize(
    "case",
    [
        ({"faces_differ": True}, "the two faces of a slab differ"),
        ({"lower": {"crystal": "Li2O", "tasker_class": "III"}}, r"Li2O\(110\) is a polar slab"),
    ],
)
def test_unequal_faces_need_a_dipole_layer(
    make_document: Any,
    make_record: Any,
    make_side: Any,
    make_settings: Any,
    case: tuple[dict[str, Any], str],
) -> None:
    changes, reason = case
    arguments = {
        key: make_side(**value) if isinstance(value, dict) else value for key, value in changes.items()
    }
    with pytest.raises(SettingsMismatchError, match=f"no dipole layer was used, but .*{reason}"):
        make_document(**arguments)
    layer = make_settings(dipole_layer="xy")
    records = {
        role.lower(): make_record(role, energy, energy - 0.1, equal_settings=layer)
        for role, energy in (("AB", -20.0), ("A", -9.6), ("B", -9.6))
    }
    assert "; dipole layer" in make_document(**arguments, **records).model


@pytest.mark.parametrize("role", ["ab", "a", "b"])
def test_not_converged_is_said(make_document: Any, make_record: Any, role: str) -> None:
    energy = -20.0 if role == "ab" else -9.6
    slow = make_record(role.upper(), energy, energy - 0.1, converged=False, max_force=0.234)
    document = make_document(**{role: slow})
    assert not document.converged
    expected = (
        f"'label of {role.upper()}' ({role.upper()}) did not converge: largest force "
        "0.234 eV/angstrom after 5 ionic steps."
    )
    assert expected in document.warnings


def test_bulk_not_converged_counts(make_document: Any, make_record: Any) -> None:
    assert not make_document(bulk=[make_record("bulk", -9.9, converged=False)]).converged


def test_smoke_is_no_result(make_document: Any) -> None:
    document = make_document(production=False, protocol="smoke")
    assert not document.production
    assert document.warnings == ("Protocol 'smoke' only proves the path; this number is no result.",)


def test_polar_cut_is_said_once(
    make_document: Any, make_record: Any, make_side: Any, make_settings: Any
) -> None:
    polar = make_side(crystal="Li2O", miller=(0, 0, 1), tasker_class="III", termination="O")
    layer = make_settings(dipole_layer="xy")
    document = make_document(
        lower=polar,
        upper=polar,
        ab=make_record("AB", -20.0, -20.1, equal_settings=layer),
        a=make_record("A", -9.6, -9.7, equal_settings=layer),
        b=make_record("B", -9.6, -9.7, equal_settings=layer),
    )
    (sentence,) = document.warnings
    assert sentence.startswith("Li2O(001) is a polar cut (Tasker III, model 'ideal')")
    assert "contact plane O, Tasker III, polar model 'ideal'" in document.model


def test_relaxation_upward_and_negative_strain_energy_are_said(
    make_document: Any, make_record: Any, make_side: Any
) -> None:
    upward = make_document(a=make_record("A", -9.6, -9.5))
    assert any("relaxation of A ended 0.1335 J/m2 above" in text for text in upward.warnings)
    strained = make_document(upper=make_side(strain_energy=-0.02))
    assert any("negative strain energy (-0.0200 J/m2)" in text for text in strained.warnings)


def test_versions_of_the_code_may_differ_but_are_said(make_document: Any, make_record: Any) -> None:
    document = make_document(a=make_record("A", -9.6, -9.7, versions={"gpaw": "26.7.1"}))
    assert document.warnings == ("Calculations come from gpaw 26.7.0 and 26.7.1.",)


def test_extra_warnings_are_kept(make_document: Any) -> None:
    assert make_document(extra_warnings=["Something else."]).warnings == ("Something else.",)


def test_strain_energy_is_not_part_of_the_work_of_adhesion(make_document: Any, make_side: Any) -> None:
    strained = make_document(upper=make_side(strain_energy=0.3, strain_measure=0.02))
    assert strained.work_of_adhesion == make_document().work_of_adhesion
    assert strained.upper.strain_energy == pytest.approx(0.3)
    assert "strain 2.00 %" in strained.model


def test_structures_must_be_those_that_were_calculated(make_document: Any) -> None:
    lithium = AtomsRecord.from_atoms(Atoms("Li4", positions=[[0, 0, i] for i in range(4)]))
    assert make_document(structures={"A": lithium}).relaxed_structures == {"A": lithium}
    with pytest.raises(InputError, match="structure of AB is Li4, its calculation is Li8"):
        make_document(structures={"AB": lithium})
