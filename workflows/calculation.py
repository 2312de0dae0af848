"""One calculation: one structure, one set of settings, one task; and its key.

The key names a calculation in the archive. It covers all that shapes the answer (structure,
settings, PAW fingerprints, major version of GPAW) and nothing that does not (names, ranks, how
the equations are solved). Positions and cells enter in bins of 1e-5 angstrom, so that numerical
noise makes no new key. The calculation itself uses the numbers as they were given: rounded ones
would break the symmetry of the structure, which costs k-points.
"""

from __future__ import annotations

import hashlib
import json
import math
from functools import cache
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue, NonNegativeFloat, PositiveFloat, PositiveInt

from wadflow.errors import InputError
from wadflow.results.documents import AtomsRecord, PawDataset

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import ArrayLike

    from wadflow.workflows.protocol import Protocol

KEY_FORMAT = 1
"""Version of the key's content; a change makes every older key unknown."""

LENGTH_BIN = 1e-5
"""Width of the bins (angstrom) in which lengths enter the key."""

COARSE = 0.25
"""Part of the k-points, at most, at which slabs come near their rest: with more of them the two starts, there
and back, cost as much as the steps save (`benchmarks/levers.py`)."""

SLAB_DIRECTIONS = 2
"""In so many directions slabs are periodic."""

WHOLE_OCCUPATIONS = ("fermi-dirac", 0.0)
"""Smearing of molecules and atoms: none. Spin-polarised ones keep the total moment that they start with."""

