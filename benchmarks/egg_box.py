"""How energy and forces of a slab change while it slides over the grid that holds its density; bare GPAW.

    python benchmarks/egg_box.py [NAME ...] [--protocol standard] [--cutoffs 400 600]

NAME is an interface, whose lower slab is taken as it is cut, with the dipole layer and the k-points of its
interface, at each cutoff (eV). For GPAW's own grid and for finer ones it is calculated at several heights
within a step of the grid; all answers should be one. Prints JSON: for each grid its points, how far energies
(eV) and forces (eV/angstrom) vary, and the processor seconds of one height in the median.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.interfaces.definition import load_definition
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.gpaw_input import gpaw_parameters
from wadflow.workflows.paw import show_datasets_to_gpaw
from wadflow.workflows.protocol import load_protocol
from wadflow.workflows.sampling import own_grid_spacing

if TYPE_CHECKING:
    from wadflow.workflows.calculation import Calculation

NAMES = ("li2o001-li2o001", "li110-li110")
SPACINGS = (None, 0.2, 0.185, 0.165, 0.15)
"""Angstrom, the most between points; None: GPAW's own choice, and coarser ones are left out."""

HEIGHTS = (0.0, 0.05, 0.1, 0.15)
"""Angstrom: four places within a step of each grid."""


def slide(calculation: Calculation, cutoff: float, spacing: float | None) -> dict[str, Any]:
    """Calculate a slab at all heights with one cutoff (eV) on one grid (angstrom)."""
    from gpaw.new.ase_interface import GPAW

    changed = {"cutoff": cutoff, "grid_spacing": spacing, "force_convergence": 0.002}
    electrons = calculation.electrons.model_copy(update=changed)
    parameters = gpaw_parameters(calculation.model_copy(update={"electrons": electrons}))
    energies, forces, seconds, points = [], [], [], None
    for height in HEIGHTS:
        started = time.process_time()
        atoms = calculation.to_atoms()
        atoms.positions[:, 2] += height
        atoms.calc = GPAW(**parameters, txt=os.devnull)
        energies.append(float(atoms.get_potential_energy()))
        forces.append(atoms.get_forces())
        seconds.append(time.process_time() - started)
        points = atoms.calc.dft.density.nt_sR.desc.size_c.tolist()
    return {
        "asked_for": spacing,
        "points": points,
        "spacing": [
            round(float(length / n), 4) for length, n in zip(atoms.cell.lengths(), points, strict=True)
        ],
        "energies_vary": round(float(np.ptp(energies)), 5),
        "forces_vary": round(float(np.ptp(forces, axis=0).max()), 4),
        "cpu_seconds": round(median(seconds), 1),
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--protocol", default="standard")
    parser.add_argument("--cutoffs", nargs="+", type=float, default=(400.0, 600.0))
    arguments = parser.parse_args()
    show_datasets_to_gpaw()
    protocol = load_protocol(arguments.protocol)
    slabs = []
    for name in arguments.names:
        interface = steps.build(load_definition(name), protocol)
        dipole_layer = steps.needs_dipole_layer(interface)
        slab = steps.slab_calculations(interface, protocol, dipole_layer=dipole_layer, task="static")["A"]
        area = interface.area
        for cutoff in arguments.cutoffs:
            own = own_grid_spacing(cutoff)
            wanted = [spacing for spacing in SPACINGS if spacing is None or spacing < own]
            grids = [slide(slab, cutoff, spacing) for spacing in wanted]
            slabs.append(
                {"name": name, "label": slab.label, "cutoff": cutoff, "area": round(area, 4), "grids": grids}
            )
    print(json.dumps({"protocol": protocol.name, "slabs": slabs}, indent=1))


if __name__ == "__main__":
    main()
