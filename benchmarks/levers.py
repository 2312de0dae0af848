"""What each way of saving processor time brings: one slab, relaxed as it is and with one thing changed each.

    python benchmarks/levers.py [NAME] [--role A] [--only LEVER ...] > benchmarks/levers.json

NAME is an interface, whose slab is relaxed as it is cut of the shipped crystals with `standard`, each time in
a process of its own. Prints JSON: processor seconds, ionic steps at both meshes of k-points, self-consistent
iterations of the finer one, and the energy (eV) at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ase.optimize import BFGS

from wadflow.interfaces.definition import load_definition
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows import (
    density_extrapolation,
    engine,
    paw_exchange_correlation,
    plane_wave_mode,
    preparation,
    trust_region,
)
from wadflow.workflows.launch import engine_environment
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from ase import Atoms
    from numpy.typing import NDArray

    from wadflow.workflows.calculation import Calculation


class PlainBFGS(BFGS):
    """ASE's BFGS with the face of `TrustRegionBFGS`: it takes every step, and hands nothing on."""

    def __init__(
        self, atoms: Atoms, *, hessian: NDArray[np.float64], radius: float, max_radius: float
    ) -> None:
        super().__init__(atoms, logfile=None, maxstep=max_radius)
        self.H0 = self.hessian = hessian
        self.first_radius = radius

    def best_positions(self) -> NDArray[np.float64]:
        """Return where the atoms are, angstrom, shape (n, 3)."""
        positions: NDArray[np.float64] = self.atoms.positions
        return positions


def without_all_directions() -> None:
    """Let GPAW sum over the directions of each atom one by one."""
    del paw_exchange_correlation.ExchangeCorrelation.functional


def without_charges_by_kind() -> None:
    """Let GPAW multiply the compensation charges of each atom out."""
    del plane_wave_mode.QuickerBuilder.create_poisson_solver


def without_coarse_start() -> None:
    """Let GPAW start from atomic orbitals on the fine grid."""
    del plane_wave_mode.QuickerBuilder.create_ibz_wave_functions


def without_settling() -> None:
    """Let the density follow the wave functions from the first iteration of a step."""
    density_extrapolation.SETTLING_ITERATIONS = 0


def without_trust_region() -> None:
    """Relax by ASE's BFGS, from the same springs."""
    trust_region.TrustRegionBFGS = PlainBFGS  # type: ignore[misc, assignment]


def with_coarse_mesh() -> None:
    """Let slabs come near their rest at fewer k-points first, however little that saves."""
    preparation.COARSE = 1.0


def without_following() -> None:
    """Start each ionic step from atomic orbitals."""
    engine.AFRESH_DISTANCE = -1.0


LEVERS: dict[str, Callable[[], None]] = {
    "directions of each atom one by one": without_all_directions,
    "compensation charges of each atom one by one": without_charges_by_kind,
    "starting orbitals on the fine grid": without_coarse_start,
    "wave functions do not settle": without_settling,
    "each step from atomic orbitals": without_following,
    "ASE's BFGS": without_trust_region,
    "a coarse mesh first": with_coarse_mesh,
}


def slab(name: str, role: Any) -> Calculation:
    """Return the relaxation of a slab of an interface, of shipped crystals."""
    protocol = load_protocol("standard")
    interface = steps.build(load_definition(name), protocol)
    dipole_layer = steps.needs_dipole_layer(interface)
    return steps.slab_calculations(interface, protocol, dipole_layer=dipole_layer)[role]


def measure(name: str, role: Any, change: str | None) -> dict[str, Any]:
    """Relax in this process."""
    if change is not None:
        LEVERS[change]()
    calculation = slab(name, role)
    with tempfile.TemporaryDirectory() as folder:
        outcome = engine.run(calculation, Path(folder), lambda **_: None)
    return {
        "change": change,
        "cpu_seconds": round(outcome.cpu_seconds, 1),
        "ionic_steps": outcome.n_ionic_steps,
        "coarse_steps": outcome.approach_steps,
        "scf_iterations": outcome.scf_iterations,
        "energy": round(outcome.energy, 4),
        "converged": outcome.converged,
    }


def main() -> None:
    """Measure all, one process after the other, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="li2o001-li2o001")
    parser.add_argument("--role", choices=steps.SLAB_ROLES, default="A")
    parser.add_argument("--only", nargs="+", choices=["none", *LEVERS], default=["none", *LEVERS])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        lever = None if arguments.only == ["none"] else arguments.only[0]
        print(json.dumps(measure(arguments.name, arguments.role, lever)))
        return
    rows = []
    for lever in arguments.only:
        command = [
            sys.executable,
            __file__,
            arguments.name,
            "--role",
            arguments.role,
            "--only",
            lever,
            "--here",
        ]
        answer = subprocess.run(command, check=True, capture_output=True, env=engine_environment(1))
        rows.append(json.loads(answer.stdout.splitlines()[-1]))
    label = slab(arguments.name, arguments.role).label
    print(json.dumps({"label": label, "protocol": "standard", "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
