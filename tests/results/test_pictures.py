"""Pictures: the right atoms at the right place, one scale, no text over other text."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bcc110
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.patches import Circle
from matplotlib.text import Text

from wadflow.errors import InputError
from wadflow.results.pictures import draw_interface
from wadflow.results.views import side_view, top_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure


def lithium() -> Atoms:
    """Li(110)/Li(110), 4 + 4 planes, in a skewed cell."""
    atoms: Atoms = bcc110("Li", (1, 1, 8), a=3.44, vacuum=7.5)
    atoms.set_array("side", np.repeat([0, 1], 4))
    atoms.set_array("plane", np.arange(8))
    return atoms


def lithia() -> Atoms:
    """Li2O(001)/Li2O(001), 4 + 4 planes, alternately O and Li2."""
    a = 4.67
    half = a / np.sqrt(2) / 2
    positions, symbols, planes = [], [], []
    for plane in range(8):
        height = 7.5 + plane * a / 4
        places = [(half, 0), (0, half)] if plane % 2 else [(half * (plane % 4 // 2),) * 2]
        for x, y in places:
            positions.append((x, y, height))
            symbols.append("Li" if plane % 2 else "O")
            planes.append(plane)
    cell = [2 * half, 2 * half, 30.0]
    atoms = Atoms(symbols, positions=positions, cell=cell, pbc=(True, True, False))
    atoms.set_array("plane", np.array(planes))
    atoms.set_array("side", np.array(planes) // 4)
    return atoms


def thick() -> Atoms:
    """Make 40 dense planes, more than have room for a label."""
    atoms = Atoms("Na40", positions=[(0, 0, 0.4 * i) for i in range(40)], cell=[4, 4, 40])
    atoms.set_array("plane", np.arange(40))
    atoms.set_array("side", np.arange(40) // 20)
    return atoms


@cache
def drawn(build: Callable[[], Atoms]) -> Figure:
    """Draw with long names; once, as drawing takes most of the time of these tests."""
    return draw_interface(build(), "lower / upper", lower_label="Li2CO3(001)", upper_label="Na2CO3(1-10)")


@pytest.mark.parametrize("build", [lithium, lithia, thick])
def test_texts_do_not_overlap_and_stay_on_the_page(build: Any) -> None:
    figure = drawn(build)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    hidden = _hidden_tick_labels(figure)
    boxes = [
        (text.get_text(), text.get_window_extent(canvas.get_renderer()))
        for text in texts
        if id(text) not in hidden
    ]
    assert len(boxes) > 20
    width, height = canvas.get_width_height()
    for name, box in boxes:
        assert box.x0 >= 0, name
        assert box.y0 >= 0, name
        assert box.x1 <= width, name
        assert box.y1 <= height, name
    for (name, box), (other, another) in itertools.combinations(boxes, 2):
        assert not box.overlaps(another), f"'{name}' lies over '{other}'"


def _hidden_tick_labels(figure: Figure) -> set[int]:
    """Labels of ticks outside of the limits: they exist as objects but are not drawn."""
    hidden: set[int] = set()
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    hidden |= {id(tick.label1), id(tick.label2)}
    return hidden


@pytest.mark.parametrize("build", [lithium, lithia, thick])
def test_all_panels_have_one_scale(build: Any) -> None:
    figure = drawn(build)
    inches = figure.get_size_inches()
    scales = []
    for axes in figure.axes:
        box = axes.get_position()
        scales.append(box.width * inches[0] / np.ptp(axes.get_xlim()))
        scales.append(box.height * inches[1] / np.ptp(axes.get_ylim()))
    assert scales == pytest.approx([scales[0]] * 6, rel=1e-9)


def test_gap_planes_and_units_are_written() -> None:
    figure = drawn(lithia)
    words = [text.get_text() for text in figure.findobj(Text)]
    assert "gap 1.17 Å" in words  # a / 4
    assert "Li₂CO₃(001)" in words
    assert "Na₂CO₃(1-10)" in words
    assert "x (Å)" in words
    assert "y (Å)" in words
    assert "height above the contact (Å)" in words
    assert words.count("O") == 5  # four planes and the legend
    assert sum(word == "Li₂" for word in words) == 4


def test_contact_panel_shows_the_two_contact_planes_only() -> None:
    above = drawn(lithia).axes[2]
    circles = [patch for patch in above.patches if isinstance(patch, Circle)]
    filled = {_centre(circle) for circle in circles if circle.get_fill()}
    rings = {_centre(circle) for circle in circles if not circle.get_fill()}
    a = 4.67 / np.sqrt(2)
    # Below: Li2 at the middles of the edges; above: O at the corners.
    assert (round(a / 2, 3), 0.0) in filled
    assert (0.0, round(a / 2, 3)) in filled
    assert (0.0, 0.0) in rings
    assert not filled & rings
    assert len(rings) == 16  # corners of 3 x 3 cells


def _centre(circle: Circle) -> tuple[float, float]:
    x, y = np.round(circle.get_center(), 3) + 0.0
    return float(x), float(y)


def test_picture_becomes_a_file(tmp_path: Path) -> None:
    path = tmp_path / "interface.png"
    drawn(lithium).savefig(path, dpi=60)
    image = imread(path)
    assert image.shape[0] > 200
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 50  # not an empty page


def test_side_view_shows_each_atom_once_a_repeat() -> None:
    atoms = lithium()
    view = side_view(atoms, "y", 3 * 3.44 - 0.1)  # a little less: no atom at both edges
    assert np.bincount(view.index).tolist() == [3] * 8
    assert view.up == pytest.approx(atoms.positions[view.index, 2])
    assert np.all(np.diff(view.depth) <= 0)  # back to front
    shift = (view.right - atoms.positions[view.index, 0]) % 3.44
    # Along y each row of the skewed cell is moved by half a repeat or not at all.
    assert np.all(np.isclose(shift % 1.72, 0, atol=1e-6) | np.isclose(shift % 1.72, 1.72, atol=1e-6))


def test_side_view_along_x_has_y_to_the_right() -> None:
    atoms = Atoms("LiO", positions=[(0.5, 1, 0), (2.5, 3, 5)], cell=[4, 6, 20])
    view = side_view(atoms, "x", 6.0)
    seen = {int(i): (x, z, d) for i, x, z, d in zip(view.index, view.right, view.up, view.depth, strict=True)}
    assert view.index.tolist() == [1, 0]  # back to front, so that the front is drawn last
    assert seen[0] == pytest.approx((1.0, 0.0, 0.125))
    assert seen[1] == pytest.approx((3.0, 5.0, 0.625))


def test_top_view_has_the_highest_atom_in_front() -> None:
    atoms = Atoms("LiO", positions=[(1, 1, 5), (1, 1, 0)], cell=[4, 6, 20])
    view = top_view(atoms, (4.0, 6.0))
    assert view.index.tolist() == [1, 0]
    assert view.depth.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("outside", [-4.0, 17.0])
def test_atoms_outside_of_the_cell_are_seen_in_it(outside: float) -> None:
    atoms = Atoms("Li", positions=[(outside, 1, 5)], cell=[4, 6, 20])
    view = top_view(atoms, (3.9, 6.0))
    assert view.right == pytest.approx([outside % 4])


def test_unlabelled_atoms() -> None:
    with pytest.raises(InputError, match="have no array side and no array plane"):
        draw_interface(bcc110("Li", (1, 1, 4), a=3.44, vacuum=5.0), "title")


def test_one_slab_is_no_interface() -> None:
    atoms = lithium()
    atoms.arrays["side"][:] = 0
    with pytest.raises(InputError, match=r"'side' holds \[0\], expected 0 \(lower\) and 1"):
        draw_interface(atoms, "title")


def test_slabs_turned_over() -> None:
    atoms = lithium()
    atoms.arrays["side"] = 1 - atoms.arrays["side"]
    with pytest.raises(InputError, match=r"upper slab starts at .* the lower ends at"):
        draw_interface(atoms, "title")


def test_cell_must_lie_in_the_plane() -> None:
    atoms = lithium()
    atoms.rotate(30, "z", rotate_cell=True)
    with pytest.raises(InputError, match="does not have a along x"):
        draw_interface(atoms, "title")


def test_a_plane_that_both_slabs_share_is_drawn() -> None:
    atoms = lithium()
    contact = atoms.arrays["plane"][atoms.arrays["side"] == 0].max()
    shared = atoms.arrays["plane"] == contact
    atoms = atoms + atoms[shared]
    atoms.positions[-shared.sum() :, :2] += 1.5
    atoms.arrays["side"][-shared.sum() :] = 1
    figure = draw_interface(atoms, "title")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert any("shared plane" in text for text in texts)
    # Planes that are two may not lie at one height.
    atoms.arrays["plane"][-shared.sum() :] += 1
    with pytest.raises(InputError, match="upper slab starts at"):
        draw_interface(atoms, "title")
