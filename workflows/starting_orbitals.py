"""Wave functions to start from: atomic orbitals, without the fine grid.

GPAW 26.7 starts plane waves from atomic orbitals. It integrates their Hamiltonian on the grid of the density,
and at each k-point sums the orbitals that it finds on the points of that grid, before it transforms them. For
twelve atoms of Li2O(001) that is a fifth of the first self-consistent field. Here the Hamiltonian is
integrated on a coarser grid, and each orbital is expanded in plane waves at once. Levels of the start differ
by some meV; the energy in the end by what the criteria of self-consistency leave.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from gpaw.core.pwacf import PWAtomCenteredFunctions
from gpaw.new.basis import create_basis
from gpaw.new.builder import create_uniform_grid
from gpaw.new.lcao.builder import create_lcao_ibzwfs
from gpaw.new.lcao.eigensolver import LCAOEigensolver
from gpaw.new.lcao.hamiltonian import LCAOHamiltonian
from gpaw.new.potential import Potential

from wadflow.workflows.sampling import own_grid_spacing

if TYPE_CHECKING:
    from gpaw.core import PWArray, PWDesc
    from gpaw.new.lcao.wave_functions import LCAOWaveFunctions
    from gpaw.new.pw.builder import PWDFTComponentsBuilder

COARSE_SPACING = own_grid_spacing(340.0)
"""Angstrom, the most between points: GPAW's grid for plane waves of 340 eV, its default. Levels of Li2O(001)
are within 3 meV of those on the grid of 600 eV; with 0.27 angstrom they are 0.03 eV off."""


def starting_wave_functions(builder: PWDFTComponentsBuilder, potential: Potential) -> Any:
    """Return wave functions in plane waves, from atomic orbitals in a potential.

    Parameters
    ----------
    builder : gpaw.new.pw.builder.PWDFTComponentsBuilder
        Of a calculation that `can_start` knows.
    potential : gpaw.new.potential.Potential
        On the grid of the calculation.

    Returns
    -------
    gpaw.new.pwfd.ibzwfs.PWFDIBZWaveFunctions
        As GPAW's `create_ibz_wave_functions` does.
    """
    orbitals = atomic_orbitals(builder, on_coarse_grid(builder, potential))
    for one in orbitals:
        one.to_pw_expansion = partial(in_plane_waves, one)
    found = orbitals.convert_to(mode="pw", grid=builder.grid, pw=builder.wf_desc, nbands=builder.nbands)
    for one in orbitals:
        # It refers to its orbitals, which would stay until Python looks for such circles.
        del one.to_pw_expansion
    return found


def atomic_orbitals(builder: PWDFTComponentsBuilder, potential: Potential) -> Any:
    """Return atomic orbitals of GPAW that are diagonal in a potential, integrated on its grid."""
    grid = potential.vt_sR.desc
    basis = create_basis(
        builder.ibz,
        builder.ncomponents,
        builder.atoms.pbc,
        grid,
        builder.setups,
        builder.dtype,
        builder.relpos_ac,
        builder.communicators["w"],
        builder.communicators["k"],
        builder.communicators["b"],
    )
    orbitals, _ = create_lcao_ibzwfs(
        basis,
        builder.ibz,
        builder.communicators,
        builder.setups,
        builder.relpos_ac,
        grid,
        builder.dtype,
        min(builder.nbands, basis.Mmax),
        builder.ncomponents,
        builder.atomdist,
        builder.nelectrons,
    )
    LCAOEigensolver(basis).iterate(orbitals, None, potential, LCAOHamiltonian(basis))
    return orbitals


def can_start(builder: PWDFTComponentsBuilder) -> bool:
    """Whether a calculation is of those that start here; GPAW starts all others.

    Its wave functions are complex and of one spin component each, and each rank has the whole grid and all
    bands of its k-points, on processors.
    """
    return bool(
        np.dtype(builder.dtype) == np.complex128
        and builder.ncomponents < 4  # 4: non-collinear spins
        and builder.grid.comm.size == 1
        and builder.communicators["b"].size == 1
        and builder.xp is np
        and builder.xc.type != "MGGA"
        and builder.qspiral_v is None
        and not builder.params.random
    )


def on_coarse_grid(builder: PWDFTComponentsBuilder, potential: Potential) -> Potential:
    """Return a potential on the coarse grid of atomic orbitals; as it is where that would be no coarser."""
    grid = create_uniform_grid(
        "pw",
        None,
        builder.atoms.cell,
        builder.atoms.pbc,
        builder.ibz.symmetries,
        h=COARSE_SPACING,
        comm=builder.grid.comm,
    )
    if (grid.size_c >= builder.grid.size_c).any():
        return potential
    values = grid.empty(potential.vt_sR.dims)
    for fine, coarse in zip(potential.vt_sR, values, strict=True):
        fine.fft_restrict(grid=grid, out=coarse)
    return Potential(values, potential.dH_asii, None, potential.vHt_x)


def in_plane_waves(orbitals: LCAOWaveFunctions, nbands: int, waves: PWDesc) -> PWArray:
    """Return the first `nbands` orbitals of a k-point in plane waves; those that are missing are left empty.

    Takes the place of GPAW's `LCAOWaveFunctions.to_pw_expansion`, which sums on a grid and transforms.
    """
    waves = waves.new(kpt=orbitals.kpt_c)
    functions = [setup.basis_functions_J for setup in orbitals.setups]
    centered = PWAtomCenteredFunctions(functions, orbitals.relpos_ac, waves)
    # GPAW expands without the phase that the Bloch sum has at each atom.
    phases = np.exp(-2j * np.pi * (orbitals.relpos_ac @ waves.kpt_c))
    counts = [sum(2 * one.get_angular_momentum_number() + 1 for one in each) for each in functions]
    coefficients = orbitals.C_nM.copy()
    coefficients.data *= np.repeat(phases, counts)
    found = waves.empty(nbands)
    centered.multiply(coefficients, found[: len(coefficients.data)])
    return found
