"""Species, equations and conditions: what is read, and what is refused with the reason."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wadflow.errors import InputError
from wadflow.results.thermochemistry.conditions import find_conditions, load_conditions
from wadflow.results.thermochemistry.reactions import find_reactions, load_reactions, parse_equation
from wadflow.results.thermochemistry.species import Species, parse_species

if TYPE_CHECKING:
    from pathlib import Path


def test_every_shipped_reaction_balances_and_is_about_one_unit_of_what_decomposes() -> None:
    reactions = load_reactions()
    of_lithium = {name.removeprefix("li") for name in reactions if name.startswith("li")}
    of_sodium = {name.removeprefix("na") for name in reactions if name.startswith("na")}
    assert of_lithium - of_sodium == {"2o-vapour"}  # JANAF has no Na2O(g)
    assert of_sodium <= of_lithium
    for reaction in reactions.values():
        atoms: dict[str, Fraction] = {}
        for species, coefficient in reaction.parsed.coefficients.items():
            for element, count in species.elements.items():
                atoms[element] = atoms.get(element, Fraction(0)) + coefficient * count
        assert not any(atoms.values())
        assert reaction.equation == str(reaction.parsed)


@given(st.fractions(min_value="1/8", max_value=8, max_denominator=8))
def test_an_equation_survives_being_written_and_read(factor: Fraction) -> None:
    equation = parse_equation("Li2CO3(c) -> 2 Li(c) + CO2(g) + 1/2 O2(g)")
    scaled = " + ".join(f"{factor * term.coefficient} {term.species}" for term in equation.products)
    again = parse_equation(f"{factor} Li2CO3(c) -> {scaled}")
    assert parse_equation(str(again)) == again
    assert again.coefficients[Species("O2", "g")] == factor / 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Li2CO3(c) -> Li2O(c) + CO(g)", ["not balanced", "O: 3 on the left, 2 on the right"]),
        ("Li2CO3(c) -> Li2O(c) + CO2(g) + Ar(g)", ["not balanced", "Ar: 0 on the left"]),
        ("Li2CO3(c) Li2O(c) + CO2(g)", ["has not one '->'"]),
        ("Li2CO3 -> Li2O(c) + CO2(g)", ["names no phase", "Li2CO3(c)"]),
        ("Li2CO3(s) -> Li2O(s) + CO2(g)", ["phase 's'", "known are c and g"]),
        ("Xx2(g) -> Xx2(c)", ["is no chemical formula"]),
        ("-1 O2(g) -> -1 O2(g)", ["coefficient"]),
        ("1/0 O2(g) -> O2(g)", ["which is no number"]),
        ("O2(g) -> O2(g)", ["O2(g) twice"]),
        ("Li(c) + Li(c) -> Li2(g)", ["Li(c) twice"]),
        ("", ["has not one '->'"]),
        ("(g) -> (g)", ["no number"]),
    ],
)
def test_a_wrong_equation_is_refused_with_its_reason(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        parse_equation(text)
    message = str(caught.value)
    for word in [*words, "Remedy"]:
        assert word in message


def test_a_file_of_reactions_is_refused_with_file_and_key(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[half]\ntitle = "half"\nequation = "Li2O(c) -> Li(c) + O2(g)"\n')
    with pytest.raises(InputError, match="not balanced") as caught:
        load_reactions(file)
    assert caught.value.file == str(file)
    assert caught.value.key == "half.equation"


def test_names_salts_and_files_find_reactions(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[own]\ntitle = "dimer"\nequation = "2 Li(g) -> Li2(g)"\n')
    assert list(find_reactions(["li2co3-oxide", str(file)])) == ["li2co3-oxide", "own"]
    assert set(find_reactions(["NaF"])) == {
        "naf-metal",
        "naf-metal-vapour",
        "naf-atoms",
        "naf-vapour",
        "naf-dimer-vapour",
    }
    assert find_reactions([]) == load_reactions()
    with pytest.raises(InputError, match="did you mean 'Li2CO3'"):
        find_reactions(["li2CO3"])


def test_species_know_what_they_are() -> None:
    assert parse_species(" Li(c) ").is_condensed_metal
    assert not parse_species("Li(g)").is_condensed_metal
    assert parse_species("Na2CO3(c)").elements == {"Na": 2, "C": 1, "O": 3}


def test_pressures_are_those_of_the_condition() -> None:
    conditions = load_conditions()
    assert conditions["ambient"].pressure(parse_species("CO2(g)")) == 4.2e-4
    assert conditions["ambient"].pressure(parse_species("Li2O(c)")) == 1.0
    assert conditions["vacuum"].pressure(parse_species("O2(g)")) == 1e-10  # 1e-5 Pa


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[c]\ntitle = "t"\nothers = -1.0\n', ["c.others", "-1.0"]),
        ('[c]\ntitle = "t"\nothers = 1.0\n[c.pressures]\nO2 = 0.0\n', ["c.pressures.O2", "bar, above zero"]),
        ('[c]\ntitle = "t"\nothers = 1.0\n[c.pressures]\nQq = 0.1\n', ["no chemical formula"]),
        ('[c]\ntitle = "t"\n', ["c.others", "missing"]),
        ('[c]\ntitle = "t"\nothers = nan\n', ["c.others"]),
        ('[c]\ntitle = "t"\nothers = 1e300\n', ["c.others", "1000"]),
    ],
)
def test_wrong_pressures_are_refused(tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "conditions.toml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        find_conditions([str(file)])
    for word in [*words, "conditions.toml", "Remedy"]:
        assert word in str(caught.value)


def test_unknown_conditions_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'vacuum'"):
        find_conditions(["vacum"])


def test_a_file_may_repeat_a_name_but_not_change_what_it_means(tmp_path: Path) -> None:
    same, other = tmp_path / "same.toml", tmp_path / "other.toml"
    shipped = load_reactions()["li2co3-oxide"]
    same.write_text(f'[li2co3-oxide]\ntitle = "{shipped.title}"\nequation = "{shipped.equation}"\n')
    assert find_reactions(["li2co3-oxide", str(same)]) == {"li2co3-oxide": shipped}
    other.write_text('[li2co3-oxide]\ntitle = "t"\nequation = "Li2O(c) -> Li2O(g)"\n')
    with pytest.raises(InputError, match=r"another reaction of this name was asked for too: 'Li2CO3\(c\)"):
        find_reactions(["Li2CO3", str(other)])
    other.write_text('[vacuum]\ntitle = "t"\nothers = 1.0\n')
    with pytest.raises(InputError, match="other conditions of this name were asked for too"):
        find_conditions(["vacuum", str(other)])
