"""Plans: every calculation of a study, and which of them the archive has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wadflow.workflows.launch import read_outcome
from wadflow.workflows.outcome import unknown_outcome

if TYPE_CHECKING:
    from wadflow.results.documents import Role
    from wadflow.results.records import Document
    from wadflow.workflows.archive import Archive
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.study import Finished, Study

State = Literal["in the archive", "new", "being computed", "waits for others"]


@dataclass(frozen=True)
class PlannedCalculation:
    """One calculation of a plan.

    Attributes
    ----------
    role : {"AB", "A", "B", "bulk", "slab"}
        Its part in the study.
    calculation : Calculation
        What would run. Where it depends on one that was not calculated yet (a crystal that is not
        relaxed, a gap that is not optimised), it is built of the unrelaxed structure: atoms and k-points
        hold, the key does not.
    state : str
        ``in the archive``, ``new``, ``being computed``, or ``waits for others`` where the key
        cannot be known yet.
    same_as : str, optional
        Label of an earlier calculation of the plan that is this one too.
    outcome : Outcome, optional
        What the archive has.
    """

    role: Role
    calculation: Calculation
    state: State
    same_as: str | None = None
    outcome: Outcome | None = None

    @property
    def key(self) -> str | None:
        """Key in the archive; None while it depends on a calculation that was not done."""
        return None if self.state == "waits for others" else self.calculation.key


@dataclass(frozen=True)
class Plan:
    """All calculations of a study.

    Attributes
    ----------
    study : Study
        What is to be calculated, and how.
    finished : Finished
        The walk through all calculations; of a complete plan only its outcomes are real.
    calculations : tuple of PlannedCalculation
        In the order in which they are needed.
    """

    study: Study
    finished: Finished
    calculations: tuple[PlannedCalculation, ...]

    @property
    def complete(self) -> bool:
        """Whether the archive has everything, so that nothing needs to run."""
        return all(planned.outcome is not None for planned in self.calculations)

    def document(self) -> Document:
        """Assemble the document of a complete plan; starts no calculation.

        Raises
        ------
        ValueError
            Where the plan is not complete.
        """
        missing = next((one for one in self.calculations if one.outcome is None), None)
        if missing is not None:
            problem = f"{missing.calculation.label} is not in the archive"
            raise ValueError(problem)
        return self.finished.document(is_from_archive=lambda _calculation: True)


def plan_study(study: Study, archive: Archive) -> Plan:
    """Look up every calculation of a study; starts none.

    Raises
    ------
    wadflow.errors.InputError
        Where the study cannot work.
    """
    program = study.program()
    planned: list[PlannedCalculation] = []
    labels: dict[str, str] = {}
    known = True
    batch = next(program)
    while True:
        outcomes: dict[str, Outcome] = {}
        for request in batch:
            calculation = request.calculation
            key = calculation.key  # worked out anew each time that it is asked for
            first = labels.setdefault(key, calculation.label)
            same_as = None if first == calculation.label else first
            one = (
                _look_up(request.role, calculation, key, archive, same_as=same_as)
                if known
                else PlannedCalculation(request.role, calculation, "waits for others", same_as)
            )
            planned.append(one)
            # In place of what is not known yet the structure as it was asked for goes on.
            outcomes[key] = one.outcome or unknown_outcome(calculation)
        known = known and all(one.outcome is not None for one in planned)
        try:
            batch = program.send(outcomes)
        except StopIteration as end:
            return Plan(study, end.value, tuple(planned))


def _look_up(
    role: Role, calculation: Calculation, key: str, archive: Archive, *, same_as: str | None
) -> PlannedCalculation:
    """Return a calculation with what the archive knows of it under its key."""
    entry = archive.find(key)
    if entry is not None:
        return PlannedCalculation(role, calculation, "in the archive", same_as, read_outcome(entry))
    state: State = "new" if archive.owner(key) is None else "being computed"
    return PlannedCalculation(role, calculation, state, same_as)
