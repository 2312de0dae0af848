"""Pictures of an interface: two side views and the contact seen from above.

All panels have one scale. matplotlib is imported only when something is drawn, and its
global state (pyplot) is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.planes import PLANE_TOLERANCE
from wadflow.results.figure_style import INK, MUTED, SIDES, SMALL, formula_text, styled
from wadflow.results.plane_order import contact_planes
from wadflow.results.records import AtomsRecord
from wadflow.results.views import View, side_view, top_view

if TYPE_CHECKING:
    from ase import Atoms
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

RADIUS: Final = 0.55  # drawn radius / covalent radius: neighbours stay apart
WIDTH: Final = 8.0  # angstrom: each view shows whole cells up to about this width
EDGE: Final = 0.9  # angstrom shown left and right of whole cells: no atom is cut
MARGIN: Final = 2.0  # angstrom of vacuum shown above and below the slabs
HEIGHT: Final = 4.6  # inch: side views are not higher
SCALE: Final = 0.24  # inch per angstrom where the height allows it
LABEL_DISTANCE: Final = 0.13  # inch between labels of planes, so that they never overlap


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the slabs are, and how large everything is drawn.

    Attributes
    ----------
    side : ndarray of int, shape (n,)
        0 lower, 1 upper.
    z : ndarray of float, shape (n,)
        Heights from the middle of the gap (angstrom).
    span : tuple of float
        Width along x and along y of the views (angstrom), whole cells.
    scale : float
        Inch per angstrom.
    names : tuple of str
        Names of the lower and the upper side.
    """

    side: NDArray[np.int64]
    z: NDArray[np.float64]
    span: tuple[float, float]
    scale: float
    names: tuple[str, str]

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Lowest and highest plane (angstrom) of the lower and of the upper side."""
        lower, upper = self.z[self.side == 0], self.z[self.side == 1]
        return (float(lower.min()), float(lower.max())), (float(upper.min()), float(upper.max()))


@styled
def draw_interface(
    atoms: Atoms, title: str, *, lower_label: str = "lower", upper_label: str = "upper"
) -> Figure:
    """Draw an interface as a figure that can stand in a paper's supplement.

    Two side views (along y and along x), with the height measured from the middle of the gap
    and the formula of each plane (per cell) beside it, and the two contact planes from above:
    the lower one filled, the upper one as rings.

    Parameters
    ----------
    atoms : Atoms
        Interface with a along x, the normal along z and no slab wrapped through the boundary.
        Arrays ``side`` (0 lower, 1 upper) and ``plane`` (0 = bottom), shape (n,).
    title : str
        Title of the figure.
    lower_label, upper_label : str
        Names of the two sides, for example ``Li2O(001)``.

    Returns
    -------
    Figure
        To be saved with ``figure.savefig(path, dpi=200)``.

    Raises
    ------
    InputError
        The atoms are not labelled as an interface.

    Examples
    --------
    >>> from ase.build import bcc110
    >>> slab = bcc110("Li", (1, 1, 4), a=3.44, vacuum=6.0)
    >>> slab.set_array("side", np.array([0, 0, 1, 1]))
    >>> slab.set_array("plane", np.arange(4))
    >>> figure = draw_interface(slab, "Li(110) / Li(110)")
    >>> [axes.get_title() for axes in figure.axes]
    ['along y', 'along x', 'contact from above (upper: rings)']
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MultipleLocator

    frame = _frame(atoms, (formula_text(lower_label), formula_text(upper_label)))
    low, high = frame.ends[0][0] - MARGIN, frame.ends[1][1] + MARGIN
    wide, deep = ((length + 2 * EDGE) * frame.scale for length in frame.span)
    tall = (high - low) * frame.scale
    # Inches: room for ticks (left), planes, slabs and gap, the legend (below), titles (above).
    left, planes, slabs, right, below, over = 0.65, 0.45, 1.45, 0.2, 0.85, 0.7
    width, height = left + wide + planes + deep + slabs + wide + right, below + tall + over
    figure = Figure(figsize=(width, height))

    def panel(x: float, y: float, inches: tuple[float, float], title: str) -> Axes:
        axes: Axes = figure.add_axes((x / width, y / height, inches[0] / width, inches[1] / height))
        axes.set_title(title, fontsize=SMALL)
        axes.tick_params(labelsize=SMALL - 1)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MultipleLocator(2 if frame.scale > 0.15 else 5))
        return axes

    along_y = panel(left, below, (wide, tall), "along y")
    along_x = panel(left + wide + planes, below, (deep, tall), "along x")
    x_above = left + wide + planes + deep + slabs
    above = panel(x_above, below + (tall - deep) / 2, (wide, deep), "contact from above (upper: rings)")

    for axes, direction, across in ((along_y, "y", "x"), (along_x, "x", "y")):
        length = frame.span[0] if across == "x" else frame.span[1]
        _shade_sides(axes, frame)
        view = side_view(atoms, direction, length)
        middle = atoms.positions[0, 2] - frame.z[0]
        _draw_circles(axes, atoms, View(view.right, view.up - middle, view.depth, view.index), frame)
        axes.set(xlim=(-EDGE, length + EDGE), ylim=(low, high))
        axes.set_xlabel(f"{across} (Å)", fontsize=SMALL)
    along_y.set_ylabel("height above the contact (Å)", fontsize=SMALL)
    along_x.tick_params(labelleft=False)
    _label_planes(along_y, atoms, frame)
    _label_sides(along_x, frame, shared=_share_a_plane(atoms))
    _draw_contact(above, atoms, frame)
    _draw_legend(figure, atoms, frame)
    figure.text(0.5, 1 - 0.16 / height, formula_text(title), ha="center", va="top", fontsize=11)
    return figure


