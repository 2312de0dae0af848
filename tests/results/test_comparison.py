"""Comparison with the source: a difference, never a verdict."""

from __future__ import annotations

from typing import Any

import pytest

from wadflow.errors import InputError
from wadflow.results.comparison import compare_with_source

DOI = "10.1000/example"


def test_difference_and_sentence(make_document: Any) -> None:
    document = make_document(source_value=-1.1, source_doi=DOI)
    found = compare_with_source(document)
    assert found.ours == document.work_of_adhesion_relaxed
    assert found.rigid == document.work_of_adhesion_rigid
    assert found.difference == pytest.approx(found.ours + 1.1)
    assert found.relative_difference == pytest.approx(found.difference / 1.1)
    assert (found.kind, found.doi) == ("relaxed", DOI)
    assert found.sentence == (
        "-1.00 J/m2 (relaxed, protocol 'standard') beside -1.10 J/m2 of the source: difference "
        "+0.10 J/m2, +9.0 %; settings of the source unknown, so the difference mixes settings, "
        "model and thickness. Nearest of our numbers: -1.07 J/m2 (rigid, 4+4 planes)."
    )


def test_the_nearest_number_is_looked_for_among_all_thicknesses_and_says_its_model(
    make_document: Any, make_side: Any
) -> None:
    from wadflow.results.scans import ThicknessPoint, ThicknessSeries

    points = tuple(
        ThicknessPoint(lower_planes=n, upper_planes=n, work_of_adhesion=-w, keys=("a", "b", "c"))
        for n, w in ((2, 4.8), (4, 1.07), (6, 8.6))
    )
    plain = make_document()
    with_dipole_layer = {
        role: record.model_copy(update={"equal_settings": {**record.equal_settings, "dipole_layer": True}})
        for role, record in (("ab", plain.ab), ("a", plain.a), ("b", plain.b))
    }
    document = make_document(
        source_value=-7.92,
        source_doi=DOI,
        lower=make_side(tasker_class="III"),
        thickness_series=ThicknessSeries(points=points),
        **with_dipole_layer,
    )
    found = compare_with_source(document)
    assert found.nearest == "-8.60 J/m2 (rigid, 6+6 planes, polar model ideal)"
    assert found.nearest in found.sentence


def test_stronger_bond_than_the_source_is_a_negative_difference(make_document: Any) -> None:
    found = compare_with_source(make_document(source_value=-0.5, source_doi=DOI))
    assert found.difference < 0
    assert found.relative_difference is not None
    assert found.relative_difference < 0


def test_rigid_is_compared_where_nothing_was_relaxed(make_document: Any, make_record: Any) -> None:
    document = make_document(
        ab=make_record("AB", -20.0),
        a=make_record("A", -9.6),
        b=make_record("B", -9.6),
        source_value=-1.0,
        source_doi=DOI,
    )
    found = compare_with_source(document)
    assert found.kind == "rigid"
    assert found.ours == document.work_of_adhesion_rigid
    assert "(rigid, protocol" in found.sentence


@pytest.mark.parametrize("value", [-1.0, -1.001, -8.0, 0.0])
def test_never_a_verdict(make_document: Any, value: float) -> None:
    sentence = compare_with_source(make_document(source_value=value, source_doi=DOI)).sentence
    assert "settings of the source unknown" in sentence
    assert not any(word in sentence for word in ("agree", "match", "reproduce", "good"))


def test_source_of_zero_has_no_relative_difference(make_document: Any) -> None:
    found = compare_with_source(make_document(source_value=0.0, source_doi=DOI))
    assert found.relative_difference is None
    assert "%" not in found.sentence


def test_bad_numbers_are_marked(make_document: Any, make_record: Any) -> None:
    document = make_document(
        production=False,
        protocol="smoke",
        a=make_record("A", -9.6, -9.7, converged=False),
        source_value=-1.0,
        source_doi=DOI,
    )
    sentence = compare_with_source(document).sentence
    assert "did not all converge" in sentence
    assert "only proves the path" in sentence


def test_without_a_source(make_document: Any) -> None:
    with pytest.raises(InputError, match="'li110-li110' has no value to compare with"):
        compare_with_source(make_document())


def test_a_source_needs_its_doi(make_document: Any) -> None:
    with pytest.raises(InputError, match="without a DOI"):
        make_document(source_value=-1.0)
