"""Run flows on this machine, through jobflow's local manager."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING

from wadflow.results.documents import AdhesionDocument
from wadflow.workflows.flow_run import run_flow
from wadflow.workflows.launch import ENDING_SECONDS, end_engines, obtain
from wadflow.workflows.plan import plan_adhesion

if TYPE_CHECKING:
    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.plan import AdhesionPlan
    from wadflow.workflows.protocol import Protocol


def run_adhesion(
    definition: InterfaceDefinition, protocol: Protocol, execution: Execution
) -> AdhesionDocument:
    """Return the work of adhesion of an interface, computing what the archive lacks.

    Where the archive has everything, the document is assembled at once and jobflow is not even
    imported; else the whole flow runs, and takes from the archive what is there. The document is
    kept in the archive too.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to calculate.
    protocol : Protocol
        How to calculate it.
    execution : Execution
        Archive, ranks and listener.

    Raises
    ------
    wadflow.errors.WadflowError
        Where the definition cannot work or a calculation fails; what has finished is kept.
    """
    plan = plan_adhesion(definition, protocol, execution.archive)
    if plan.complete:
        document = plan.document()
        for planned in plan.calculations:
            if planned.outcome is not None:
                execution.listener.found(planned.calculation, planned.outcome)
    else:
        _import_flow_beside(plan, execution)
        document = _run_flow(definition, protocol, execution)
    execution.archive.save_document(
        document_name(definition.name, protocol.name), document.model_dump_json(indent=1)
    )
    return document


def _import_flow_beside(plan: AdhesionPlan, execution: Execution) -> None:
    """Import jobflow and atomate2 while the first missing calculation runs already.

    Their import takes several seconds, most of the overhead of a short run. The calculation goes
    into the archive, where the flow finds it.

    Raises
    ------
    wadflow.errors.WadflowError
        Where the calculation fails.
    """
    missing = [planned for planned in plan.calculations if planned.outcome is None and planned.key]
    if not missing:
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
        importlib.import_module("wadflow.workflows.flows.adhesion")
        while thread.is_alive():
            thread.join(0.2)  # a join without end would not hear an interrupt
    except BaseException:
        end_engines(execution)
        thread.join(2 * ENDING_SECONDS)  # a thread that waits for another process is left behind
        raise
    if failures:
        raise failures[0]


def document_name(definition: str, protocol: str) -> str:
    """Name under which the archive keeps the document of an interface and a protocol."""
    return f"{definition}.{protocol}"


def _run_flow(definition: InterfaceDefinition, protocol: Protocol, execution: Execution) -> AdhesionDocument:
    from wadflow.workflows.flows.adhesion import AdhesionFlowMaker

    flow = AdhesionFlowMaker(protocol=protocol).make(definition)
    return run_flow(flow, execution, AdhesionDocument)
