"""How the force on a displaced anion depends on the plane waves and on the grid; bare ASE and GPAW.

    python benchmarks/force_constants.py LiF Li2O [--cutoffs 400 550 700 900] [--spacings 0.12]

In conventional cells with one anion displaced by 0.02 angstrom: the force that drives it back over the
displacement (eV/angstrom2), and the sum of all forces (eV/angstrom), which is zero but for the grid. Each
cutoff (eV) at GPAW's own grid, and on the grids that are asked for (angstrom). Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from wadflow.interfaces.crystals import load_crystal

if TYPE_CHECKING:
    from ase import Atoms

DISPLACEMENT = 0.02
"""angstrom, along x."""


def displaced(crystal: str) -> tuple[Atoms, int]:
    """Return the conventional cell with its first anion displaced, and which one that is."""
    from pymatgen.io.ase import AseAtomsAdaptor

    known = load_crystal(crystal)
    charges = known.formal_charges or {}
    atoms = AseAtomsAdaptor.get_atoms(known.structure, msonable=False)
    anion = next(index for index, symbol in enumerate(atoms.symbols) if charges.get(symbol, 0) < 0)
    atoms.positions[anion, 0] += DISPLACEMENT
    return atoms, anion


def measure(crystal: str, cutoff: float, spacing: float | None) -> dict[str, Any]:
    """Return the force constant and what it cost."""
    from gpaw.new.ase_interface import GPAW

    atoms, anion = displaced(crystal)
    started = time.process_time()
    atoms.calc = GPAW(
        mode={"name": "pw", "ecut": cutoff},
        xc="PBE",
        kpts=(3, 3, 3),
        occupations={"name": "fermi-dirac", "width": 0.0},
        convergence={"energy": 1e-7, "density": 1e-7, "forces": 5e-4},
        txt=None,
        **({} if spacing is None else {"h": spacing}),
    )
    forces = atoms.get_forces()
    return {
        "crystal": crystal,
        "cutoff_eV": cutoff,
        "grid_spacing_angstrom": spacing,
        "force_constant_eV_per_angstrom2": round(-forces[anion, 0] / DISPLACEMENT, 4),
        "sum_of_forces_eV_per_angstrom": round(float(forces[:, 0].sum()), 5),
        "cpu_seconds": round(time.process_time() - started, 1),
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crystals", nargs="*", default=["LiF", "Li2O"])
    parser.add_argument("--cutoffs", nargs="+", type=float, default=[400.0, 550.0, 700.0, 900.0])
    parser.add_argument("--spacings", nargs="*", type=float, default=[])
    arguments = parser.parse_args()
    found = [
        measure(crystal, cutoff, spacing)
        for crystal in arguments.crystals
        for cutoff in arguments.cutoffs
        for spacing in (None, *arguments.spacings)
    ]
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
