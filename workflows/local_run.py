"""Run studies on this machine, through jobflow's local manager."""

from __future__ import annotations

import importlib
import os
import threading
from typing import TYPE_CHECKING, TypeVar

from wadflow.results.records import Document
from wadflow.workflows.flow_run import run_flow
from wadflow.workflows.launch import ENDING_SECONDS, choose_ranks, end_engines, obtain
from wadflow.workflows.plan import plan_study

if TYPE_CHECKING:
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.plan import Plan
    from wadflow.workflows.study import Study

DocumentType = TypeVar("DocumentType", bound=Document)


def run_study(study: Study, execution: Execution, kind: type[DocumentType]) -> DocumentType:
    """Return the document of a study, computing what the archive lacks.

    Where the archive has everything, the document is assembled at once and jobflow is not even
    imported; else the whole flow runs, and takes from the archive what is there. The document is
    kept in the archive too.

    Parameters
    ----------
    study : Study
        What to calculate, and how.
    execution : Execution
        Archive, ranks and listener.
    kind : type
        Class of the study's document.

    Raises
    ------
    wadflow.errors.WadflowError
        Where the study cannot work or a calculation fails; what has finished is kept.
    """
    plan = plan_study(study, execution.archive)
    if plan.complete:
        document = plan.document()
        for planned in plan.calculations:
            if planned.outcome is not None:
                execution.listener.found(planned.calculation, planned.outcome)
    else:
        _import_flow_beside(plan, execution)
        document = run_as_flow(study, execution, kind)
    if not isinstance(document, kind):
        problem = f"'{study.name}' gives a {type(document).__name__}, not a {kind.__name__}"
        raise TypeError(problem)
    execution.archive.save_document(study.document_name, document.model_dump_json(indent=1))
    return document


def run_as_flow(study: Study, execution: Execution, kind: type[DocumentType]) -> DocumentType:
    """Return the document of a study through its flow, also where the archive has everything."""
    from wadflow.workflows.flows.study import flow_of

    return run_flow(flow_of(study, name=study.name), execution, kind)


def _import_flow_beside(plan: Plan, execution: Execution) -> None:
    """Import jobflow and atomate2 while the first missing calculation runs already.

    Their import takes several seconds, most of the overhead of a short run. The calculation goes
    into the archive, where the flow finds it. Where its ranks take all cores there is nothing to gain:
    the import would stop one of them, and the others wait for it and are as busy as ever.

    Raises
    ------
    wadflow.errors.WadflowError
        Where the calculation fails.
    """
    missing = [planned for planned in plan.calculations if planned.outcome is None and planned.key]
    if not missing:
        return
    ranks = choose_ranks(missing[0].calculation, execution.ranks)
    if ranks >= len(os.sched_getaffinity(0)):
        return
    failures: list[BaseException] = []

    def calculate() -> None:
        try:
            obtain(missing[0].calculation, execution)
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            failures.append(error)

    thread = threading.Thread(target=calculate, name="first calculation", daemon=True)
    thread.start()
    try:
        importlib.import_module("wadflow.workflows.flows.study")
        while thread.is_alive():
            thread.join(0.2)  # a join without end would not hear an interrupt
    except BaseException:
        end_engines(execution)
        thread.join(2 * ENDING_SECONDS)  # a thread that waits for another process is left behind
        raise
    if failures:
        raise failures[0]
