"""What GPAW does once for all k-points, shared by the MPI ranks that have different ones.

GPAW 26.7 divides k-points among ranks. Each rank then does again, alike, what belongs to no k-point: exchange
and correlation on the fine grid, and the compensation charges of all atoms on a large set of plane waves. In
a slab of eight atoms of lithium that is a tenth of an iteration on one rank, and so a fifth on two. Here each
rank does its part of the grid and of the plane waves, and all exchange what they found. The sums are the same
but for the last digits.

Shared are generalised gradient approximations, where each rank has the whole grid and the grid is large
enough for so many; all else is done as GPAW does it. What GPAW's potential calculator can do on one rank
alone, all ranks must then do together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gpaw.core.atom_arrays import AtomDistribution
from gpaw.dft import PW
from gpaw.new.pw.builder import PWDFTComponentsBuilder
from gpaw.new.pw.paw_poisson import SlowPAWPoissonSolver
from gpaw.new.xc import Functional, GGAFunctional, create_functional
from gpaw.old.grid_descriptor import BadGridError
from gpaw.xc.gga import GGA

from wadflow.workflows.paw_exchange_correlation import GGAInAllDirections

if TYPE_CHECKING:
    from ase import Atoms
    from gpaw.core import UGDesc
    from numpy.typing import NDArray

POINTS_PER_STENCIL = 2
"""Grid points that a rank needs in each direction, for each of a derivative's order: in skew cells it reaches
twice as far."""


class PlaneWaves(PW):
    """GPAW's plane-wave mode, in which the ranks of k-points share the fine grid."""

    def __init__(self, ecut: float) -> None:
        super().__init__(ecut)
        self.name = "pw"

    def dft_components_builder(
        self, atoms: Atoms, params: Any, *, log: Any = None, comm: Any = None
    ) -> PWDFTComponentsBuilder:
        """Return what builds a calculation (GPAW's own method)."""
        return SharedGridBuilder(atoms, params, log=log, comm=comm)


class SharedGridBuilder(PWDFTComponentsBuilder):
    """Builds the parts of a calculation as GPAW does; those below are shared among ranks."""

    def __init__(self, atoms: Atoms, params: Any, *, comm: Any = None, log: Any = None) -> None:
        super().__init__(atoms, params, comm=comm, log=log)  # type: ignore[no-untyped-call]  # GPAW
        if self._each_rank_has_the_grid() and is_plain_gga(self.xc):
            functional = params.xc.functional(collinear=self.ncomponents < 4, atoms=self.atoms)
            reach = POINTS_PER_STENCIL * functional.stencil_range
            divided = divide(self.fine_grid, self.communicators["D"], reach)
            if divided is not None:
                self.xc = SharedGGA(self.xc, create_functional(functional, divided))

    def create_poisson_solver(self, extensions: Any) -> Any:
        """Return the solver of the electrostatic potential (GPAW's own method)."""
        solver = super().create_poisson_solver(extensions)  # type: ignore[no-untyped-call]  # GPAW
        if self._each_rank_has_the_grid() and type(solver) is SlowPAWPoissonSolver:
            ranks = self.communicators["D"]
            atoms = AtomDistribution.from_number_of_atoms(len(self.atoms), ranks)
            part = self.setups.create_compensation_charges(
                solver.pwh.new(comm=ranks), self.relpos_ac, atoms, self.xp
            )
            solver.ghat_aLh = SharedCompensationCharges(solver.ghat_aLh, part)
        return solver

    def _each_rank_has_the_grid(self) -> bool:
        """Whether there is more than one rank, each with the whole grid, and no GPU."""
        return bool(self.communicators["D"].size > 1 and self.grid.comm.size == 1 and self.xp is np)


def is_plain_gga(functional: Functional) -> bool:
    """Whether a functional is a GGA and nothing more: no exact exchange, no van der Waals."""
    return (
        type(functional) is GGAFunctional
        and type(functional.xc) in (GGA, GGAInAllDirections)
        and functional.exx_fraction == 0.0
    )


