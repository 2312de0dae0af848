"""Calculations filled in from a structure and a protocol."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from wadflow.errors import InputError
from wadflow.results.documents import AtomsRecord, PawDataset
from wadflow.workflows.calculation import Approach, Calculation, ElectronicStructure, Relaxation
from wadflow.workflows.sampling import (
    finer_than_own,
    fixed_cell_cutoff,
    is_slab_of_compound,
    mesh_of_density,
    slab_grid_spacing,
)

if TYPE_CHECKING:
    from ase import Atoms

    from wadflow.workflows.protocol import Protocol

COARSE = 0.25
"""Part of the k-points, at most, at which slabs come near their rest: with more of them the two starts, there
and back, cost as much as the steps save (`benchmarks/levers.py`)."""

WHOLE_OCCUPATIONS = ("fermi-dirac", 0.0)
"""Smearing of molecules and atoms: none. Spin-polarised ones keep the total moment that they start with."""


def prepare_calculation(
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
) -> Calculation:
    """Fill in a calculation from a structure and a protocol.

    Crystals (periodic in three directions) get the protocol's k-point density and force criterion for
    crystals; where the cell relaxes, its cutoff for that too. A static crystal, or one that relaxes in
    a fixed cell, has the cutoff of slabs of its elements, with which it is compared.
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
        Of the plane waves (eV), where it must be that of another calculation; None: the protocol's, which
        depends on the elements where the cell is fixed (`fixed_cell_cutoff`).
    grid_spacing : float, optional
        The most between points of a slab's density (angstrom), where it must be that of another
        calculation; None: the protocol's, which depends on the elements (`slab_grid_spacing`). Where
        GPAW's own grid is finer, it is taken.
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
            min(protocol.convergence.forces, relaxation.fmax / 2) if crystal else protocol.convergence.forces
        )
    cutoff = cutoff or (settings.bulk_cutoff if relax_cell else fixed_cell_cutoff(atoms, protocol))
    spacing = grid_spacing or slab_grid_spacing(atoms, protocol)
    smearing = (settings.smearing, settings.smearing_width) if atoms.pbc.any() else WHOLE_OCCUPATIONS
    return Calculation(
        label=label,
        protocol=protocol.name,
        atoms=AtomsRecord.from_atoms(atoms),
        magnetic_moments=tuple(moments.tolist()) if polarized else None,
        electrons=ElectronicStructure(
            functional=settings.functional,
            cutoff=cutoff,
            grid_spacing=finer_than_own(spacing, cutoff),
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
