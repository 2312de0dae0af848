"""Density mixing where a metal lies on a salt: Pulay's method with Kerker's preconditioner.

In a polar slab charge moves between faces that are ten angstrom apart, and each electron that does shifts
the potential by some hundred eV: a change of the density comes back up to three hundred times larger. With
plain Pulay mixing the first steps of Li(001)/Li2O(001) threw its energy about by 400 eV. Kerker's
preconditioner damps changes of long wavelength before they are mixed: G. P. Kerker, Phys. Rev. B 23, 3082
(1981), doi 10.1103/PhysRevB.23.3082. The converged density is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gpaw.dft import Pulay
from gpaw.mixer.pulay import PulayMixer

if TYPE_CHECKING:
    from numpy.typing import NDArray

WAVE_VECTOR = 0.8
"""Wave vector (1/bohr) below which changes are damped: about the Thomas-Fermi screening of metals."""


class KerkerPulayMixer(PulayMixer):
    """GPAW's Pulay mixer, whose steps are damped at long wavelengths.

    What is mixed is the smooth residual R, but the long waves are those of the whole charge Rc, with the
    charges on the atoms: R - (1 - K) Rc takes the place of R, with K = G^2 / (G^2 + q^2), so that the whole
    charge moves by K Rc. Pulay's equations still see the undamped Rc.
    """

    def calculate_residual(self, ntc_sX: Any, prev_sX: Any, res_sX: Any) -> Any:  # GPAW's names
        """Calculate the residual (GPAW's own), and keep it at hand."""
        self._residual = super().calculate_residual(ntc_sX, prev_sX, res_sX)
        return self._residual

    def add_compensation_charge(self, *args: Any, **kwargs: Any) -> Any:
        """Return the residual with the charges of the atoms (GPAW's own), and damp what will be mixed."""
        whole = super().add_compensation_charge(*args, **kwargs)
        if self.desc.comm.size == 1:  # a grid in pieces, with more ranks than k-points, goes without
            self._residual.data[0] -= self._long_waves(whole.data[0])
        return whole

    def _long_waves(self, charge: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (1 - K) of a charge on the grid, shape (n1, n2, n3); its mean is left alone."""
        box: Any = self.desc  # a uniform grid
        inverse = np.linalg.inv(box.cell_cv).T * 2 * np.pi  # rows: reciprocal vectors, 1/bohr
        n1, n2, n3 = charge.shape
        counts = (np.fft.fftfreq(n1, 1 / n1), np.fft.fftfreq(n2, 1 / n2), np.fft.rfftfreq(n3, 1 / n3))
        # Along a direction without periodicity the grid lacks the boundary point: its period is n3 steps.
        inverse = inverse * (box.size_c / np.array(charge.shape))[:, None]
        grid = np.meshgrid(*counts, indexing="ij")
        squared = sum(component**2 for component in np.einsum("ixyz,ic->cxyz", np.array(grid), inverse))
        weight = WAVE_VECTOR**2 / (squared + WAVE_VECTOR**2)
        weight[0, 0, 0] = 0.0
        result: NDArray[np.float64] = np.fft.irfftn(
            np.fft.rfftn(charge) * weight, s=charge.shape, axes=(0, 1, 2)
        )
        return result


class KerkerPulay(Pulay):
    """The parameter that asks GPAW for a `KerkerPulayMixer`; its arguments are Pulay's."""

    name = "kerker-pulay"
    cls = KerkerPulayMixer
