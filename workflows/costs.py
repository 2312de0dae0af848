"""What a calculation will cost: processor seconds and memory, from its size and from earlier ones.

GPAW's time per iteration of the self-consistent field is the sum of a constant, of a part that goes with the
coefficients of all wave functions (k-points times bands times plane waves), of one that goes with these
times the bands (their scalar products: most of the time from some thirty bands on), and of one that only the
size of the grid decides. How fast a machine is, and how many steps calculations of a kind take, is learned
from the archive.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from wadflow.workflows.gpaw_input import band_count
from wadflow.workflows.outcome import INPUT_FILE
from wadflow.workflows.sampling import is_slab_of_compound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from wadflow.results.documents import AtomsRecord
    from wadflow.workflows.archive import Archive
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome

    Earlier = Sequence[tuple[Calculation, Outcome]]

Body = Literal["molecule", "crystal", "slab of an element", "slab of a compound"]
Kind = tuple[Body, Literal["static", "relax", "gap"]]

STEPS: Final[Mapping[Kind, int]] = {
    ("molecule", "relax"): 3,
    ("crystal", "relax"): 4,
    ("slab of an element", "relax"): 3,
    ("slab of a compound", "relax"): 7,
    ("slab of an element", "gap"): 3,
    ("slab of a compound", "gap"): 3,
}
"""Ionic steps where the archive has none of this kind."""

APPROACH_STEPS: Final = 12
"""Ionic steps at the coarse mesh where the archive has no approach."""

ITERATIONS: Final[Mapping[Kind, int]] = {
    ("molecule", "static"): 10,
    ("molecule", "relax"): 10,
    ("crystal", "static"): 10,
    ("crystal", "relax"): 8,
    ("slab of an element", "static"): 27,
    ("slab of an element", "relax"): 18,
    ("slab of an element", "gap"): 18,
    ("slab of a compound", "static"): 28,
    ("slab of a compound", "relax"): 17,
    ("slab of a compound", "gap"): 20,
}
"""Iterations of the self-consistent field of one ionic step where the archive has none of this kind; in a
relaxation fewer, because most steps go on from the one before."""

PRIOR_CALCULATIONS: Final = 4
"""Finished calculations that weigh as much as one of the shipped speeds."""

START_SECONDS: Final = 8.0
"""Of each rank: imports, PAW data, atomic orbitals."""

MOST_EARLIER: Final = 300
"""Calculations of an archive that a model learns from; in the order of their keys, which is none."""

BASE_MEMORY: Final = 170.0
"""MiB of a rank that has imported GPAW."""

COPIES: Final = 3.0
"""Sets of wave functions that a rank holds: the solver's working arrays come to two more than one."""

GRID_ARRAYS: Final = 40
"""Arrays of the size of the grid that a rank holds."""

BYTES: Final = 16.0
"""Of a complex number."""

MIB: Final = 2.0**20

SYMMETRY_TOLERANCE: Final = 1e-4
"""Distance (angstrom) within which a symmetry counts that saves k-points."""

APART: Final = 10.0
"""Vacuum (angstrom) that keeps images apart where the symmetry of a slab is looked for."""


@dataclass(frozen=True)
class Size:
    """What decides how long one iteration takes.

    ``kpoints`` irreducible ones, times two with both spins; ``bands``; ``plane_waves`` of the wave
    functions; ``grid_points`` of the density.
    """

    kpoints: int
    bands: int
    plane_waves: float
    grid_points: float

    @property
    def coefficients(self) -> float:
        """Numbers that describe all wave functions."""
        return self.kpoints * self.bands * self.plane_waves

    def parts(self, ranks: int = 1) -> NDArray[np.float64]:
        """Return what an iteration takes of each part of `Speed`; a rank without a k-point waits."""
        idle = ranks * math.ceil(self.kpoints / ranks) / self.kpoints
        on_coefficients = self.coefficients * idle
        return np.array([ranks, on_coefficients, on_coefficients * self.bands, self.grid_points])


@dataclass(frozen=True)
class Speed:
    """Processor seconds of one iteration, in parts.

    ``iteration`` on each rank, whatever is calculated; ``coefficient`` of all wave functions; ``product`` of
    a coefficient with a band; ``grid_point`` of the density. The shipped ones are those of the machine on
    which the shipped results were computed (2 cores of a cloud), fitted to `results/calculations.tar.xz`.
    """

    iteration: float = 0.34
    coefficient: float = 1.4e-7
    product: float = 3.6e-8
    grid_point: float = 1.7e-6

    def parts(self) -> NDArray[np.float64]:
        """Return them in the order of `Size.parts`."""
        return np.array([self.iteration, self.coefficient, self.product, self.grid_point])

    def seconds(self, size: Size, ranks: int = 1) -> float:
        """Return the processor seconds of one iteration on this many ranks."""
        return float(self.parts() @ size.parts(ranks))


