"""Protocols: shipped ones load, others are refused with file, key and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wadflow.errors import InputError
from wadflow.results.thermochemistry.species import parse_species
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows import decomposition_steps
from wadflow.workflows.protocol import PROTOCOL_FOLDER, list_protocols, load_protocol

if TYPE_CHECKING:
    from pathlib import Path


def test_the_shipped_protocols_are_there_and_which_are_for_production() -> None:
    assert list_protocols() == ["rehearsal", "smoke", "standard", "standard-li3e", "tight"]
    production = {name: load_protocol(name).production for name in list_protocols()}
    assert [name for name, is_for_use in production.items() if not is_for_use] == ["rehearsal", "smoke"]


def test_a_protocol_can_be_based_on_a_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nbased_on = "standard"\n[electrons]\nsmearing_width = 0.3\n')
    mine, standard = load_protocol(str(file)), load_protocol("standard")
    assert mine.electrons.smearing_width == 0.3
    same = mine.model_copy(update={"name": standard.name, "electrons": standard.electrons})
    assert same == standard


def test_a_cutoff_of_ones_own_is_that_of_soft_elements_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nbased_on = "standard"\n[electrons]\ncutoff = 500.0\n')
    assert load_protocol("standard").electrons.soft_cutoff is not None
    assert load_protocol(str(file)).electrons.soft_cutoff is None
    file.write_text(file.read_text() + "soft_cutoff = 350.0\n")
    assert load_protocol(str(file)).electrons.soft_cutoff == 350.0


def test_a_protocol_based_on_nothing_that_is_shipped_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nbased_on = "standart"\n')
    with pytest.raises(InputError, match=r"based_on.*standart"):
        load_protocol(str(file))


def test_standard_li3e_differs_from_standard_in_the_data_set_of_lithium_only() -> None:
    standard, li3e = load_protocol("standard"), load_protocol("standard-li3e")
    assert li3e.paw == {"Li": "3e"}
    update = {"name": standard.name, "description": standard.description, "paw": {}}
    assert li3e.model_copy(update=update) == standard


@pytest.mark.parametrize(("looser", "tighter"), [("smoke", "standard"), ("standard", "tight")])
def test_each_protocol_is_tighter_than_the_one_before(looser: str, tighter: str) -> None:
    loose, tight = load_protocol(looser), load_protocol(tighter)
    assert loose.electrons.cutoff < tight.electrons.cutoff
    assert loose.electrons.kpoint_density < tight.electrons.kpoint_density
    assert loose.slab.vacuum < tight.slab.vacuum
    assert loose.convergence.density >= tight.convergence.density
    assert loose.convergence.eigenstates > tight.convergence.eigenstates
    assert loose.electrons.smearing_width > tight.electrons.smearing_width


def test_a_cell_never_relaxes_below_the_cutoff_of_the_slabs() -> None:
    # With the Pulay stress of a low cutoff the lattice, and so every slab, would be wrong.
    for name in list_protocols():
        electrons = load_protocol(name).electrons
        assert electrons.bulk_cutoff > electrons.cutoff


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('functional = "PBE"', "", r"electrons\.functional.*missing"),
        ("cutoff = 600.0 ", "cutoff = -400.0 ", r"electrons\.cutoff.*-400"),
        ("cutoff = 600.0 ", 'cutoff = "high" ', r"electrons\.cutoff.*high"),
        ("cutoff = 600.0 ", "cutoff = nan ", r"electrons\.cutoff.*nan"),
        ("cutoff = 600.0 ", "cutof = 600.0 ", r"did you mean 'cutoff'"),
        (
            "soft_cutoff = 400.0 ",
            "soft_cutoff = 700.0 ",
            r"electrons.*soft_cutoff \(700 eV\) is above cutoff",
        ),
        ('smearing = "gaussian"', 'smearing = "gauss"', r"electrons\.smearing.*gauss"),
        ("vacuum = 10.0 ", "vacuum = 2.0 ", r"slab\.vacuum.*2\.0"),
        ("max_steps = 25", "max_steps = 0", r"relaxation\.max_steps.*0"),
        ("max_steps = 25", "max_steps = 1.5", r"relaxation\.max_steps.*1\.5"),
        ('optimizer = "BFGS"', 'optimizer = "FIRE"', r"relaxation\.optimizer.*FIRE"),
        ('name = "standard"', 'name = "../standard"', r"name.*\.\./standard"),
        ("production = true", 'production = "perhaps"', r"production.*perhaps"),
        ("[convergence]", "[convergenc]", r"convergence.*missing"),
        ("[slab]", "[slab", r"valid TOML"),
    ],
)
def test_a_protocol_that_cannot_be_is_refused_with_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (PROTOCOL_FOLDER / "standard.toml").read_text()
    assert old in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=r"(?s)mine\.toml.*" + message) as caught:
        load_protocol(str(file))
    assert caught.value.remedy


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match="did you mean 'standard'"):
        load_protocol("standart")


def test_an_own_protocol_is_read_by_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = (PROTOCOL_FOLDER / "standard.toml").read_text()
    text = text.replace("cutoff = 600.0", "cutoff = 410.0", 1).replace('"standard"', '"mine"', 1)
    file.write_text(text + '\n[paw]\nNa = "1"\n')
    protocol = load_protocol(str(file))
    assert protocol.electrons.cutoff == 410.0
    assert protocol.paw == {"Na": "1"}


def test_cold_smearing_is_for_metals_only(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nbased_on = "smoke"\n[electrons]\nsmearing = "marzari-vanderbilt"\n')
    cold = load_protocol(str(file))
    assert steps.bulk_calculation("Li", cold).electrons.smearing == "marzari-vanderbilt"
    with pytest.raises(InputError, match=r"Li2O consists of ions.*\n.*gaussian"):
        steps.bulk_calculation("Li2O", cold)


def test_an_own_protocol_cannot_pass_for_a_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text((PROTOCOL_FOLDER / "standard.toml").read_text().replace("600.0", "500.0", 1))
    with pytest.raises(InputError, match=r"(?s)mine\.toml, key 'name'.*'standard' is the name of a shipped"):
        load_protocol(str(file))


def test_reactions_have_their_own_cutoff_mesh_and_lithium() -> None:
    standard = load_protocol("standard")
    assert standard.reactions is not None
    settings = standard.for_reactions()
    assert settings.electrons.bulk_cutoff == standard.reactions.cutoff > standard.electrons.bulk_cutoff
    assert settings.electrons.ionic_bulk_kpoint_density == standard.reactions.ionic_kpoint_density
    assert settings.paw == {**standard.paw, **standard.reactions.paw}
    changed = {"bulk_cutoff", "ionic_bulk_kpoint_density"}
    assert settings.electrons.model_dump(exclude=changed) == standard.electrons.model_dump(exclude=changed)
    assert settings.model_dump(exclude={"electrons", "paw"}) == standard.model_dump(
        exclude={"electrons", "paw"}
    )


def test_without_settings_of_their_own_reactions_are_as_interfaces() -> None:
    smoke = load_protocol("smoke")
    assert smoke.for_reactions() is smoke


def test_crystals_and_gases_of_reactions_share_a_cutoff() -> None:
    protocol = load_protocol("standard").for_reactions()
    gas = decomposition_steps.gas_calculation(parse_species("O2(g)"), protocol)
    crystal = decomposition_steps.crystal_calculation("Li2O", protocol)
    assert gas.electrons.cutoff == crystal.electrons.cutoff == 1400.0
    assert {one.symbol: one.valence_electrons for one in crystal.electrons.paw}["Li"] == 3.0
