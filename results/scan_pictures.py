"""Pictures of what was varied: adhesion map, separation curve, thickness series.

Functions take documents and return matplotlib figures; units are on the axes. matplotlib is imported
only when something is drawn, and its global state (pyplot) is left alone.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.results.figure_style import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    SMALL,
    VERMILION,
    WORK,
    formula_text,
    number_text,
    one_panel,
    plain,
    styled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.scans import RegistryMap, RegistryPoint

    FloatArray = NDArray[np.float64]

MAP_WIDTH: Final = 7.0  # angstrom: whole cells of distinct shifts are shown up to about this width
MARGIN: Final = 0.6  # cells of distinct shifts shown around the calculated ones
LABEL_WIDTH: Final = 0.12  # of a map's width
LABEL_HEIGHT: Final = 0.06
FINE: Final = 120  # points a side of the interpolated cell


def pictures_of(document: AdhesionDocument) -> dict[str, Callable[[AdhesionDocument], Figure]]:
    """Return what can be drawn of a document, by the name of the picture."""
    possible = {
        "adhesion-map": (document.registry_map, draw_adhesion_map),
        "separation-curve": (document.separation_curve, draw_separation_curve),
        "thickness-series": (document.thickness_series, draw_thickness_series),
    }
    return {name: draw for name, (part, draw) in possible.items() if part is not None}


@styled
def draw_adhesion_map(document: AdhesionDocument) -> Figure:
    """Draw the work of adhesion over the lateral shift of the upper side.

    Between the calculated shifts, which are marked, the colours are a smooth interpolation.

    Raises
    ------
    InputError
        The document has no map.
    """
    found = document.registry_map
    if found is None:
        raise _nothing(document, "adhesion map", 'registry = "scan" in its definition makes one')
    figure, axes = one_panel(height=4.5, right=1.05, below=0.85, over=0.5)
    lattice = np.array(found.lattice)
    repeats = max(1, round(MAP_WIDTH / float(np.linalg.norm(lattice[0]))))
    window = np.array([[-MARGIN, -MARGIN], [repeats - 1 + MARGIN, repeats - 1 + MARGIN]])
    _draw_field(axes, found, window, figure)
    images = [_images_in(window, found, point) for point in found.points]
    for x, y in np.concatenate(images):
        axes.plot(x, y, "o", color=PAPER, markeredgecolor=MUTED, markersize=3.5)
    x, y = images[found.best][0]
    axes.plot(x, y, "*", color=VERMILION, markeredgecolor=INK, markersize=14, label="bound most, relaxed")
    order = [found.best, *(n for n in range(len(images)) if n != found.best)]
    width = float(np.ptp(np.concatenate(images)[:, 0]))
    for number, (x, y) in _spread(images, order, width).items():
        axes.annotate(
            number_text(found.points[number].work_of_adhesion),
            (x, y),
            xytext=(0, 8 if number == found.best else 4),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL - 0.5,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": PAPER, "alpha": 0.8, "linewidth": 0},
        )
    axes.set_xlabel("shift along x (Å)")
    axes.set_ylabel("shift along y (Å)")
    axes.set_aspect("equal")
    axes.set_title(f"{formula_text(document.title)}\nrigid, each shift at its best gap")
    figure.legend(loc="lower center")
    return figure


def _images_in(window: FloatArray, found: RegistryMap, point: RegistryPoint) -> FloatArray:
    """Return all places (angstrom) of a shift and its equals inside a window (of the lattice of shifts)."""
    cell, lattice = np.array(found.cell), np.array(found.lattice)
    repeats = range(-1, round(float(window.max())) + 2)
    places = [
        place
        for image in point.images
        for step in product(repeats, repeat=2)
        if ((place := np.linalg.solve(lattice.T, np.array(image) @ cell) + step) >= window[0]).all()
        and (place <= window[1]).all()
    ]
    from_the_middle = [float(np.linalg.norm(place - window.mean(axis=0))) for place in places]
    sorted_places: FloatArray = np.array(places)[np.argsort(from_the_middle)] @ lattice
    return sorted_places


def _spread(images: Sequence[FloatArray], order: Sequence[int], width: float) -> dict[int, FloatArray]:
    """Choose for each number the first of its places at which no label covers another; some may have none.

    Parameters
    ----------
    images : sequence of ndarray, shape (n, 2)
        Places (angstrom) of each.
    order : sequence of int
        Who comes first; the first has the first of its places.
    width : float
        Of the picture, angstrom: labels are LABEL_WIDTH by LABEL_HEIGHT of it.
    """
    size = np.array([LABEL_WIDTH, LABEL_HEIGHT]) * width
    chosen = {order[0]: images[order[0]][0]}
    for number in order[1:]:
        free = (
            place
            for place in images[number]
            if all(np.max(np.abs(place - one) / size) >= 1.0 for one in chosen.values())
        )
        place = next(free, None)
        if place is not None:
            chosen[number] = place
    return chosen


@styled
def draw_separation_curve(document: AdhesionDocument) -> Figure:
    """Draw the work of adhesion over the separation, with the universal binding energy relation.

    Raises
    ------
    InputError
        The document has no curve.
    """
    curve = document.separation_curve
    if curve is None:
        raise _nothing(document, "separation curve", "separations = [0.5, 1.0, 2.0, 4.0] makes one")
    figure, axes = one_panel()
    separations = np.array([point.separation for point in curve.points])
    if curve.fit is not None:
        fine = np.linspace(separations.min(), separations.max(), 300)
        label = (
            f"Rose fit: {curve.fit.depth:.2f} J/m², length {curve.fit.length:.2f} Å, "
            f"largest stress {curve.fit.largest_stress:.1f} GPa"
        )
        axes.plot(fine, curve.fit.work_of_adhesion(fine), color=VERMILION, label=label)
    works = [point.work_of_adhesion for point in curve.points]
    axes.plot(separations, works, "o", color=BLUE, label="calculated, rigid")
    axes.axhline(0.0, color=MUTED, linewidth=0.7)
    axes.set_xlabel("separation beyond the interface's gap (Å)")
    axes.set_ylabel(WORK)
    _plain(axes, document)
    axes.legend(loc="lower right")
    return figure


@styled
def draw_thickness_series(document: AdhesionDocument) -> Figure:
    """Draw the rigid work of adhesion over the number of planes.

    Raises
    ------
    InputError
        The document has no series.
    """
    series = document.thickness_series
    if series is None:
        raise _nothing(document, "thickness series", "series = [[2, 2], [6, 6]] makes one")
    figure, axes = one_panel()
    labels = [f"{point.lower_planes} + {point.upper_planes}" for point in series.points]
    works = [point.work_of_adhesion for point in series.points]
    axes.plot(labels, works, "o-", color=BLUE)
    for label, work in zip(labels, works, strict=True):
        axes.annotate(
            number_text(work),
            (label, work),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
        )
    if document.source is not None:
        axes.axhline(document.source.work_of_adhesion, color=VERMILION, linestyle="--", linewidth=1.2)
        axes.annotate(
            "source (its settings unknown)",
            (0.99, document.source.work_of_adhesion),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            fontsize=SMALL,
            color=VERMILION,
        )
    verdict = "converged with thickness" if series.converged else "NOT converged with thickness"
    axes.set_xlabel(f"planes, lower + upper   ({verdict})")
    axes.set_ylabel(f"rigid {WORK}")
    axes.margins(x=0.12, y=0.18)
    _plain(axes, document)
    return figure


def _plain(axes: Axes, document: AdhesionDocument) -> None:
    axes.set_title(formula_text(document.title))
    plain(axes, grid="y")


def _nothing(document: AdhesionDocument, what: str, remedy: str) -> InputError:
    return InputError(f"'{document.name}' has no {what}", remedy=remedy)


def _grid(found: RegistryMap) -> NDArray[np.float64]:
    """Return the works of adhesion on the grid of shifts, shape (n, n)."""
    cell, lattice = np.array(found.cell), np.array(found.lattice)
    total = sum(len(point.images) for point in found.points)
    n = round(total**0.5)
    grid = np.full((n, n), np.nan)
    for point in found.points:
        for image in point.images:
            steps = np.rint(np.linalg.solve(lattice.T, np.array(image) @ cell) * n).astype(int) % n
            grid[tuple(steps)] = point.work_of_adhesion
    return grid


def _draw_field(axes: Axes, found: RegistryMap, window: NDArray[np.float64], figure: Figure) -> None:
    """Colour the map by trigonometric interpolation: periodic, and with the symmetry of the grid."""
    lattice = np.array(found.lattice)
    grid = _grid(found)
    weights = _waves(len(grid))
    smooth = weights @ grid @ weights.T
    low, high = (np.floor(window[0] * FINE).astype(int), np.ceil(window[1] * FINE).astype(int))
    first, second = (np.arange(low[axis], high[axis] + 1) for axis in (0, 1))
    values = smooth[np.ix_(first % FINE, second % FINE)]
    steps = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1) / FINE
    places = steps @ lattice
    field = axes.contourf(places[..., 0], places[..., 1], values, levels=24, cmap="viridis")
    field.set_rasterized(True)  # a vector picture would hold thousands of corners
    figure.colorbar(field, cax=axes.inset_axes((1.05, 0.06, 0.05, 0.88)), label=WORK)


def _waves(n: int) -> NDArray[np.float64]:
    """Return the weights of n equidistant points of one period at `FINE` places, shape (FINE, n).

    Trigonometric interpolation: the sum of the waves that n points can tell apart, the shortest one,
    which an even n sees only half, with half its weight.
    """
    distance = np.arange(FINE)[:, None] / FINE - np.arange(n) / n
    orders = np.arange(-(n // 2), n // 2 + 1)
    strength = np.where((n % 2 == 0) & (np.abs(orders) == n // 2), 0.5, 1.0)
    weights: NDArray[np.float64] = (strength * np.cos(2 * np.pi * distance[..., None] * orders)).sum(-1) / n
    return weights
