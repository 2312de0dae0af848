"""Planes that changed places in a relaxation are found and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wadflow.results.computed_documents import read_computed
from wadflow.results.plane_order import contact_changed, contact_planes, order_sentences, plane_heights
from wadflow.results.records import AtomsRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.documents import AdhesionDocument

LITHIUM, OXYGEN = 3, 8


def slabs(*, lower: Sequence[tuple[int, float]], upper: Sequence[tuple[int, float]]) -> AtomsRecord:
    """Return an interface with one atom a plane: atomic number and height, in the order of the cut."""
    atoms = [*lower, *upper]
    return AtomsRecord(
        numbers=tuple(number for number, _ in atoms),
        positions=tuple((0.0, 0.0, height) for _, height in atoms),
        cell=((3.0, 0.0, 0.0), (0.0, 3.0, 0.0), (0.0, 0.0, 30.0)),
        pbc=(True, True, False),
        side=(0,) * len(lower) + (1,) * len(upper),
        plane=tuple(range(len(atoms))),
    )


@pytest.fixture(scope="module")
def document() -> AdhesionDocument:
    """Give any document for what was cut: its contact plane is O below, and Li above."""
    return read_computed("li001-li2o001-o-contact.standard")


def test_planes_in_the_order_of_the_cut_need_no_word(document: AdhesionDocument) -> None:
    kept = slabs(lower=[(LITHIUM, 0.0), (OXYGEN, 1.2)], upper=[(LITHIUM, 3.0), (LITHIUM, 4.7)])
    assert contact_planes(kept) == (1, 2)
    assert not contact_changed({"AB": kept})
    assert order_sentences({"AB": kept}, document.lower, document.upper) == []


def test_a_slab_that_turned_over_meets_with_another_plane(document: AdhesionDocument) -> None:
    turned = slabs(lower=[(LITHIUM, 0.9), (OXYGEN, 0.0)], upper=[(LITHIUM, 3.0), (LITHIUM, 4.7)])
    assert contact_planes(turned) == (0, 2)
    assert contact_changed({"AB": turned})
    contact, places = order_sentences({"AB": turned}, document.lower, document.upper)
    assert f"of {document.lower.name} at the contact is Li, not {document.lower.termination}" in contact
    assert "In the relaxed AB" in places
    assert "Li and O (-0.90)" in places


def test_planes_at_one_height_have_no_order_and_still_the_contact_of_their_cut(
    document: AdhesionDocument,
) -> None:
    flat = slabs(lower=[(LITHIUM, 0.05), (OXYGEN, 0.0)], upper=[(LITHIUM, 3.0), (LITHIUM, 4.7)])
    assert not contact_changed({"AB": flat})
    (sentence,) = order_sentences({"AB": flat}, document.lower, document.upper)
    assert "fell together" in sentence


def test_two_slabs_that_did_the_same_share_a_sentence(document: AdhesionDocument) -> None:
    flat = slabs(lower=[(LITHIUM, 0.05), (OXYGEN, 0.0)], upper=[])
    (sentence,) = order_sentences({"A": flat, "B": flat}, document.lower, document.upper)
    assert sentence.startswith("In the relaxed A and B ")


def test_structures_without_labels_say_nothing(document: AdhesionDocument) -> None:
    bare = slabs(lower=[(LITHIUM, 1.0), (OXYGEN, 0.0)], upper=[]).model_copy(
        update={"side": None, "plane": None}
    )
    assert plane_heights(bare) == {}
    assert not contact_changed({"AB": bare})
    assert order_sentences({"AB": bare}, document.lower, document.upper) == []
