"""The gap of an interface as the only thing that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ase.filters import Filter

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray


class GapFilter(Filter):
    """Show an optimizer one body instead of many atoms: the upper side, which moves along z.

    Its "position" is how far the upper side was moved (angstrom), its "force" the sum of the forces on it
    along z (eV/angstrom): minus the derivative of the energy by the gap.

    Parameters
    ----------
    atoms : ase.Atoms
        AB, with the array ``side`` (0 lower, 1 upper).
    """

    def __init__(self, atoms: Atoms) -> None:
        self._upper = atoms.arrays["side"] == 1
        self._origin = float(atoms.positions[self._upper, 2].mean())
        super().__init__(atoms, mask=self._upper)  # type: ignore[no-untyped-call]  # ASE

    def __len__(self) -> int:
        """Return 1, the number of bodies."""
        return 1

    def get_positions(self) -> NDArray[np.float64]:
        """Return the displacement as a body at (0, 0, z), angstrom, shape (1, 3)."""
        z = float(self.atoms.positions[self._upper, 2].mean()) - self._origin
        return np.array([[0.0, 0.0, z]])

    def set_positions(self, positions: NDArray[np.float64], **_kwargs: Any) -> None:
        """Move the upper side to a displacement, angstrom, shape (1, 3); only z counts."""
        moved = self.atoms.get_positions()
        moved[self._upper, 2] += float(positions[0, 2]) - float(self.get_positions()[0, 2])
        self.atoms.set_positions(moved)

    def get_forces(self, *_args: Any, **_kwargs: Any) -> NDArray[np.float64]:
        """Return the force on the body along z, eV/angstrom, shape (1, 3)."""
        return np.array([[0.0, 0.0, float(self.atoms.get_forces()[self._upper, 2].sum())]])
