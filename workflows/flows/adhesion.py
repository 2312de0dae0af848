"""The adhesion flow: bulk crystals, then the registry, then AB, A and B, then the work of adhesion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobflow import Flow, Job, Maker, Response, job

from wadflow.workflows.adhesion_program import adhesion_program
from wadflow.workflows.makers import GpawTaskDoc, job_for
from wadflow.workflows.protocol import Protocol, load_protocol

if TYPE_CHECKING:
    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.results.documents import AdhesionDocument
    from wadflow.workflows.outcome import Outcome


@dataclass
class AdhesionFlowMaker(Maker):
    """Makes the flow for the work of adhesion of one interface.

    What is calculated next depends on what came out before: slabs are cut from relaxed crystals, a gap
    search starts at its neighbour's gap. So the flow grows: its job `advance` walks through
    `adhesion_program` as far as there are outcomes, and puts in its own place a job of a GPAW Maker for
    each calculation that is missing, followed by itself. Jobs that stand side by side can run at the same
    time.

    Parameters
    ----------
    name : str
        Name of the flow.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    """

    name: str = "work of adhesion"
    protocol: Protocol = field(default_factory=lambda: load_protocol("standard"))

    def make(self, definition: InterfaceDefinition) -> Flow:
        """Return the flow of one interface; its output is an `AdhesionDocument`.

        The interface is built once here, of the unrelaxed crystals, so that a definition that
        cannot work is refused before anything runs; and the first jobs, the crystals, are in the flow
        from the start.

        Parameters
        ----------
        definition : InterfaceDefinition
            What to calculate.
        """
        missing = next(adhesion_program(definition, self.protocol))
        first = [job_for(request.calculation, self.protocol) for request in missing]
        last = advance(definition, self.protocol, [made.output for made in first])
        return Flow([*first, last], output=last.output, name=f"{self.name} {definition.name}")


@job  # without a schema: where it is replaced, jobflow would apply it to a reference
def advance(
    definition: InterfaceDefinition, protocol: Protocol, finished: list[GpawTaskDoc]
) -> AdhesionDocument | Response[AdhesionDocument]:
    """Go on as far as the finished calculations reach.

    Parameters
    ----------
    definition, protocol
        What to calculate, and how.
    finished : list of GpawTaskDoc
        Calculations that have finished.

    Returns
    -------
    AdhesionDocument or Response
        The document where all are finished, else a response that replaces this job by the next ones.
    """
    known = {task.calculation.key: task.outcome for task in finished}
    found = {task.calculation.key for task in finished if task.from_archive}
    program = adhesion_program(definition, protocol)
    batch = next(program)
    while True:
        missing = {one.calculation.key: one.calculation for one in batch if one.calculation.key not in known}
        if missing:
            jobs: list[Job] = [job_for(calculation, protocol) for calculation in missing.values()]
            after = advance(definition, protocol, [*finished, *(made.output for made in jobs)])
            return Response(replace=Flow([*jobs, after], output=after.output))
        outcomes: dict[str, Outcome] = {one.calculation.key: known[one.calculation.key] for one in batch}
        try:
            batch = program.send(outcomes)
        except StopIteration as end:
            document: AdhesionDocument = end.value.document(
                is_from_archive=lambda calculation: calculation.key in found
            )
            return document
