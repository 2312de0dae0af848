"""Wulff shapes: the polyhedron of lowest surface energy at given volume, by pymatgen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.results.surface_documents import Miller, WulffFace, WulffRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.analysis.wulff import WulffShape

SYMMETRY: Final = 1e-3
"""Precision (angstrom) of the search for the lattice's symmetry; relaxed cells are rounded to 1e-4."""


class NoWulffShapeError(ValueError):
    """The faces enclose no body, or an energy is not positive."""


@dataclass(frozen=True)
class Facet:
    """One polygon of a Wulff shape.

    Attributes
    ----------
    miller : tuple of int
        Family it belongs to.
    normal : numpy.ndarray
        Unit vector outward, Cartesian, shape (3,).
    corners : numpy.ndarray
        Corners in order around the normal, shape (corners, 3); the distance of a facet from the
        origin is its surface energy (J/m2).
    """

    miller: Miller
    normal: NDArray[np.float64]
    corners: NDArray[np.float64]


def wulff_record(lattice: Sequence[Sequence[float]], energies: Mapping[Miller, float]) -> WulffRecord:
    """Construct the Wulff shape of a crystal.

    Parameters
    ----------
    lattice : sequence
        Conventional cell, vectors as rows, angstrom, shape (3, 3). Its symmetry makes the families.
    energies : mapping of (h, k, l) to float
        Surface energy (J/m2) of one face of each family.

    Raises
    ------
    NoWulffShapeError
        The faces enclose no body, or an energy is not positive.
    """
    shape = _shape(lattice, energies)
    fractions = shape.area_fraction_dict
    return WulffRecord.model_validate(
        {
            "lattice": np.asarray(lattice, dtype=float).tolist(),
            "faces": [
                WulffFace(miller=miller, surface_energy=energy, area_fraction=min(1.0, fractions[miller]))
                for miller, energy in energies.items()
            ],
            "weighted_surface_energy": shape.weighted_surface_energy,
            "anisotropy": float(shape.anisotropy),
            "shape_factor": float(shape.shape_factor),
        }
    )


def wulff_facets(record: WulffRecord) -> list[Facet]:
    """Return the polygons of a Wulff shape, as for a picture."""
    shape = _shape(record.lattice, {face.miller: face.surface_energy for face in record.faces})
    facets: list[Facet] = []
    for facet in shape.facets:
        if not facet.points:
            continue
        points = np.reshape(np.asarray(facet.points, dtype=np.float64), (-1, 3))
        corners: NDArray[np.float64] = np.unique(np.round(points, 9), axis=0)
        normal = np.asarray(facet.normal, dtype=float)
        centre = corners.mean(axis=0)
        first = corners[0] - centre
        first /= np.linalg.norm(first)
        second = np.cross(normal, first)
        angles = np.arctan2((corners - centre) @ second, (corners - centre) @ first)
        facets.append(Facet(record.faces[facet.index].miller, normal, corners[np.argsort(angles)]))
    return facets


def _shape(lattice: Sequence[Sequence[float]], energies: Mapping[Miller, float]) -> WulffShape:
    from pymatgen.analysis.wulff import WulffShape
    from pymatgen.core import Lattice

    wrong = [f"{miller}: {energy:.4f} J/m2" for miller, energy in energies.items() if energy <= 0]
    if wrong:
        problem = f"a surface energy is not positive ({'; '.join(wrong)})"
        raise NoWulffShapeError(problem)
    cell = Lattice(lattice)
    operations = cell.get_recp_symmetry_operation(SYMMETRY)
    # Families hold the opposite of each face, so that they enclose a body where they span space.
    families = [operation.operate(miller) for miller in energies for operation in operations]
    if np.linalg.matrix_rank(np.array(families), tol=1e-6) < 3:
        problem = "the faces enclose no body; calculate more of them"
        raise NoWulffShapeError(problem)
    return WulffShape(cell, list(energies), list(energies.values()), symprec=SYMMETRY)
