"""Common cells of two surfaces as definitions, with what they would cost to calculate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.interfaces.coincidence import Candidate, MatchLimits, find_candidates
from wadflow.interfaces.definition import InterfaceDefinition
from wadflow.interfaces.sides import CONTACT_FACE, Role, crystals_of, cut_sides, orient_sides
from wadflow.interfaces.toml_models import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wadflow.interfaces.slabs import Slab
    from wadflow.workflows.protocol import Protocol


@dataclass(frozen=True)
class MatchedCandidate:
    """A common cell that can be calculated.

    Attributes
    ----------
    candidate : Candidate
        The common cell.
    definition : InterfaceDefinition
        The interface in it.
    n_atoms : int
        Atoms of AB.
    kpoints : tuple of int
        Monkhorst-Pack mesh of the protocol, shape (3,).
    relative_cost : float
        Estimate of the time of AB, relative to the first candidate: k-points (halved by time reversal)
        times the square of the valence electrons times the volume.
    """

    candidate: Candidate
    definition: InterfaceDefinition
    n_atoms: int
    kpoints: tuple[int, int, int]
    relative_cost: float


def match_surfaces(
    lower: Mapping[str, Any],
    upper: Mapping[str, Any],
    contact: Mapping[str, Any],
    limits: MatchLimits,
    protocol: Protocol,
    *,
    twist: float | None = None,
) -> list[MatchedCandidate]:
    """Return the common cells of two surfaces.

    Parameters
    ----------
    lower, upper : mapping
        Tables of a definition, without ``supercell``.
    contact : mapping
        The table of a definition, without ``registry``; None stands for a default.
    limits : MatchLimits
        Limits of the search.
    protocol : Protocol
        Vacuum, k-point density and PAW data sets, for the costs.
    twist : float, optional
        Only cells turned by this angle, degrees.

    Raises
    ------
    InputError
        A surface cannot be cut, or nothing matches.
    """
    plain = _definition(lower, upper, contact, None)
    crystals = crystals_of(plain, None)
    oriented = orient_sides(plain, crystals)
    slabs = cut_sides(plain, oriented)
    candidates = find_candidates(
        oriented["lower"], oriented["upper"], limits, lower_share=plain.contact.lower_share, twist=twist
    )
    electrons = {role: _valence_electrons(slabs[role], protocol) for role in CONTACT_FACE}
    costs = [_cost(candidate, slabs, electrons, protocol) for candidate in candidates]
    return [
        MatchedCandidate(
            candidate=candidate,
            definition=_definition(lower, upper, contact, candidate),
            n_atoms=sum(cells * len(slabs[role].atoms) for role, cells in _cells(candidate).items()),
            kpoints=kpoints,
            relative_cost=cost / costs[0][1],
        )
        for candidate, (kpoints, cost) in zip(candidates, costs, strict=True)
    ]


def _definition(
    lower: Mapping[str, Any],
    upper: Mapping[str, Any],
    contact: Mapping[str, Any],
    candidate: Candidate | None,
) -> InterfaceDefinition:
    """Return the interface in a common cell, or in the primitive ones to see what the sides are."""
    sides: dict[Role, dict[str, Any]] = {"lower": dict(lower), "upper": dict(upper)}
    words = [f"{Path(side['crystal']).stem}({''.join(map(str, side['miller']))})" for side in sides.values()]
    registry: object = (0.0, 0.0)
    if candidate is not None:
        sides["lower"]["supercell"], sides["upper"]["supercell"] = candidate.lower, candidate.upper
        surfaces = [(side["crystal"], side["miller"], side["supercell"]) for side in sides.values()]
        chosen = any("contact_termination" in side for side in sides.values())
        if surfaces[0] == surfaces[1] and not chosen:
            registry = "bulk"
    given = {key: value for key, value in contact.items() if value is not None}
    data = {
        "name": "matched",
        "title": " / ".join(words)[:200],
        "lower": sides["lower"],
        "upper": sides["upper"],
        "contact": {"registry": registry, **given},
    }
    return validate(InterfaceDefinition, data, file="match")


def _cells(candidate: Candidate) -> dict[Role, int]:
    return {"lower": candidate.lower_cells, "upper": candidate.upper_cells}


def _valence_electrons(slab: Slab, protocol: Protocol) -> float:
    """Return the valence electrons of a slab in its primitive in-plane cell."""
    from wadflow.workflows.paw import find_dataset

    functional = protocol.electrons.functional
    symbols: list[str] = slab.atoms.get_chemical_symbols()
    datasets = [find_dataset(symbol, functional, protocol.paw.get(symbol)) for symbol in symbols]
    return sum(dataset.valence_electrons for dataset in datasets)


def _cost(
    candidate: Candidate, slabs: Mapping[Role, Slab], electrons: Mapping[Role, float], protocol: Protocol
) -> tuple[tuple[int, int, int], float]:
    """Return the k-point mesh and a cost of AB in units without meaning."""
    from ase import Atoms
    from ase.calculators.calculator import kptdensity2monkhorstpack

    from wadflow.interfaces.matching import upright

    in_plane = upright(
        np.array(candidate.lower)
        @ slabs["lower"].atoms.cell.array[:2, :2]
        @ (np.eye(2) + candidate.lower_strain)
    )
    height = sum(slab.thickness for slab in slabs.values()) + protocol.slab.vacuum
    cell = np.zeros((3, 3))
    cell[:2, :2] = in_plane
    cell[2, 2] = height
    mesh = kptdensity2monkhorstpack(
        Atoms(cell=cell, pbc=(True, True, False)), protocol.electrons.kpoint_density, even=False
    )
    kpoints = (int(mesh[0]), int(mesh[1]), int(mesh[2]))
    total = sum(cells * electrons[role] for role, cells in _cells(candidate).items())
    independent = (kpoints[0] * kpoints[1] + 1) // 2
    return kpoints, independent * total**2 * candidate.area * height
