"""The self-consistent field of a polar slab, where GPAW's default number of bands loses occupied states.

With 18 bands (12 of them occupied) Li(001)/Li2O(001) came to energies up to 2 eV apart, each "converged",
depending on mixer and eigensolver. Here the band, mixer and solver of `gpaw_parameters` are held against
a calculation with more bands and against another solver and mixer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wadflow.interfaces.definition import load_definition
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.gpaw_input import gpaw_parameters
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation

pytestmark = pytest.mark.gpaw

TOLERANCE = 0.005  # eV, of the slab of six atoms
MOST_ITERATIONS = 60


def polar_slab() -> Calculation:
    """Return A of the Li contact: Li2O(001), one face of oxygen and one of lithium."""
    smoke = load_protocol("smoke")
    interface = steps.build(load_definition("li001-li2o001-li-contact"), smoke)
    return steps.slab_calculations(interface, smoke, dipole_layer=True, task="static")["A"]


def solve(calculation: Calculation, log: Path, **changes: Any) -> tuple[float, int]:
    """Return energy (eV) and iterations with other parameters than `gpaw_parameters` gives."""
    from gpaw.new.ase_interface import GPAW

    atoms = calculation.to_atoms()
    atoms.calc = GPAW(**gpaw_parameters(calculation) | changes, txt=str(log))
    energy = atoms.get_potential_energy()
    return float(energy), int(atoms.calc.get_number_of_iterations())


def test_the_energy_depends_neither_on_more_bands_nor_on_the_solver(tmp_path: Path) -> None:
    calculation = polar_slab()
    assert calculation.electrons.dipole_layer
    energy, iterations = solve(calculation, tmp_path / "ours")
    assert iterations < MOST_ITERATIONS
    bands = gpaw_parameters(calculation)["nbands"]
    more, _ = solve(calculation, tmp_path / "more", nbands=bands + 8)
    assert more == pytest.approx(energy, abs=TOLERANCE)
    plain = {"backend": "pulay", "beta": 0.05, "nmaxold": 8, "weight": 50}
    other, _ = solve(calculation, tmp_path / "other", eigensolver={"name": "ppcg"}, mixer=plain)
    assert other == pytest.approx(energy, abs=TOLERANCE)
