"""The work of adhesion as arithmetic: exact identities, for any energies and areas."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wadflow.errors import InputError
from wadflow.results.adhesion import (
    EV_PER_ANGSTROM2,
    decompose,
    strain_energy,
    surface_energy,
    work_of_adhesion,
)

# Whole-cell energies of DFT codes: down to some 1e5 eV (all-electron), here up to +-1e5.
energies = st.floats(-1e5, 1e5)
areas = st.floats(1.0, 1e4)
copies = st.integers(1, 36)

# Rounding: some 1e5 eV with 1e-16 each, over at least 1 angstrom2, times 16: below 1e-8 J/m2.
ROUNDING = 1e-8


def test_unit_factor() -> None:
    # e in C (exact in the SI of 2019) over (1e-10 m)^2.
    assert pytest.approx(1.602176634e-19 / 1e-20, rel=1e-14) == EV_PER_ANGSTROM2


def test_number_of_the_physics_page() -> None:
    # Three energies whose work of adhesion is known by hand: -1 eV over 10 angstrom2.
    assert work_of_adhesion(-21.0, -10.0, -10.0, 10.0) == pytest.approx(-1.602176634, abs=1e-12)


@given(energy_a=energies, energy_b=energies, area=areas)
def test_separated_halves_do_not_bind(energy_a: float, energy_b: float, area: float) -> None:
    assert work_of_adhesion(energy_a + energy_b, energy_a, energy_b, area) == pytest.approx(0.0, abs=ROUNDING)


@given(energy_a=energies, energy_b=energies, area=areas, gain=st.floats(0.01, 100.0))
def test_binding_is_negative(energy_a: float, energy_b: float, area: float, gain: float) -> None:
    bound = work_of_adhesion(energy_a + energy_b - gain, energy_a, energy_b, area)
    assert bound < 0
    assert bound == pytest.approx(-gain / area * EV_PER_ANGSTROM2, abs=ROUNDING)


@given(ab=energies, a=energies, b=energies, area=areas, n=copies)
def test_supercell_gives_the_same(ab: float, a: float, b: float, area: float, n: int) -> None:
    once = work_of_adhesion(ab, a, b, area)
    # A relative tolerance too: n times an energy is rounded once more.
    expected = pytest.approx(once, rel=1e-12, abs=ROUNDING)
    assert work_of_adhesion(n * ab, n * a, n * b, n * area) == expected


@given(ab=energies, a=energies, b=energies, area=areas)
def test_sides_may_be_exchanged(ab: float, a: float, b: float, area: float) -> None:
    expected = pytest.approx(work_of_adhesion(ab, a, b, area), rel=1e-12, abs=ROUNDING)
    assert work_of_adhesion(ab, b, a, area) == expected


@given(bulk=st.floats(-1e3, 0.0), n_atoms=st.integers(1, 50), gamma=st.floats(0.0, 5.0), area=areas)
def test_homo_interface_is_minus_twice_gamma(bulk: float, n_atoms: int, gamma: float, area: float) -> None:
    # Slabs of n and 2 n atoms, both with two faces of gamma: the interface is bulk.
    faces = 2 * gamma * area / EV_PER_ANGSTROM2
    half, whole = n_atoms * bulk + faces, 2 * n_atoms * bulk + faces
    found = surface_energy(half, bulk, n_atoms, area)
    assert found == pytest.approx(gamma, abs=ROUNDING)
    assert work_of_adhesion(whole, half, half, area) == pytest.approx(-2 * found, abs=ROUNDING)


def test_cleavage_energy_is_the_sum_of_both_faces() -> None:
    both = surface_energy(-9.0, -2.5, 4, 12.0, n_faces=1)
    assert both == pytest.approx(1.0 / 12.0 * EV_PER_ANGSTROM2)
    assert surface_energy(-9.0, -2.5, 4, 12.0) == pytest.approx(both / 2)


@given(
    first=st.tuples(energies, energies, energies),
    last=st.tuples(energies, energies, energies),
    area=areas,
)
def test_parts_add_up(
    first: tuple[float, float, float], last: tuple[float, float, float], area: float
) -> None:
    initial = {"AB": first[0], "A": first[1], "B": first[2]}
    final = {"AB": last[0], "A": last[1], "B": last[2]}
    parts = decompose(initial, final, area)  # type: ignore[arg-type]  # keys are literals
    rounding = pytest.approx(0.0, abs=1e-14 * EV_PER_ANGSTROM2 * 1e6 / area)
    assert parts.closing_error == rounding
    total = parts.rigid + parts.relaxation_ab - parts.relaxation_a - parts.relaxation_b
    assert parts.relaxed - total == rounding
    assert parts.rigid == work_of_adhesion(*first, area)
    assert parts.relaxed == work_of_adhesion(*last, area)


def test_relaxation_of_one_slab_weakens_the_bond() -> None:
    # A relaxes by -0.5 eV, AB and B stay: the free slab is better off, less is gained.
    initial = {"AB": -21.0, "A": -10.0, "B": -10.0}
    parts = decompose(initial, {**initial, "A": -10.5}, 10.0)  # type: ignore[dict-item, arg-type]
    assert parts.relaxation_a == pytest.approx(-0.05 * EV_PER_ANGSTROM2)
    assert (parts.relaxation_ab, parts.relaxation_b) == (0.0, 0.0)
    assert parts.relaxed == pytest.approx(parts.rigid + 0.05 * EV_PER_ANGSTROM2)


@given(energy=st.floats(-1e3, 0.0), cost=st.floats(0.0, 1.0), n=copies, area=areas)
def test_strain_energy_does_not_depend_on_the_supercell(
    energy: float, cost: float, n: int, area: float
) -> None:
    once = strain_energy(energy + cost, energy, 4, area)
    assert once >= 0
    assert strain_energy(energy + cost, energy, 4 * n, n * area) == pytest.approx(once, rel=1e-12)


@pytest.mark.parametrize("area", [0.0, -12.0, math.inf, -math.inf, math.nan])
def test_area_must_be_positive_and_finite(area: float) -> None:
    with pytest.raises(InputError, match="must be positive and finite"):
        work_of_adhesion(-21.0, -10.0, -10.0, area)
    with pytest.raises(InputError, match="must be positive and finite"):
        surface_energy(-9.0, -2.5, 4, area)
    with pytest.raises(InputError, match="must be positive and finite"):
        strain_energy(-2.0, -2.5, 4, area)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_energies_must_be_finite(bad: float) -> None:
    with pytest.raises(InputError, match=r"energy_b is (inf|nan); .* finite"):
        work_of_adhesion(-21.0, -10.0, bad, 12.0)
    with pytest.raises(InputError, match="bulk_energy_per_atom is"):
        surface_energy(-9.0, bad, 4, 12.0)
    with pytest.raises(InputError, match="strained_energy_per_atom is"):
        strain_energy(bad, -2.5, 4, 12.0)


@pytest.mark.parametrize("n_faces", [0, 3, -1])
def test_a_slab_has_two_faces(n_faces: int) -> None:
    with pytest.raises(InputError, match=f"n_faces is {n_faces}"):
        surface_energy(-9.0, -2.5, 4, 12.0, n_faces=n_faces)


def test_a_slab_has_atoms() -> None:
    with pytest.raises(InputError, match="n_atoms is 0"):
        surface_energy(-9.0, -2.5, 0, 12.0)
    with pytest.raises(InputError, match="n_atoms is -4"):
        strain_energy(-9.0, -2.5, -4, 12.0)
