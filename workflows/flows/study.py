"""The flow of a study: it grows, because what is calculated next depends on what came out before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobflow import Flow, Job, Response, job

from wadflow.workflows.makers import GpawTaskDoc, job_for

if TYPE_CHECKING:
    from wadflow.results.records import Document
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.study import Study


def flow_of(study: Study, *, name: str) -> Flow:
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
    """
    missing = next(study.program())
    first = [job_for(request.calculation, study.protocol) for request in missing]
    last = advance(study, [made.output for made in first])
    return Flow([*first, last], output=last.output, name=name)


@job  # without a schema: where it is replaced, jobflow would apply it to a reference
def advance(study: Study, finished: list[GpawTaskDoc]) -> Document | Response[Document]:
    """Go on as far as the finished calculations reach.

    Parameters
    ----------
    study : Study
        What to calculate, and how.
    finished : list of GpawTaskDoc
        Calculations that have finished.

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
            jobs: list[Job] = [job_for(calculation, study.protocol) for calculation in missing.values()]
            after = advance(study, [*finished, *(made.output for made in jobs)])
            return Response(replace=Flow([*jobs, after], output=after.output))
        outcomes: dict[str, Outcome] = {one.calculation.key: known[one.calculation.key] for one in batch}
        try:
            batch = program.send(outcomes)
        except StopIteration as end:
            document: Document = end.value.document(
                is_from_archive=lambda calculation: calculation.key in found
            )
            return document
