"""Plans as tables for the terminal, and as plain data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from wadflow.workflows.costs import CostModel
    from wadflow.workflows.plan import Plan, PlannedCalculation

SECONDS_IN_WORDS = 100
"""From so many seconds on minutes are said, and from so many minutes on hours."""


def to_compute(plan: Plan) -> list[PlannedCalculation]:
    """Return the calculations of a plan that would run, each once."""
    return [one for one in plan.calculations if one.outcome is None and one.same_as is None]


def expected_seconds(plan: Plan, costs: CostModel) -> float:
    """Return the processor seconds that the calculations of a plan will take which would run."""
    return sum(costs.estimate(one.calculation).cpu_seconds for one in to_compute(plan))


def plan_dict(plan: Plan, costs: CostModel) -> dict[str, Any]:
    """Return a plan as plain data: every calculation with its key, new or in the archive, and its cost."""
    return {
        "expected_cpu_seconds": round(expected_seconds(plan, costs)),
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
                **_cost(planned, costs),
            }
            for planned in plan.calculations
        ],
    }


def _cost(planned: PlannedCalculation, costs: CostModel) -> dict[str, Any]:
    if planned.outcome is not None:
        return {"cpu_seconds": round(planned.outcome.cpu_seconds)}
    estimate = costs.estimate(planned.calculation)
    return {
        "expected_cpu_seconds": round(estimate.cpu_seconds),
        "expected_memory_MiB": round(estimate.memory),
        "expected_ionic_steps": estimate.ionic_steps,
    }


def _processor_time(seconds: float) -> str:
    """Return seconds, minutes or hours in words that claim no more than two digits."""
    if seconds < SECONDS_IN_WORDS:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < SECONDS_IN_WORDS else f"{minutes / 60:.1f} h"


def _task(planned: PlannedCalculation) -> str:
    relaxation = planned.calculation.relaxation
    if relaxation is None:
        return "static"
    return "relax gap" if relaxation.moves == "gap" else "relax"


def plan_table(plan: Plan, costs: CostModel) -> Table:
    """Return every calculation of a plan with its cost, its key and its state.

    Costs of what has not run are estimates, which a "~" says.
    """
    missing = to_compute(plan)
    memory = max((costs.estimate(one.calculation).memory for one in missing), default=0.0)
    total = _processor_time(expected_seconds(plan, costs))
    table = Table(
        title=f"{plan.study.title}, protocol {plan.study.protocol.name}",
        title_justify="left",
        caption=f"To compute: about {total} of one core, {memory:.0f} MiB" if missing else None,
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("calculation", overflow="fold")
    table.add_column("task", no_wrap=True)
    for column in ("atoms", "k-points", "eV"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("core time", justify="right", no_wrap=True)
    table.add_column("key", no_wrap=True, min_width=12)
    table.add_column("state")
    for planned in plan.calculations:
        electrons = planned.calculation.electrons
        state = planned.state + (f" (same as {planned.same_as})" if planned.same_as else "")
        cost = planned.outcome and _processor_time(planned.outcome.cpu_seconds)
        expected = costs.estimate(planned.calculation).cpu_seconds
        label = planned.calculation.label.removeprefix(f"{plan.study.name} ")
        table.add_row(
            label,
            _task(planned),
            str(len(planned.calculation.atoms.numbers)),
            "x".join(str(count) for count in electrons.kpoints),
            f"{electrons.cutoff:g}",
            cost or ("" if planned.same_as else f"~{_processor_time(expected)}"),
            (planned.key or "")[:12],
            state,
        )
    return table
