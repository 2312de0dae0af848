"""How GPAW is asked: a calculation in GPAW's keyword arguments, and how its equations are solved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.workflows.sampling import is_slab_of_compound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wadflow.workflows.calculation import Calculation, ElectronicStructure

DISTRIBUTIONS: Mapping[str, Mapping[str, Any]] = {
    "gaussian": {"name": "methfessel-paxton", "order": 0},
    "fermi-dirac": {"name": "fermi-dirac"},
    "marzari-vanderbilt": {"name": "marzari-vanderbilt"},
}
"""What GPAW calls the distributions of smearing."""

MORE_BANDS = 4
"""Empty bands beside those that depend on size."""


def gpaw_parameters(calculation: Calculation) -> dict[str, Any]:
    """Translate a calculation into GPAW's keyword arguments.

    Beside what the key covers, this chooses how the equations are solved; the converged answer does not
    depend on it, nor does the key. Of the solvers and mixers of GPAW 26.7 those that took the fewest
    processor seconds in first and later steps (`benchmarks/solvers.py`): one step of PPCG and Pulay mixing
    for elements, one of Davidson for slabs of compounds, where PPCG stalls at times (140 iterations of it did
    not do for twisted Li2O(111), Davidson took 34). Slabs whose charges balance are insulators and mix as
    GPAW does by itself (MSR1), with half of the iterations; where a metal lies on a salt, charge sloshes,
    and `KerkerPulay` needs half of MSR1's.

    Slabs of compounds get more bands, and start from a basis of atomic orbitals. A symmetric calculation
    keeps the number of bands of each symmetry that it starts with, and in a polar slab the bands change their
    order on the way: with GPAW's default (12 occupied of 18 bands, from partial waves) Li(001)/Li2O(001)
    wandered between solutions up to 2 eV apart, which lacked an occupied state. Crystals have no such
    trouble, and that start is dear: of the 130 processor seconds of a displaced supercell of NaF, 16 atoms,
    it took more than half. They start from partial waves, to the same forces.
    """
    from wadflow.workflows.mixing import KerkerPulay
    from wadflow.workflows.paw import has_basis
    from wadflow.workflows.paw_exchange_correlation import ExchangeCorrelation
    from wadflow.workflows.plane_wave_mode import PlaneWaves
    from wadflow.workflows.symmetry_group import QuicklyCheckedSymmetry

    electrons = calculation.electrons
    parameters: dict[str, Any] = {
        "mode": PlaneWaves(electrons.cutoff),
        "xc": ExchangeCorrelation(electrons.functional),  # type: ignore[no-untyped-call]  # GPAW
        "kpts": _kpoints(electrons),
        "occupations": {**DISTRIBUTIONS[electrons.smearing], "width": electrons.smearing_width},
        "convergence": {
            "energy": electrons.energy_convergence,
            "density": electrons.density_convergence,
            "eigenstates": electrons.eigenstates_convergence,
            **({"forces": forces} if (forces := electrons.force_convergence) is not None else {}),
        },
        "eigensolver": {"name": "ppcg", "niter": 1},
        "mixer": {"backend": "pulay", "beta": 0.25, "nmaxold": 8, "weight": 50},
        "spinpol": electrons.spin_polarized,
        "symmetry": QuicklyCheckedSymmetry(),
    }
    if not any(calculation.atoms.pbc):  # GPAW's own choice of solver and mixer does well
        del parameters["eigensolver"], parameters["mixer"]
        if electrons.spin_polarized:
            parameters["occupations"]["fixmagmom"] = True
    if is_periodic_compound(calculation):
        parameters["eigensolver"] = {"name": "davidson", "niter": 2}
        parameters["mixer"] = KerkerPulay(beta=0.4, nmaxold=8, weight=20)
        parameters["nbands"] = band_count(calculation)
    if _is_slab_of_compound(calculation):
        parameters["basis"] = {data.symbol: "dzp" for data in electrons.paw if has_basis(data)}
        parameters["eigensolver"] = {"name": "davidson", "niter": 1}
        if _charges_balance(calculation):
            del parameters["mixer"]
    if electrons.kpoint_offset:
        # Such a mesh lacks symmetry. Were the density made symmetric, supercells with and without a displaced
        # atom would in effect have different meshes.
        parameters["symmetry"] = "off"
    return parameters | _where_given(electrons)


def _where_given(electrons: ElectronicStructure) -> dict[str, Any]:
    """Return the keyword arguments that are given only where they differ from GPAW's own choice."""
    parameters: dict[str, Any] = {}
    if electrons.grid_spacing is not None:
        parameters["h"] = electrons.grid_spacing
    if named := {data.symbol: data.name for data in electrons.paw if data.name != "default"}:
        parameters["setups"] = named
    if electrons.dipole_layer:
        parameters["poissonsolver"] = {"dipolelayer": "xy"}
    return parameters


def _kpoints(electrons: ElectronicStructure) -> Any:
    if not electrons.kpoint_offset:
        return {"size": electrons.kpoints, "gamma": True}
    steps = np.indices(electrons.kpoints).reshape(3, -1).T + electrons.kpoint_offset
    return steps / np.array(electrons.kpoints)


def band_count(calculation: Calculation) -> int:
    """Return the number of bands: more for slabs of compounds, about what GPAW itself takes else."""
    from ase.data import chemical_symbols

    valence = {data.symbol: data.valence_electrons for data in calculation.electrons.paw}
    numbers = calculation.atoms.numbers
    occupied = math.ceil(sum(valence[chemical_symbols[number]] for number in numbers) / 2)
    more = len(numbers) if _is_slab_of_compound(calculation) else math.ceil(0.2 * occupied)
    return occupied + more + MORE_BANDS


def is_periodic_compound(calculation: Calculation) -> bool:
    """Whether a crystal or a slab has more than one element."""
    return len(set(calculation.atoms.numbers)) > 1 and any(calculation.atoms.pbc)


def _charges_balance(calculation: Calculation) -> bool:
    """Whether atoms may have usual oxidation states that add up to nothing: no metal is left over."""
    # Composition.oxi_state_guesses says so too, but reads for a second how frequent states are.
    from ase.data import chemical_symbols
    from pymatgen.core import Element

    sums = {0}
    for number in calculation.atoms.numbers:
        element = Element(chemical_symbols[number])
        states = element.icsd_oxidation_states or element.common_oxidation_states or (0,)
        sums = {total + state for total in sums for state in states}
    return 0 in sums


def _is_slab_of_compound(calculation: Calculation) -> bool:
    return is_slab_of_compound(calculation.atoms.numbers, calculation.atoms.pbc)
