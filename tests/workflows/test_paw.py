"""PAW data sets: those of gpaw-data and those that come with wadflow, chosen by the protocol."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from ase.build import bulk

from wadflow.errors import InputError
from wadflow.workflows.archive import Archive
from wadflow.workflows.execution import Execution
from wadflow.workflows.launch import obtain
from wadflow.workflows.paw import DATASETS, find_dataset, has_basis
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path


def test_lithium_has_a_set_of_one_electron_and_one_of_three() -> None:
    default, full = find_dataset("Li", "PBE"), find_dataset("Li", "PBE", "3e")
    assert (default.name, default.valence_electrons) == ("default", 1)
    assert (full.name, full.valence_electrons) == ("3e", 3)
    assert default.fingerprint != full.fingerprint


def test_the_readme_of_the_data_sets_says_how_the_file_was_made() -> None:
    header = gzip.decompress((DATASETS / "Li.3e.PBE.gz").read_bytes())[:1200].decode()
    recipe = (DATASETS / "README.md").read_text(encoding="utf-8")
    assert "projectors='1s,2s,2p,p,d'" in header
    assert "r0=1.5" in header
    assert "gpaw dataset Li -f PBE -t 3e -P 1s,2s,2p,p,d -r 1.5 -w" in recipe


def test_a_set_that_is_nowhere_is_refused_with_the_places_searched() -> None:
    with pytest.raises(InputError, match=r"Li\.5e\.PBE.*datasets"):
        find_dataset("Li", "PBE", "5e")


def test_a_basis_of_orbitals_is_asked_for_only_where_there_is_one() -> None:
    assert has_basis(find_dataset("Li", "PBE"))
    assert not has_basis(find_dataset("Li", "PBE", "3e"))


@pytest.mark.gpaw
def test_gpaw_reads_the_set_that_the_protocol_names(tmp_path: Path) -> None:
    smoke = load_protocol("smoke")
    electrons = smoke.electrons.model_copy(update={"bulk_kpoint_density": 1.0, "cutoff": 300.0})
    energies = {}
    for paw in ({}, {"Li": "3e"}):
        protocol = smoke.model_copy(update={"paw": paw, "electrons": electrons})
        calculation = prepare_calculation(
            bulk("Li", "bcc", a=3.44), protocol, label=f"Li bulk {paw}", task="static"
        )
        outcome = obtain(calculation, Execution(Archive(tmp_path / "archive"), ranks=1))
        assert outcome.paw == calculation.electrons.paw
        energies[outcome.paw[0].valence_electrons] = outcome.energy
    # Energies count from neutral atoms of the same set: bulk lithium is bound alike in both.
    assert energies[1] == pytest.approx(energies[3], abs=0.15)
    assert energies[1] != energies[3]
