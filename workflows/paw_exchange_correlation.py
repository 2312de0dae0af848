"""Exchange and correlation inside the PAW spheres, in all directions at once.

The PAW method corrects the exchange-correlation energy of each atom by an integral over 50 directions and a
radial grid (P. E. Bloechl, Phys. Rev. B 50, 17953 (1994), doi 10.1103/PhysRevB.50.17953). GPAW 26.7 goes
through the directions one by one in Python, twice for each atom in each iteration: in slabs of Li2O that was
a quarter to a half of an iteration's processor time. Here the same sums are products of matrices. The
numbers are the same but for the last digits.
"""

from __future__ import annotations

from functools import cache
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np
from gpaw.dft import XC
from gpaw.sphere.lebedev import Y_nL, weight_n
from gpaw.xc.gga import GGA
from gpaw.xc.lda import calculate_paw_correction
from gpaw.xc.pawcorrection import rnablaY_nLv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class RadialIntegral:
    """What GPAW calls to integrate a functional of the density of one atom over its sphere.

    Parameters
    ----------
    kernel : gpaw.xc.kernel.XCKernel
        The functional at each point.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def __call__(self, rgd: Any, D_sLq: Array, n_qg: Array, nc0_sg: Array) -> tuple[float, Array]:
        """Return the energy and its derivatives; suffixes and names are GPAW's.

        Parameters
        ----------
        rgd : gpaw.atom.radialgd.RadialGridDescriptor
            The radial grid, bohr.
        D_sLq : ndarray
            Weight of each product of partial waves in the density, shape (spins, angular momenta, products).
        n_qg : ndarray
            Products of partial waves, shape (products, radial points), 1/bohr3.
        nc0_sg : ndarray
            Density of the core over its spherical harmonic, shape (spins, radial points), 1/bohr3.

        Returns
        -------
        energy : float
            Hartree.
        dEdD_sqL : ndarray
            Its derivatives by the weights (hartree), shape (spins, products, angular momenta).
        """
        n_sLg = D_sLq @ n_qg
        n_sLg[:, 0] += nc0_sg
        spins, momenta, _ = n_sLg.shape
        Y_nL, weighted_Y_nL, nabla_vnL, weighted_nabla_vnL = _directions(momenta)
        # Spin, direction, radial point:
        n_sng = Y_nL @ n_sLg
        dndr_sng = Y_nL @ _derivative(n_sLg, rgd.dr_g)
        across_vsng = nabla_vnL[:, np.newaxis] @ n_sLg

        sigma_xng = np.empty((2 * spins - 1, *n_sng.shape[1:]))
        for x, (one, other) in enumerate(((0, 0), (0, 1), (1, 1))[: 2 * spins - 1]):
            sigma_ng = sigma_xng[x]
            np.einsum("vng,vng->ng", across_vsng[:, one], across_vsng[:, other], out=sigma_ng)
            sigma_ng[:, 1:] /= rgd.r_g[1:] ** 2
            sigma_ng[:, 0] = sigma_ng[:, 1]
            sigma_ng += dndr_sng[one] * dndr_sng[other]

        e_ng = np.empty(n_sng.shape[1:])
        dedn_sng = np.zeros_like(n_sng)
        dedsigma_xng = np.zeros_like(sigma_xng)
        self._kernel.calculate(e_ng, n_sng, dedn_sng, sigma_xng, dedsigma_xng)

        # What multiplies the gradient of each spin's density in the first variation of the energy:
        flux_sng = 2.0 * dedsigma_xng[::2] * dndr_sng
        flux_vsng = 2.0 * dedsigma_xng[::2] * across_vsng
        if spins == 2:
            flux_sng += dedsigma_xng[1] * dndr_sng[::-1]
            flux_vsng += dedsigma_xng[1] * across_vsng[:, ::-1]
        gradient_sng = _derivative_by_parts(rgd.dv_g * flux_sng, rgd.dr_g)
        gradient_sng[..., 1:] /= rgd.dv_g[1:]
        gradient_sng[..., 0] = gradient_sng[..., 1]
        dedn_sng -= gradient_sng

        dEdD_sqL = n_qg @ (rgd.dv_g * dedn_sng).swapaxes(1, 2) @ weighted_Y_nL
        flux_vsng *= 4.0 * pi * rgd.dr_g
        dEdD_sqL += (n_qg @ flux_vsng.swapaxes(2, 3) @ weighted_nabla_vnL[:, np.newaxis]).sum(axis=0)
        return float(weight_n @ rgd.integrate(e_ng)), dEdD_sqL


@cache
def _directions(momenta: int) -> tuple[Array, Array, Array, Array]:
    """Return what depends on directions alone, for so many angular momenta.

    Spherical harmonics, shape (directions, momenta), and r times their gradients, shape (3, directions,
    momenta), each without and with the weights of the directions.
    """
    harmonics = np.ascontiguousarray(Y_nL[:, :momenta])
    gradients = np.ascontiguousarray(rnablaY_nLv[:, :momenta].transpose(2, 0, 1))
    weights = weight_n[:, np.newaxis]
    return harmonics, weights * harmonics, gradients, weights * gradients


def _derivative(values: Array, dr_g: Array) -> Array:
    """Return the radial derivative as GPAW's grids take it (`derivative`), along the last axis."""
    result = np.empty_like(values)
    result[..., 0] = values[..., 1] - values[..., 0]
    result[..., 1:-1] = 0.5 * (values[..., 2:] - values[..., :-2])
    result[..., -1] = values[..., -1] - values[..., -2]
    result /= dr_g
    return result


