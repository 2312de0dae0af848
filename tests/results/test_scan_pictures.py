"""Pictures of maps, curves and series: what must be on them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wadflow.errors import InputError
from wadflow.results.computed_documents import read_computed
from wadflow.results.scan_pictures import (
    draw_adhesion_map,
    draw_separation_curve,
    draw_thickness_series,
    pictures_of,
)
from wadflow.results.scans import (
    RegistryMap,
    RegistryPoint,
    SeparationCurve,
    SeparationPoint,
    ThicknessPoint,
    ThicknessSeries,
    fit_rose,
    rose,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

    from wadflow.results.documents import AdhesionDocument

CELL = ((3.3, 0.0), (0.0, 3.3))


def a_map() -> RegistryMap:
    def point(registry: tuple[float, float], work: float, *more: tuple[float, float]) -> RegistryPoint:
        images = (registry, *more)
        return RegistryPoint(
            registry=registry, images=images, gap=2.0, work_of_adhesion=work, converged=True, key="k"
        )

    points = (point((0.0, 0.0), -1.0), point((0.0, 0.5), -1.4, (0.5, 0.0)), point((0.5, 0.5), -1.9))
    return RegistryMap(cell=CELL, lattice=CELL, points=points, best=2)


def a_curve(*, fitted: bool = True) -> SeparationCurve:
    separations = [0.0, 0.5, 1.0, 2.0]
    works = rose(np.array(separations), 1.9, 0.0, 0.8).tolist()
    points = tuple(
        SeparationPoint(separation=d, work_of_adhesion=w, key="k")
        for d, w in zip(separations, works, strict=True)
    )
    return SeparationCurve(points=points, fit=fit_rose(separations, works) if fitted else None)


def a_series() -> ThicknessSeries:
    points = tuple(
        ThicknessPoint(lower_planes=n, upper_planes=n, work_of_adhesion=-w, keys=("a", "b", "c"))
        for n, w in ((2, 4.8), (4, 7.9), (6, 8.6))
    )
    return ThicknessSeries(points=points)


@pytest.fixture
def full(make_document: Callable[..., AdhesionDocument]) -> AdhesionDocument:
    parts: dict[str, Any] = {
        "registry_map": a_map(),
        "separation_curve": a_curve(),
        "thickness_series": a_series(),
        "source_value": -1.01,
        "source_doi": "10.1/x",
    }
    return make_document(**parts)


def texts(figure: Figure) -> str:
    import matplotlib.text

    figure.draw_without_rendering()  # ticks get their labels only then

    return "\n".join(found.get_text() for found in figure.findobj(matplotlib.text.Text))


def test_only_what_a_document_holds_is_drawn(
    full: AdhesionDocument, make_document: Callable[..., AdhesionDocument]
) -> None:
    assert set(pictures_of(full)) == {"adhesion-map", "separation-curve", "thickness-series"}
    assert pictures_of(make_document()) == {}


def test_the_map_labels_every_shift_and_marks_the_best(full: AdhesionDocument, tmp_path: Path) -> None:
    figure = draw_adhesion_map(full)
    said = texts(figure)
    for work in ("\u22121.00", "\u22121.40", "\u22121.90"):
        assert work in said
    assert "bound most, relaxed" in said
    assert "J/m²" in said
    figure.savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 10_000


def test_labels_of_many_shifts_do_not_cover_each_other() -> None:
    document = read_computed("li2o111-li2o111-twist60.standard")
    assert document.registry_map is not None
    figure = draw_adhesion_map(document)
    figure.canvas.draw()
    (axes,) = (one for one in figure.axes if one.get_xlabel() == "shift along x (Å)")
    boxes = [label.get_window_extent() for label in axes.texts]
    assert len(boxes) == len(document.registry_map.points) == 10
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_curve_shows_its_fit_only_where_there_is_one(
    full: AdhesionDocument, make_document: Callable[..., AdhesionDocument]
) -> None:
    assert "Rose fit: 1.90 J/m²" in texts(draw_separation_curve(full))
    unfitted = make_document(separation_curve=a_curve(fitted=False))
    assert "Rose fit" not in texts(draw_separation_curve(unfitted))


def test_the_series_says_its_verdict_and_shows_the_source(full: AdhesionDocument) -> None:
    said = texts(draw_thickness_series(full))
    assert "NOT converged with thickness" in said
    assert "source (its settings unknown)" in said
    assert "2 + 2" in said


@pytest.mark.parametrize("draw", [draw_adhesion_map, draw_separation_curve, draw_thickness_series])
def test_what_is_not_there_is_refused_with_a_remedy(
    draw: Callable[[AdhesionDocument], Figure], make_document: Callable[..., AdhesionDocument]
) -> None:
    with pytest.raises(InputError, match="has no") as caught:
        draw(make_document())
    assert caught.value.remedy
