"""Whether the two faces of a slab are equal, so that no dipole can stand across it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.interfaces.symmetry import symmetry_operations

if TYPE_CHECKING:
    from ase import Atoms


def has_equal_faces(atoms: Atoms) -> bool:
    """Return True if some symmetry operation turns the slab upside down.

    A slab without one has two different faces: in a calculation it needs a dipole layer in the
    vacuum, and it has no surface energy but only the sum of two.

    Parameters
    ----------
    atoms : ase.Atoms
        Slab with its normal along the third cell vector.

    Examples
    --------
    >>> from ase.build import bcc110, fcc111, add_adsorbate
    >>> slab = bcc110("Li", (1, 1, 4), vacuum=6.0)
    >>> has_equal_faces(slab)
    True
    >>> add_adsorbate(slab, "O", 1.0)
    >>> has_equal_faces(slab)
    False
    """
    rotations, _ = symmetry_operations(
        atoms.cell.array, atoms.get_scaled_positions(), atoms.get_atomic_numbers()
    )
    return any(rotation[2, 2] == -1 for rotation in rotations)
