"""Where the energy of a rocksalt crystal is lowest and where its stress is zero, by cutoff and PAW set.

    python benchmarks/lattice_constants.py LiF [--cutoffs 900 1400] [--sets default 3e]

At a finite number of plane waves the two differ (Pulay stress). Four lattice constants around the measured
one; cubic polynomials. Bare ASE and GPAW. Prints JSON: lattice constants in angstrom, stress in GPa.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import numpy as np

from wadflow.interfaces.crystals import load_crystal
from wadflow.workflows.paw import show_datasets_to_gpaw

STRETCHES = (0.995, 1.007, 1.018, 1.03)
"""Lattice constants, over the measured one: PBE makes salts too large."""


def measure(crystal: str, cutoff: float, dataset: str) -> dict[str, Any]:
    """Return the two lattice constants of a crystal."""
    from ase.build import bulk
    from ase.units import GPa
    from gpaw.new.ase_interface import GPAW

    structure = load_crystal(crystal).structure
    cation = str(structure.composition.elements[0])
    show_datasets_to_gpaw()
    started = time.process_time()
    constants = structure.lattice.a * np.array(STRETCHES)
    energies, stresses = [], []
    for constant in constants:
        atoms = bulk(crystal, "rocksalt", a=constant)
        atoms.calc = GPAW(
            mode={"name": "pw", "ecut": cutoff},
            xc="PBE",
            kpts=(6, 6, 6),
            setups={} if dataset == "default" else {cation: dataset},
            occupations={"name": "fermi-dirac", "width": 0.0},
            convergence={"energy": 1e-7, "density": 1e-6},
            txt=None,
        )
        energies.append(atoms.get_potential_energy())
        stresses.append(float(atoms.get_stress()[:3].mean() / GPa))
    at_zero_stress = np.roots(np.polyfit(constants, stresses, 2))
    at_lowest_energy = np.roots(np.polyder(np.polyfit(constants, energies, 3)))
    middle = constants.mean()
    return {
        "crystal": crystal,
        "cutoff_eV": cutoff,
        "paw_set": f"{cation} {dataset}",
        "lattice_constant_of_lowest_energy": round(nearest(at_lowest_energy, middle), 4),
        "lattice_constant_of_zero_stress": round(nearest(at_zero_stress, middle), 4),
        "cpu_seconds": round(time.process_time() - started, 1),
    }


def nearest(roots: np.ndarray, middle: float) -> float:
    """Return the root in the middle of the lattice constants."""
    return float(roots.real[np.argmin(np.abs(roots - middle))])


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("crystals", nargs="*", default=["LiF"])
    parser.add_argument("--cutoffs", nargs="+", type=float, default=[900.0, 1400.0])
    parser.add_argument("--sets", nargs="+", default=["default", "3e"])
    arguments = parser.parse_args()
    found = [
        measure(crystal, cutoff, dataset)
        for crystal in arguments.crystals
        for dataset in arguments.sets
        for cutoff in arguments.cutoffs
    ]
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
