"""Structures as data for the three-dimensional view of the page: atoms, colours, radii, cell.

The script of the page draws them with plotly.js. Lengths are in angstrom; the middle of the contact is at
the origin, z is up.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wadflow.results.pictures import RADIUS, element_colour
from wadflow.results.report.alternatives import of_scene
from wadflow.results.report.blocks import StructureView

if TYPE_CHECKING:
    from wadflow.results.documents import AdhesionDocument, AtomsRecord

WIDTH: Final = 6.0  # angstrom: whole cells are repeated up to about this width
DECIMALS: Final = 3  # of positions: finer than any eye

NAMES: Final = {"AB": "interface", "A": "lower slab alone", "B": "upper slab alone"}


def structure_view(document: AdhesionDocument) -> StructureView:
    """Return the relaxed structures of a document for the three-dimensional view.

    Parameters
    ----------
    document : AdhesionDocument
        With relaxed structures.
    """
    roles = [role for role in ("AB", "A", "B") if role in document.relaxed_structures]
    structures = [
        {"name": NAMES[role], **_structure(record)}
        for role, record in ((role, document.relaxed_structures[role]) for role in roles)
    ]
    return StructureView(
        name=f"view.{document.name}.{document.protocol}",
        title=document.title,
        scene={
            "sides": [document.lower.name, document.upper.name],
            "elements": _elements(document),
            "structures": structures,
        },
        caption=(
            f"The relaxed structures of {document.title}, to be turned. Drawn are whole cells up to about "
            f"{WIDTH:g} angstrom; the frame is one cell, without its vacuum."
        ),
        alternative=of_scene(document),
    )


def _elements(document: AdhesionDocument) -> dict[str, dict[str, Any]]:
    """Colour (hex) and drawn radius (angstrom) of each element."""
    from ase.data import chemical_symbols, covalent_radii
    from matplotlib.colors import to_hex

    numbers = {number for record in document.relaxed_structures.values() for number in record.numbers}
    return {
        chemical_symbols[number]: {
            "colour": to_hex(element_colour(number)),
            "radius": round(float(RADIUS * covalent_radii[number]), DECIMALS),
        }
        for number in sorted(numbers)
    }


def _structure(record: AtomsRecord) -> dict[str, Any]:
    """Atoms of the repeated cells, as ``[symbol, x, y, z, side, plane]``, and the corners of one cell."""
    from ase.data import chemical_symbols

    cell = np.array(record.cell)
    positions = np.array(record.positions)
    repeats = [max(1, ceil(WIDTH / float(np.linalg.norm(cell[axis])) - 0.2)) for axis in (0, 1)]
    sides = record.side or (0,) * len(record.numbers)
    planes = record.plane or (0,) * len(record.numbers)
    # Into the first cell in the plane, so that the frame encloses what it repeats.
    fractions = np.linalg.solve(cell.T, positions.T).T
    fractions[:, :2] = (fractions[:, :2] + 1e-6) % 1.0 - 1e-6
    inside = fractions @ cell
    z = inside[:, 2]
    lower, upper = (
        [height for height, side in zip(z, sides, strict=True) if side == place] for place in (0, 1)
    )
    middle = (max(lower) + min(upper)) / 2 if lower and upper else (z.min() + z.max()) / 2
    centre = np.array([*(repeats[0] * cell[0, :2] + repeats[1] * cell[1, :2]) / 2, middle])
    atoms = [
        [
            chemical_symbols[number],
            *np.round(place + i * cell[0] + j * cell[1] - centre, DECIMALS).tolist(),
            side,
            plane,
        ]
        for i in range(repeats[0])
        for j in range(repeats[1])
        for number, place, side, plane in zip(record.numbers, inside, sides, planes, strict=True)
    ]
    low, high = float(z.min()), float(z.max())
    corners = [
        np.round(np.array([*(i * cell[0, :2] + j * cell[1, :2]), height]) - centre, DECIMALS).tolist()
        for height in (low, high)
        for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    return {"atoms": atoms, "frame": corners}