@dataclass(frozen=True)
class CostEstimate:
    """What a calculation is expected to cost.

    ``cpu_seconds`` of all ranks; ``memory`` in MiB of each of ``ranks`` ranks; ``ionic_steps`` at all its
    k-points.
    """

    cpu_seconds: float
    memory: float
    ranks: int
    ionic_steps: int


@dataclass(frozen=True)
class CostModel:
    """Speed of a machine, and how many steps are usual.

    Attributes
    ----------
    speed : Speed
        Of one iteration.
    ionic_steps : dict
        By kind of calculation.
    approach_steps : float, optional
        Ionic steps at a coarse mesh.
    iterations : dict
        Of one ionic step, by kind of calculation.
    """

    speed: Speed = field(default_factory=Speed)
    ionic_steps: Mapping[Kind, float] = field(default_factory=dict)
    approach_steps: float = APPROACH_STEPS
    iterations: Mapping[Kind, float] = field(default_factory=dict)

    @classmethod
    def of(cls, earlier: Earlier) -> CostModel:
        """Learn from finished calculations; what they do not show stays as shipped."""
        steps: dict[Kind, list[int]] = defaultdict(list)
        iterations: dict[Kind, list[float]] = defaultdict(list)
        approaches = [outcome.approach_steps for _, outcome in earlier if outcome.approach_steps]
        for calculation, outcome in earlier:
            steps[kind_of(calculation)].append(outcome.n_ionic_steps)
            iterations[kind_of(calculation)].append(outcome.scf_iterations / outcome.n_ionic_steps)
        return cls(
            speed=_speed(earlier),
            ionic_steps={kind: median(counts) for kind, counts in steps.items()},
            approach_steps=median(approaches) if approaches else APPROACH_STEPS,
            iterations={kind: median(counts) for kind, counts in iterations.items()},
        )

    @classmethod
    def of_archive(cls, archive: Archive) -> CostModel:
        """Learn from calculations of an archive, `MOST_EARLIER` of them at most."""
        return cls.of(list(islice(earlier_calculations(archive), MOST_EARLIER)))

    def estimate(self, calculation: Calculation, ranks: int = 1) -> CostEstimate:
        """Return what a calculation will cost on this many MPI ranks."""
        kind = kind_of(calculation)
        steps = max(1, round(self.ionic_steps.get(kind, STEPS.get(kind, 1))))
        iterations = self.iterations.get(kind, ITERATIONS[kind])
        size = size_of(calculation)
        seconds = START_SECONDS * ranks + steps * iterations * self.speed.seconds(size, ranks)
        if calculation.approaching is not None:
            coarse = size_of(calculation.approaching)
            seconds += self.approach_steps * iterations * self.speed.seconds(coarse, ranks)
        wave_functions = COPIES * size.coefficients * BYTES / ranks
        grids = GRID_ARRAYS * size.grid_points * BYTES
        return CostEstimate(seconds, BASE_MEMORY + (wave_functions + grids) / MIB, ranks, steps)


def kind_of(calculation: Calculation) -> Kind:
    """Return what is calculated, and what moves."""
    numbers, pbc = calculation.atoms.numbers, calculation.atoms.pbc
    relaxation = calculation.relaxation
    task: Literal["static", "relax", "gap"] = "static"
    if relaxation is not None:
        task = "gap" if relaxation.moves == "gap" else "relax"
    if not any(pbc):
        return "molecule", task
    if all(pbc):
        return "crystal", task
    return "slab of a compound" if is_slab_of_compound(numbers, pbc) else "slab of an element", task


def size_of(calculation: Calculation) -> Size:
    """Return what decides how long an iteration takes; k-points are counted with the crystal's symmetry."""
    from ase.units import Bohr, Hartree

    electrons = calculation.electrons
    cell = np.array(calculation.atoms.cell) / Bohr
    volume = abs(float(np.linalg.det(cell)))
    longest = math.sqrt(2 * electrons.cutoff / Hartree)  # wave vector of the cutoff, 1/bohr
    plane_waves = volume * longest**3 / (6 * math.pi**2)
    return Size(
        kpoints=_irreducible_kpoints(calculation) * (2 if electrons.spin_polarized else 1),
        bands=band_count(calculation),
        plane_waves=plane_waves,
        grid_points=volume * (2 * longest / math.pi) ** 3,  # a grid that holds products of plane waves
    )


