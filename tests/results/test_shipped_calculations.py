"""The calculations that are shipped: whole, and found again by what is calculated today."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from wadflow.interfaces.definition import load_definition
from wadflow.results.computed_documents import list_computed, read_computed, read_computed_as
from wadflow.results.document_names import DECOMPOSITION_PREFIX
from wadflow.results.documents import AdhesionDocument
from wadflow.results.thermochemistry.conditions import find_conditions
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.reactions import find_reactions
from wadflow.workflows import preparation
from wadflow.workflows.adhesion_program import AdhesionStudy
from wadflow.workflows.archive import Archive
from wadflow.workflows.calculation import Calculation
from wadflow.workflows.decomposition_program import DecompositionStudy
from wadflow.workflows.outcome import INPUT_FILE
from wadflow.workflows.plan import plan_study
from wadflow.workflows.protocol import load_protocol

PACKED = Path(__file__).resolve().parents[2] / "results" / "calculations.tar.xz"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    root = tmp_path_factory.mktemp("shipped")
    with tarfile.open(PACKED) as packed:
        packed.extractall(root, filter="data")
    return Archive(root)


def test_every_calculation_is_whole_and_has_the_key_of_its_input(archive: Archive) -> None:
    assert archive.verify(jobs=2).ok
    for entry in archive.entries():
        assert Calculation.model_validate(entry.read_json(INPUT_FILE)).key == entry.key


@pytest.mark.parametrize(
    "document",
    [
        "li110-li110.standard",
        "li001-li2o001-li-contact.standard",
        "li001-li2o001-o-contact.standard",
        "li2o001-li2o001.standard",
    ],
)
def test_a_shipped_document_comes_from_them(archive: Archive, document: str) -> None:
    name, _, protocol = document.partition(".")
    _comes_from(
        archive, document, AdhesionStudy(definition=load_definition(name), protocol=load_protocol(protocol))
    )


# To be calculated anew; the pages say of them with which cutoff and grid they were.
@pytest.mark.parametrize(
    "document",
    [
        "li110-li110.standard-li3e",
        "li2o001-li2o001-li-li.standard",
        "li2o110-li2o110.standard",
        "li2o111-li2o111-twist60.standard",
    ],
)
def test_a_document_with_earlier_settings_comes_from_them_with_those(
    archive: Archive, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "COARSE", 1.0)  # slabs then came near their rest at any coarser mesh
    name, _, protocol = document.partition(".")
    today = load_protocol(protocol)
    earlier = {"cutoff": 400.0, "soft_cutoff": None, "grid_spacing": None}
    before = today.model_copy(update={"electrons": today.electrons.model_copy(update=earlier)})
    assert "grid_spacing" not in read_computed(document).ab.equal_settings
    _comes_from(archive, document, AdhesionStudy(definition=load_definition(name), protocol=before))


def _comes_from(archive: Archive, document: str, study: AdhesionStudy) -> None:
    plan = plan_study(study, archive)
    assert plan.complete
    shipped, again = read_computed(document), plan.document()
    assert isinstance(again, AdhesionDocument)
    assert again.work_of_adhesion_relaxed == pytest.approx(shipped.work_of_adhesion_relaxed, abs=1e-12)
    assert again.work_of_adhesion_rigid == pytest.approx(shipped.work_of_adhesion_rigid, abs=1e-12)


@pytest.mark.parametrize("document", list_computed(DECOMPOSITION_PREFIX))
def test_a_shipped_decomposition_comes_from_them(archive: Archive, document: str) -> None:
    asked, _, protocol = document.removeprefix(DECOMPOSITION_PREFIX).partition(".")
    selection = asked.removesuffix("-quasiharmonic")
    study = DecompositionStudy(
        selection=selection,
        protocol=load_protocol(protocol),
        reactions=find_reactions([] if selection == "all" else [selection]),
        conditions=find_conditions(["ambient", "vacuum"]),
        quasiharmonic=asked != selection,
    )
    assert study.document_name == document
    plan = plan_study(study, archive)
    assert plan.complete
    shipped = read_computed_as(document, DecompositionDocument, prefix=DECOMPOSITION_PREFIX)
    again = plan.document()
    assert isinstance(again, DecompositionDocument)
    for record, other in zip(again.reactions, shipped.reactions, strict=True):
        for errors, others in zip(record.errors, other.errors, strict=True):
            assert errors.gibbs_energies == pytest.approx(others.gibbs_energies, abs=1e-3)
