"""Pictures of works of adhesion: bars of the right length, loud where nothing is final."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from wadflow.errors import InputError
from wadflow.results.adhesion import EV_PER_ANGSTROM2
from wadflow.results.adhesion_pictures import draw_course, draw_relaxation, draw_spacings, draw_work_chart
from wadflow.results.computed_documents import read_computed

if TYPE_CHECKING:
    from collections.abc import Callable

    from wadflow.results.documents import AdhesionDocument, CalculationRecord

    Documents = Callable[..., AdhesionDocument]
    Records = Callable[..., CalculationRecord]


def test_bars_are_as_long_as_the_numbers(make_document: Documents, make_record: Records) -> None:
    sure = make_document()
    stuck = make_document(a=make_record("A", -9.6, -9.7, converged=False))
    (axes,) = draw_work_chart([sure, stuck]).axes
    widths = [patch.get_width() for patch in axes.patches if isinstance(patch, Rectangle)]
    rigid, relaxed = sure.work_of_adhesion_rigid, sure.work_of_adhesion_relaxed
    assert widths == pytest.approx([rigid, relaxed, rigid, relaxed])
    assert [patch.get_hatch() is not None for patch in axes.patches] == [False, False, False, True]
    words = [text.get_text() for text in axes.texts]
    assert sum("not converged" in word for word in words) == 1
    assert "negative = bound" in axes.get_xlabel()
    assert "J/m²" in axes.get_xlabel()


def test_no_document_no_chart() -> None:
    with pytest.raises(InputError, match="no work of adhesion to draw"):
        draw_work_chart([])


def test_the_parts_stand_on_each_other(make_document: Documents) -> None:
    document = make_document()
    (axes,) = draw_relaxation(document).axes
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    ends = [bar.get_y() + bar.get_height() for bar in bars]
    a, b = document.relaxation_a or 0.0, document.relaxation_b or 0.0
    rigid, ab = document.work_of_adhesion_rigid, document.relaxation_ab or 0.0
    assert ends == pytest.approx([rigid, rigid + ab, rigid + ab - a, rigid + ab - a - b, rigid + ab - a - b])
    assert ends[-1] == pytest.approx(document.work_of_adhesion)


def test_a_rigid_document_has_no_relaxation_to_draw(make_document: Documents, make_record: Records) -> None:
    rigid = make_document(ab=make_record("AB", -20.0), a=make_record("A", -9.6), b=make_record("B", -9.6))
    with pytest.raises(InputError, match="was not relaxed"):
        draw_relaxation(rigid)


def test_the_course_ends_where_the_document_does(make_document: Documents) -> None:
    document = read_computed("li110-li110.standard")
    energies, forces = draw_course(document).axes
    assert document.a.key == document.b.key  # drawn once
    for record, above, force in zip(
        (document.ab, document.a), energies.get_lines(), forces.get_lines(), strict=True
    ):
        heights = np.asarray(above.get_ydata(), dtype=float)
        assert len(heights) == record.n_ionic_steps - 1
        assert heights[0] * document.area / EV_PER_ANGSTROM2 == pytest.approx(
            record.initial_energy - record.final_energy
        )
        assert np.asarray(force.get_ydata(), dtype=float)[-1] == pytest.approx(record.max_force)
    with pytest.raises(InputError, match="does not hold the ionic steps"):
        draw_course(make_document())


def test_spacings_are_those_of_the_structures() -> None:
    document = read_computed("li110-li110.standard")
    (axes,) = draw_spacings(document).axes
    lines = {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()}
    points = {label: distances for label, distances in lines.items() if len(distances) > 2}
    assert [len(distances) for distances in points.values()] == [7, 3, 3]  # 8 planes in contact, 4 + 4 free
    for distances in points.values():
        assert ((distances > 2.2) & (distances < 2.6)).all()  # a / sqrt(2) is 2.43 angstrom


def test_without_structures_there_are_no_spacings(make_document: Documents) -> None:
    with pytest.raises(InputError, match="no relaxed structures"):
        draw_spacings(make_document())
