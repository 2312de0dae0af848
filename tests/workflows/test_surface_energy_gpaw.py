"""Rigid work of adhesion against the surface energy, each from calculations of its own.

For a homo-interface in the registry of the bulk, ``W_ad(rigid) = -2 gamma(rigid)``, up to what is
left of quantum size effects in slabs of a few planes. The surface energy comes from a slab that is
neither A nor B nor AB, and from a bulk crystal: a wrong area, factor of two, sign, count of atoms
or unequal settings would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from ase import Atoms
from pymatgen.core import Lattice, Structure

from wadflow.interfaces.definition import load_definition
from wadflow.results.adhesion import surface_energy, work_of_adhesion
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.execution import Execution
from wadflow.workflows.launch import obtain
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import Protocol, load_protocol

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.gpaw

LATTICE_CONSTANT = 3.44  # angstrom
TOLERANCE = 0.01  # J/m2


def denser_smoke() -> Protocol:
    """Smoke with 10 x 10 k-points and a wide smearing.

    On 4 x 4 k-points slab and bulk energies do not belong together. The smearing damps what is
    then left, the oscillation of the energy with the number of planes: with 0.3 eV (and 12 x 12
    k-points) 0.017 J/m2 are left between the two sides of the equation.
    """
    smoke = load_protocol("smoke")
    electrons = smoke.electrons.model_copy(
        update={
            "cutoff": 250.0,
            "kpoint_density": 4.4,
            "bulk_kpoint_density": 4.4,
            "smearing_width": 0.5,
        }
    )
    return smoke.model_copy(update={"name": "denser-smoke", "electrons": electrons})


def test_the_rigid_work_of_adhesion_is_minus_twice_the_surface_energy(tmp_path: Path) -> None:
    protocol = denser_smoke()
    execution = Execution.from_environment(archive=tmp_path / "archive")

    def energy(atoms: Atoms, label: str, *, kpoints_along_c: int = 1) -> float:
        calculation = prepare_calculation(atoms, protocol, label=label, task="static")
        in_plane = calculation.electrons.kpoints[:2]
        mesh = (*in_plane, kpoints_along_c)  # the same in the plane for slabs and bulk
        electrons = calculation.electrons.model_copy(update={"kpoints": mesh})
        calculation = calculation.model_copy(update={"electrons": electrons})
        return obtain(calculation, execution).energy

    lithium = Structure(Lattice.cubic(LATTICE_CONSTANT), ["Li", "Li"], [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    definition = load_definition("li110-li110")
    interface = steps.build(definition, protocol, {"Li": lithium})
    rigid = work_of_adhesion(
        energy(interface.ab, "AB"), energy(interface.a, "A"), energy(interface.b, "B"), interface.area
    )

    slab = interface.ab[1:-2]  # five planes, in the cell of AB
    positions = interface.ab.positions
    repeat = positions[2] - positions[0]
    assert np.allclose(repeat, [0, 0, LATTICE_CONSTANT * 2**0.5]), "AB is not cut from bcc"
    bulk = Atoms(
        "Li2", cell=[*interface.ab.cell[:2], repeat], pbc=True, positions=positions[:2] - positions[0]
    )
    gamma = surface_energy(
        energy(slab, "slab"), energy(bulk, "bulk", kpoints_along_c=10) / 2, n_atoms=5, area=interface.area
    )
    assert rigid == pytest.approx(-2 * gamma, abs=TOLERANCE)
    # Published PBE surface energies of Li(110) lie at 0.50 J/m2 within some per cent.
    assert gamma == pytest.approx(0.50, abs=0.03)
