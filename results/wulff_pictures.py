"""Picture of a Wulff shape: faces coloured by family, with their energies and shares.

The shape is convex, so that the facets that look at the viewer are drawn flat, without anything
behind them. matplotlib's global state (pyplot) is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.results.figure_style import INK, MUTED, SERIES, styled
from wadflow.results.wulff import Facet, wulff_facets

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from wadflow.results.surface_documents import Miller, SurfaceDocument

    Colour = tuple[float, float, float]

AZIMUTH: Final = 27.0  # degrees from x: no facet of a cubic crystal is seen edge-on
ELEVATION: Final = 21.0  # degrees
LIGHT: Final = (0.25, 0.45, 0.86)  # direction of the light in the picture: right, up, to the viewer
LABEL_SHARE: Final = 0.05  # facets below this share of the picture have no label
SMALL: Final = 9.0  # points


@styled
def draw_wulff(document: SurfaceDocument) -> Figure:
    """Draw the Wulff shape of a document as a figure that can stand in a paper.

    Parameters
    ----------
    document : SurfaceDocument
        Surface energies with a Wulff shape.

    Returns
    -------
    Figure
        To be saved with ``figure.savefig(path, dpi=200)``.

    Raises
    ------
    InputError
        The document has no Wulff shape.
    """
    from matplotlib.figure import Figure

    if document.wulff is None:
        problem = f"'{document.name}' has no Wulff shape: {document.wulff_reason}"
        raise InputError(problem, remedy="calculate more faces of the crystal")
    colours = dict(zip((face.miller for face in document.wulff.faces), _palette(), strict=False))
    figure = Figure(figsize=(6.3, 3.9))
    axes = figure.add_axes((0.055, 0.05, 0.51, 0.85))
    _draw_shape(axes, wulff_facets(document.wulff), colours)
    _draw_axes(figure, np.asarray(document.wulff.lattice))
    _draw_legend(figure, document, colours)
    figure.text(0.5, 0.975, document.title, ha="center", va="top", fontsize=12)
    return figure


def family_text(miller: Miller) -> str:
    r"""Return a family of faces as mathtext.

    Examples
    --------
    >>> family_text((1, -1, 0))
    '{1$\\bar{1}$0}'
    """
    return "{" + "".join(rf"$\bar{{{-index}}}$" if index < 0 else str(index) for index in miller) + "}"


def _palette() -> list[Colour]:
    from matplotlib.colors import to_rgb

    return [to_rgb(colour) for colour in SERIES]


def _view() -> NDArray[np.float64]:
    """Rows: unit vectors to the right, up and toward the viewer, shape (3, 3)."""
    azimuth, elevation = np.radians([AZIMUTH, ELEVATION])
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    toward = np.array(
        [np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)]
    )
    return np.array([right, np.cross(toward, right), toward])


def _draw_shape(axes: Axes, facets: list[Facet], colours: dict[Miller, Colour]) -> None:
    """Draw the facets that look at the viewer, shaded by the light, with their families."""
    from matplotlib.patches import Polygon

    view = _view()
    light = np.array(LIGHT) / np.linalg.norm(LIGHT)
    reach = max(float(np.linalg.norm(facet.corners, axis=1).max()) for facet in facets)
    for facet in facets:
        normal = view @ facet.normal
        if normal[2] <= 1e-6:
            continue
        flat = (facet.corners @ view.T)[:, :2]
        shade = 0.72 + 0.28 * max(0.0, float(normal @ light))
        base = np.array(colours[facet.miller])
        red, green, blue = (np.clip(shade * base + 0.18 * (1 - base) * shade**2, 0, 1)).tolist()
        axes.add_patch(
            Polygon(flat, facecolor=(red, green, blue), edgecolor=INK, linewidth=0.9, joinstyle="round")
        )
        if _area(flat) > LABEL_SHARE * np.pi * reach**2:
            axes.text(*_centre(flat), family_text(facet.miller), ha="center", va="center", fontsize=SMALL)
    axes.set(xlim=(-1.04 * reach, 1.04 * reach), ylim=(-1.04 * reach, 1.04 * reach), aspect="equal")
    axes.set_axis_off()


def _area(flat: NDArray[np.float64]) -> float:
    x, y = flat.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _centre(flat: NDArray[np.float64]) -> tuple[float, float]:
    """Centroid of a polygon, corners in order, shape (corners, 2)."""
    x, y = flat.T
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    weight = 3 * cross.sum()
    return (
        float(((x + np.roll(x, -1)) * cross).sum() / weight),
        float(((y + np.roll(y, -1)) * cross).sum() / weight),
    )


def _draw_axes(figure: Figure, lattice: NDArray[np.float64]) -> None:
    """Show where the vectors of the conventional cell point."""
    axes = figure.add_axes((0.0, 0.005, 0.12, 0.194))
    axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal")
    axes.set_axis_off()
    for name, vector in zip("abc", lattice, strict=True):
        x, y, _ = _view() @ (vector / np.linalg.norm(vector))
        axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "linewidth": 0.9, "color": INK})
        length = max(float(np.hypot(x, y)), 0.3)
        axes.text(
            x + 0.24 * x / length,
            y + 0.24 * y / length,
            name,
            fontsize=SMALL,
            style="italic",
            ha="center",
            va="center",
        )


def _draw_legend(figure: Figure, document: SurfaceDocument, colours: dict[Miller, Colour]) -> None:
    """List families from low to high energy, then what describes the whole shape."""
    from matplotlib.patches import Rectangle

    wulff = document.wulff
    if wulff is None:
        return
    left, energy, share, top, line = 0.60, 0.815, 0.975, 0.80, 0.075
    figure.text(left, top, "family", fontsize=SMALL, color=MUTED, va="center")
    figure.text(energy, top, "$\\gamma$ (J/m$^2$)", fontsize=SMALL, color=MUTED, va="center", ha="right")
    figure.text(share, top, "area", fontsize=SMALL, color=MUTED, va="center", ha="right")
    y = top
    for face in sorted(wulff.faces, key=lambda face: face.surface_energy):
        y -= line
        on_shape = face.area_fraction > 1e-4
        colour = colours[face.miller] if on_shape else (1.0, 1.0, 1.0)
        figure.add_artist(
            Rectangle(
                (left, y - 0.02),
                0.028,
                0.04,
                facecolor=colour,
                edgecolor=INK,
                linewidth=0.8,
                linestyle="-" if on_shape else ":",
                transform=figure.transFigure,
            )
        )
        figure.text(left + 0.042, y, family_text(face.miller), fontsize=SMALL + 1, va="center")
        figure.text(energy, y, f"{face.surface_energy:.3f}", fontsize=SMALL + 1, va="center", ha="right")
        text = f"{100 * face.area_fraction:.1f} %" if on_shape else "absent"
        figure.text(share, y, text, fontsize=SMALL + 1, va="center", ha="right")
    rows = [("Wulff-weighted $\\gamma$", f"{wulff.weighted_surface_energy:.3f} J/m$^2$")]
    rows += [("measured average", f"{datum.value:.2f} J/m$^2$") for datum in document.experiment]
    rows += [("anisotropy", f"{wulff.anisotropy:.3f}"), ("shape factor", f"{wulff.shape_factor:.2f}")]
    y -= 0.35 * line
    for name, text in rows:
        y -= 0.8 * line
        figure.text(left, y, name, fontsize=SMALL, va="center", color=MUTED)
        figure.text(share, y, text, fontsize=SMALL, va="center", ha="right")
    settings = f"relaxed; protocol {document.protocol}"
    if not document.production:
        settings += ": proves the path only"
    figure.text(left, 0.045, settings, fontsize=SMALL - 1.5, va="center", color=MUTED)