def _derivative_by_parts(values: Array, dr_g: Array) -> Array:
    """Return what stands for `_derivative` in sums by parts (`derivative2` of GPAW's grids)."""
    scaled = values / dr_g
    result = np.empty_like(scaled)
    result[..., 0] = 0.5 * scaled[..., 1] + scaled[..., 0]
    result[..., 1] = 0.5 * scaled[..., 2] - scaled[..., 0]
    result[..., 2:-2] = 0.5 * (scaled[..., 3:-1] - scaled[..., 1:-3])
    result[..., -2] = scaled[..., -1] - 0.5 * scaled[..., -3]
    result[..., -1] = -scaled[..., -1] - 0.5 * scaled[..., -2]
    return result


class GGAInAllDirections(GGA):
    """GPAW's generalised gradient approximation, its PAW corrections in all directions at once."""

    def calculate_paw_correction(  # type: ignore[override]  # as GPAW's own GGA does
        self,
        setup: Any,
        D_sp: Array,
        dEdD_sp: Any = None,
        addcoredensity: bool = True,  # noqa: FBT001, FBT002  # GPAW's
        a: Any = None,
    ) -> float:
        """Return the correction of an atom's energy (hartree); its derivatives are added to ``dEdD_sp``.

        Parameters
        ----------
        setup : gpaw.setup.Setup
            The PAW data set of the atom.
        D_sp : ndarray
            Its density matrix, packed, shape (spins, pairs).
        dEdD_sp : ndarray, optional
            Hartree, in the same shape.
        addcoredensity : bool
            Whether the core's density is part of the atom's.
        a : int, optional
            Number of the atom, which no GGA asks for.
        """
        integral = RadialIntegral(self.kernel)
        return float(calculate_paw_correction(integral, setup, D_sp, dEdD_sp, addcoredensity, a))


class ExchangeCorrelation(XC):
    """The parameter that asks GPAW for a functional; a GGA comes as `GGAInAllDirections`."""

    def functional(self, **how: Any) -> Any:
        """Return the functional (GPAW's own method)."""
        functional = super().functional(**how)
        if type(functional) is GGA:
            kernel, stencil = functional.kernel, functional.stencil_range
            return GGAInAllDirections(kernel, stencil=stencil)  # type: ignore[no-untyped-call]  # GPAW
        return functional
