"""The density of an ionic step from that of the step before: it follows the atoms.

When atoms move, the density of their free selves moves with them; what binding has made of it stays:

    n(R') = n(R) + sum over atoms of [n_atom(r - R') - n_atom(r - R)]

D. Alfe, Comput. Phys. Commun. 118, 31 (1999), doi 10.1016/S0010-4655(98)00195-7, of which this is the first
step; VASP and Quantum ESPRESSO do likewise. GPAW 26.7 moves the wave functions instead, by their projections
on the partial waves of each atom. Those of lithium reach over its neighbours, so each neighbour's electron is
moved as well: after a step of 0.07 angstrom the energy of Li(001)/Li2O(001) began 4 eV wrong, after one of
0.3 angstrom 21 eV, and took more iterations than a start from atomic orbitals. The converged density is the
same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from ase import Atoms
    from numpy.typing import NDArray

SETTLING_ITERATIONS = 2
"""Of the eigensolver in the potential of the moved density."""


def move_atoms_with_density(calculator: Any, atoms: Atoms) -> None:
    """Move the atoms of a converged calculation, and their atomic densities with them.

    The wave functions stay where they are and settle in the new potential before the density is made from
    them again: while they are far off, mixing learns what it must forget. On a failure within, the
    calculator is not to be used again.

    Parameters
    ----------
    calculator : gpaw.new.ase_interface.ASECalculator
        Converged for atoms that differ from the new ones by nothing but positions.
    atoms : ase.Atoms
        Where the atoms are now.
    """
    dft = calculator.dft
    old = dft.density
    valence = old.nt_sR.data.copy()
    valence[: old.ndensities] -= old.nct_R.data
    valence -= atomic_density(dft)
    matrices = old.D_asii.gather(broadcast=True, copy=True)

    dft.ibzwfs.move_wave_functions = _leave_wave_functions
    calculator.move_atoms(atoms)

    dft = calculator.dft
    smooth = valence + atomic_density(dft)
    smooth[: dft.density.ndensities] += dft.density.nct_R.data
    _go_on_with(dft, smooth, matrices)


def start_with_density(calculator: Any, atoms: Atoms, other: Any) -> bool:
    """Start a calculation from atomic orbitals in the potential of a density that is known already.

    Parameters
    ----------
    calculator : gpaw.new.ase_interface.ASECalculator
        Not yet used.
    atoms : ase.Atoms
        Where the atoms are.
    other : gpaw.new.ase_interface.ASECalculator
        Converged for the same atoms, with other k-points.

    Returns
    -------
    bool
        Whether the density could be taken over: not where the two grids are divided among ranks, or are not
        the same.
    """
    calculator.create_new_calculation(atoms)
    dft, known = calculator.dft, other.dft.density
    grids = dft.density.nt_sR.desc, known.nt_sR.desc
    if any(grid.comm.size > 1 for grid in grids) or (grids[0].size_c != grids[1].size_c).any():
        return False
    _go_on_with(dft, known.nt_sR.data, known.D_asii.gather(broadcast=True, copy=True))
    return True


def _go_on_with(dft: Any, smooth: NDArray[np.float64], matrices: Any) -> None:
    """Put a density in the place of that which is there, and let wave functions settle in its potential.

    Parameters
    ----------
    dft : gpaw.new.calculation.DFT
        With wave functions.
    smooth : ndarray
        The pseudo density on this rank's part of the grid, shape (spins, n1, n2, n3), 1/bohr3.
    matrices : gpaw.core.atom_arrays.AtomArrays
        The density matrices of all atoms.
    """
    density = dft.density
    density.nt_sR.data[:] = smooth
    density.D_asii.scatter_from(matrices)
    dft.potential, dft.energies, _ = dft.pot_calc.calculate(density, dft.ibzwfs, dft.potential.vHt_x)
    for _ in range(SETTLING_ITERATIONS):
        _settle(dft)


def _settle(dft: Any) -> None:
    """Iterate the wave functions once, in a potential that stays."""
    loop, density = dft.scf_loop, dft.density
    loop.eigensolver.iterate(dft.ibzwfs, density, dft.potential, loop.hamiltonian, dft.pot_calc, dft.energies)
    electrons = density.nvalence - density.charge + dft.pot_calc.charge
    dft.ibzwfs.calculate_occs(loop.occ_calc, electrons, fix_fermi_level=False)


def atomic_density(dft: Any) -> NDArray[np.float64]:
    """Return the sum of the valence densities of neutral, unpolarised atoms.

    Neutral ones serve ions as well: an anion that moves takes its cloud with it either way, and with the
    charges of ions iterations were as many as from atomic orbitals.

    Parameters
    ----------
    dft : gpaw.new.calculation.DFT
        Which has the atoms, their basis functions and the grid.

    Returns
    -------
    numpy.ndarray
        On this rank's part of the grid, shape (number of spins, n1, n2, n3), 1/bohr3.
    """
    from gpaw.new.basis import create_basis

    spins = dft.density.ncomponents
    sum_of_atoms = dft.density.nt_sR.new()
    sum_of_atoms.data[:] = 0.0
    # Here densities alone are made of them, so they are real, whatever the wave functions are.
    basis = create_basis(dft.ibzwfs.ibz, spins, None, sum_of_atoms.desc, dft.setups, float, dft.relpos_ac)
    occupations = {
        index: setup.calculate_initial_occupation_numbers(0.0, False, charge=0.0, nspins=spins)
        for index, setup in enumerate(dft.setups)
    }
    basis.add_to_density(sum_of_atoms.data, occupations)
    result: NDArray[np.float64] = sum_of_atoms.data
    return result


def _leave_wave_functions(*_: Any) -> None:
    """Stand in for GPAW's function that moves wave functions."""
