"""The search for the best lateral shift, and the adhesion map that it leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wadflow.interfaces.registry import Shift, distinct_shifts, shift_lattice
from wadflow.results.adhesion import check_equal_settings, work_of_adhesion
from wadflow.results.scans import RegistryMap, RegistryPoint
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.requests import Request
from wadflow.workflows.sampling import fixed_cell_cutoff, mesh_of_density, slab_grid_spacing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase import Atoms
    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.stacking import Interface
    from wadflow.results.documents import AtomsRecord
    from wadflow.results.records import CalculationRecord
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol
    from wadflow.workflows.requests import Program

GAP_DECIMALS = 3
"""Decimals (angstrom) to which an optimised gap is rounded before slabs are built with it: the noise of
a search must not make new keys."""

START_DECIMALS = 2
"""The same for the gap at which the search at a shift starts."""

SMALLEST_GAP = 0.2
"""Smallest gap (angstrom) at which a search starts."""

SAME_ENERGY = 1e-4
"""Energies (eV) this close are equal: the earlier shift is taken."""


@dataclass(frozen=True)
class SearchedShift:
    """A shift, the calculation that optimised its gap, and that gap in angstrom."""

    shift: Shift
    calculation: Calculation
    outcome: Outcome
    gap: float


@dataclass(frozen=True)
class RegistrySearch:
    """What a search found.

    Attributes
    ----------
    searched : tuple of SearchedShift
        Every distinct shift.
    best : int
        Index of the one with the lowest energy.
    cell_gap : float
        Gap for which the cell's height was made, angstrom: all shifts share one cell.
    dipole_layer : bool
        Whether any of the structures has two different faces; all are then run with a dipole layer.
    slabs : dict of "A", "B" to Calculation
        The rigid slabs with the k-points of the scan, for the works of adhesion of its map.
    outcomes : dict of str to Outcome
        Of all these calculations, by key.
    """

    searched: tuple[SearchedShift, ...]
    best: int
    cell_gap: float
    dipole_layer: bool
    slabs: dict[Literal["A", "B"], Calculation]
    outcomes: dict[str, Outcome]

    def resolved(self, definition: InterfaceDefinition) -> InterfaceDefinition:
        """Return the definition at the best shift and its gap."""
        found = self.searched[self.best]
        return definition.at(found.shift.registry, found.gap)


def search_registry(
    definition: InterfaceDefinition, protocol: Protocol, relaxed: Mapping[str, Structure] | None
) -> Program[RegistrySearch]:
    """Optimise the gap at each distinct shift; see `wadflow.workflows.adhesion_program`.

    Parameters
    ----------
    definition : InterfaceDefinition
        With registry "scan".
    protocol : Protocol
        Numerical settings.
    relaxed : mapping of str to Structure, optional
        Relaxed conventional cells by crystal; None takes the crystals as shipped or given.
    """
    shifts = distinct_shifts(steps.build(definition, protocol, relaxed), definition.contact.scan_points)
    touching = [steps.build(definition.at(shift.registry, None), protocol, relaxed) for shift in shifts]
    # One cell for all, so that they share A and B: high enough for the shift that touches first.
    cell_gap = math.ceil(max(interface.gap for interface in touching) * 10) / 10
    dipole_layer = any(steps.needs_dipole_layer(interface) for interface in touching)
    in_cell = steps.build(definition.at(shifts[0].registry, None), protocol, relaxed, cell_gap=cell_gap)
    halves: dict[Literal["A", "B"], Atoms] = {"A": in_cell.a, "B": in_cell.b}
    slabs = {
        role: prepare_calculation(
            half,
            protocol,
            label=f"{definition.name} {role} for the scan",
            task="static",
            dipole_layer=dipole_layer,
            kpoints=_mesh(in_cell, protocol),
            cutoff=fixed_cell_cutoff(in_cell.ab, protocol),
            grid_spacing=slab_grid_spacing(in_cell.ab, protocol),
        )
        for role, half in halves.items()
    }
    beside = [Request(role, calculation) for role, calculation in slabs.items()]
    done: dict[int, SearchedShift] = {}
    known: dict[str, Outcome] = {}
    while len(done) < len(shifts):
        ready = [
            n
            for n, shift in enumerate(shifts)
            if n not in done and (shift.neighbour is None or shift.neighbour in done)
        ]
        requests: dict[int, Calculation] = {}
        for n in ready:
            neighbour = shifts[n].neighbour
            start = touching[n].gap
            if neighbour is not None:
                start = _warm_gap(touching[n].gap, touching[neighbour].gap, done[neighbour].gap)
            start = max(round(start, START_DECIMALS), SMALLEST_GAP)
            at = definition.at(shifts[n].registry, start)
            requests[n] = _gap_calculation(
                steps.build(at, protocol, relaxed, cell_gap=cell_gap), protocol, dipole_layer=dipole_layer
            )
        outcomes = yield [*(Request("AB", calculation) for calculation in requests.values()), *beside]
        beside = []
        known |= outcomes
        for n, calculation in requests.items():
            outcome = outcomes[calculation.key]
            gap = round(_gap(outcome.atoms, calculation.atoms), GAP_DECIMALS)
            done[n] = SearchedShift(shifts[n], calculation, outcome, gap)
    searched = tuple(done[n] for n in range(len(shifts)))
    lowest = min(found.outcome.energy for found in searched)
    best = next(n for n, found in enumerate(searched) if found.outcome.energy < lowest + SAME_ENERGY)
    return RegistrySearch(searched, best, cell_gap, dipole_layer, slabs, known)


def registry_map(
    search: RegistrySearch,
    records: list[CalculationRecord],
    a: CalculationRecord,
    b: CalculationRecord,
    interface: Interface,
) -> RegistryMap:
    """Return the adhesion map of a search.

    Parameters
    ----------
    search : RegistrySearch
        What was found.
    records : list of CalculationRecord
        Records of the searched shifts, in their order.
    a, b : CalculationRecord
        The two rigid slabs with the settings of the scan.
    interface : Interface
        Gives cell and area.
    """
    points = []
    for found, record in zip(search.searched, records, strict=True):
        check_equal_settings([record, a, b])
        points.append(
            RegistryPoint(
                registry=found.shift.registry,
                images=found.shift.images,
                gap=found.gap,
                work_of_adhesion=work_of_adhesion(
                    record.final_energy, a.final_energy, b.final_energy, interface.area
                ),
                converged=record.converged,
                key=record.key,
            )
        )
    cell = interface.ab.cell.array[:2, :2].tolist()
    lattice = shift_lattice(interface).tolist()
    return RegistryMap(cell=cell, lattice=lattice, points=tuple(points), best=search.best)


def _mesh(interface: Interface, protocol: Protocol) -> tuple[int, int, int]:
    return mesh_of_density(interface.ab, protocol.electrons.scan_kpoint_density)


def _gap_calculation(interface: Interface, protocol: Protocol, *, dipole_layer: bool) -> Calculation:
    fx, fy = interface.registry
    return prepare_calculation(
        interface.ab,
        protocol,
        label=f"{interface.definition.name} AB at shift {fx:z.3f} {fy:z.3f}",
        task="relax",
        dipole_layer=dipole_layer,
        moves="gap",
        kpoints=_mesh(interface, protocol),
    )


def _warm_gap(touching: float, neighbour_touching: float, neighbour_gap: float) -> float:
    """Guess a gap from that of a neighbouring shift; all in angstrom.

    Hard spheres would keep what the gap is beyond touching; flat walls would keep the gap itself. Real
    contacts lie between (Li(001)/Li2O(001), Li contact, from 2.66 atop to the hollows: 2.05 and 2.66
    against 2.45 and 2.57 found), and so does the guess.
    """
    spheres = touching + neighbour_gap - neighbour_touching
    return (spheres + neighbour_gap) / 2


def _gap(atoms: AtomsRecord, labelled: AtomsRecord) -> float:
    """Return the height between the sides' outermost atoms, angstrom."""
    sides = labelled.side
    if sides is None:
        raise ValueError("the atoms of AB have no sides")
    heights = [position[2] for position in atoms.positions]
    below = max(z for z, side in zip(heights, sides, strict=True) if side == 0)
    above = min(z for z, side in zip(heights, sides, strict=True) if side == 1)
    return above - below
