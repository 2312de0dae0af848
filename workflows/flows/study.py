"""The flow of a study: it grows, because what is calculated next depends on what came out before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobflow import Flow, Job, Response, job

from wadflow.workflows.costs import CostModel
from wadflow.workflows.execution import current_execution
from wadflow.workflows.makers import GpawTaskDoc, job_for
from wadflow.workflows.study import DOCUMENT_METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wadflow.results.records import Document
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.queue_placement import Placement
    from wadflow.workflows.study import Study


def flow_of(study: Study, *, name: str, placement: Placement | None = None) -> Flow:
    """Return the flow of a study; its output is the study's document.

    Slabs are cut from relaxed crystals, a gap search starts at its neighbour's gap. So the flow grows: its
    job `advance` walks through the study's program as far as there are outcomes, and puts in its own place
    a job of a GPAW Maker for each calculation that is missing, followed by itself. Jobs that stand side by
    side can run at the same time. The first jobs are in the flow from the start, and a study that cannot
    work is refused here.

    Parameters
    ----------
    study : Study
        What to calculate, and how.
    name : str
        Name of the flow.
    placement : Placement, optional
        Which workers of a queue run the jobs; None: it runs here.
    """
    missing = next(study.program())
    first = _jobs((request.calculation for request in missing), study, placement)
    last = _advance_after(study, [made.output for made in first], placement)
    return Flow(
        [*first, last], output=last.output, name=name, metadata={DOCUMENT_METADATA: study.document_name}
    )


def _jobs(calculations: Iterable[Calculation], study: Study, placement: Placement | None) -> list[Job]:
    if placement is None:
        return [job_for(calculation, study.protocol) for calculation in calculations]
    costs = CostModel.of_archive(current_execution().archive)
    jobs = []
    for calculation in calculations:
        made = job_for(calculation, study.protocol, continuations=placement.continuations)
        made.config.manager_config = placement.for_calculation(calculation, costs)
        jobs.append(made)
    return jobs


def _advance_after(study: Study, finished: list[Any], placement: Placement | None) -> Job:
    after: Job = advance(study, finished, placement)
    if placement is not None:
        after.config.manager_config = placement.for_arithmetic()
        after.config.pass_manager_config = False  # the jobs that take its place have their own
    return after


@job  # without a schema: where it is replaced, jobflow would apply it to a reference
def advance(
    study: Study, finished: list[GpawTaskDoc], placement: Placement | None = None
) -> Document | Response[Document]:
    """Go on as far as the finished calculations reach.

    Parameters
    ----------
    study : Study
        What to calculate, and how.
    finished : list of GpawTaskDoc
        Calculations that have finished.
    placement : Placement, optional
        Which workers of a queue run the jobs.

    Returns
    -------
    Document or Response
        The document where all are finished, else a response that replaces this job by the next ones.
    """
    known = {task.calculation.key: task.outcome for task in finished}
    found = {task.calculation.key for task in finished if task.from_archive}
    program = study.program()
    batch = next(program)
    while True:
        missing = {one.calculation.key: one.calculation for one in batch if one.calculation.key not in known}
        if missing:
            jobs = _jobs(missing.values(), study, placement)
            after = _advance_after(study, [*finished, *(made.output for made in jobs)], placement)
            return Response(replace=Flow([*jobs, after], output=after.output))
        outcomes: dict[str, Outcome] = {one.calculation.key: known[one.calculation.key] for one in batch}
        try:
            batch = program.send(outcomes)
        except StopIteration as end:
            document: Document = end.value.document(
                is_from_archive=lambda calculation: calculation.key in found
            )
            return document