def earlier_calculations(archive: Archive) -> Iterator[tuple[Calculation, Outcome]]:
    """Yield what an archive holds, without rehearsals and without what another version wrote."""
    from pydantic import ValidationError

    from wadflow.errors import ArchiveError
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.launch import read_outcome

    for entry in archive.entries():
        try:
            calculation = Calculation.model_validate(entry.read_json(INPUT_FILE))
            if calculation.solver == "gpaw":
                yield calculation, read_outcome(entry)
        except (ValidationError, ArchiveError):
            continue


def _irreducible_kpoints(calculation: Calculation) -> int:
    mesh = calculation.electrons.kpoints
    if calculation.electrons.kpoint_offset:
        return math.prod(mesh)
    return _irreducible_mesh(calculation.atoms, mesh)


@lru_cache(maxsize=4096)  # interfaces of one plan share crystals and sides
def _irreducible_mesh(record: AtomsRecord, mesh: tuple[int, int, int]) -> int:
    from spglib import get_stabilized_reciprocal_mesh

    rotations = _rotations(*_shape(record))
    found = (
        None
        if rotations is None
        else get_stabilized_reciprocal_mesh(mesh, rotations, is_shift=(0, 0, 0), is_time_reversal=True)
    )
    if found is None:  # without symmetry time reversal halves them
        return (math.prod(mesh) + 1) // 2
    return len(np.unique(found[0]))


def _shape(record: AtomsRecord) -> tuple[bytes, bytes, bytes]:
    """Return cell and positions (angstrom) and numbers, as bytes, without what no rotation depends on.

    Slabs stand on the bottom of a cell with `APART` of vacuum: many interfaces share a half, each in a cell
    of another height. Lengths are rounded to a hundredth of the tolerance of the symmetry.
    """
    cell, positions = np.array(record.cell), np.array(record.positions)
    upright = not cell[2, :2].any() and not cell[:2, 2].any()
    if upright and record.pbc == (True, True, False):
        positions[:, 2] -= positions[:, 2].min()
        cell[2, 2] = positions[:, 2].max() + APART
    rounded = (np.round(cell, 6) + 0.0, np.round(positions, 6) + 0.0)
    return rounded[0].tobytes(), rounded[1].tobytes(), np.array(record.numbers, dtype=np.int64).tobytes()


@lru_cache(maxsize=4096)  # finding the symmetry takes longest
def _rotations(cell: bytes, positions: bytes, numbers: bytes) -> NDArray[np.intc] | None:
    """Return the rotations, shape (operations, 3, 3), of what `_shape` gives."""
    from spglib import get_symmetry

    lattice = np.frombuffer(cell).reshape(3, 3)
    scaled = np.linalg.solve(lattice.T, np.frombuffer(positions).reshape(-1, 3).T).T
    kinds = np.frombuffer(numbers, dtype=np.int64)
    found = get_symmetry((lattice.tolist(), scaled.tolist(), kinds.tolist()), symprec=SYMMETRY_TOLERANCE)
    return None if found is None else np.asarray(found["rotations"], dtype=np.intc)


def _speed(earlier: Iterable[tuple[Calculation, Outcome]]) -> Speed:
    """Fit the time of an iteration to finished calculations, each with the same relative weight.

    Beside them stand the shipped speeds, as a machine that is slower or faster in everything would have them:
    crystals alone say nothing of a molecule's grid.
    """
    from scipy.optimize import nnls

    rows = []
    for calculation, outcome in earlier:
        seconds = sum(step.wall_seconds * step.cores for step in outcome.ionic_steps)
        if seconds <= 0 or outcome.scf_iterations == 0:
            continue
        per_iteration = seconds / outcome.scf_iterations
        rows.append(size_of(calculation).parts(outcome.cores) / per_iteration)
    if not rows:
        return Speed()
    shipped = Speed().parts()
    slower = median(1.0 / (np.array(rows) @ shipped))
    weight = math.sqrt(PRIOR_CALCULATIONS)
    prior = weight * np.diag(1.0 / (slower * shipped))
    answers = np.concatenate([np.ones(len(rows)), np.full(len(shipped), weight)])
    fitted, _ = nnls(np.vstack([rows, prior]), answers)
    fitted *= median(1.0 / (np.array(rows) @ fitted))  # a sum of relative squares prefers too small ones
    return Speed(*fitted.tolist())