def divide(grid: UGDesc, ranks: Any, reach: int) -> UGDesc | None:
    """Return a grid divided among ranks; None where one would have fewer points than derivatives reach.

    Parameters
    ----------
    grid : gpaw.core.UGDesc
        As a whole.
    ranks : gpaw.mpi.MPIComm
        Among which it is divided. All of them come to the same answer.
    reach : int
        Points, in each direction.
    """
    try:
        divided = grid.new(comm=ranks)
    except BadGridError:  # a rank would have none
        return None
    fewest = min(np.diff(starts).min() for starts in divided.decomp_cp)
    return divided if fewest >= reach else None


class SharedGGA(GGAFunctional):
    """A generalised gradient approximation on a grid of which each rank does a part.

    Parameters
    ----------
    whole : gpaw.new.xc.Functional
        On the whole grid; stress is left to it.
    part : gpaw.new.xc.Functional
        On a grid that is divided among the ranks.
    """

    def __init__(self, whole: Functional, part: Functional) -> None:
        super().__init__(whole.xc, whole.grid, whole.xp)
        self._part = part

    def calculate(self, nt_sr: Any, taut_sr: Any = None) -> tuple[float, Any, Any]:
        """Return energy (hartree), potential and None, as GPAW's own method does."""
        grid = self._part.grid
        here = tuple(slice(start, end) for start, end in zip(grid.start_c, grid.end_c, strict=True))
        density = grid.empty(nt_sr.dims)
        density.data[:] = nt_sr.data[(slice(None), *here)]
        energy, potential, _ = self._part.calculate(density, taut_sr)
        whole = nt_sr.new()
        whole.data[:] = potential.gather(broadcast=True).data
        return energy, whole, None


class SharedCompensationCharges:
    """Compensation charges of all atoms in plane waves of which each rank does a part.

    What GPAW does seldom, for forces and stress, each rank does as a whole.

    Parameters
    ----------
    whole : gpaw.core.pwacf.PWAtomCenteredFunctions
        On all plane waves and atoms.
    part : gpaw.core.pwacf.PWAtomCenteredFunctions
        On plane waves, and for atoms, that are divided among the ranks.
    """

    def __init__(self, whole: Any, part: Any) -> None:
        self._whole = whole
        self._part = part

    def add_to(self, charge_h: Any, Q_aL: Any) -> None:
        """Add the charges with their coefficients to a charge in plane waves."""
        waves = self._part.pw
        mine = waves.zeros()
        self._part.add_to(mine, Q_aL)
        sum_of_parts = charge_h.desc.zeros()
        sum_of_parts.data[waves.ng1 : waves.ng2] = mine.data
        waves.comm.sum(sum_of_parts.data)
        charge_h.data += sum_of_parts.data

    def integrate(self, vHt_h: Any) -> Any:
        """Return the integrals of each charge in a potential."""
        waves = self._part.pw
        mine = waves.empty()
        mine.data[:] = vHt_h.data[waves.ng1 : waves.ng2]
        found = self._whole.empty()
        found.data[:] = 0.0
        for atom, integrals in self._part.integrate(mine).items():
            found[atom][:] = integrals
        waves.comm.sum(found.data)
        return found

    def move(self, relpos_ac: NDArray[np.float64], atomdist: Any) -> None:
        """Move the atoms; they stay with their ranks."""
        self._whole.move(relpos_ac, atomdist)
        self._part.move(relpos_ac, self._part.atomdist)

    def derivative(self, vHt_h: Any) -> Any:
        """Return the derivatives of the integrals by the positions of atoms."""
        return self._whole.derivative(vHt_h)

    def stress_contribution(self, vHt_h: Any, Q_aL: Any) -> Any:
        """Return the stress of the charges in a potential."""
        return self._whole.stress_contribution(vHt_h, Q_aL)
