"""The relaxed work of adhesion of an interface by matcalc's InterfaceCalc with GPAW as its calculator.

    mpiexec -n 2 python benchmarks/matcalc_script.py CALCULATIONS AB A B RESULT

CALCULATIONS is what `side_by_side.py` writes; AB, A and B are the keys of the slabs, all in one cell, so that
building them is free. The calculator is that of `plain_script.py`, the limit of forces wadflow's; all else
is matcalc's. It knows neither a registry scan nor a dipole layer, and its cells are periodic in three
directions: it can express interfaces whose slabs have two equal faces and whose registry is given.
It is no dependency of wadflow: ``pip install matcalc`` beside it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from plain_script import plain_calculator

from wadflow.workflows.calculation import Calculation

if TYPE_CHECKING:
    from pymatgen.core import Structure


def periodic_structure(calculation: Calculation) -> Structure:
    """Return the slabs of a calculation as matcalc takes them."""
    from pymatgen.io.ase import AseAtomsAdaptor

    atoms = calculation.to_atoms()
    atoms.pbc = True
    return AseAtomsAdaptor.get_structure(atoms)


def main() -> None:
    """Calculate, and write one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calculations", type=Path, help="JSON, a list of calculations")
    parser.add_argument("keys", nargs=3, help="those of AB, A and B")
    parser.add_argument("result", type=Path, help="JSON")
    arguments = parser.parse_args()
    try:
        from matcalc import InterfaceCalc
    except ImportError:
        sys.exit("matcalc is not installed: pip install matcalc")
    from ase.units import J, m
    from gpaw.mpi import world

    known = {
        one.key: one
        for one in map(Calculation.model_validate, json.loads(arguments.calculations.read_text()))
    }
    ab, a, b = (known[key] for key in arguments.keys)
    if ab.electrons.dipole_layer:
        sys.exit(f"{ab.label}: matcalc knows no dipole layer")
    if ab.relaxation is None:
        sys.exit(f"{ab.label} is not relaxed")
    started = time.perf_counter()
    log = arguments.result.with_suffix(".txt")
    calculator = InterfaceCalc(
        plain_calculator(ab, log),
        interfacial_energy=False,
        adhesion_energy=True,
        fmax=ab.relaxation.fmax,
    )
    slabs = {"interface": ab, "substrate_slab": a, "film_slab": b}
    answer = calculator.calc({name: periodic_structure(one) for name, one in slabs.items()})
    spent = resource.getrusage(resource.RUSAGE_SELF)
    report = {
        "relaxed": -answer["adhesion_energy"] / (J / m**2),
        "cpu_seconds": float(world.sum_scalar(spent.ru_utime + spent.ru_stime)),
        "wall_seconds": time.perf_counter() - started,
        "peak_memory_mib": float(world.max_scalar(spent.ru_maxrss / 1024.0)),
    }
    if world.rank == 0:
        arguments.result.write_text(json.dumps(report))


if __name__ == "__main__":
    main()
