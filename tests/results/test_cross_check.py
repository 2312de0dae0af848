"""Cross-checks of works of adhesion and surfaces: what is compared, signs, agreement, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase.symbols import Symbols
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.symmetry import primitive_cell
from wadflow.results.computed_documents import read_all_computed, read_computed
from wadflow.results.cross_check import CrossCheck, cross_checks, missing_counterparts
from wadflow.results.cross_check_pictures import draw_cross_checks
from wadflow.results.cross_check_selection import select, summaries
from wadflow.results.crystal_lattices import lattice_of_bulk
from wadflow.results.records import AtomsRecord
from wadflow.results.reference_data import Datum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wadflow.results.documents import AdhesionDocument, CalculationRecord
    from wadflow.results.surface_documents import SurfaceDocument
    from wadflow.results.surfaces import FinishedFace

    Surfaces = Callable[..., SurfaceDocument]


def datum(**changes: Any) -> Datum:
    """A measured surface energy of lithium, some of it changed."""
    values = {
        "quantity": "surface energy",
        "species": "Li",
        "phase": "crystal",
        "space_group": 229,
        "miller": (1, 1, 0),
        "kind": "experiment",
        "value": 0.53,
        "unit": "J/m2",
        "source": "a book",
        "confirmed": True,
    }
    return Datum.model_validate({**values, **changes})


def of(checks: Sequence[CrossCheck], quantity: str) -> list[CrossCheck]:
    return [one for one in checks if one.quantity == quantity]


def bulk_record(make_record: Callable[..., CalculationRecord], crystal: str, scale: float) -> Any:
    """The relaxation of a crystal that ends with all lengths times `scale`."""
    structure = load_crystal(crystal).structure
    numbers = np.array(structure.atomic_numbers, dtype=np.int64)
    cell, fractions, numbers = primitive_cell(structure.lattice.matrix, structure.frac_coords, numbers)
    atoms = AtomsRecord.model_validate(
        {
            "numbers": numbers.tolist(),
            "positions": (scale * fractions @ cell).tolist(),
            "cell": (scale * cell).tolist(),
            "pbc": [True, True, True],
        }
    )
    formula = str(Symbols(numbers).formula.format("hill"))
    record = make_record("bulk", -10.0, -10.1, formula="Li4", n_atoms=4)
    settings = {**record.equal_settings, "cell": cell.tolist()}
    return record.model_copy(
        update={
            "formula": formula,
            "n_atoms": len(numbers),
            "equal_settings": settings,
            "final_atoms": atoms,
        }
    )


def test_a_difference_is_computed_minus_counterpart_and_agrees_within_both_uncertainties(
    make_surfaces: Surfaces,
) -> None:
    document = make_surfaces()
    data = [datum(uncertainty=0.05), datum(value=0.60, uncertainty=0.05), datum(value=0.25)]
    checks = cross_checks([document], data)
    assert [one.difference for one in checks] == pytest.approx([-0.03, -0.10, 0.25])
    assert [one.relative_difference for one in checks] == pytest.approx([-0.03 / 0.53, -1 / 6, 1.0])
    assert [one.agreement for one in checks] == ["within", "outside", "not stated"]
    assert checks[0].statement == "within the uncertainty of 0.05 (0.6 times)"
    assert checks[2].statement == "no uncertainty is given"
    assert checks[2].combined_uncertainty is None
    assert {one.document for one in checks} == {"surface+li.standard"}
    assert checks[0].subject == "Li (110)"


def test_our_own_uncertainty_is_added_in_squares(
    make_surfaces: Surfaces, make_face: Callable[..., FinishedFace]
) -> None:
    document = make_surfaces(make_face(noise=0.001))
    spread = document.faces[0].relaxed.spread
    assert spread > 0
    (check,) = cross_checks([document], [datum(uncertainty=0.003)])
    assert check.computed_uncertainty == pytest.approx(spread)
    assert check.combined_uncertainty == pytest.approx(np.hypot(0.003, spread))


@pytest.mark.parametrize(
    "other",
    [
        {"miller": (1, 0, 1)},
        {"space_group": 225},
        {"species": "Na"},
        {"phase": "polycrystal"},
        {"quantity": "surface tension"},
        {"kind": "LDA"},
    ],
)
def test_only_the_same_thing_is_compared(make_surfaces: Surfaces, other: dict[str, Any]) -> None:
    assert cross_checks([make_surfaces()], [datum(**other)]) == ()


def test_a_published_calculation_is_compared_with_the_same_functional(make_surfaces: Surfaces) -> None:
    (check,) = cross_checks([make_surfaces()], [datum(kind="PBE")])
    assert check.kind == "published calculation"


def test_a_zero_counterpart_has_no_relative_difference(make_surfaces: Surfaces) -> None:
    (check,) = cross_checks([make_surfaces()], [datum(value=0.0)])
    assert check.relative_difference is None


def test_the_limits_travel_with_the_number(make_surfaces: Surfaces) -> None:
    document = make_surfaces(production=False)
    (check,) = cross_checks([document], [datum(confirmed=False, note="old")])
    assert not check.production
    assert not check.confirmed
    text = " ".join(check.notes)
    for words in ("only proves the path", "old", "not confirmed in its source"):
        assert words in text


def test_the_wulff_average_stands_beside_the_polycrystal(make_surfaces: Surfaces) -> None:
    document = make_surfaces()
    average = of(cross_checks([document]), "surface energy")[-1]
    assert document.wulff is not None
    assert average.phase == "polycrystal"
    assert average.computed == pytest.approx(document.wulff.weighted_surface_energy)
    assert (average.counterpart, average.agreement) == (0.52, "within")


def test_a_document_without_atoms_gives_the_lattice_from_the_volume(make_surfaces: Surfaces) -> None:
    checks = of(cross_checks([make_surfaces()]), "lattice constant a")
    assert checks[0].computed == pytest.approx(60.0 ** (1 / 3))  # 30 angstrom3 per atom
    assert [one.temperature for one in checks] == [0.0, 20.0, 78.0, 293.0]
    assert all("zero-point" in " ".join(one.notes) for one in checks[1:])
    assert "zero-point" not in " ".join(checks[0].notes)  # taken out of that one


@pytest.mark.parametrize("crystal", ["Li", "Li2O", "Li2CO3", "Na2O2"])
def test_the_lattice_of_a_relaxed_crystal_is_in_the_published_setting(
    make_record: Callable[..., CalculationRecord], crystal: str
) -> None:
    record = bulk_record(make_record, crystal, 1.02)
    lattice = lattice_of_bulk(crystal, record)
    assert lattice is not None
    given = load_crystal(crystal).structure.lattice
    assert lattice.lengths == pytest.approx([1.02 * one for one in given.lengths])
    assert lattice.angles == pytest.approx(given.angles)
    assert lattice_of_bulk(crystal, record.model_copy(update={"final_atoms": None})) is None
    assert lattice_of_bulk("gone.cif", record) is None


def without_crystals(name: str) -> AdhesionDocument:
    """Return a shipped document as older versions wrote it: without the relaxed crystals."""
    document = read_computed(name)
    bulk = tuple(record.model_copy(update={"final_atoms": None}) for record in document.bulk)
    return document.model_copy(update={"bulk": bulk})


def test_lattices_of_interfaces_without_their_crystals_come_from_areas() -> None:
    document = without_crystals("li110-li110.standard")
    (a, *_) = of(cross_checks([document]), "lattice constant a")
    # area of the (110) cell of bcc: a^2 / sqrt(2)
    assert a.computed == pytest.approx((document.area * 2**0.5) ** 0.5)
    assert "area" in a.calculation
    # Lithium is strained on the oxide: only the oxide's lattice can be told.
    oxide = without_crystals("li001-li2o001-li-contact.standard")
    assert {one.species for one in of(cross_checks([oxide]), "lattice constant a")} == {"Li2O"}


def test_one_metal_on_itself_is_twice_its_surface(make_surfaces: Surfaces) -> None:
    interface = read_computed("li110-li110.standard")
    surfaces = make_surfaces()
    checks = of(cross_checks([interface, surfaces]), "work of adhesion, relaxed")
    by_kind = {one.kind: one for one in checks}
    assert by_kind["experiment"].counterpart == -1.04
    assert by_kind["experiment"].uncertainty == pytest.approx(0.104)
    assert by_kind["published calculation"].counterpart == -1.0
    assert by_kind["identity"].counterpart == pytest.approx(-2 * 0.50)
    assert by_kind["source"].counterpart == -1.01
    assert "settings of the source unknown" in " ".join(by_kind["source"].notes)
    (rigid,) = [
        one
        for one in of(cross_checks([interface, surfaces]), "work of adhesion, rigid")
        if one.kind == "identity"
    ]
    assert rigid.counterpart == pytest.approx(-2 * 0.52)


def test_oxides_have_no_such_identity() -> None:
    checks = cross_checks([read_computed("li2o001-li2o001.standard")])
    assert {one.kind for one in of(checks, "work of adhesion, rigid")} == {"source"}
    assert any("polar cut (Tasker III), model ideal" in one.notes for one in checks)


def test_a_number_that_several_documents_have_is_compared_once(
    make_document: Callable[..., AdhesionDocument],
) -> None:
    documents = read_all_computed()
    oxide = of(cross_checks(documents), "lattice constant a")
    assert len([one for one in oxide if one.species == "Li2O" and one.protocol == "standard"]) == 1
    twice = cross_checks([documents[0], documents[0]])
    assert twice == cross_checks([documents[0]])
    # The converged one is taken, whichever comes first.
    good = make_document(name="good")
    bad = make_document(name="bad").model_copy(update={"converged": False})
    data = [
        datum(
            quantity="work of adhesion, rigid",
            species=good.title,
            phase="interface",
            space_group=None,
            miller=None,
        )
    ]
    for order in ([good, bad], [bad, good]):
        (check,) = cross_checks(order, data)
        assert check.document == "good.standard"
        assert check.also_in == ("bad.standard",)


def test_what_stands_alone_is_said_on_both_sides(make_surfaces: Surfaces) -> None:
    data = [datum(), datum(species="Na", value=0.25)]
    missing = missing_counterparts([make_surfaces()], data)
    not_computed = [one for one in missing if one.side == "not computed"]
    assert [(one.quantity, one.subject, one.value) for one in not_computed] == [
        ("surface energy", "Na (110)", 0.25)
    ]
    alone = {(one.quantity, one.subject) for one in missing if one.side == "not measured"}
    assert ("surface energy", "Li (100)") in alone
    assert ("lattice constant a", "Li (Im-3m)") in alone
    assert ("surface energy", "Li (110)") not in alone
    # Without documents everything in the tables is waiting.
    quantities = {one.quantity for one in missing_counterparts([])}
    assert {"work function", "adhesion tension", "bulk modulus", "harmonic wavenumber"} <= quantities


def test_a_summary_counts_and_averages(make_surfaces: Surfaces) -> None:
    data = [datum(uncertainty=0.05), datum(value=0.70, uncertainty=0.05), datum(value=0.45)]
    checks = cross_checks([make_surfaces()], data)
    (summary,) = summaries(checks)
    assert (summary.count, summary.within, summary.outside) == (3, 1, 1)
    assert summary.mean == pytest.approx((-0.03 - 0.20 + 0.05) / 3)
    assert summary.mean_absolute == pytest.approx(0.28 / 3)
    assert summary.largest == pytest.approx(-0.20)
    assert summaries([one.model_copy(update={"production": False}) for one in checks]) == ()


@pytest.mark.parametrize(
    ("name", "count"), [("Li", 1), ("surface energy", 1), ("surface+li", 1), ("surface+li.standard", 1)]
)
def test_a_name_is_a_species_a_quantity_or_a_document(make_surfaces: Surfaces, name: str, count: int) -> None:
    data = [datum(), datum(species="Na")]
    checks, missing = cross_checks([make_surfaces()], data), missing_counterparts([make_surfaces()], data)
    chosen, _ = select(checks, missing, [name])
    assert len(chosen) == count
    chosen, alone = select(checks, missing, ["Na"])
    assert (len(chosen), len(alone)) == (0, 1)
    with pytest.raises(InputError, match="nothing to compare of 'KF'"):
        select(checks, missing, ["KF"])


def test_the_picture_shows_every_check_with_its_unit(make_surfaces: Surfaces) -> None:
    checks = cross_checks([read_computed("li110-li110.standard"), make_surfaces()])
    figure = draw_cross_checks(checks)
    text = [one.get_text() for one in figure.findobj(Text) if one.get_text()]
    for words in ("Li (110)", "Li average", "surface energy", "Li(110) / Li(110)", "Li a (293 K)"):
        assert words in text
    assert any("J/m²" in one for one in text)
    points = [line for axes in figure.axes for line in axes.lines if line.get_linestyle() == "None"]
    assert len([line for line in points if str(line.get_marker()) in "osD^"]) == len(checks)


def test_nothing_of_the_picture_lies_over_another(make_surfaces: Surfaces) -> None:
    figure = draw_cross_checks(cross_checks([*read_all_computed(), make_surfaces()]))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [box for axes in figure.axes if (box := axes.get_tightbbox(renderer)) is not None]
    assert len(boxes) == len(figure.axes)
    boxes += [legend.get_window_extent(renderer) for legend in figure.legends]
    boxes += [text.get_window_extent(renderer) for text in figure.texts]
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(InputError, match="no cross-check to draw"):
        draw_cross_checks([])
