"""The Makers: what they would run, and what they refuse; nothing here computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ase.build import bcc110, bulk
from atomate2.ase.jobs import AseMaker, AseRelaxMaker
from pymatgen.io.ase import AseAtomsAdaptor

from wadflow.errors import InputError
from wadflow.workflows.flows.adhesion import AdhesionFlowMaker
from wadflow.workflows.makers import GpawRelaxMaker, GpawStaticMaker
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pymatgen.core import Structure

SMOKE = load_protocol("smoke")


def slab() -> Structure:
    atoms = bcc110("Li", (1, 1, 3), a=3.44, vacuum=5.0)
    atoms.pbc = (True, True, False)
    return AseAtomsAdaptor.get_structure(atoms)


def test_they_are_atomate2s_ase_makers() -> None:
    assert isinstance(GpawStaticMaker(), AseMaker)
    assert isinstance(GpawRelaxMaker(), AseRelaxMaker)


def test_slabs_keep_their_cell_unless_asked_otherwise() -> None:
    assert GpawRelaxMaker().relax_cell is False
    assert GpawRelaxMaker().protocol.name == "standard"


def test_a_structure_that_went_through_pymatgen_keeps_its_key_and_its_pbc() -> None:
    atoms = bcc110("Li", (1, 1, 3), a=3.44, vacuum=5.0)
    atoms.pbc = (True, True, False)
    direct = prepare_calculation(atoms, SMOKE, label="x", task="relax")
    through = GpawRelaxMaker(protocol=SMOKE).calculation(slab())
    assert through.key == direct.key
    assert through.atoms.pbc == (True, True, False)


def test_static_and_relax_are_different_tasks() -> None:
    static = GpawStaticMaker(protocol=SMOKE).calculation(slab())
    relax = GpawRelaxMaker(protocol=SMOKE).calculation(slab())
    assert (static.task, relax.task) == ("static", "relax")
    assert static.key != relax.key
    assert static.relaxation is None


def test_the_dipole_layer_reaches_the_calculation() -> None:
    calculation = GpawRelaxMaker(protocol=SMOKE, dipole_layer=True).calculation(slab())
    assert calculation.electrons.dipole_layer


@pytest.mark.parametrize(
    "options",
    [
        {"relax_kwargs": {"fmax": 0.1}},
        {"optimizer_kwargs": {"optimizer": "FIRE"}},
        {"calculator_kwargs": {"xc": "LDA"}},
        {"fix_symmetry": True},
        {"steps": 10},
        {"relax_cell": False, "relax_shape": True},
    ],
)
def test_fields_that_would_do_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="takes its settings from the protocol"):
        GpawRelaxMaker(**options)


def test_the_static_maker_refuses_them_too() -> None:
    with pytest.raises(InputError, match="GpawStaticMaker takes its settings from the protocol"):
        GpawStaticMaker(calculator_kwargs={"xc": "LDA"})


def test_a_molecule_without_a_cell_is_refused() -> None:
    from pymatgen.core import Molecule

    with pytest.raises(InputError, match="only structures with a cell"):
        GpawStaticMaker(protocol=SMOKE).run_ase(Molecule(["Li"], [[0.0, 0.0, 0.0]]))


def test_a_slab_whose_cell_is_to_relax_is_refused() -> None:
    with pytest.raises(InputError, match="whole cell is to be relaxed"):
        GpawRelaxMaker(protocol=SMOKE, relax_cell=True).calculation(slab())


def test_the_flow_is_refused_before_anything_runs_where_it_cannot_work() -> None:
    from wadflow.interfaces.definition import load_definition

    definition = load_definition("li110-li110")
    other = definition.upper.model_copy(update={"crystal": "Na"})
    with pytest.raises(InputError, match="continues one crystal"):
        AdhesionFlowMaker(protocol=SMOKE).make(definition.model_copy(update={"upper": other}))


def test_makers_survive_the_way_through_a_job_store() -> None:
    from monty.json import MontyDecoder, jsanitize

    maker = GpawRelaxMaker(name="x", protocol=SMOKE, relax_cell=True)
    made = maker.make(AseAtomsAdaptor.get_structure(bulk("Li")))
    again = MontyDecoder().process_decoded(jsanitize(made.as_dict(), strict=True, allow_bson=True))
    assert list(again.function_args) == list(made.function_args)
    assert again.maker.protocol == SMOKE