BIN_OFFSET = 0.3819660112501051
"""Shift of the bin edges (in bins). Fractions of a lattice constant of few decimals (a/2, a/4)
fall upon the edges of unshifted bins, where noise of 1e-16 decides the bin; an irrational shift
(here 2 minus the golden ratio) keeps them off."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ElectronicStructure(_Frozen):
    """What GPAW is to solve; everything here enters the key.

    =======================  =====  ==================================================
    property                 shape  unit
    =======================  =====  ==================================================
    functional               --     name
    cutoff                   --     eV, plane waves
    grid_spacing             --     angstrom, the most between points of the density's grid; None: GPAW's own
    kpoints                  (3,)   mesh of k-points
    kpoint_offset            --     of its first point from the gamma point, in steps of the mesh, along all
                                    three directions; 0: a Monkhorst-Pack mesh with the gamma point
    smearing                 --     name of the distribution
    smearing_width           --     eV; 0: whole occupations (molecules)
    energy_convergence       --     eV per valence electron
    density_convergence      --     electrons per valence electron
    eigenstates_convergence  --     eV2 per valence electron
    force_convergence        --     eV/angstrom; None where the atoms stand still
    dipole_layer             --     whether a dipole layer in the vacuum parts the faces
    spin_polarized           --     whether both spins are treated
    paw                      --     data set and fingerprint of each element
    =======================  =====  ==================================================
    """

    functional: str
    cutoff: PositiveFloat
    grid_spacing: PositiveFloat | None = None
    kpoints: tuple[PositiveInt, PositiveInt, PositiveInt]
    kpoint_offset: float = 0.0
    smearing: str
    smearing_width: NonNegativeFloat
    energy_convergence: PositiveFloat
    density_convergence: PositiveFloat
    eigenstates_convergence: PositiveFloat
    force_convergence: PositiveFloat | None
    dipole_layer: bool
    spin_polarized: bool
    paw: tuple[PawDataset, ...]

    @property
    def mesh_text(self) -> str:
        """The mesh in short, for people: ``9x9x1``, or ``1x1x1 + 0.25``."""
        mesh = "x".join(str(count) for count in self.kpoints)
        return f"{mesh} + {self.kpoint_offset:g}" if self.kpoint_offset else mesh


class Approach(_Frozen):
    """How the atoms come near their rest at fewer k-points, before they relax at all of them.

    ``fmax`` in eV/angstrom ends it, or ``max_steps``; optimizer and steps are those of the relaxation.
    """

    kpoints: tuple[PositiveInt, PositiveInt, PositiveInt]
    fmax: PositiveFloat
    max_steps: PositiveInt


class Relaxation(_Frozen):
    """How the atoms move; everything here enters the key.

    ``fmax`` in eV/angstrom, ``max_step`` (the farthest that an atom goes in one step) in angstrom.
    ``moves``: every atom, or only the gap, in which the upper side moves along z as a rigid body; ``fmax``
    and ``curvature`` are then those of the whole body. ``first_hessian``: what the optimizer starts from,
    ``curvature`` (eV/angstrom2) alone in all directions, or springs between the atoms beside it. With
    ``approach`` the first ionic step is still that of the structure as given, with all k-points.
    """

    fmax: PositiveFloat
    max_steps: PositiveInt
    optimizer: str
    curvature: PositiveFloat
    relax_cell: bool
    moves: Literal["atoms", "gap"] = "atoms"
    max_step: PositiveFloat = 0.2
    first_hessian: Literal["curvature", "springs"] = "curvature"
    approach: Approach | None = None


class Calculation(_Frozen):
    """One structure and what is to be done with it.

    Attributes
    ----------
    label : str
        Name for people; not part of the key.
    protocol : str
        Name of the protocol; not part of the key.
    atoms : AtomsRecord
        Positions and cell in angstrom.
    magnetic_moments : tuple of float, optional
        Initial moment of each atom (Bohr magnetons).
    electrons : ElectronicStructure
        What GPAW is to solve.
    relaxation : Relaxation, optional
        None: one energy at fixed atoms.
    gpaw_major : str
        Major version of GPAW, for example ``"26"``.
    solver : {"gpaw", "lennard-jones"}
        What computes energies and forces; anything but GPAW is a rehearsal.
    """

    label: str
    protocol: str
    atoms: AtomsRecord
    magnetic_moments: tuple[float, ...] | None = None
    electrons: ElectronicStructure
    relaxation: Relaxation | None
    gpaw_major: str
    solver: Literal["gpaw", "lennard-jones"] = "gpaw"

    @property
    def task(self) -> Literal["static", "relax"]:
        """``static`` or ``relax``."""
        return "static" if self.relaxation is None else "relax"

    @property
    def key(self) -> str:
        """sha256 (64 hexadecimal digits) over all that shapes the answer."""
        atoms = self.atoms
        content = {
            "format": KEY_FORMAT,
            "numbers": atoms.numbers,
            "positions": _bins(atoms.positions),
            "cell": _bins(atoms.cell),
            "pbc": atoms.pbc,
            "magnetic_moments": self.magnetic_moments,
            # Without what there is none of: earlier keys do not know it.
            "electrons": self.electrons.model_dump(
                mode="json",
                exclude={
                    name for name in ("kpoint_offset", "grid_spacing") if not getattr(self.electrons, name)
                },
            ),
            # Without defaults: what a later version adds here with one leaves keys as they are.
            "relaxation": self.relaxation and self.relaxation.model_dump(mode="json", exclude_defaults=True),
            "gpaw_major": self.gpaw_major,
        }
        if self.solver != "gpaw":
            content["solver"] = self.solver
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def approaching(self) -> Calculation | None:
        """The relaxation with fewer k-points that comes before this one; None where there is none."""
        if self.relaxation is None or self.relaxation.approach is None:
            return None
        approach = self.relaxation.approach
        how = {"fmax": approach.fmax, "max_steps": approach.max_steps, "approach": None}
        return self.model_copy(
            update={
                "label": f"{self.label}, approach",
                "electrons": self.electrons.model_copy(update={"kpoints": approach.kpoints}),
                "relaxation": self.relaxation.model_copy(update=how),
            }
        )

    @property
    def equal_settings(self) -> dict[str, JsonValue]:
        """What must agree between AB, A and B of one interface; lengths in angstrom."""
        electrons = self.electrons
        return {
            "xc": electrons.functional,
            "cutoff": electrons.cutoff,
            "kpts": list(electrons.kpoints),
            **({"kpoint_offset": electrons.kpoint_offset} if electrons.kpoint_offset else {}),
            **({"grid_spacing": electrons.grid_spacing} if electrons.grid_spacing else {}),
            "smearing": {"name": electrons.smearing, "width": electrons.smearing_width},
            "cell": [list(vector) for vector in self.atoms.cell],
            "pbc": list(self.atoms.pbc),
            "dipole_layer": electrons.dipole_layer,
            "spin_polarized": electrons.spin_polarized,
            "convergence": {
                "energy": electrons.energy_convergence,
                "density": electrons.density_convergence,
                "eigenstates": electrons.eigenstates_convergence,
            },
            "paw": {dataset.symbol: dataset.fingerprint for dataset in electrons.paw},
        }

    def to_atoms(self) -> Atoms:
        """Make `ase.Atoms` with initial magnetic moments where they are given."""
        atoms = self.atoms.to_atoms()
        if self.magnetic_moments is not None:
            atoms.set_initial_magnetic_moments(self.magnetic_moments)
        return atoms

    @classmethod
    def prepare(
        cls,
        atoms: Atoms,
        protocol: Protocol,
        *,
        label: str,
        task: Literal["static", "relax"],
        relax_cell: bool = False,
        dipole_layer: bool = False,
        moves: Literal["atoms", "gap"] = "atoms",
        kpoints: tuple[int, int, int] | None = None,
        kpoint_offset: float = 0.0,
        cutoff: float | None = None,
        grid_spacing: float | None = None,
        forces: float | None = None,
    ) -> Self:
        """Fill in a calculation from a structure and a protocol.

        Crystals (periodic in three directions) get the protocol's k-point density and force criterion for
        crystals; where the cell relaxes, its cutoff for that too. A static crystal, or one that relaxes in
        a fixed cell, keeps the cutoff of the slabs, with which it is compared.
        Molecules (not periodic) get whole occupations.

        Parameters
        ----------
        atoms : ase.Atoms
            Structure; initial magnetic moments make the calculation spin-polarised.
        protocol : Protocol
            Numerical settings.
        label : str
            Name for people.
        task : {"static", "relax"}
            One energy, or a relaxation.
        relax_cell : bool
            Whether the cell relaxes too.
        dipole_layer : bool
            Whether a dipole layer parts the two faces of a slab.
        moves : {"atoms", "gap"}
            In a relaxation: every atom, or the upper side (array ``side`` 1) as a rigid body along z.
        kpoints : tuple of int, optional
            Mesh, where it must be that of another calculation; None: from the protocol's density.
        kpoint_offset : float
            Of the mesh from the gamma point, in its steps.
        cutoff : float, optional
            Of the plane waves (eV), where it must be that of another calculation; None: the protocol's.
        grid_spacing : float, optional
            Of a slab's density (angstrom), where it must be that of another calculation; None: the
            protocol's, which depends on the elements (`slab_grid_spacing`).
        forces : float, optional
            How far forces (eV/angstrom) converge in each self-consistent field; None: in relaxations the
            protocol's criterion, in crystals half of what ends their relaxation; of static energies none.

        Raises
        ------
        wadflow.errors.InputError
            Where the structure and the task do not fit.
        """
        _check_cell(atoms, label, relax_cell=relax_cell, dipole_layer=dipole_layer)
        if moves == "gap":
            _check_sides(atoms, label)
        crystal = bool(atoms.pbc.all())
        settings = protocol.electrons
        density = settings.bulk_kpoint_density if crystal else settings.kpoint_density
        mesh = kpoints or mesh_of_density(atoms, density)
        moments = atoms.get_initial_magnetic_moments()
        polarized = bool(np.any(moments))
        relaxation = (
            _relaxation(atoms, protocol, moves=moves, relax_cell=relax_cell, mesh=mesh)
            if task == "relax"
            else None
        )
        if forces is None and relaxation is not None:
            forces = (
                min(protocol.convergence.forces, relaxation.fmax / 2)
                if crystal
                else protocol.convergence.forces
            )
        smearing = (settings.smearing, settings.smearing_width) if atoms.pbc.any() else WHOLE_OCCUPATIONS
        return cls(
            label=label,
            protocol=protocol.name,
            atoms=AtomsRecord.from_atoms(atoms),
            magnetic_moments=tuple(moments.tolist()) if polarized else None,
            electrons=ElectronicStructure(
                functional=settings.functional,
                cutoff=cutoff or (settings.bulk_cutoff if relax_cell else settings.cutoff),
                grid_spacing=grid_spacing or slab_grid_spacing(atoms, protocol),
                kpoints=mesh,
                kpoint_offset=kpoint_offset,
                smearing=smearing[0],
                smearing_width=smearing[1],
                energy_convergence=protocol.convergence.energy,
                density_convergence=protocol.convergence.density,
                eigenstates_convergence=protocol.convergence.eigenstates,
                force_convergence=forces,
                dipole_layer=dipole_layer,
                spin_polarized=polarized,
                paw=_datasets(atoms, protocol),
            ),
            relaxation=relaxation,
            gpaw_major=gpaw_version().split(".")[0],
            solver=protocol.solver,
        )


def mesh_of_density(atoms: Atoms, density: float) -> tuple[int, int, int]:
    """Return the smallest Monkhorst-Pack mesh of at least this density (points per inverse angstrom)."""
    from ase.calculators.calculator import kptdensity2monkhorstpack

    first, second, third = kptdensity2monkhorstpack(atoms, density, even=False)
    return int(first), int(second), int(third)


def slab_grid_spacing(atoms: Atoms, protocol: Protocol) -> float | None:
    """Return the grid spacing (angstrom) that a slab needs, for the hardest of its elements.

    None where GPAW's own will do: in slabs of soft elements alone, with their default PAW sets. Crystals and
    molecules are taken at another cutoff, or do not move on the grid.
    """
    settings = protocol.electrons
    is_slab = int(np.sum(atoms.pbc)) == SLAB_DIRECTIONS
    soft = set(settings.soft_elements) - set(protocol.paw)
    needed = is_slab and not set(atoms.get_chemical_symbols()) <= soft
    return settings.grid_spacing if needed else None


@cache
def gpaw_version() -> str:
    """Version of the installed GPAW, without the cost of importing it."""
    from importlib.metadata import version

    return version("gpaw")


def _datasets(atoms: Atoms, protocol: Protocol) -> tuple[PawDataset, ...]:
    from wadflow.workflows.paw import find_dataset

    functional = protocol.electrons.functional
    symbols = sorted(set(atoms.get_chemical_symbols()))
    return tuple(find_dataset(symbol, functional, protocol.paw.get(symbol)) for symbol in symbols)


def _relaxation(
    atoms: Atoms,
    protocol: Protocol,
    *,
    relax_cell: bool,
    moves: Literal["atoms", "gap"],
    mesh: tuple[int, int, int],
) -> Relaxation:
    settings = protocol.relaxation
    fmax = settings.bulk_fmax if atoms.pbc.all() else settings.fmax
    curvature = settings.curvature
    approach = None
    if moves == "gap":
        # Per area, so that a supercell comes to the same gap in the same steps.
        area = float(np.linalg.norm(np.cross(atoms.cell.array[0], atoms.cell.array[1])))
        fmax, curvature = round(settings.gap_stress * area, 6), round(settings.gap_stiffness * area, 6)
    elif protocol.approach is not None and is_slab_of_compound(atoms.numbers, atoms.pbc):
        coarse = mesh_of_density(atoms, protocol.approach.kpoint_density)
        if math.prod(coarse) <= COARSE * math.prod(mesh):
            approach = Approach(
                kpoints=coarse, fmax=protocol.approach.fmax, max_steps=protocol.approach.max_steps
            )
    return Relaxation(
        fmax=fmax,
        max_steps=settings.max_steps,
        optimizer=settings.optimizer,
        curvature=curvature,
        relax_cell=relax_cell,
        moves=moves,
        max_step=settings.max_step,
        first_hessian="curvature" if moves == "gap" else "springs",
        approach=approach,
    )


def is_slab_of_compound(numbers: ArrayLike, pbc: ArrayLike) -> bool:
    """Whether atoms of these numbers, shape (n,), periodic so, shape (3,), are a slab of many elements."""
    return len(np.unique(numbers)) > 1 and int(np.sum(pbc)) == SLAB_DIRECTIONS


def _check_sides(atoms: Atoms, label: str) -> None:
    if "side" not in atoms.arrays or set(atoms.arrays["side"].tolist()) != {0, 1}:
        problem = f"'{label}' is to have its gap optimised, but its atoms are not those of two sides"
        raise InputError(problem, remedy="give AB of an interface, with the array 'side' (0 lower, 1 upper)")


def _check_cell(atoms: Atoms, label: str, *, relax_cell: bool, dipole_layer: bool) -> None:
    if len(atoms) == 0:
        problem = f"'{label}' has no atoms"
        raise InputError(problem, remedy="give a structure with at least one atom")
    if relax_cell and not atoms.pbc.all():
        problem = (
            f"'{label}' is periodic in {int(sum(atoms.pbc))} directions, but its whole cell is to be relaxed"
        )
        raise InputError(problem, remedy="set relax_cell=False for slabs and molecules")
    if dipole_layer and atoms.pbc.tolist() != [True, True, False]:
        problem = (
            f"'{label}' is to have a dipole layer, which needs periodicity (True, True, False), "
            f"not {tuple(atoms.pbc.tolist())}"
        )
        raise InputError(problem, remedy="give the slab a cell with vacuum along c")


def _bins(lengths: ArrayLike) -> list[list[int]]:
    """Return the numbers of the bins into which lengths (angstrom) fall, in their shape."""
    scaled = np.asarray(lengths, dtype=float) / LENGTH_BIN
    bins: list[list[int]] = np.floor(scaled + BIN_OFFSET).astype(np.int64).tolist()
    return bins
