"""The flow of a study: it grows, because what is calculated next depends on what came out before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobflow import Flow, Job, Response, job
from pydantic import BaseModel

from wadflow.workflows.costs import CostModel
from wadflow.workflows.execution import current_execution
from wadflow.workflows.makers import GpawTaskDoc, job_for
from wadflow.workflows.outcome import Outcome  # noqa: TC001  # pydantic reads it
from wadflow.workflows.queue_placement import queue_name_of
from wadflow.workflows.study import DOCUMENT_METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wadflow.results.records import Document
    from wadflow.workflows.calculation import Calculation
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
    last = _advance_after(study, [made.output for made in first], [], placement)
    return Flow(
        [*first, last], output=last.output, name=name, metadata={DOCUMENT_METADATA: study.document_name}
    )


def _jobs(calculations: Iterable[Calculation], study: Study, placement: Placement | None) -> list[Job]:
    if placement is None:
        return [job_for(calculation, study.settings) for calculation in calculations]
    costs = CostModel.of_archive(current_execution().archive)
    jobs = []
    for calculation in calculations:
        made = job_for(
            calculation,
            study.settings,
            continuations=placement.continuations,
            max_seconds=placement.max_seconds,
        )
        made.name = queue_name_of(calculation.label)
        made.config.manager_config = placement.for_calculation(calculation, costs)
        jobs.append(made)
    return jobs


def _advance_after(
    study: Study, finished: list[Any], known: list[KnownCalculation], placement: Placement | None
) -> Job:
    after: Job = advance(study, finished, known, placement)
    if placement is not None:
        after.config.manager_config = placement.for_arithmetic()
        after.config.pass_manager_config = False  # the jobs that take its place have their own
    return after


class KnownCalculation(BaseModel):
    """What a study needs to remember of a finished calculation.

    ``outcome`` without its ionic steps, and whether it was found in the archive, not computed.
    """

    outcome: Outcome
    from_archive: bool

    @classmethod
    def of(cls, task: GpawTaskDoc) -> KnownCalculation:
        """Return what is needed of a task document."""
        return cls(outcome=task.outcome.without_steps(), from_archive=task.from_archive)


@job  # without a schema: where it is replaced, jobflow would apply it to a reference
def advance(
    study: Study,
    finished: list[GpawTaskDoc],
    known: list[KnownCalculation],
    placement: Placement | None = None,
) -> Document | Response[Document]:
    """Go on as far as the finished calculations reach.

    Parameters
    ----------
    study : Study
        What to calculate, and how.
    finished : list of GpawTaskDoc
        Calculations that have finished since the last time.
    known : list of KnownCalculation
        Those that had finished before.
    placement : Placement, optional
        Which workers of a queue run the jobs.

    Returns
    -------
    Document or Response
        The document where all are finished, else a response that replaces this job by the next ones.
    """
    # Without their ionic steps: a database takes documents of 16 MiB at most, with all arguments of a job.
    known = [*known, *(KnownCalculation.of(task) for task in finished)]
    outcome_of = {one.outcome.key: one.outcome for one in known}
    found = {one.outcome.key for one in known if one.from_archive}
    program = study.program()
    batch = next(program)
    while True:
        missing = {
            one.calculation.key: one.calculation for one in batch if one.calculation.key not in outcome_of
        }
        if missing:
            jobs = _jobs(missing.values(), study, placement)
            after = _advance_after(study, [made.output for made in jobs], known, placement)
            return Response(replace=Flow([*jobs, after], output=after.output))
        outcomes: dict[str, Outcome] = {one.calculation.key: outcome_of[one.calculation.key] for one in batch}
        try:
            batch = program.send(outcomes)
        except StopIteration as end:
            document: Document = end.value.document(
                is_from_archive=lambda calculation: calculation.key in found
            )
            return document
