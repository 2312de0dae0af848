"""Symmetries are checked at once as GPAW checks them one by one."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
from ase.build import bcc110, bulk
from gpaw.new.symmetry import Symmetries, SymmetryAnalysisBug, create_symmetries_object

from wadflow.workflows import symmetry_group
from wadflow.workflows.symmetry_group import QuicklyCheckedSymmetry, check_group

CRYSTALS = [bulk("Li"), bulk("NaF", "rocksalt", a=4.6), bulk("Mg"), bcc110("Li", (2, 1, 3), vacuum=5.0)]


@pytest.mark.parametrize("atoms", CRYSTALS, ids=lambda atoms: atoms.get_chemical_formula())
def test_what_gpaw_takes_for_a_group_is_one(atoms: object) -> None:
    symmetries = create_symmetries_object(atoms)  # type: ignore[arg-type]  # checked by GPAW
    check_group(symmetries)


def both(symmetries: Symmetries) -> list[bool]:
    """Return what GPAW and the quick check say."""
    verdicts = []
    for check in (Symmetries.group_check, check_group):
        try:
            check(symmetries)
            verdicts.append(True)
        except SymmetryAnalysisBug:
            verdicts.append(False)
    return verdicts


def test_without_one_operation_it_is_none() -> None:
    symmetries = create_symmetries_object(bulk("Li"))
    assert both(symmetries) == [True, True]
    symmetries.rotation_scc = symmetries.rotation_scc[1:]
    symmetries.translation_sc = symmetries.translation_sc[1:]
    assert both(symmetries) == [False, False]


@pytest.mark.parametrize(
    ("shift", "group"), [(0.5, True), (0.25, False), (0.5 + 1e-11, True), (0.5 + 1e-9, False)]
)
def test_translations_count(shift: float, group: bool) -> None:  # noqa: FBT001
    symmetries = Symmetries(cell=np.eye(3))
    symmetries.rotation_scc = np.array([np.eye(3), np.eye(3)], dtype=int)
    symmetries.translation_sc = np.array([[0.0, 0.0, 0.0], [shift, 0.0, 0.0]])
    assert both(symmetries) == [group, group]


@pytest.mark.parametrize("fails", [False, True])
def test_gpaw_asks_the_quick_check_and_has_its_own_back(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    asked = []

    def check(symmetries: Symmetries) -> None:
        asked.append(len(symmetries))
        if fails:
            raise SymmetryAnalysisBug

    before = Symmetries.group_check
    monkeypatch.setattr(symmetry_group, "check_group", check)
    with pytest.raises(SymmetryAnalysisBug) if fails else nullcontext():
        QuicklyCheckedSymmetry().build(bulk("Li"))
    assert asked == [48]
    assert Symmetries.group_check is before
