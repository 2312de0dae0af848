"""The picture of errors shows what the document's table of errors says."""

from __future__ import annotations

import numpy as np
import pytest

from wadflow.errors import InputError
from wadflow.results.computed_documents import list_computed, read_computed_as
from wadflow.results.document_names import DECOMPOSITION_PREFIX
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.error_diagram import draw_errors, errors_of
from wadflow.results.thermochemistry.gibbs_diagram import channels_of


@pytest.fixture(scope="module")
def document() -> DecompositionDocument:
    name = list_computed(DECOMPOSITION_PREFIX)[0]
    return read_computed_as(name, DecompositionDocument, prefix=DECOMPOSITION_PREFIX)


def test_curves_go_through_the_errors_of_the_table(document: DecompositionDocument) -> None:
    compared = 0
    for record in channels_of(document, "LiF"):
        for errors in record.errors:
            kelvin, curve = errors_of(record, errors.source)
            for at, error in errors.gibbs_energies.items():
                if len(kelvin) and kelvin[0] <= at <= kelvin[-1]:
                    assert np.interp(at, kelvin, curve) == pytest.approx(error, abs=0.1)
                    compared += 1
    assert compared > 20


def test_every_source_but_the_reference_has_a_panel(document: DecompositionDocument) -> None:
    figure = draw_errors(document, "LiF")
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == [source for source in document.sources if source != "janaf"]
    assert len(figure.legends[0].get_texts()) == len(channels_of(document, "LiF"))


def test_a_source_without_data_has_no_curve(document: DecompositionDocument) -> None:
    kelvin, curve = errors_of(document.reactions[0], "absent")
    assert len(kelvin) == len(curve) == 0


def test_a_salt_of_no_reaction_is_refused(document: DecompositionDocument) -> None:
    with pytest.raises(InputError, match="decomposes 'KF'"):
        draw_errors(document, "KF")
