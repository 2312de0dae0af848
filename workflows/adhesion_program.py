"""The walk of one work of adhesion, from the crystals to the document, step by step.

1. The crystals are relaxed.
2. With registry "scan", AB is computed at each distinct lateral shift, where only the gap moves, each
   started from the gap of its nearest neighbour; the strongest bound shift is taken.
3. AB, A and B are relaxed; the first ionic step of each is its rigid energy.
4. Beside them, rigid: other plane counts, the sides moved apart, the crystals with the misfit strain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wadflow.interfaces.definition import InterfaceDefinition  # noqa: TC001  # pydantic reads it
from wadflow.results.adhesion import work_of_adhesion
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.registry_search import RegistrySearch, registry_map, search_registry
from wadflow.workflows.requests import Request
from wadflow.workflows.study import Study
from wadflow.workflows.variations import curve_of, separated, series_members, series_of

if TYPE_CHECKING:
    from wadflow.interfaces.sides import Role as SideRole
    from wadflow.interfaces.stacking import Interface
    from wadflow.results.documents import AdhesionDocument, Role, SlabRole
    from wadflow.results.records import CalculationRecord
    from wadflow.results.scans import RegistryMap
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.protocol import Protocol
    from wadflow.workflows.requests import Outcomes, Program
    from wadflow.workflows.study import IsFromArchive
    from wadflow.workflows.variations import Separated, SeriesMember


class AdhesionStudy(Study):
    """The work of adhesion of one interface.

    Attributes
    ----------
    definition : InterfaceDefinition
        What to calculate.
    """

    definition: InterfaceDefinition

    @property
    def name(self) -> str:
        """Name of the interface."""
        return self.definition.name

    @property
    def title(self) -> str:
        """Title of the interface."""
        return self.definition.title

    @property
    def document_name(self) -> str:
        """Name of the interface and of the protocol."""
        return f"{self.name}.{self.protocol.name}"

    def program(self) -> Program[FinishedAdhesion]:
        """Walk from the crystals to a finished work of adhesion."""
        return adhesion_program(self.definition, self.protocol)


@dataclass(frozen=True)
class FinishedAdhesion:
    """All that a document is made of.

    Attributes
    ----------
    definition : InterfaceDefinition
        As it was asked for.
    protocol : Protocol
        Numerical settings.
    interface : Interface
        As it was built, of the relaxed crystals.
    bulk, slabs : dict
        The relaxations of the crystals and of AB, A and B.
    strain : dict of "lower", "upper"
        For each strained side its crystal with the strain and without it.
    search : RegistrySearch, optional
        The registry search.
    members : list of SeriesMember
        The thickness series, beside the interface itself.
    curve : Separated, optional
        The separation curve.
    outcomes : mapping of str to Outcome
        Of all these, by key.
    """

    definition: InterfaceDefinition
    protocol: Protocol
    interface: Interface
    bulk: dict[str, Calculation]
    slabs: dict[SlabRole, Calculation]
    strain: dict[SideRole, tuple[Calculation, Calculation]]
    search: RegistrySearch | None
    members: list[SeriesMember]
    curve: Separated | None
    outcomes: Outcomes

    def document(self, is_from_archive: IsFromArchive) -> AdhesionDocument:
        """Assemble the document.

        Parameters
        ----------
        is_from_archive : callable
            Says whether a calculation was found and not computed in this run.

        Raises
        ------
        wadflow.errors.SettingsMismatchError
            Where energies that are subtracted do not come from equal settings.
        """
        outcomes = self.outcomes
        return steps.assemble(
            self.definition,
            self.protocol,
            self.interface,
            slabs={role: (one, outcomes[one.key]) for role, one in self.slabs.items()},
            bulk={crystal: (one, outcomes[one.key]) for crystal, one in self.bulk.items()},
            strain={
                role: ((one, outcomes[one.key]), (other, outcomes[other.key]))
                for role, (one, other) in self.strain.items()
            },
            extras=self._extras(is_from_archive),
            is_from_archive=is_from_archive,
        )

    def _extras(self, is_from_archive: IsFromArchive) -> steps.Extras:
        def record(calculation: Calculation, role: Role) -> CalculationRecord:
            outcome = self.outcomes[calculation.key]
            return outcome.record(calculation, role=role, from_archive=is_from_archive(calculation))

        ab, a, b = (record(self.slabs[role], role) for role in steps.SLAB_ROLES)
        rigid = work_of_adhesion(ab.initial_energy, a.initial_energy, b.initial_energy, self.interface.area)
        searched: list[CalculationRecord] = []
        map_of_shifts: RegistryMap | None = None
        beside: list[CalculationRecord] = []
        if self.search is not None:
            searched = [record(found.calculation, "AB") for found in self.search.searched]
            slab_a, slab_b = (record(self.search.slabs[role], role) for role in ("A", "B"))
            beside = [slab_a, slab_b]
            map_of_shifts = registry_map(self.search, searched, slab_a, slab_b, self.interface)
        companions = [(role, one) for member in self.members for role, one in member.calculations.items()]
        companions += self.curve.calculations if self.curve else []
        return steps.Extras(
            registry_map=map_of_shifts,
            thickness_series=series_of(self.members, self.interface, rigid, (ab.key, a.key, b.key), record),
            separation_curve=curve_of(self.curve, record),
            records=(*searched, *beside, *(record(one, role) for role, one in companions)),
            warnings=tuple(
                f"The gap of '{one.label}' was not optimised within the allowed steps."
                for one in searched
                if not one.converged
            ),
        )


def adhesion_program(definition: InterfaceDefinition, protocol: Protocol) -> Program[FinishedAdhesion]:
    """Walk from the crystals to a finished work of adhesion; see the module.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to calculate.
    protocol : Protocol
        How to calculate it.

    Raises
    ------
    wadflow.errors.InputError
        Where the definition cannot be built.
    """
    bulk = {crystal: steps.bulk_calculation(crystal, protocol) for crystal in steps.crystals_of(definition)}
    # Built once of the unrelaxed crystals: what cannot work is refused before anything runs.
    steps.build(definition, protocol)
    outcomes = dict((yield [Request("bulk", calculation) for calculation in bulk.values()]))
    relaxed = {
        crystal: steps.relaxed_crystal(crystal, outcomes[calculation.key])
        for crystal, calculation in bulk.items()
    }
    search: RegistrySearch | None = None
    here, cell_gap = definition, None
    if definition.contact.registry == "scan":
        search = yield from search_registry(definition, protocol, relaxed)
        outcomes |= search.outcomes
        here, cell_gap = search.resolved(definition), search.cell_gap
    interface = steps.build(here, protocol, relaxed, cell_gap=cell_gap)
    dipole_layer = steps.needs_dipole_layer(interface) or (search is not None and search.dipole_layer)
    slabs = steps.slab_calculations(interface, protocol, dipole_layer=dipole_layer)
    strain = steps.strain_calculations(interface, protocol, relaxed)
    members = series_members(here, interface, protocol, relaxed, dipole_layer=dipole_layer)
    curve = separated(here, interface, protocol, relaxed, dipole_layer=dipole_layer)
    requests = [Request(role, calculation) for role, calculation in slabs.items()]
    requests += [Request("bulk", calculation) for pair in strain.values() for calculation in pair]
    requests += [Request(role, one) for member in members for role, one in member.calculations.items()]
    requests += [Request(role, one) for role, one in curve.calculations] if curve else []
    outcomes |= yield requests
    return FinishedAdhesion(
        definition, protocol, interface, bulk, slabs, strain, search, members, curve, outcomes
    )
