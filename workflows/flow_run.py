"""Run a flow through jobflow's local manager and take its document out of it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, TypeVar

from wadflow.errors import CalculationError
from wadflow.results.records import Document
from wadflow.workflows.execution import use_execution

if TYPE_CHECKING:
    from jobflow import Flow

    from wadflow.workflows.execution import Execution

DocumentType = TypeVar("DocumentType", bound=Document)


def run_flow(flow: Flow, execution: Execution, kind: type[DocumentType]) -> DocumentType:
    """Run a flow on this machine and return the one document of a kind that came out of it.

    Parameters
    ----------
    flow : Flow
        What to run. It may grow while it runs: the document is found by what it is.
    execution : Execution
        Archive, ranks and listener.
    kind : type
        Class of the document.

    Raises
    ------
    wadflow.errors.WadflowError
        Where a calculation fails, or no document came out.
    """
    from jobflow import JobStore, run_locally
    from maggma.stores import MemoryStore

    # Outputs need to live no longer than the flow: the memory between runs is the archive.
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    with use_execution(execution), warnings.catch_warnings():
        # jobflow 0.4 calls a function of monty that will go in 2028
        warnings.filterwarnings("ignore", "cd is deprecated", FutureWarning)
        responses = run_locally(flow, store=store, log=False, raise_immediately=True)
    outputs = [response.output for answers in responses.values() for response in answers.values()]
    documents = [output for output in outputs if isinstance(output, kind)]
    if len(documents) != 1:
        problem = f"the flow '{flow.name}' ended with {len(documents)} documents, not one"
        raise CalculationError(problem)
    return documents[0]
