"""Arithmetic of the work of adhesion: pure functions and the guards around them.

Sign: ``work of adhesion = (E_AB - E_A - E_B) / area``, one interface, negative = bound.
Energies come in eV and areas in angstrom2; results are in J/m2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ase.units import create_units

from wadflow.errors import InputError
from wadflow.results.contact_distance import parted_sentences
from wadflow.results.documents import (
    SIGN_CONVENTION,
    AdhesionDocument,
    AtomsRecord,
    CalculationRecord,
    SideRecord,
    SlabRole,
    SourceRecord,
)
from wadflow.results.guards import check_area, check_dipole_layer, check_parts, checked_structures
from wadflow.results.plane_order import order_sentences
from wadflow.results.sentences import model_text, no_production_sentence, warning_sentences
from wadflow.results.settings import check_equal_settings, check_pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from wadflow.results.scans import RegistryMap, SeparationCurve, ThicknessSeries

__all__ = [
    "EV_PER_ANGSTROM2",
    "Decomposition",
    "check_equal_settings",
    "combine",
    "decompose",
    "strain_energy",
    "surface_energy",
    "work_of_adhesion",
]

EV_PER_ANGSTROM2: Final[float] = create_units("2018")["_e"] * 1e20
"""1 eV/angstrom2 in J/m2: 16.02176634, exact since 2019 (the default units of ASE are of 2014)."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Work of adhesion in parts that add up, all in J/m2 and per interface.

    Attributes
    ----------
    rigid : float
        Work of adhesion with all three structures at the interface geometry.
    relaxed : float
        Work of adhesion with all three structures relaxed.
    relaxation_ab, relaxation_a, relaxation_b : float
        Energy change of AB, A and B by relaxation, divided by the area; not positive for a
        relaxation that found a lower energy.
    closing_error : float
        ``relaxed - (rigid + relaxation_ab - relaxation_a - relaxation_b)``: zero but for
        rounding.
    """

    rigid: float
    relaxed: float
    relaxation_ab: float
    relaxation_a: float
    relaxation_b: float
    closing_error: float


def work_of_adhesion(energy_ab: float, energy_a: float, energy_b: float, area: float) -> float:
    """Work of adhesion of one interface.

    Parameters
    ----------
    energy_ab, energy_a, energy_b : float
        Energies (eV) of the interface and of its two slabs, extrapolated to zero smearing,
        from equal settings and the same in-plane cell.
    area : float
        Area of one interface (angstrom2), ``|a x b|``.

    Returns
    -------
    float
        ``(E_AB - E_A - E_B) / area`` in J/m2, negative = bound.

    Examples
    --------
    >>> round(work_of_adhesion(-31.0, -15.0, -15.0, 16.02176634), 6)
    -1.0
    """
    _check_finite(energy_ab=energy_ab, energy_a=energy_a, energy_b=energy_b)
    return _per_area(energy_ab - energy_a - energy_b, area)


def surface_energy(
    slab_energy: float,
    bulk_energy_per_atom: float,
    n_atoms: int,
    area: float,
    n_faces: int = 2,
) -> float:
    """Surface energy of a slab against its bulk crystal of the same composition.

    Parameters
    ----------
    slab_energy : float
        Energy of the slab (eV).
    bulk_energy_per_atom : float
        Energy of the bulk at the same lattice (eV per atom).
    n_atoms : int
        Atoms in the slab. The slab must be stoichiometric: else the number depends on a
        chemical potential that is not given here.
    area : float
        Area of one face (angstrom2).
    n_faces : int
        2: both faces are equal, the energy of one is returned. 1: the sum of both faces
        (the cleavage energy), the only defined number where they differ.

    Returns
    -------
    float
        Energy in J/m2, positive where the bulk is stable.
    """
    _check_finite(slab_energy=slab_energy, bulk_energy_per_atom=bulk_energy_per_atom)
    _check_count("n_atoms", n_atoms)
    if n_faces not in (1, 2):
        problem = f"n_faces is {n_faces}; a slab has 2 equal faces, or give 1 for their sum"
        raise InputError(problem)
    return _per_area(slab_energy - n_atoms * bulk_energy_per_atom, area) / n_faces


def strain_energy(
    strained_energy_per_atom: float,
    relaxed_energy_per_atom: float,
    n_atoms: int,
    area: float,
) -> float:
    """Strain energy of one side: what it costs to give the slab the in-plane cell of AB.

    It is computed for the bulk crystal, so that no surface is mixed in, and it is *not* part
    of the work of adhesion, from which it cancels: A and B are strained as they are in AB.

    Parameters
    ----------
    strained_energy_per_atom, relaxed_energy_per_atom : float
        Energies (eV per atom) of the bulk with the strain of the side and without any.
    n_atoms : int
        Atoms of this side in AB.
    area : float
        Area of the interface (angstrom2).

    Returns
    -------
    float
        Energy in J/m2, not negative where the unstrained bulk is relaxed.
    """
    _check_finite(
        strained_energy_per_atom=strained_energy_per_atom,
        relaxed_energy_per_atom=relaxed_energy_per_atom,
    )
    _check_count("n_atoms", n_atoms)
    return _per_area(n_atoms * (strained_energy_per_atom - relaxed_energy_per_atom), area)


def decompose(
    initial: Mapping[SlabRole, float], final: Mapping[SlabRole, float], area: float
) -> Decomposition:
    """Split the relaxed work of adhesion into its rigid part and three relaxations.

    Parameters
    ----------
    initial, final : mapping of "AB", "A", "B" to float
        Energies (eV) at the interface geometry and after relaxation.
    area : float
        Area of one interface (angstrom2).

    Returns
    -------
    Decomposition
        Parts in J/m2, with the closing check.
    """
    rigid = work_of_adhesion(initial["AB"], initial["A"], initial["B"], area)
    relaxed = work_of_adhesion(final["AB"], final["A"], final["B"], area)
    change_ab = _per_area(final["AB"] - initial["AB"], area)
    change_a = _per_area(final["A"] - initial["A"], area)
    change_b = _per_area(final["B"] - initial["B"], area)
    closing = relaxed - (rigid + change_ab - change_a - change_b)
    return Decomposition(rigid, relaxed, change_ab, change_a, change_b, closing)


def combine(
    *,
    name: str,
    title: str,
    protocol: str,
    production: bool,
    area: float,
    n_interfaces: int,
    faces_differ: bool,
    lower: SideRecord,
    upper: SideRecord,
    ab: CalculationRecord,
    a: CalculationRecord,
    b: CalculationRecord,
    bulk: Sequence[CalculationRecord] = (),
    structures: Mapping[SlabRole, AtomsRecord] | None = None,
    source_value: float | None = None,
    source_doi: str | None = None,
    source_citation: str | None = None,
    gap: float | None = None,
    registry: tuple[float, float] | None = None,
    companions: Sequence[CalculationRecord] = (),
    registry_map: RegistryMap | None = None,
    thickness_series: ThicknessSeries | None = None,
    separation_curve: SeparationCurve | None = None,
    extra_warnings: Sequence[str] = (),
    created: datetime,
    wadflow_version: str,
) -> AdhesionDocument:
    """Put three calculations together to a work of adhesion, or refuse.

    The rigid value is made of the *initial* energies, the relaxed one of the *final*
    energies; three ``static`` calculations give the rigid value only. A calculation that did
    not converge is no error: the document says ``converged = False`` and why.

    Parameters
    ----------
    name, title, protocol : str
        Name and title of the definition, name of the protocol.
    production : bool
        False for a protocol that only proves the path.
    area : float
        Area of one interface (angstrom2); checked against the cells of the calculations.
    n_interfaces : int
        Interfaces in the cell of AB; only 1 (slab and vacuum) is supported.
    faces_differ : bool
        True if the two outer faces of AB, A or B differ, so that a dipole layer is needed.
    lower, upper : SideRecord
        The two sides; A is the lower, B the upper slab.
    ab, a, b : CalculationRecord
        The three calculations.
    bulk : sequence of CalculationRecord
        Bulk calculations of the lattices and strain energies.
    structures : mapping of "AB", "A", "B" to AtomsRecord, optional
        Atoms after the last ionic step, kept in the document.
    source_value : float, optional
        Work of adhesion in the source (J/m2, negative = bound); needs `source_doi`.
    source_doi, source_citation : str, optional
        Where it stands.
    gap, registry : float and tuple of float, optional
        How the sides meet before relaxation: angstrom, fractions of a and b.
    companions : sequence of CalculationRecord
        Calculations behind the next three and behind the strain energies.
    registry_map, thickness_series, separation_curve : optional
        What was searched or varied around this work of adhesion.
    extra_warnings : sequence of str
        Sentences to be kept with the result.
    created : datetime
        Time of making, with time zone.
    wadflow_version : str
        Version of this package.

    Returns
    -------
    AdhesionDocument

    Raises
    ------
    SettingsMismatchError
        The settings of AB, A and B are not equal, or have no dipole layer where one is needed.
    InputError
        The three do not belong together (roles, tasks, composition, area, interfaces).
    """
    check_parts(ab, a, b, bulk)
    if n_interfaces != 1:
        problem = f"the cell has {n_interfaces} interfaces; only 1 (slab and vacuum) is supported"
        remedy = "use one interface with vacuum: of two, only the mean would be defined"
        raise InputError(problem, remedy=remedy)
    check_equal_settings([ab, a, b])
    for record in bulk:
        # Cell, k-points and smearing of a bulk crystal are its own; what makes its lattice
        # belong to the slabs is the functional (and the PAW sets, always compared).
        check_pair(ab, record, only={"xc"})
    check_area(area, ab)
    check_dipole_layer(lower, upper, ab, faces_differ=faces_differ)

    parts = decompose(
        {"AB": ab.initial_energy, "A": a.initial_energy, "B": b.initial_energy},
        {"AB": ab.final_energy, "A": a.final_energy, "B": b.final_energy},
        area,
    )
    relaxed = ab.task == "relax"
    value = parts.relaxed if relaxed else parts.rigid
    relaxed_structures = checked_structures(structures or {}, ab, a, b)
    return AdhesionDocument(
        name=name,
        title=title,
        protocol=protocol,
        production=production,
        sign_convention=SIGN_CONVENTION,
        n_interfaces=n_interfaces,
        area=area,
        gap=gap,
        registry=registry,
        lower=lower,
        upper=upper,
        model=model_text(lower, upper, ab),
        ab=ab,
        a=a,
        b=b,
        bulk=tuple(bulk),
        work_of_adhesion_rigid=parts.rigid,
        work_of_adhesion_relaxed=parts.relaxed if relaxed else None,
        relaxation_ab=parts.relaxation_ab if relaxed else None,
        relaxation_a=parts.relaxation_a if relaxed else None,
        relaxation_b=parts.relaxation_b if relaxed else None,
        closing_error=parts.closing_error if relaxed else None,
        separation_work=-value,
        converged=all(record.converged for record in (ab, a, b, *bulk)),
        warnings=(
            *([] if production else [no_production_sentence(protocol)]),
            *warning_sentences(lower, upper, (ab, a, b, *bulk), parts, thickness_series),
            *parted_sentences(relaxed_structures),
            *order_sentences(relaxed_structures, lower, upper),
            *extra_warnings,
        ),
        source=_source(source_value, source_doi, source_citation, value, ab),
        relaxed_structures=relaxed_structures,
        registry_map=registry_map,
        thickness_series=thickness_series,
        separation_curve=separation_curve,
        companions=tuple(companions),
        created=created,
        wadflow_version=wadflow_version,
    )


def _per_area(energy: float, area: float) -> float:
    """Divide an energy (eV) by an area (angstrom2); J/m2."""
    if not (math.isfinite(area) and area > 0):
        problem = f"the area is {area} angstrom2; it must be positive and finite"
        raise InputError(problem, remedy="give |a x b| of the in-plane cell vectors")
    return energy / area * EV_PER_ANGSTROM2


def _check_finite(**energies: float) -> None:
    for name, energy in energies.items():
        if not math.isfinite(energy):
            problem = f"{name} is {energy}; an energy must be a finite number of eV"
            raise InputError(problem, remedy="look into the calculation that gave it")


def _check_count(name: str, count: int) -> None:
    if count < 1:
        problem = f"{name} is {count}; it must be 1 or more"
        raise InputError(problem)


def _source(
    value: float | None,
    doi: str | None,
    citation: str | None,
    ours: float,
    ab: CalculationRecord,
) -> SourceRecord | None:
    if value is None:
        return None
    if not doi:
        problem = "a source value without a DOI cannot be checked by anyone"
        raise InputError(problem, key="source.doi", remedy="give the DOI of the source")
    return SourceRecord(
        work_of_adhesion=value,
        doi=doi,
        citation=citation,
        compared="relaxed" if ab.task == "relax" else "rigid",
        difference=ours - value,
    )
