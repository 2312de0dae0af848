"""Plans: every calculation of an interface, and which of them the archive has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.launch import read_outcome

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.stacking import Interface
    from wadflow.results.documents import AdhesionDocument, Role, SlabRole
    from wadflow.workflows.archive import Archive
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol

State = Literal["in the archive", "new", "being computed", "waits for the bulk"]


@dataclass(frozen=True)
class PlannedCalculation:
    """One calculation of a plan.

    Attributes
    ----------
    role : {"AB", "A", "B", "bulk"}
        Its part in the interface.
    calculation : Calculation
        What would run. For slabs of a crystal that was not relaxed yet it is cut from the
        unrelaxed crystal: atoms and k-points hold, the key does not.
    state : str
        ``in the archive``, ``new``, ``being computed``, or ``waits for the bulk`` where the key
        cannot be known yet.
    same_as : str, optional
        Role of an earlier calculation of the plan that is this one too.
    outcome : Outcome, optional
        What the archive has.
    """

    role: Role
    calculation: Calculation
    state: State
    same_as: Role | None = None
    outcome: Outcome | None = None

    @property
    def key(self) -> str | None:
        """Key in the archive; None while it depends on a bulk relaxation."""
        return None if self.state == "waits for the bulk" else self.calculation.key


@dataclass(frozen=True)
class AdhesionPlan:
    """All calculations of one interface with one protocol.

    Attributes
    ----------
    definition, protocol
        What is to be calculated, and how.
    interface : Interface
        As it is built of the relaxed crystals, or of the unrelaxed ones where some are missing.
    calculations : tuple of PlannedCalculation
        Bulk crystals first, then AB, A and B.
    """

    definition: InterfaceDefinition
    protocol: Protocol
    interface: Interface
    calculations: tuple[PlannedCalculation, ...]

    @property
    def complete(self) -> bool:
        """Whether the archive has everything, so that nothing needs to run."""
        return all(planned.outcome is not None for planned in self.calculations)

    def document(self) -> AdhesionDocument:
        """Assemble the document of a complete plan; starts no calculation.

        Raises
        ------
        ValueError
            Where the plan is not complete.
        """
        slabs: dict[SlabRole, tuple[Calculation, Outcome]] = {}
        bulk: dict[str, tuple[Calculation, Outcome]] = {}
        crystals = iter(steps.crystals_of(self.definition))
        for planned in self.calculations:
            if planned.outcome is None:
                problem = f"{planned.calculation.label} is not in the archive"
                raise ValueError(problem)
            finished = (planned.calculation, planned.outcome)
            if planned.role == "bulk":
                bulk[next(crystals)] = finished
            elif planned.role != "slab":  # those belong to surfaces
                slabs[planned.role] = finished
        return steps.assemble(
            self.definition,
            self.protocol,
            self.interface,
            slabs=slabs,
            bulk=bulk,
            is_from_archive=lambda _calculation: True,
        )


def plan_adhesion(definition: InterfaceDefinition, protocol: Protocol, archive: Archive) -> AdhesionPlan:
    """Look up every calculation of an interface; starts none.

    Raises
    ------
    wadflow.errors.InputError
        Where the interface cannot be built.
    """
    planned: list[PlannedCalculation] = []
    relaxed: dict[str, Structure] = {}
    for crystal in steps.crystals_of(definition):
        calculation = steps.bulk_calculation(crystal, protocol)
        bulk = _look_up("bulk", calculation, archive)
        planned.append(bulk)
        if bulk.outcome is not None:
            relaxed[crystal] = steps.conventional_crystal(crystal, _structure(bulk.outcome))
    known = len(relaxed) == len(planned)
    interface = steps.build(definition, protocol, relaxed if known else None)
    roles: dict[str, Role] = {}
    for role, calculation in steps.slab_calculations(interface, protocol).items():
        same_as = roles.setdefault(calculation.key, role)
        one = (
            _look_up(role, calculation, archive, same_as=None if same_as == role else same_as)
            if known
            else PlannedCalculation(
                role,
                calculation,
                "waits for the bulk",
                same_as=None if same_as == role else same_as,
            )
        )
        planned.append(one)
    return AdhesionPlan(definition, protocol, interface, tuple(planned))


def _look_up(
    role: Role, calculation: Calculation, archive: Archive, *, same_as: Role | None = None
) -> PlannedCalculation:
    entry = archive.find(calculation.key)
    if entry is not None:
        return PlannedCalculation(role, calculation, "in the archive", same_as, read_outcome(entry))
    state: State = "new" if archive.owner(calculation.key) is None else "being computed"
    return PlannedCalculation(role, calculation, state, same_as)


def _structure(outcome: Outcome) -> Structure:
    from pymatgen.core import Structure

    atoms = outcome.atoms
    species: list[Any] = list(atoms.numbers)
    return Structure(atoms.cell, species, atoms.positions, coords_are_cartesian=True)
