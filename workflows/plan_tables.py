"""Plans as tables for the terminal, and as plain data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from wadflow.workflows.costs import CostEstimate, CostModel
    from wadflow.workflows.plan import Plan, PlannedCalculation

SECONDS_IN_WORDS = 100
"""From so many seconds on minutes are said, and from so many minutes on hours."""


def _estimates(plan: Plan, costs: CostModel) -> list[CostEstimate | None]:
    """Return what each calculation of a plan will cost; None for those that are in the archive."""
    return [
        None if planned.outcome is not None else costs.estimate(planned.calculation)
        for planned in plan.calculations
    ]


def _to_compute(plan: Plan, estimates: list[CostEstimate | None]) -> list[CostEstimate]:
    """Return the estimates of the calculations that would run, each once."""
    return [
        estimate
        for planned, estimate in zip(plan.calculations, estimates, strict=True)
        if estimate is not None and planned.same_as is None
    ]


def plan_dict(plan: Plan, costs: CostModel) -> dict[str, Any]:
    """Return a plan as plain data: every calculation with its key, new or in the archive, and its cost."""
    estimates = _estimates(plan, costs)
    return {
        "expected_cpu_seconds": round(sum(one.cpu_seconds for one in _to_compute(plan, estimates))),
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
                **_cost(planned, estimate),
            }
            for planned, estimate in zip(plan.calculations, estimates, strict=True)
        ],
    }


def _cost(planned: PlannedCalculation, estimate: CostEstimate | None) -> dict[str, Any]:
    if estimate is None:
        return {"cpu_seconds": planned.outcome and round(planned.outcome.cpu_seconds)}
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


def _cost_text(planned: PlannedCalculation, estimate: CostEstimate | None) -> str:
    if planned.outcome is not None:
        return _processor_time(planned.outcome.cpu_seconds)
    return "" if estimate is None or planned.same_as else f"~{_processor_time(estimate.cpu_seconds)}"


def _task(planned: PlannedCalculation) -> str:
    relaxation = planned.calculation.relaxation
    if relaxation is None:
        return "static"
    return "relax gap" if relaxation.moves == "gap" else "relax"


def plan_table(plan: Plan, costs: CostModel) -> Table:
    """Return every calculation of a plan with its cost, its key and its state.

    Costs of what has not run are estimates, which a "~" says.
    """
    estimates = _estimates(plan, costs)
    missing = _to_compute(plan, estimates)
    memory = max((one.memory for one in missing), default=0.0)
    total = _processor_time(sum(one.cpu_seconds for one in missing))
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
    for planned, estimate in zip(plan.calculations, estimates, strict=True):
        electrons = planned.calculation.electrons
        state = planned.state + (f" (same as {planned.same_as})" if planned.same_as else "")
        label = planned.calculation.label.removeprefix(f"{plan.study.name} ")
        table.add_row(
            label,
            _task(planned),
            str(len(planned.calculation.atoms.numbers)),
            electrons.mesh_text,
            f"{electrons.cutoff:g}",
            _cost_text(planned, estimate),
            (planned.key or "")[:12],
            state,
        )
    return table
