"""How force constants depend on the k-points of the supercells of phonons; bare ASE and GPAW.

    python benchmarks/supercell_meshes.py Li2CO3 --meshes 1x1x1+0 1x1x1+0.25 1x1x1+0.25,0.25,-0.25 2x1x2+0

A mesh of the supercell folds out to more k-points of the primitive cell. There one atom of each element is
displaced by 0.02 angstrom, with these k-points and with a dense mesh of the primitive cell (`--reference`):
that is each mesh's error in the sum of force constants over the supercells, without the cost of any. A mesh
is its counts, a plus, and its offset from the gamma point in its steps: one number or three.
With `--in-supercell` the supercells themselves are calculated, as a crystal of one atom needs, and the
reference is a mesh of theirs. Prints JSON; forces in eV/angstrom, force constants in eV/angstrom2.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.symmetry import symmetrized
from wadflow.workflows.mixing import KerkerPulay
from wadflow.workflows.paw import show_datasets_to_gpaw
from wadflow.workflows.phonons import supercell_matrix
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

SAME_POINT = 6
"""Decimals of a k-point's fractions that tell it from others."""

SMEARING_WIDTH = 0.2
"""eV, of a Gaussian, as in the shipped protocols."""

PROTOCOL = "standard"
"""Protocol whose supercells, cutoff and PAW datasets are looked at."""


@dataclass(frozen=True)
class Mesh:
    """K-points of a supercell.

    Attributes
    ----------
    counts : tuple of int
        Points along each vector.
    offset : tuple of float
        From the gamma point, in steps of the mesh.
    """

    counts: tuple[int, ...]
    offset: tuple[float, ...]

    @classmethod
    def parse(cls, text: str) -> Mesh:
        """Read ``2x1x2+0.25``."""
        counts, _, offset = text.partition("+")
        offsets = tuple(float(one) for one in (offset or "0").split(","))
        return cls(tuple(int(one) for one in counts.split("x")), offsets * (3 if len(offsets) == 1 else 1))

    def points(self) -> NDArray[np.float64]:
        """Return the points in fractions of the supercell's reciprocal vectors, shape (n, 3)."""
        steps = np.array(list(np.ndindex(*self.counts)))
        return np.asarray((steps + np.array(self.offset)) / np.array(self.counts))

    def folded_out(self, matrix: NDArray[np.int64]) -> list[tuple[float, ...]]:
        """Return the points in fractions of the primitive cell's reciprocal vectors.

        Parameters
        ----------
        matrix : ndarray of int, shape (3, 3)
            The supercell's vectors as rows, in terms of those of the primitive cell.
        """
        inverse = np.linalg.inv(matrix)
        reach = int(np.abs(matrix).sum())
        found = set()
        for point in self.points():
            for vector in np.ndindex(reach, reach, reach):
                fractions = inverse @ (point + np.array(vector))
                fractions -= np.rint(fractions - 1e-9)
                found.add(tuple(np.round(fractions, SAME_POINT) + 0.0))
        expected = len(self.points()) * round(abs(np.linalg.det(matrix)))
        if len(found) != expected:
            raise RuntimeError(f"{len(found)} points found, {expected} expected")
        return sorted(found)


def forces(
    atoms: Atoms, kpoints: Any, datasets: dict[str, str], cutoff: float
) -> tuple[NDArray[np.float64], int]:
    """Return forces (eV/angstrom) and how many k-points were left by symmetry."""
    from gpaw.new.ase_interface import GPAW

    atoms.calc = GPAW(
        mode={"name": "pw", "ecut": cutoff},
        xc="PBE",
        kpts=kpoints,
        setups=datasets,
        occupations={"name": "methfessel-paxton", "order": 0, "width": SMEARING_WIDTH},
        convergence={"energy": 1e-5, "density": 5e-4, "eigenstates": 4e-7, "forces": 2e-4},
        eigensolver={"name": "davidson", "niter": 2},
        mixer=KerkerPulay(beta=0.4, nmaxold=8, weight=20),
        txt=None,
    )
    return atoms.get_forces(), len(atoms.calc.dft.ibzwfs.ibz)


def measure(
    primitive: Atoms, moved: list[int], kpoints: Any, datasets: dict[str, str], cutoff: float
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Return force constants, shape (moved, n, 3), and what they cost."""
    displacement = load_protocol(PROTOCOL).phonons.displacement
    started = time.process_time()
    at_rest, irreducible = forces(primitive.copy(), kpoints, datasets, cutoff)
    constants = []
    for axis, index in enumerate(moved):
        atoms = primitive.copy()
        atoms.positions[index, axis % 3] += displacement
        displaced, _ = forces(atoms, kpoints, datasets, cutoff)
        constants.append((at_rest - displaced) / displacement)
    return np.array(constants), {
        "kpoints_at_rest": irreducible,
        "cpu_seconds": round(time.process_time() - started, 1),
        "largest_force_at_rest": round(float(np.abs(at_rest).max()), 4),
        "diagonal_force_constants": {
            primitive[index].symbol: round(float(constants[number][index, number % 3]), 3)
            for number, index in enumerate(moved)
        },
    }


def main() -> None:
    """Measure, and print one JSON object."""
    from ase.build import make_supercell
    from pymatgen.io.ase import AseAtomsAdaptor

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crystal")
    parser.add_argument("--meshes", nargs="+", default=["1x1x1+0", "1x1x1+0.25", "1x1x1+0.25,0.25,-0.25"])
    parser.add_argument("--reference", default="4x4x3+0", help="mesh of the cell that is calculated")
    parser.add_argument("--in-supercell", action="store_true", help="displace atoms in the supercell itself")
    arguments = parser.parse_args()

    show_datasets_to_gpaw()
    protocol = load_protocol(PROTOCOL).for_reactions()
    known = load_crystal(arguments.crystal).structure.get_primitive_structure()
    primitive = symmetrized(AseAtomsAdaptor.get_atoms(known, msonable=False))
    matrix = supercell_matrix(primitive, protocol.phonons.min_length)
    if arguments.in_supercell:
        primitive, matrix = make_supercell(primitive, matrix), np.eye(3, dtype=np.int64)
    symbols = primitive.get_chemical_symbols()
    moved = [symbols.index(symbol) for symbol in dict.fromkeys(symbols)]
    datasets = {symbol: name for symbol, name in protocol.paw.items() if symbol in symbols}
    reference = Mesh.parse(arguments.reference)
    meshes: dict[str, Any] = {
        f"reference {arguments.reference}": reference.points() - np.rint(reference.points())
    }
    meshes |= {text: Mesh.parse(text).folded_out(matrix) for text in arguments.meshes}
    right = None
    found = []
    for text, kpoints in meshes.items():
        constants, cost = measure(primitive, moved, kpoints, datasets, protocol.phonons.cutoff)
        right = constants if right is None else right
        errors = constants - right
        found.append(
            {
                "crystal": arguments.crystal,
                "atoms": len(primitive),
                "supercell_atoms": round(abs(np.linalg.det(matrix))) * len(primitive),
                "mesh": text,
                "rms_error": round(float(np.sqrt((errors**2).mean())), 4),
                "largest_error": round(float(np.abs(errors).max()), 4),
                **cost,
            }
        )
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
