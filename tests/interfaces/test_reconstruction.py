"""Reconstructed polar slabs: no dipole, the crystal's composition, the lowest electrostatic energy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from ase.geometry import get_distances
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Species, Structure

from wadflow.errors import InputError
from wadflow.interfaces.crystals import formal_charges, load_crystal
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.patterns import VACUUM, Candidates, best, candidates, matching_pattern
from wadflow.interfaces.polarity import plane_charges, tasker_class
from wadflow.interfaces.reconstruction import (
    Occupation,
    occupation,
    reconstructed_slab,
    smallest_supercells,
)
from wadflow.interfaces.slabs import Slab, find_termination, take_planes

if TYPE_CHECKING:
    from ase import Atoms

EXACT = 1e-6  # rounding of double precision over a few changes of cell, angstrom
Miller = tuple[int, int, int]
ONE = ((1, 0), (0, 1))

ZINC_BLENDE = Structure.from_spacegroup(
    "F-43m", Lattice.cubic(5.41), ["Zn", "S"], [[0, 0, 0], [0.25, 0.25, 0.25]]
)
WURTZITE = Structure.from_spacegroup(
    "P6_3mc", Lattice.hexagonal(3.25, 5.207), ["Zn", "O"], [[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 0.3819]]
)
FLUORITE = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(5.46), ["Ca", "F"], [[0, 0, 0], [0.25, 0.25, 0.25]]
)
MGO = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0, 0]])
OWN = {"ZnS": ZINC_BLENDE, "ZnO": WURTZITE, "CaF2": FLUORITE, "MgO": MGO}


class Case(NamedTuple):
    """A bulk cut and which face gives the ions; then what follows: cells and top plane."""

    name: str
    miller: Miller
    termination: str
    planes: int
    from_top: bool
    cells: int = 1
    label: str = ""


CASES = [
    Case("Li2O", (0, 0, 1), "Li", 4, True, 1, "Li"),
    Case("Li2O", (0, 0, 1), "Li", 2, True, 1, "Li"),
    Case("Li2O", (0, 0, 1), "O", 6, False, 1, "Li"),
    Case("Li2O", (0, 0, 1), "O", 4, True, 2, "1/2 O"),
    Case("Na2O", (1, 0, 0), "Na", 4, True, 1, "Na"),
    Case("NaF", (1, 1, 1), "Na", 6, True, 2, "1/2 Na"),
    Case("NaF", (1, 1, 1), "F", 4, True, 2, "1/2 F"),
    Case("LiF", (-1, 1, 1), "F", 4, False, 2, "1/2 Li"),
    Case("MgO", (1, 1, 1), "O", 6, True, 2, "1/2 O"),
    Case("CaF2", (0, 0, 1), "F", 4, True, 1, "F"),
    # Unequal spacings: a quarter of the ions of a zinc blende face, not a half.
    Case("ZnS", (1, 1, 1), "Zn", 4, True, 4, "3/4 Zn"),
]


@cache
def crystal(name: str) -> Structure:
    return OWN[name] if name in OWN else load_crystal(name).structure


@cache
def charges(name: str) -> dict[str, float]:
    found = formal_charges(name, crystal(name))
    assert found is not None
    return found


@cache
def stack(name: str, miller: Miller) -> OrientedCrystal:
    return orient(crystal(name), miller)


def cut(name: str, miller: Miller, termination: str, planes: int) -> Slab:
    oriented = stack(name, miller)
    return take_planes(oriented, find_termination(oriented, "top", termination) - planes + 1, planes)


def reconstruct(case: Case) -> tuple[Slab, Slab, Occupation, Candidates]:
    name, miller = case.name, case.miller
    oriented, slab = stack(name, miller), cut(name, miller, case.termination, case.planes)
    occupied = occupation(oriented, slab, charges(name), from_top=case.from_top)
    shape = smallest_supercells([(occupied, 1)], oriented.in_plane)[0]
    found = candidates(oriented, occupied, charges(name), shape)
    top, bottom = best(found.energy)
    return (
        slab,
        reconstructed_slab(oriented, slab, occupied, (found, top, bottom), shape),
        occupied,
        found,
    )


@pytest.mark.parametrize("case", CASES)
def test_no_dipole_and_the_crystal_s_composition(case: Case) -> None:
    name, planes, cells = case.name, case.planes, case.cells
    before, after, _, _ = reconstruct(case)
    assert tasker_class(before, charges(name)) == "III"
    assert tasker_class(after, charges(name)) == "II"
    per_plane = plane_charges(after, charges(name))
    assert per_plane.sum() == pytest.approx(0.0, abs=1e-12)
    assert per_plane @ after.plane_z == pytest.approx(0.0, abs=EXACT)
    # The same atoms as the cut: some have moved, none is lost.
    assert after.stoichiometric
    assert sorted(after.atoms.numbers) == sorted(before.atoms.numbers.tolist() * cells)
    assert after.area == pytest.approx(before.area * cells)
    assert abs(np.linalg.det(after.atoms.cell.array[:2, :2])) == pytest.approx(after.area)
    assert after.termination_top == case.label
    assert after.n_planes == planes + 1
    assert sorted(set(after.atoms.arrays["plane"].tolist())) == list(range(planes + 1))
    heights = [after.atoms.positions[after.atoms.arrays["plane"] == n, 2].mean() for n in range(planes + 1)]
    assert heights == pytest.approx(after.plane_z, abs=EXACT)


@pytest.mark.parametrize("case", CASES)
def test_every_atom_is_on_a_site_of_the_bulk(case: Case) -> None:
    planes, cells = case.planes, case.cells
    _, after, occupied, _ = reconstruct(case)
    bulk = take_planes(stack(case.name, case.miller), occupied.first_plane, planes + 1).atoms
    _, distances = get_distances(
        after.atoms.positions, bulk.positions, cell=bulk.cell, pbc=(True, True, False)
    )
    assert distances.min(axis=1).max() < EXACT
    assert (after.atoms.numbers == bulk.numbers[distances.argmin(axis=1)]).all()
    inner = (after.atoms.arrays["plane"] > 0) & (after.atoms.arrays["plane"] < planes)
    assert inner.sum() == cells * ((bulk.arrays["plane"] > 0) & (bulk.arrays["plane"] < planes)).sum()


def ewald(atoms: Atoms, values: dict[str, float], height: float) -> float:
    """Electrostatic energy (eV) of these atoms alone."""
    cell = atoms.cell.array.copy()
    cell[2] = [0, 0, height]
    species = [Species(symbol, values[symbol]) for symbol in atoms.symbols]
    structure = Structure(Lattice(cell), species, atoms.positions, coords_are_cartesian=True)
    return float(EwaldSummation(structure).total_energy)


@pytest.mark.parametrize(
    ("name", "miller", "termination", "planes"),
    [("Li2O", (0, 0, 1), "Li", 4), ("NaF", (1, 1, 1), "Na", 4), ("Li2O", (0, 0, 1), "O", 2)],
)
def test_the_energies_are_ewald_sums_and_the_lowest_is_taken(
    name: str, miller: Miller, termination: str, planes: int
) -> None:
    _, after, _, found = reconstruct(Case(name, miller, termination, planes, from_top=True))
    atoms = found.atoms
    numbers = atoms.arrays["plane"]
    inner = (numbers > 0) & (numbers < planes)
    height = float(np.ptp(atoms.positions[:, 2])) + VACUUM
    direct = [
        [ewald(atoms[inner | top | bottom], charges(name), height) for bottom in found.bottom]
        for top in found.top
    ]
    # The parameters of the sum follow from the number of atoms: both are converged to about 1e-6 eV.
    assert found.energy == pytest.approx(np.array(direct), abs=1e-4)
    assert ewald(after.atoms, charges(name), height) == pytest.approx(np.min(direct), abs=1e-4)


def test_the_half_planes_of_two_slabs_fill_each_other() -> None:
    oriented = stack("NaF", (1, 1, 1))
    first = cut("NaF", (1, 1, 1), "Na", 4)
    second = take_planes(oriented, first.first_plane + 4, 6)
    shape = ((2, 0), (0, 2))
    lower, upper = (
        candidates(
            oriented,
            occupation(oriented, slab, charges("NaF"), from_top=True),
            charges("NaF"),
            shape,
        )
        for slab in (first, second)
    )
    partners = [matching_pattern(lower, pattern, upper) for pattern in range(len(lower.top))]
    assert sorted(partners) == list(range(6))  # 2 of 4 sites: six patterns, each with one partner
    for pattern, partner in enumerate(partners):
        below, above = lower.atoms[lower.top[pattern]], upper.atoms[upper.bottom[partner]]
        assert len(below) == len(above) == 2
        _, distances = get_distances(
            below.positions * [1, 1, 0], above.positions * [1, 1, 0], cell=below.cell, pbc=(True, True, False)
        )
        assert distances.min() > 3.0  # no site twice: the sites are 3.28 angstrom apart


def test_noise_does_not_choose_the_pattern() -> None:
    noise = np.random.default_rng(3).uniform(-1e-5, 1e-5, (12, 3))
    ideal = crystal("Li2O")
    noisy = Structure(ideal.lattice.matrix * 1.0123, ideal.species, ideal.frac_coords + noise[: len(ideal)])
    places = []
    for structure in (ideal, noisy):
        oriented = orient(structure, (0, 0, 1))
        slab = take_planes(oriented, find_termination(oriented, "top", "Li") - 3, 4)
        occupied = occupation(oriented, slab, charges("Li2O"), from_top=True)
        found = candidates(oriented, occupied, charges("Li2O"), ONE)
        top, bottom = best(found.energy)
        after = reconstructed_slab(oriented, slab, occupied, (found, top, bottom), ONE)
        places.append(after.atoms.cell.scaled_positions(after.atoms.positions)[:, :2])
    difference = places[0] - places[1]
    assert np.abs(difference - np.round(difference)).max() < 1e-3


def test_equally_good_patterns_are_told_apart_by_their_order() -> None:
    assert best(np.array([[2.0, 1.0], [1.0 - 1e-7, 3.0]])) == (0, 1)
    assert best(np.array([[2.0, 1.0], [1.0 - 1e-3, 3.0]])) == (1, 0)


def test_a_dipole_that_no_simple_fraction_takes_off_is_left_small() -> None:
    # ZnO: 0.236 of the zinc would have to move; a quarter stands for it, in four cells.
    before, after, occupied, _ = reconstruct(Case("ZnO", (0, 0, 1), "Zn", 4, from_top=True))
    assert 1 - occupied.top == pytest.approx(2 * (0.5 - 0.3819), abs=1e-6)
    assert after.reconstruction is not None
    assert after.reconstruction.startswith("1/4 of the top plane Zn of 4 bulk planes moved to the bottom")
    dipoles = [
        abs(plane_charges(slab, charges("ZnO")) @ slab.plane_z) / slab.area for slab in (before, after)
    ]
    assert 0 < dipoles[1] < 0.1 * dipoles[0]
    assert tasker_class(after, charges("ZnO")) == "III"


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        # Three planes of a repeat of two continue with another plane than they end with.
        (Case("NaF", (1, 1, 1), "Na", 3, from_top=True), "no whole repeats"),
        # Without its outermost lithium plane this cut is a stack of neutral trilayers.
        (Case("Li2O", (1, 1, 1), "Li#2", 6, from_top=True), "cannot take the dipole off"),
    ],
)
def test_what_cannot_be_reconstructed(case: Case, problem: str) -> None:
    slab = cut(case.name, case.miller, case.termination, case.planes)
    with pytest.raises(InputError, match=problem):
        occupation(stack(case.name, case.miller), slab, charges(case.name), from_top=case.from_top)


def test_too_many_patterns_are_refused() -> None:
    oriented = stack("Li2O", (0, 0, 1))
    occupied = occupation(oriented, cut("Li2O", (0, 0, 1), "Li", 4), charges("Li2O"), from_top=True)
    with pytest.raises(InputError, match=r"32 ions\) can be parted in \d+ ways, at most 1000"):
        candidates(oriented, occupied, charges("Li2O"), ((4, 0), (0, 4)))


@pytest.mark.parametrize(("cells", "shapes"), [(1, 1), (2, 3), (3, 4), (4, 7)])
def test_all_shapes_of_a_supercell_are_tried(cells: int, shapes: int) -> None:
    # The number of sublattices of index n is the sum of the divisors of n.
    occupied = Occupation(
        top=1 / cells if cells > 1 else 0.5,
        first_plane=0,
        n_planes=5,
        from_top=True,
        tolerance=1e-6,
        ions=(1,) if cells > 1 else (2,),
    )
    found = smallest_supercells([(occupied, 1)], np.eye(2) * 3.0)
    assert len(found) == len(set(found)) == shapes
    assert all(round(np.linalg.det(np.array(shape))) == cells for shape in found)


def test_a_fraction_beyond_the_largest_cell_is_refused() -> None:
    occupied = Occupation(0.03, 0, 5, from_top=True, tolerance=1e-3, ions=(1,))
    with pytest.raises(InputError, match=r"no in-plane cell of up to 8 cells .*0\.030"):
        smallest_supercells([(occupied, 1)], np.eye(2))
