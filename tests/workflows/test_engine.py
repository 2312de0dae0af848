"""What the engine decides by itself; its runs are tested with real GPAW elsewhere."""

from __future__ import annotations

import pytest
from ase.build import bcc100, bulk

from wadflow.workflows.calculation import Calculation
from wadflow.workflows.engine import starts_afresh
from wadflow.workflows.protocol import load_protocol

SMOKE = load_protocol("smoke")


@pytest.mark.parametrize(("with_oxygen", "afresh"), [(False, False), (True, True)])
def test_only_slabs_of_compounds_start_every_step_afresh(*, with_oxygen: bool, afresh: bool) -> None:
    atoms = bcc100("Li", (1, 1, 4), a=3.44, vacuum=6.0)
    atoms.pbc = (True, True, False)
    if with_oxygen:
        atoms.symbols[0] = "O"
    calculation = Calculation.prepare(atoms, SMOKE, label="slab", task="relax")
    assert starts_afresh(calculation) is afresh


def test_crystals_go_on_from_the_step_before() -> None:
    atoms = bulk("LiO", "rocksalt", a=4.0)
    calculation = Calculation.prepare(atoms, SMOKE, label="crystal", task="relax", relax_cell=True)
    assert not starts_afresh(calculation)
