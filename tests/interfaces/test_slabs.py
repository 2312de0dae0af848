"""Slabs of every shipped crystal along many planes, against facts that hold for any lattice."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import gcd
from random import Random
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from ase.build import bcc110, surface
from ase.geometry import get_distances
from ase.neighborlist import neighbor_list
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure
from pymatgen.core.surface import SlabGenerator
from pymatgen.io.ase import AseAtomsAdaptor

from wadflow.errors import InputError
from wadflow.interfaces.crystals import list_crystals, load_crystal
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.planes import is_multiple
from wadflow.interfaces.slabs import Slab, count_planes, cut_slab, find_termination, take_planes, terminations

if TYPE_CHECKING:
    from ase import Atoms

# Rounding of double precision over a few operations on lengths of some angstrom.
EXACT = 1e-8
Cut = tuple[str, tuple[int, int, int]]
BCC_LI = Structure(Lattice.cubic(3.44), ["Li", "Li"], np.array([[0, 0, 0], [0.5, 0.5, 0.5]]))


@cache
def crystal(name: str) -> Structure:
    return load_crystal(name).structure


@cache
def oriented(name: str, miller: tuple[int, int, int]) -> OrientedCrystal:
    return orient(crystal(name), miller)


@cache
def shortest_distance_of_bulk(name: str) -> float:
    atoms = AseAtomsAdaptor.get_atoms(crystal(name), msonable=False)
    return float(neighbor_list("d", atoms, 4.5).min())


LOW_INDEX = [hkl for hkl in product(range(-2, 3), repeat=3) if gcd(*hkl) == 1]
# Drawn once, so that the tests share the orientations: finding symmetries is what takes the time here.
PLANES = [(name, hkl) for name in list_crystals() for hkl in Random(name).sample(LOW_INDEX, 3)]  # noqa: S311
cuts = st.sampled_from(PLANES)
anything = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,  # the same slabs at the desk and in CI
    suppress_health_check=[HealthCheck.too_slow],
)


@anything
@given(cut=cuts, first=st.integers(-7, 7), count=st.integers(1, 12))
def test_any_run_of_planes_is_a_slab(cut: Cut, first: int, count: int) -> None:
    stack = oriented(*cut)
    slab = take_planes(stack, first, count)
    planes = slab.atoms.arrays["plane"]

    assert slab.n_planes == count
    assert sorted(set(planes.tolist())) == list(range(count))
    # Planes are ordered: each lies wholly above the one before.
    z = slab.atoms.positions[:, 2]
    for number in range(count - 1):
        assert z[planes == number].max() < z[planes == number + 1].min()
    assert np.diff(slab.plane_z) == pytest.approx(
        [stack.spacing_above(first + number) for number in range(count - 1)], abs=EXACT
    )
    scaled = slab.atoms.cell.scaled_positions(slab.atoms.positions)
    assert scaled.min() > -1e-5
    assert scaled.max() < 1
    assert slab.atoms.pbc.tolist() == [True, True, False]
    distances = neighbor_list("d", slab.atoms, shortest_distance_of_bulk(cut[0]) - 1e-3)
    assert len(distances) == 0


@anything
@given(cut=cuts, first=st.integers(-3, 3), repeats=st.integers(1, 3))
def test_whole_repeats_have_the_composition_and_density_of_the_bulk(
    cut: Cut, first: int, repeats: int
) -> None:
    stack = oriented(*cut)
    slab = take_planes(stack, first, repeats * stack.n_planes)
    bulk = crystal(cut[0])

    assert slab.stoichiometric
    a, b, c = slab.atoms.cell.array
    assert slab.area == pytest.approx(np.linalg.norm(np.cross(a, b)), rel=EXACT)
    per_atom = bulk.volume / len(bulk)
    assert slab.area == pytest.approx(len(slab.atoms) * per_atom / c[2], rel=1e-6)
    assert c[2] == pytest.approx(repeats * slab.repeat[2], rel=EXACT)
    # The height of a repeat is the spacing of the lattice planes, or a fraction of it where the cell is
    # centred (d_hkl counts the planes of the conventional cell).
    fraction = bulk.lattice.d_hkl(cut[1]) / slab.repeat[2]
    assert fraction == pytest.approx(round(fraction), abs=1e-6)
    assert round(fraction) in (1, 2, 3)


@anything
@given(cut=cuts, first=st.integers(-3, 3))
def test_the_repeat_vector_takes_each_plane_to_its_equal(cut: Cut, first: int) -> None:
    stack = oriented(*cut)
    n = stack.n_planes
    slab = take_planes(stack, first, 2 * n)
    planes = slab.atoms.arrays["plane"]
    lower, upper = slab.atoms[planes < n], slab.atoms[planes >= n]
    _, distances = get_distances(
        lower.positions + slab.repeat, upper.positions, cell=slab.atoms.cell, pbc=(True, True, False)
    )
    assert distances.min(axis=1).max() < 1e-6
    partners = distances.argmin(axis=1)
    assert (lower.numbers == upper.numbers[partners]).all()


@anything
@given(cut=cuts)
def test_in_plane_cell_is_reduced_and_upright(cut: Cut) -> None:
    a, b = oriented(*cut).in_plane
    assert a[1] == 0
    assert a[0] > 0
    assert b[1] > 0
    # 1e-3: vectors this close count as equally short.
    assert np.linalg.norm(a) <= np.linalg.norm(b) * (1 + 1e-3)
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    assert -0.5 - 1e-3 <= cosine <= 1e-3
    for i, j in ((1, 1), (1, -1), (2, 1), (1, 2)):
        assert np.linalg.norm(i * a + j * b) >= np.linalg.norm(a) * (1 - 1e-3)


@settings(anything, max_examples=12)
@given(cut=cuts, scale=st.floats(0.95, 1.05))
def test_the_choice_of_axes_survives_a_relaxation(cut: Cut, scale: float) -> None:
    relaxed = crystal(cut[0]).copy()
    relaxed.scale_lattice(relaxed.volume * scale**3)
    before, after = oriented(*cut), orient(relaxed, cut[1])
    assert after.formulas == before.formulas
    # Spglib's primitive cells of cells scaled by inexact numbers agree to about 1e-6.
    assert after.in_plane == pytest.approx(before.in_plane * scale, abs=1e-5)
    assert after.repeat == pytest.approx(before.repeat * scale, abs=1e-5)


@anything
@given(cut=cuts, contact=st.sampled_from(["top", "bottom"]), data=st.data())
def test_every_termination_can_be_reached_by_its_label(
    cut: Cut, contact: Literal["top", "bottom"], data: st.DataObject
) -> None:
    labels = terminations(oriented(*cut), contact)
    assert len(labels) == len(set(oriented(*cut).classes))
    wanted = data.draw(st.sampled_from(sorted(labels)))
    stack = oriented(*cut)
    plane = find_termination(stack, contact, wanted)
    slab = take_planes(stack, plane - 2 if contact == "top" else plane, 3)
    facing = slab.termination_top if contact == "top" else slab.termination_bottom
    assert facing == wanted
    assert slab.formulas[-1 if contact == "top" else 0] == wanted.split("#")[0]


@anything
@given(cut=cuts, thickness=st.floats(0.5, 15.0))
def test_thickness_gives_the_thinnest_slab_of_whole_formula_units(cut: Cut, thickness: float) -> None:
    stack = oriented(*cut)
    first = find_termination(stack, "bottom", None)
    count = count_planes(stack, first, "bottom", thickness=thickness)
    unit = stack.composition(0, stack.n_planes)
    height = stack.z(first + count - 1) - stack.z(first)
    assert is_multiple(stack.composition(first, count), unit)
    assert height >= thickness - 1e-6
    for fewer in range(1, count):
        thinner = stack.z(first + fewer - 1) - stack.z(first)
        assert thinner < thickness or not is_multiple(stack.composition(first, fewer), unit)


def sorted_distances(atoms: Atoms, cutoff: float) -> np.ndarray:
    """All distances below the cutoff, sorted: the same for two descriptions of one slab."""
    return np.sort(neighbor_list("d", atoms, cutoff))


def test_li110_numbers() -> None:
    slab = cut_slab(BCC_LI, (1, 1, 0), planes=4, contact="top")
    assert slab.area == pytest.approx(3.44**2 / np.sqrt(2), rel=EXACT)  # 8.37 angstrom2
    assert len(slab.atoms) == 4
    assert np.diff(slab.plane_z) == pytest.approx(3.44 / np.sqrt(2), rel=EXACT)
    assert slab.spacing_above == pytest.approx(3.44 / np.sqrt(2), rel=EXACT)
    a, b = np.linalg.norm(slab.atoms.cell.array[:2], axis=1)
    assert a == pytest.approx(3.44 * np.sqrt(3) / 2, rel=EXACT)
    assert b == pytest.approx(a, rel=EXACT)


def test_li110_equals_the_slab_of_ase() -> None:
    ours = cut_slab(BCC_LI, (1, 1, 0), planes=5, contact="top").atoms
    theirs = bcc110("Li", size=(1, 1, 5), a=3.44)
    theirs.pbc = (True, True, False)
    assert sorted_distances(ours, 7.0) == pytest.approx(sorted_distances(theirs, 7.0), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "miller"),
    [
        ("Li2O", (1, 1, 0)),
        ("LiF", (2, 1, 0)),
        ("graphite", (0, 0, 1)),
    ],
)
def test_whole_repeats_equal_the_slabs_of_ase_and_pymatgen(name: str, miller: tuple[int, int, int]) -> None:
    bulk = crystal(name)
    ours = cut_slab(bulk, miller, thickness=6.0, contact="top")
    atoms = AseAtomsAdaptor.get_atoms(bulk, msonable=False)
    other = surface(atoms, miller, 1, periodic=True)
    # Conventional cells count whole numbers of our primitive repeats, both in area and in height.
    assert other.cell.volume / len(other) == pytest.approx(
        ours.area * ours.repeat[2] / len(take_planes(oriented(name, miller), 0, ours.planes_per_repeat).atoms)
    )
    ratio = np.linalg.norm(np.cross(*other.cell.array[:2])) / ours.area
    assert ratio == pytest.approx(round(ratio), abs=1e-6)
    generator = SlabGenerator(bulk, miller, 6.0, 10.0, primitive=True, center_slab=True)
    assert min(slab.surface_area for slab in generator.get_slabs()) == pytest.approx(ours.area, rel=1e-4)


def test_terminations_of_one_formula_stay_apart() -> None:
    stack = orient(crystal("Li2O"), (1, 1, 1))
    assert list(terminations(stack, "top")) == ["Li#1", "Li#2", "O"]
    closed = cut_slab(crystal("Li2O"), (1, 1, 1), planes=3, contact="top", termination="Li#1")
    assert closed.formulas == ("Li", "O", "Li")
    open_ = cut_slab(crystal("Li2O"), (1, 1, 1), planes=3, contact="top", termination="Li#2")
    assert open_.formulas == ("Li", "Li", "O")[::-1]


def test_equivalent_planes_are_one_termination() -> None:
    # Both carbon layers of graphite's repeat are related by the screw axis.
    assert list(terminations(orient(crystal("graphite"), (0, 0, 1)), "top")) == ["C2"]


@pytest.mark.parametrize(("wanted", "formula"), [("O", "O"), ("Li2", "Li2"), ("Li", "Li2")])
@pytest.mark.parametrize("contact", ["top", "bottom"])
def test_a_termination_is_named_by_its_formula(
    wanted: str, formula: str, contact: Literal["top", "bottom"]
) -> None:
    slab: Slab = cut_slab(crystal("Li2O"), (0, 0, 1), planes=4, contact=contact, termination=wanted)
    assert slab.formulas[-1 if contact == "top" else 0] == formula
    assert slab.formulas[0] != slab.formulas[-1]


def test_the_normal_has_a_sign() -> None:
    # Zinc blende has no inversion: (111) and (-1-1-1) end in different elements on the same face.
    zinc_blende = Structure.from_spacegroup(
        "F-43m", Lattice.cubic(5.41), ["Zn", "S"], [[0, 0, 0], [0.25, 0.25, 0.25]]
    )
    up = cut_slab(zinc_blende, (1, 1, 1), planes=4, contact="top")
    down = cut_slab(zinc_blende, (-1, -1, -1), planes=4, contact="top")
    assert {up.termination_top, down.termination_top} == {"Zn", "S"}


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        ({}, "exactly one of planes and thickness"),
        ({"planes": 2, "thickness": 3.0}, "exactly one of planes and thickness"),
        ({"planes": 0}, "0 planes: a whole number of at least 1"),
        ({"planes": 2.0}, "2.0 planes: a whole number"),
        ({"thickness": -1.0}, "thickness -1.0: a positive, finite length in angstrom"),
        ({"thickness": float("nan")}, "thickness nan: a positive, finite length"),
    ],
)
def test_impossible_sizes_are_refused(sizes: dict[str, object], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        cut_slab(BCC_LI, (1, 1, 0), contact="top", **sizes)  # type: ignore[arg-type]