def _frame(atoms: Atoms, names: tuple[str, str]) -> _Frame:
    """Check that the atoms are labelled as an interface, and lay out the picture."""
    remedy = "draw the atoms that build_interface returns"
    missing = [name for name in ("side", "plane") if name not in atoms.arrays]
    if missing:
        problem = f"the atoms have no array {' and no array '.join(missing)}"
        raise InputError(problem, remedy=remedy)
    side: NDArray[np.int64] = np.asarray(atoms.arrays["side"], dtype=np.int64)
    found = sorted(set(side.tolist()))
    if found != [0, 1]:
        problem = f"the array 'side' holds {found}, expected 0 (lower) and 1 (upper)"
        raise InputError(problem, remedy=remedy)
    cell = atoms.cell.array
    if np.abs([cell[0, 1], cell[0, 2], cell[1, 2]]).max() > 1e-6 or min(cell[0, 0], cell[1, 1]) <= 0:
        problem = (
            f"the in-plane cell {cell[:2].tolist()} angstrom does not have a along x and b in the xy plane"
        )
        raise InputError(problem, remedy=remedy)
    z = atoms.positions[:, 2]
    contact = float(z[side == 0].max()), float(z[side == 1].min())
    if contact[0] >= contact[1] + (PLANE_TOLERANCE if _share_a_plane(atoms) else 0.0):
        problem = f"the upper slab starts at {contact[1]:.3f} angstrom, the lower ends at {contact[0]:.3f}"
        raise InputError(problem, remedy=remedy)
    # 0.8: two and a bit cells rather than three where the third would only add width.
    span = tuple(max(1, ceil(WIDTH / length - 0.2)) * float(length) for length in (cell[0, 0], cell[1, 1]))
    scale = min(SCALE, HEIGHT / (np.ptp(z) + 2 * MARGIN))
    return _Frame(side, z - sum(contact) / 2, (span[0], span[1]), float(scale), names)


def _share_a_plane(atoms: Atoms) -> bool:
    """Whether two reconstructed slabs that continue one crystal have each a part of one plane."""
    planes, side = atoms.arrays["plane"], atoms.arrays["side"]
    return bool(planes[side == 0].max() == planes[side == 1].min())


def element_colour(number: int) -> tuple[float, float, float]:
    """Return the colour of an element as drawn (RGB, 0 to 1), by its atomic number."""
    red, green, blue = _colour(number).tolist()
    return red, green, blue


def _colour(number: int) -> NDArray[np.float64]:
    """Colour of an element (RGB, shape (3,)), a little paler than on a screen of 1990."""
    from ase.data.colors import jmol_colors

    colour: NDArray[np.float64] = 0.82 * np.asarray(jmol_colors[number]) + 0.18
    return colour


def _draw_circles(axes: Axes, atoms: Atoms, view: View, frame: _Frame) -> None:
    """Draw atoms from back to front, paler at the back, with the colour of their side as edge."""
    from ase.data import covalent_radii
    from matplotlib.collections import EllipseCollection

    numbers = atoms.numbers[view.index]
    base = np.array([element_colour(number) for number in numbers])
    diameters = 2 * RADIUS * covalent_radii[numbers]
    axes.add_collection(
        EllipseCollection(
            diameters,
            diameters,
            np.zeros(len(numbers)),
            units="xy",
            offsets=np.column_stack([view.right, view.up]),
            offset_transform=axes.transData,
            facecolors=base + (1 - base) * 0.55 * view.depth[:, None],
            edgecolors=[SIDES[side] for side in frame.side[view.index]],
            linewidths=0.9,
            zorder=3,
        )
    )


def _shade_sides(axes: Axes, frame: _Frame) -> None:
    """Tint the background behind each slab and mark the middle of the gap."""
    (bottom, low), (high, top) = frame.ends
    # To the outer edge of the outermost atoms, but only to the centres at the contact.
    for span, colour in zip(((bottom - EDGE, low), (high, top + EDGE)), SIDES, strict=True):
        axes.axhspan(*span, color=colour, alpha=0.10, linewidth=0, zorder=0)
    axes.axhline(0, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)


