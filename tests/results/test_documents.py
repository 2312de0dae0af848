"""Documents: nothing is lost on the way through JSON, nothing inconsistent gets in."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from ase.build import bcc110
from hypothesis import given
from hypothesis import strategies as st
from monty.json import MontyDecoder, MontyEncoder
from pydantic import BaseModel, ValidationError

from wadflow.results import comparison, documents
from wadflow.results.documents import AdhesionDocument, AtomsRecord, Document


def full(make_document: Any) -> AdhesionDocument:
    """Make a document with every optional part."""
    atoms = bcc110("Li", (1, 1, 8), a=3.44, vacuum=5.0)
    atoms.set_array("side", np.repeat([0, 1], 4))
    atoms.set_array("plane", np.arange(8))
    document: AdhesionDocument = make_document(
        source_value=-1.01,
        source_doi="10.1000/example",
        structures={"AB": AtomsRecord.from_atoms(atoms)},
    )
    return document


def test_json_round_trip_is_exact(make_document: Any) -> None:
    document = full(make_document)
    assert AdhesionDocument.model_validate_json(document.model_dump_json()) == document


def test_jobflow_serialisation_round_trip(make_document: Any) -> None:
    # jobflow stores what a job returns through monty's encoder.
    document = full(make_document)
    again = json.loads(json.dumps(document, cls=MontyEncoder), cls=MontyDecoder)
    assert again == document


@given(
    energies=st.tuples(*[st.floats(-1e5, 1e5)] * 6),
)
def test_any_combined_document_can_be_read_again(
    make_document: Any, make_record: Any, energies: tuple[float, ...]
) -> None:
    # The identities are checked on reading: rounding must never make a document unreadable.
    document = make_document(
        ab=make_record("AB", energies[0], energies[1]),
        a=make_record("A", energies[2], energies[3]),
        b=make_record("B", energies[4], energies[5]),
    )
    assert AdhesionDocument.model_validate_json(document.model_dump_json()) == document


def test_atoms_round_trip(make_document: Any) -> None:
    atoms = full(make_document).relaxed_structures["AB"].to_atoms()
    original = bcc110("Li", (1, 1, 8), a=3.44, vacuum=5.0)
    assert atoms == original
    assert atoms.arrays["side"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert AtomsRecord.from_atoms(original).side is None


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("work_of_adhesion_relaxed", -1.5, "miss the relaxed value"),
        ("work_of_adhesion_rigid", -1.5, "miss the relaxed value"),
        ("relaxation_ab", 0.0, "miss the relaxed value"),
        ("relaxation_a", None, "together or not at all"),
        ("closing_error", 0.1, "miss the relaxed value"),
        ("separation_work", -1.0, "separation_work is not"),
        ("converged", False, "converged does not agree"),
        ("area", 0.0, "greater than 0"),
        ("area", math.nan, "finite number"),
        ("area", math.inf, "finite number"),
        ("n_interfaces", 0, "greater than or equal to 1"),
        ("schema_version", 2, "Input should be 1"),
        ("created", datetime(2026, 1, 2), "should have timezone info"),  # noqa: DTZ001  # the bad input
        ("surprise", 1, "Extra inputs are not permitted"),
    ],
)
def test_a_changed_document_is_not_believed(make_document: Any, key: str, value: Any, message: str) -> None:
    values = make_document().model_dump()
    values[key] = value
    with pytest.raises(ValidationError, match=message):
        AdhesionDocument.model_validate(values)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_atoms": 5}, "formula Li4 has 4 atoms, not 5"),
        ({"final_energy": -9.7}, "static calculation has one energy"),
        ({"paw": []}, "do not fit the elements of Li4"),
        ({"task": "md"}, "Input should be 'static' or 'relax'"),
        ({"initial_energy": math.nan}, "finite number"),
        ({"max_force": -0.1}, "greater than or equal to 0"),
        ({"n_ionic_steps": 0}, "greater than or equal to 1"),
        ({"cores": 0}, "greater than or equal to 1"),
        ({"key": ""}, "at least 1 character"),
    ],
)
def test_bad_calculation_records(make_record: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make_record("A", -9.6, **changes)


def test_an_unknown_role(make_record: Any) -> None:
    with pytest.raises(
        ValidationError, match="Input should be 'AB', 'A', 'B', 'bulk', 'slab', 'gas' or 'phonon'"
    ):
        make_record("C", -9.6)


def test_a_cell_has_nine_numbers(make_record: Any, make_settings: Any) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        make_record("A", -9.6, equal_settings=make_settings(cell=[[3.0, 0.0, 0.0]] * 2))


def test_area_of_a_skewed_cell(make_record: Any, make_settings: Any) -> None:
    cell = [[3.0, 0.0, 0.0], [1.5, 4.0, 0.0], [0.3, 0.2, 30.0]]
    record = make_record("A", -9.6, equal_settings=make_settings(cell=cell))
    assert record.area == pytest.approx(12.0, rel=1e-15)


@pytest.mark.parametrize(
    "changes",
    [
        {"strain_energy": None},
        {"strain_energy": None, "strain_energy_reason": ""},
        {"strain_energy": 0.1, "strain_energy_reason": "and a reason"},
    ],
)
def test_strain_energy_or_a_reason(make_side: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either strain_energy or strain_energy_reason"):
        make_side(**changes)


def test_side_names(make_side: Any) -> None:
    assert make_side().name == "Li(110)"
    assert make_side(crystal="Li2O", miller=(1, -1, 0)).name == "Li2O(1-10)"


@pytest.mark.parametrize("name", ["positions", "side", "plane"])
def test_arrays_of_atoms_have_equal_lengths(make_document: Any, name: str) -> None:
    values = full(make_document).relaxed_structures["AB"].model_dump()
    values[name] = values[name][:-1]
    with pytest.raises(ValidationError, match=f"{name} has 7 rows, but there are 8 atoms"):
        AtomsRecord.model_validate(values)


def test_documents_are_frozen(make_document: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make_document().area = 24.0


@pytest.mark.parametrize(
    "model",
    [
        model
        for module in (documents, comparison)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Document) and model is not Document
    ],
)
def test_every_property_is_in_the_table_of_its_class(model: type[BaseModel]) -> None:
    text = (model.__doc__ or "").replace("_a, _b", "relaxation_a, relaxation_b")
    missing = [
        name
        for name in model.model_fields
        if not any(name in line.split("  ")[0] or f", {name}" in line for line in lines(text))
    ]
    assert not missing, f"{model.__name__} does not explain {missing}"


def lines(text: str) -> list[str]:
    """Give the lines of a docstring without their indentation."""
    return [line.strip() for line in text.splitlines()]
