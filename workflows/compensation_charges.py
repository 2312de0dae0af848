"""Compensation charges of atoms in plane waves: atoms of one kind are summed before their functions come in.

The electrostatic potential of a PAW calculation is that of its pseudo density and of compensation charges,
which GPAW 26.7 holds on a large set of plane waves. For each function of each atom it multiplies phase,
radial function and spherical harmonic at each plane wave, twice in each iteration: a tenth of an iteration
for twelve atoms of Li2O(001). Atoms of one kind have the same functions, so here one product of matrices
sums their phases times coefficients, and the functions come after. The sums are the same but for the last
digits.

Ranks that have different k-points, and would each do this alike, have a part of the plane waves each, and
exchange what they found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gpaw.core.pwacf import PWAtomCenteredFunctions
    from numpy.typing import NDArray

BLOCK = 20_000
"""Plane waves that are dealt with at once."""

MOST_PHASES = 8_000_000
"""Phases of atoms at plane waves (128 MB) that are kept; of more each is calculated when it is needed."""


class CompensationCharges:
    """Compensation charges of all atoms, in the place of GPAW's own.

    What GPAW does seldom, for forces and stress, is done by them.

    Parameters
    ----------
    own : gpaw.core.pwacf.PWAtomCenteredFunctions
        GPAW's own, on all plane waves and for all atoms.
    ranks : gpaw.mpi.MPIComm
        Each of which has a part of the plane waves here.
    """

    def __init__(self, own: PWAtomCenteredFunctions, ranks: Any) -> None:
        self._own = own
        self._waves = own.pw.new(comm=ranks) if ranks.size > 1 else own.pw
        # GPAW needs these tables too, for forces; they are shared, not held twice.
        own._lazy_init()  # noqa: SLF001
        functions: Any = own._lfc  # noqa: SLF001
        here = slice(self._waves.ng1, self._waves.ng2)
        self._radial: NDArray[np.float64] = functions.f_Gs[here]
        self._angular: NDArray[np.float64] = functions.Y_GL[here]
        self._kinds = _kinds(functions)
        self._order = [atom for atoms, _ in self._kinds for atom in atoms]
        self._set_positions(own.relpos_ac)

    def add_to(self, charge_h: Any, Q_aL: Any) -> None:
        """Add the charges, with their coefficients, to a charge in all plane waves."""
        found = charge_h.desc.zeros()
        mine = found.data[self._waves.ng1 : self._waves.ng2]
        for here, phases in self._blocks():
            start = 0
            for atoms, functions in self._kinds:
                coefficients = np.array([Q_aL[atom] for atom in atoms])
                end = start + len(atoms)
                summed = (coefficients.T @ phases[start:end].view(float)).view(complex)
                start, first = end, 0
                for spline, degree in functions:
                    last = first + 2 * degree + 1
                    angular = self._angular[here, degree**2 : (degree + 1) ** 2]
                    over_orders = np.einsum("Gm,mG->G", angular, summed[first:last])
                    mine[here] += (-1j) ** degree * self._radial[here, spline] * over_orders
                    first = last
        self._waves.comm.sum(found.data)
        charge_h.data += found.data / self._waves.dv

    def integrate(self, vHt_h: Any) -> Any:
        """Return the integral of each charge in a potential in all plane waves."""
        mine = vHt_h.data[self._waves.ng1 : self._waves.ng2]
        sums = [np.zeros((len(atoms), _count(functions))) for atoms, functions in self._kinds]
        for here, phases in self._blocks():
            potential = 2.0 * mine[here]  # the other half of the plane waves is the conjugate
            if self._waves.ng1 + here.start == 0:
                potential[0] /= 2.0  # of which this has none
            start = 0
            for (atoms, functions), integrals in zip(self._kinds, sums, strict=True):
                end = start + len(atoms)
                weighted = np.empty((integrals.shape[1], len(potential)), complex)
                first = 0
                for spline, degree in functions:
                    last = first + 2 * degree + 1
                    angular = self._angular[here, degree**2 : (degree + 1) ** 2].T
                    radial = 1j**degree * self._radial[here, spline] * potential
                    np.multiply(radial, angular, out=weighted[first:last])
                    first = last
                integrals[:] += phases[start:end].view(float) @ weighted.view(float).T
                start = end
        found = self._own.empty()
        for (atoms, _), integrals in zip(self._kinds, sums, strict=True):
            for atom, row in zip(atoms, integrals, strict=True):
                found[atom][:] = row
        self._waves.comm.sum(found.data)
        return found

    def move(self, relpos_ac: NDArray[np.float64], atomdist: Any) -> None:
        """Move the atoms."""
        self._own.move(relpos_ac, atomdist)
        self._set_positions(relpos_ac)

    def derivative(self, vHt_h: Any) -> Any:
        """Return the derivatives of the integrals by the positions of atoms."""
        return self._own.derivative(vHt_h)

    def stress_contribution(self, vHt_h: Any, Q_aL: Any) -> Any:
        """Return the stress of the charges in a potential."""
        return self._own.stress_contribution(vHt_h, Q_aL)

    def _set_positions(self, relpos_ac: NDArray[np.float64]) -> None:
        self._positions = relpos_ac[self._order] @ self._waves.cell
        few = self._positions.shape[0] * len(self._waves.G_plus_k_Gv) <= MOST_PHASES
        self._kept: NDArray[np.complex128] | None = self._phases(slice(None)) if few else None

    def _phases(self, here: slice) -> NDArray[np.complex128]:
        """Return exp(-iGR) of the atoms, kind by kind, at a block of plane waves."""
        phases: NDArray[np.complex128] = np.exp(-1j * (self._positions @ self._waves.G_plus_k_Gv[here].T))
        return phases

    def _blocks(self) -> Iterator[tuple[slice, NDArray[np.complex128]]]:
        count = len(self._waves.G_plus_k_Gv)
        for first in range(0, count, BLOCK):
            here = slice(first, min(first + BLOCK, count))
            yield here, self._phases(here) if self._kept is None else self._kept[:, here].copy()


def _kinds(functions: Any) -> list[tuple[list[int], list[tuple[int, int]]]]:
    """Return atoms that have the same functions, and these: numbers of their splines, and degrees."""
    by_atom: dict[int, list[int]] = {}
    for atom, spline in zip(functions.a_J.tolist(), functions.s_J.tolist(), strict=True):
        by_atom.setdefault(atom, []).append(spline)
    by_kind: dict[tuple[int, ...], list[int]] = {}
    for atom, splines in by_atom.items():
        by_kind.setdefault(tuple(splines), []).append(atom)
    return [
        (atoms, [(spline, int(functions.l_s[spline])) for spline in splines])
        for splines, atoms in by_kind.items()
    ]


def _count(functions: list[tuple[int, int]]) -> int:
    return sum(2 * degree + 1 for _, degree in functions)