def _label_planes(axes: Axes, atoms: Atoms, frame: _Frame) -> None:
    """Write the formula of each plane (per cell) to the right of the panel."""
    planes = atoms.arrays["plane"]
    heights = {int(plane): float(frame.z[planes == plane].mean()) for plane in np.unique(planes)}
    # The contact planes first, then outwards: where planes are dense, the outer labels go.
    last: list[float] = []
    for plane, height in sorted(heights.items(), key=lambda item: abs(item[1])):
        if any(abs(height - other) * frame.scale < LABEL_DISTANCE for other in last):
            continue
        last.append(height)
        formula = formula_text(str(atoms[planes == plane].symbols.formula))
        axes.annotate(
            formula,
            (1, height),
            xycoords=("axes fraction", "data"),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL - 1,
            color=SIDES[int(frame.side[planes == plane][0])],
        )


def _label_sides(axes: Axes, frame: _Frame, *, shared: bool) -> None:
    """Mark the two slabs and the gap to the right of the panel; slabs that share a plane have none."""
    transform = axes.get_yaxis_transform()
    # One inch to the right of the axes, in units of their width: constant distance on paper.
    inch = 1 / ((frame.span[1] + 2 * EDGE) * frame.scale)
    for (bottom, top), name, colour in zip(frame.ends, frame.names, SIDES, strict=True):
        x = 1 + 0.12 * inch
        axes.plot([x, x], [bottom, top], color=colour, linewidth=2.5, transform=transform, clip_on=False)
        axes.text(
            1 + 0.22 * inch,
            (bottom + top) / 2,
            name,
            transform=transform,
            va="center",
            fontsize=SMALL,
            color=colour,
        )
    gap = frame.ends[1][0] - frame.ends[0][1]
    if shared or gap < PLANE_TOLERANCE:
        axes.text(1 + 0.22 * inch, 0, "shared plane", transform=transform, va="center", fontsize=SMALL)
        return
    axes.annotate(
        "",
        (1 + 0.12 * inch, frame.ends[1][0]),
        (1 + 0.12 * inch, frame.ends[0][1]),
        xycoords=transform,
        arrowprops={"arrowstyle": "<->", "color": INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0},
        annotation_clip=False,
    )
    axes.text(1 + 0.22 * inch, 0, f"gap {gap:.2f} Å", transform=transform, va="center", fontsize=SMALL)


def _draw_contact(axes: Axes, atoms: Atoms, frame: _Frame) -> None:
    """Draw the two contact planes from above: lower filled, upper as rings; cell; scale bar."""
    from ase.data import covalent_radii
    from matplotlib.patches import Circle, Polygon

    planes = atoms.arrays["plane"]
    met = contact_planes(AtomsRecord.from_atoms(atoms))
    lower, upper = (atoms[(frame.side == side) & (planes == plane)] for side, plane in enumerate(met))
    view = top_view(lower, frame.span)
    for x, y, index in zip(view.right, view.up, view.index, strict=True):
        number = lower.numbers[index]
        radius = RADIUS * covalent_radii[number]
        axes.add_patch(
            Circle(
                (x, y), radius, facecolor=element_colour(number), edgecolor=SIDES[0], linewidth=0.9, zorder=3
            )
        )
    view = top_view(upper, frame.span)
    for x, y, index in zip(view.right, view.up, view.index, strict=True):
        radius = 0.75 * RADIUS * covalent_radii[upper.numbers[index]]
        for edge, width in ((SIDES[1], 2.6), (_colour(upper.numbers[index]), 1.2)):
            axes.add_patch(Circle((x, y), radius, fill=False, edgecolor=edge, linewidth=width, zorder=4))
    cell = atoms.cell.array[:2, :2]
    corners = np.array([[0, 0], cell[0], cell[0] + cell[1], cell[1]])
    axes.add_patch(Polygon(corners, fill=False, linewidth=0.9, edgecolor=INK, zorder=5, clip_on=False))
    axes.set(xlim=(-EDGE, frame.span[0] + EDGE), ylim=(-EDGE, frame.span[1] + EDGE))
    axes.set_xlabel("x (Å)", fontsize=SMALL)
    axes.set_ylabel("y (Å)", fontsize=SMALL, labelpad=2)


def _draw_legend(figure: Figure, atoms: Atoms, frame: _Frame) -> None:
    """Explain colours of elements and sides below the panels."""
    from ase.data import chemical_symbols
    from matplotlib.colors import to_hex
    from matplotlib.lines import Line2D

    def marker(face: str, edge: str, label: str, width: float = 0.9) -> Line2D:
        return Line2D(
            [],
            [],
            linestyle="",
            marker="o",
            markersize=8,
            markerfacecolor=face,
            markeredgecolor=edge,
            markeredgewidth=width,
            label=label,
        )

    handles = [
        marker(to_hex(element_colour(number)), MUTED, chemical_symbols[number])
        for number in np.unique(atoms.numbers)
    ]
    handles += [
        marker("none", colour, f"{place}: {name}" if name != place else place, 1.8)
        for place, name, colour in zip(("lower", "upper"), frame.names, SIDES, strict=True)
    ]
    figure.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.2,
        columnspacing=1.6,
        borderaxespad=0.3,
    )
