"""Plans as tables for the terminal, and as plain data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from wadflow.workflows.plan import Plan, PlannedCalculation


def plan_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data: every calculation with its key, new or in the archive."""
    return {
        "name": plan.study.name,
        "protocol": plan.study.protocol.name,
        "complete": plan.complete,
        "calculations": [
            {
                "role": planned.role,
                "label": planned.calculation.label,
                "task": planned.calculation.task,
                "key": planned.key,
                "state": planned.state,
                "same_as": planned.same_as,
                "n_atoms": len(planned.calculation.atoms.numbers),
                "kpoints": list(planned.calculation.electrons.kpoints),
                "cutoff_eV": planned.calculation.electrons.cutoff,
                "dipole_layer": planned.calculation.electrons.dipole_layer,
            }
            for planned in plan.calculations
        ],
    }


def _task(planned: PlannedCalculation) -> str:
    relaxation = planned.calculation.relaxation
    if relaxation is None:
        return "static"
    return "relax gap" if relaxation.moves == "gap" else "relax"


def plan_table(plan: Plan) -> Table:
    """Return every calculation of a plan with its key and state."""
    table = Table(
        title=f"{plan.study.title}, protocol {plan.study.protocol.name}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("calculation", overflow="fold")
    table.add_column("task", no_wrap=True)
    for column in ("atoms", "k-points", "eV"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("key", no_wrap=True, min_width=12)
    table.add_column("state")
    for planned in plan.calculations:
        electrons = planned.calculation.electrons
        state = planned.state + (f" (same as {planned.same_as})" if planned.same_as else "")
        label = planned.calculation.label.removeprefix(f"{plan.study.name} ")
        table.add_row(
            label,
            _task(planned),
            str(len(planned.calculation.atoms.numbers)),
            "x".join(str(count) for count in electrons.kpoints),
            f"{electrons.cutoff:g}",
            (planned.key or "")[:12],
            state,
        )
    return table
