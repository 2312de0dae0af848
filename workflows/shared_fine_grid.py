"""Exchange and correlation on the fine grid, shared by the MPI ranks that have different k-points.

GPAW 26.7 divides k-points among ranks. Each rank then does again, alike, what belongs to no k-point, such as
exchange and correlation on the fine grid. Here each rank does its part of the grid, and all exchange what
they found. The sums are the same but for the last digits.

Shared are generalised gradient approximations, where each rank has the whole grid and the grid is large
enough for so many; all else is done as GPAW does it. What GPAW's potential calculator can do on one rank
alone, all ranks must then do together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gpaw.new.xc import Functional, GGAFunctional, create_functional
from gpaw.old.grid_descriptor import BadGridError
from gpaw.xc.gga import GGA

from wadflow.workflows.paw_exchange_correlation import GGAInAllDirections

if TYPE_CHECKING:
    from gpaw.core import UGDesc

POINTS_PER_STENCIL = 2
"""Grid points that a rank needs in each direction, for each of a derivative's order: in skew cells it reaches
twice as far."""


def share(whole: Functional, functional: Any, grid: UGDesc, ranks: Any) -> Functional:
    """Return a functional that all ranks calculate together; as it is where the grid is too small for that.

    Parameters
    ----------
    whole : gpaw.new.xc.Functional
        On the whole grid; one that `is_plain_gga` knows.
    functional : gpaw.xc.functional.XCFunctional
        One more of its kind, for a part of the grid.
    grid : gpaw.core.UGDesc
        The fine grid, which each rank has as a whole.
    ranks : gpaw.mpi.MPIComm
        Among which it is divided.
    """
    divided = divide(grid, ranks, POINTS_PER_STENCIL * functional.stencil_range)
    return whole if divided is None else SharedGGA(whole, create_functional(functional, divided))


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
