"""GPAW's plane-wave mode with parts of our own, which find the same in less time.

- Wave functions start from atomic orbitals by way of a coarse grid (`starting_orbitals`).
- Compensation charges are summed over atoms of one kind first (`compensation_charges`).
- MPI ranks share what belongs to no k-point (`shared_fine_grid`, `compensation_charges`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gpaw.dft import PW
from gpaw.new.pw.builder import PWDFTComponentsBuilder
from gpaw.new.pw.paw_poisson import SlowPAWPoissonSolver

from wadflow.workflows.compensation_charges import CompensationCharges
from wadflow.workflows.shared_fine_grid import is_plain_gga, share
from wadflow.workflows.starting_orbitals import can_start, starting_wave_functions

if TYPE_CHECKING:
    from ase import Atoms


class PlaneWaves(PW):
    """GPAW's plane-wave mode, whose calculations have these parts."""

    def __init__(self, ecut: float) -> None:
        super().__init__(ecut)
        self.name = "pw"

    def dft_components_builder(
        self, atoms: Atoms, params: Any, *, log: Any = None, comm: Any = None
    ) -> PWDFTComponentsBuilder:
        """Return what builds a calculation (GPAW's own method)."""
        return QuickerBuilder(atoms, params, log=log, comm=comm)


class QuickerBuilder(PWDFTComponentsBuilder):
    """Builds the parts of a calculation; all but those below as GPAW does."""

    def __init__(self, atoms: Atoms, params: Any, *, comm: Any = None, log: Any = None) -> None:
        super().__init__(atoms, params, comm=comm, log=log)  # type: ignore[no-untyped-call]  # GPAW
        ranks = self.communicators["D"]
        if ranks.size > 1 and self._has_the_whole_grid() and is_plain_gga(self.xc):
            functional = params.xc.functional(collinear=self.ncomponents < 4, atoms=self.atoms)
            self.xc = share(self.xc, functional, self.fine_grid, ranks)

    def create_ibz_wave_functions(self, basis: Any, potential: Any) -> Any:
        """Return wave functions to start from (GPAW's own method)."""
        if can_start(self):
            return starting_wave_functions(self, potential)
        return super().create_ibz_wave_functions(basis, potential)  # type: ignore[no-untyped-call]  # GPAW

    def create_poisson_solver(self, extensions: Any) -> Any:
        """Return the solver of the electrostatic potential (GPAW's own method)."""
        solver = super().create_poisson_solver(extensions)  # type: ignore[no-untyped-call]  # GPAW
        if self._has_the_whole_grid() and type(solver) is SlowPAWPoissonSolver:
            solver.ghat_aLh = CompensationCharges(solver.ghat_aLh, self.communicators["D"])
        return solver

    def _has_the_whole_grid(self) -> bool:
        """Whether each rank has the whole grid, and no GPU."""
        return bool(self.grid.comm.size == 1 and self.xp is np)
