"""Run by all MPI ranks: what GPAW finds with the fine grid shared among them, and with its own mode.

``mpiexec -n N python shared_grid_worker.py`` prints one JSON object from rank 0: the largest differences of
potentials, energies and forces between the two, and whether ranks differ.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.build import bcc110, bulk
from gpaw.fftw import ESTIMATE, FFTWPlans
from gpaw.mpi import world
from gpaw.new.ase_interface import GPAW

from wadflow.workflows.compensation_charges import CompensationCharges
from wadflow.workflows.paw_exchange_correlation import ExchangeCorrelation
from wadflow.workflows.plane_wave_mode import PlaneWaves
from wadflow.workflows.shared_fine_grid import SharedGGA

if TYPE_CHECKING:
    from ase import Atoms

CUTOFF = 200.0


def slab() -> Atoms:
    atoms: Atoms = bcc110("Li", (1, 1, 2), a=3.44, vacuum=3.0)
    atoms.pbc = (True, True, False)
    atoms.positions[1] += (0.3, 0.15, 0.1)  # so that there are forces
    return atoms


def solve(mode: Any, spinpol: bool) -> Any:  # noqa: FBT001
    atoms = slab()
    if spinpol:
        atoms.set_initial_magnetic_moments([1.0, 0.5])
    atoms.calc = GPAW(
        mode=mode,
        xc=ExchangeCorrelation("PBE"),  # type: ignore[no-untyped-call]  # GPAW
        kpts=(3, 2, 1),
        poissonsolver={"dipolelayer": "xy"},
        convergence={"energy": 1e-8, "density": 1e-8, "eigenstates": 1e-12},
        txt=None,
    )
    atoms.get_forces()
    atoms.positions[0, 2] -= 0.05  # the charges must move with the atoms
    atoms.get_forces()
    return atoms


def compare(spinpol: bool) -> dict[str, Any]:  # noqa: FBT001
    shared = solve(PlaneWaves(CUTOFF), spinpol)
    plain = solve({"name": "pw", "ecut": CUTOFF}, spinpol)
    calculation = shared.calc.dft
    here = calculation.potential.vt_sR.data
    first = here.copy()
    world.broadcast(first, 0)
    return {
        "energy": abs(shared.get_potential_energy() - plain.get_potential_energy()),
        "forces": abs(shared.get_forces() - plain.get_forces()).max(),
        "force": abs(shared.get_forces()).max(),
        "potential": abs(here - plain.calc.dft.potential.vt_sR.data).max(),
        "ranks_differ": world.max_scalar(float(abs(here - first).max())),
        "shared": [
            isinstance(calculation.pot_calc.xc, SharedGGA),
            isinstance(calculation.pot_calc.poisson_solver.ghat_aLh, CompensationCharges),
            not isinstance(plain.calc.dft.pot_calc.xc, SharedGGA),
        ],
    }


def crystal() -> dict[str, Any]:
    """Return the largest differences of a crystal with a skew cell that changes; eV and eV/angstrom3."""
    found, shared = [], []
    for mode in (PlaneWaves(CUTOFF), {"name": "pw", "ecut": CUTOFF}):
        atoms = bulk("Li", a=3.4)
        atoms.calc = GPAW(
            mode=mode,
            xc=ExchangeCorrelation("PBE"),  # type: ignore[no-untyped-call]  # GPAW
            kpts=(3, 2, 1),
            convergence={"density": 1e-8, "eigenstates": 1e-12},
            txt=None,
        )
        atoms.get_stress()
        atoms.set_cell(atoms.cell * 1.01, scale_atoms=True)
        found.append((atoms.get_stress(), atoms.get_potential_energy()))
        shared.append(isinstance(atoms.calc.dft.pot_calc.xc, SharedGGA))
    (stress, energy), (other_stress, other_energy) = found
    return {
        "stress": float(np.abs(stress - other_stress).max()),
        "energy": abs(energy - other_energy),
        "shared": shared,
    }


if __name__ == "__main__":
    FFTWPlans._overwrite_flags = ESTIMATE  # type: ignore[assignment]  # measured plans may differ between ranks, and so last bits
    report = {"unpolarised": compare(spinpol=False), "polarised": compare(spinpol=True), "crystal": crystal()}
    if world.rank == 0:
        sys.stdout.write(json.dumps(report) + "\n")
