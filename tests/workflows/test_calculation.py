"""Keys: the same answer has the same key, another answer another one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bcc110, bulk, molecule
from hypothesis import given
from hypothesis import strategies as st

from wadflow.errors import InputError
from wadflow.workflows.calculation import Calculation
from wadflow.workflows.gpaw_input import gpaw_parameters
from wadflow.workflows.paw import find_dataset
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import Protocol, load_protocol
from wadflow.workflows.sampling import own_grid_spacing

if TYPE_CHECKING:
    from collections.abc import Callable

SMOKE = load_protocol("smoke")
LATTICE = 3.4381  # a/2 and a/4 lie on edges of unshifted bins of 1e-5 angstrom


def slab() -> Atoms:
    atoms: Atoms = bcc110("Li", (1, 1, 4), a=LATTICE, vacuum=5.0)
    atoms.pbc = (True, True, False)
    return atoms


def prepare(atoms: Atoms, protocol: Protocol = SMOKE, **options: Any) -> Calculation:
    settings: dict[str, Any] = {"label": "test", "task": "relax", **options}
    return prepare_calculation(atoms, protocol, **settings)


def test_the_key_is_a_sha256_that_does_not_change() -> None:
    key = prepare(slab()).key
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")
    assert prepare(slab()).key == key


@given(seed=st.integers(0, 2**32 - 1), exponent=st.integers(-15, -9))
def test_numerical_noise_makes_no_new_key(seed: int, exponent: int) -> None:
    noisy = slab()
    random = np.random.default_rng(seed)
    noisy.positions += random.uniform(-1, 1, (4, 3)) * 10.0**exponent
    noisy.set_cell(noisy.cell.array + random.uniform(-1, 1, (3, 3)) * 10.0**exponent)
    assert prepare(noisy).key == prepare(slab()).key


def test_reading_a_calculation_back_keeps_its_key() -> None:
    calculation = prepare(slab())
    again = Calculation.model_validate_json(calculation.model_dump_json())
    assert again == calculation
    assert again.key == calculation.key


def test_names_and_labels_are_not_part_of_the_key() -> None:
    renamed = SMOKE.model_copy(update={"name": "mine"})
    labelled = slab()
    labelled.set_array("side", np.ones(4, int))
    assert prepare(labelled, renamed, label="other").key == prepare(slab()).key


def moved(atoms: Atoms) -> None:
    atoms.positions[0, 2] += 3e-5


def stretched(atoms: Atoms) -> None:
    atoms.set_cell(atoms.cell.array * (1 + 1e-5))


def higher(atoms: Atoms) -> None:
    atoms.cell[2, 2] += 1.0


def swapped(atoms: Atoms) -> None:
    atoms.numbers[0] = 11


def magnetic(atoms: Atoms) -> None:
    atoms.set_initial_magnetic_moments([1.0, 0, 0, 0])


@pytest.mark.parametrize("change", [moved, stretched, higher, swapped, magnetic])
def test_another_structure_has_another_key(change: Callable[[Atoms], None]) -> None:
    atoms = slab()
    change(atoms)
    assert prepare(atoms).key != prepare(slab()).key


@pytest.mark.parametrize(
    ("part", "update"),
    [
        ("electrons", {"cutoff": 201.0}),
        ("electrons", {"kpoint_density": 3.0}),
        ("electrons", {"smearing_width": 0.31}),
        ("electrons", {"smearing": "fermi-dirac"}),
        ("electrons", {"functional": "RPBE"}),
        ("convergence", {"density": 2e-4}),
        ("convergence", {"energy": 2e-4}),
        ("convergence", {"eigenstates": 2e-5}),
        ("relaxation", {"fmax": 0.03}),
        ("relaxation", {"max_steps": 11}),
        ("relaxation", {"optimizer": "LBFGS"}),
        ("relaxation", {"curvature": 20.0}),
    ],
)
def test_another_setting_has_another_key(part: str, update: dict[str, Any]) -> None:
    changed = SMOKE.model_copy(update={part: getattr(SMOKE, part).model_copy(update=update)})
    assert prepare(slab(), changed).key != prepare(slab()).key


def test_another_task_or_dipole_layer_has_another_key() -> None:
    keys = {
        prepare(slab()).key,
        prepare(slab(), task="static").key,
        prepare(slab(), dipole_layer=True).key,
    }
    assert len(keys) == 3


def test_another_paw_set_or_gpaw_has_another_key() -> None:
    calculation = prepare(slab())
    other = calculation.electrons.paw[0].model_copy(update={"fingerprint": "f" * 32})
    electrons = calculation.electrons.model_copy(update={"paw": (other,)})
    keys = {
        calculation.key,
        calculation.model_copy(update={"electrons": electrons}).key,
        calculation.model_copy(update={"gpaw_major": "27"}).key,
    }
    assert len(keys) == 3


def test_the_settings_of_crystals_hold_for_crystals_only() -> None:
    crystal = prepare(bulk("Li", a=LATTICE), relax_cell=True)
    assert crystal.electrons.cutoff == SMOKE.electrons.bulk_cutoff
    assert crystal.relaxation is not None
    assert crystal.relaxation.fmax == SMOKE.relaxation.bulk_fmax
    assert prepare(slab()).electrons.cutoff == SMOKE.electrons.cutoff
    assert prepare(slab()).electrons.kpoints[2] == 1
    # A static crystal keeps the slabs' cutoff: its energy is compared with theirs.
    assert prepare(bulk("Li"), task="static").electrons.cutoff == SMOKE.electrons.cutoff


FOR_HARD = {"grid_spacing": 0.18, "soft_elements": ("Li",), "cutoff": 260.0, "soft_cutoff": 240.0}
FINE = SMOKE.model_copy(update={"electrons": SMOKE.electrons.model_copy(update=FOR_HARD)})


def salt() -> Atoms:
    atoms = slab()
    atoms.numbers[0] = 8
    return atoms


def test_slabs_have_a_finer_grid_unless_all_their_elements_are_soft() -> None:
    assert prepare(salt(), FINE).electrons.grid_spacing == 0.18
    assert gpaw_parameters(prepare(salt(), FINE))["h"] == 0.18
    assert prepare(salt(), FINE).equal_settings["grid_spacing"] == 0.18
    assert prepare(slab(), FINE).electrons.grid_spacing is None
    assert "h" not in gpaw_parameters(prepare(slab(), FINE))
    hard = load_protocol("standard-li3e")
    assert prepare(slab(), hard).electrons.grid_spacing == hard.electrons.grid_spacing is not None
    assert prepare(bulk("LiF", "rocksalt", a=4.03), FINE).electrons.grid_spacing is None


def test_a_finer_grid_has_another_key_and_none_has_that_of_before() -> None:
    electrons = FINE.electrons.model_copy(update={"cutoff": SMOKE.electrons.cutoff, "soft_cutoff": None})
    fine = FINE.model_copy(update={"electrons": electrons})
    assert prepare(salt(), fine).key != prepare(salt()).key
    assert prepare(slab(), fine).key == prepare(slab()).key


def test_where_gpaws_own_grid_is_finer_it_is_taken() -> None:
    # At 700 eV it has 0.164 angstrom; a coarser one does not hold the potential, and GPAW would fail.
    assert prepare(salt(), FINE, cutoff=700.0, grid_spacing=0.165).electrons.grid_spacing is None
    assert prepare(salt(), FINE, cutoff=700.0, grid_spacing=0.16).electrons.grid_spacing == 0.16


@pytest.mark.parametrize("cutoff", [300.0, 600.0])
def test_the_spacing_of_gpaws_own_grid_is_the_one_that_gpaw_takes(cutoff: float) -> None:
    from ase.units import Bohr, Hartree
    from gpaw.utilities.gpts import get_number_of_grid_points

    own = own_grid_spacing(cutoff)
    long = 200.0 * np.eye(3) / Bohr
    mode = SimpleNamespace(name="pw", ecut=cutoff / Hartree)
    points = get_number_of_grid_points(long, None, mode, False)
    assert points.tolist() == get_number_of_grid_points(long, own * 0.99999 / Bohr, mode, False).tolist()
    assert points[0] > get_number_of_grid_points(long, own * 1.1 / Bohr, mode, False)[0]


def test_soft_elements_alone_do_with_fewer_plane_waves() -> None:
    assert prepare(slab(), FINE).electrons.cutoff == 240.0
    assert prepare(bulk("Li"), FINE, task="static").electrons.cutoff == 240.0
    assert prepare(salt(), FINE).electrons.cutoff == 260.0
    assert prepare(bulk("LiF", "rocksalt", a=4.03), FINE, task="static").electrons.cutoff == 260.0
    other_set = FINE.model_copy(update={"paw": {"Li": "3e"}})
    assert prepare(slab(), other_set).electrons.cutoff == 260.0
    # Where the cell relaxes the element does not matter.
    assert prepare(bulk("Li"), FINE, relax_cell=True).electrons.cutoff == FINE.electrons.bulk_cutoff


def test_equal_cells_get_equal_meshes_whatever_stands_in_them() -> None:
    full, half = slab(), slab()
    del half[[0, 1]]
    assert prepare(full).electrons.kpoints == prepare(half).electrons.kpoints


def test_gpaw_gets_what_the_key_covers() -> None:
    parameters = gpaw_parameters(prepare(slab(), dipole_layer=True))
    assert parameters["mode"].todict() == {"ecut": SMOKE.electrons.cutoff}
    assert parameters["xc"].todict() == {"name": "PBE"}
    assert parameters["kpts"]["gamma"] is True
    assert parameters["poissonsolver"] == {"dipolelayer": "xy"}
    assert "setups" not in parameters
    assert "poissonsolver" not in gpaw_parameters(prepare(slab()))


def test_a_named_paw_set_reaches_gpaw_and_the_record() -> None:
    named = SMOKE.model_copy(update={"paw": {"Na": "1"}})
    calculation = prepare(bulk("Na"), named)
    assert gpaw_parameters(calculation)["setups"] == {"Na": "1"}
    assert calculation.electrons.paw[0].valence_electrons == 1
    assert find_dataset("Na", "PBE").valence_electrons == 7


@pytest.mark.parametrize(
    ("atoms", "options", "message"),
    [
        (Atoms(), {}, "no atoms"),
        (slab(), {"relax_cell": True}, "whole cell is to be relaxed"),
        (bulk("Li"), {"dipole_layer": True}, "needs periodicity"),
        (molecule("O2"), {"dipole_layer": True}, "needs periodicity"),
    ],
)
def test_a_task_that_does_not_fit_the_structure_is_refused(
    atoms: Atoms, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        prepare(atoms, **options)


def test_a_paw_set_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"Li\.nonsense\.PBE"):
        find_dataset("Li", "PBE", "nonsense")


@pytest.mark.gpaw
def test_the_fingerprint_is_the_one_that_gpaw_prints() -> None:
    from gpaw.setup_data import SetupData

    assert find_dataset("Li", "PBE").fingerprint == SetupData("Li", "PBE").fingerprint


def test_a_slab_of_a_compound_starts_from_orbitals_with_more_bands() -> None:
    from wadflow.workflows.mixing import KerkerPulay

    oxide = bulk("Li2O", "fluorite", a=4.67)
    oxide.symbols[:] = ["O", "Li", "Li"]
    crystal = gpaw_parameters(prepare_calculation(oxide, SMOKE, label="x", task="static"))
    oxide.pbc = (True, True, False)
    slab = gpaw_parameters(prepare_calculation(oxide, SMOKE, label="x", task="static"))
    more = bulk("LiO", "rocksalt", a=4.3)  # charges that do not balance, as with a metal beside a salt
    more.pbc = (True, True, False)
    on_metal = gpaw_parameters(prepare_calculation(more, SMOKE, label="x", task="static"))
    occupied = (6 + 1 + 1) // 2
    assert slab["nbands"] > occupied + len(oxide)
    assert slab["basis"] == {"Li": "dzp", "O": "dzp"}
    assert occupied < crystal["nbands"] < slab["nbands"]
    assert "basis" not in crystal  # as good and cheaper: a crystal is not polar
    assert isinstance(crystal["mixer"], KerkerPulay)
    assert "mixer" not in slab  # its charges balance: GPAW's own
    assert isinstance(on_metal["mixer"], KerkerPulay)
    metal = gpaw_parameters(prepare_calculation(bulk("Li"), SMOKE, label="x", task="static"))
    assert not {"nbands", "basis"} & set(metal)


@pytest.mark.parametrize(
    ("formula", "balance"),
    [("Li6F6", True), ("Li10F6", False), ("Li2CO3", True), ("Cu2O", True), ("LiSn", False)],
)
def test_only_slabs_whose_usual_charges_balance_mix_as_gpaw_does(formula: str, balance: bool) -> None:  # noqa: FBT001
    slab = Atoms(formula, cell=(4.0, 4.0, 40.0), pbc=(True, True, False))
    slab.positions[:, 2] = np.linspace(5.0, 35.0, len(slab))
    parameters = gpaw_parameters(prepare(slab))
    assert ("mixer" not in parameters) is balance


def test_a_mesh_of_another_calculation_can_be_asked_for() -> None:
    calculation = prepare_calculation(bulk("Li"), SMOKE, label="x", task="static", kpoints=(2, 3, 4))
    assert calculation.electrons.kpoints == (2, 3, 4)


def test_only_the_two_sides_of_an_interface_have_a_gap() -> None:
    slab = bcc110("Li", (1, 1, 4), vacuum=6.0)
    slab.pbc = (True, True, False)
    with pytest.raises(InputError, match="two sides"):
        prepare_calculation(slab, SMOKE, label="x", task="relax", moves="gap")


def test_what_moves_is_part_of_the_key_and_its_force_scales_with_the_area() -> None:
    slab = bcc110("Li", (1, 1, 4), vacuum=6.0)
    slab.pbc = (True, True, False)
    slab.set_array("side", np.array([0, 0, 1, 1]))
    atoms = prepare_calculation(slab, SMOKE, label="x", task="relax")
    gap = prepare_calculation(slab, SMOKE, label="x", task="relax", moves="gap")
    double = prepare_calculation(slab.repeat((2, 1, 1)), SMOKE, label="x", task="relax", moves="gap")
    assert atoms.key != gap.key
    assert gap.relaxation is not None
    assert double.relaxation is not None
    assert double.relaxation.fmax == pytest.approx(2 * gap.relaxation.fmax, rel=1e-5)


def test_an_offset_mesh_has_a_key_of_its_own_and_no_symmetry() -> None:
    def static(offset: float) -> Calculation:
        return prepare_calculation(
            bulk("Li"), SMOKE, label="x", task="static", kpoints=(2, 1, 1), kpoint_offset=offset
        )

    assert static(0.25).key != static(0.0).key
    assert "kpoint_offset" not in static(0.0).equal_settings
    parameters = gpaw_parameters(static(0.25))
    assert parameters["kpts"].tolist() == [[0.125, 0.25, 0.25], [0.625, 0.25, 0.25]]
    assert parameters["symmetry"] == "off"
    assert gpaw_parameters(static(0.0))["symmetry"].point_group
