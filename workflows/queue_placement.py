"""Which worker of a queue runs a job, with what resources: jobflow-remote's part of a job's configuration."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from wadflow.workflows.execution import ARCHIVE_VARIABLE, DEADLINE_VARIABLE, RANKS_VARIABLE

if TYPE_CHECKING:
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.costs import CostModel

CERTAINTY: Final = 3.0
"""How many times the estimate is asked for: 95 % of the estimates are within this factor."""

LEAST_SECONDS: Final = 600
"""Shortest walltime of a calculation: queues start no job faster for less."""

LIGHT_SECONDS: Final = 600
"""Walltime of jobs that build structures and combine numbers."""

WARNING_SECONDS: Final = 60
"""Before its walltime a calculation is stopped: its engine ends, and the job writes its answer."""


class Placement(BaseModel):
    """Where the jobs of a flow run.

    Attributes
    ----------
    worker : str
        Worker of jobflow-remote for calculations.
    light_worker : str, optional
        Worker for jobs that only build structures and combine numbers; None: the same.
    archive : str
        Directory of finished calculations, as the workers see it.
    max_ranks : int
        MPI ranks of a large calculation; smaller ones get one for each irreducible k-point.
    max_seconds : int
        Longest walltime that is asked for.
    partition, account : str, optional
        As the site calls them.
    continuations : int
        How often a calculation that its walltime stopped goes on by itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    worker: str
    light_worker: str | None = None
    archive: str
    max_ranks: int = Field(default=1, ge=1)
    max_seconds: int = Field(default=24 * 3600, gt=2 * WARNING_SECONDS)
    partition: str | None = None
    account: str | None = None
    continuations: int = Field(default=10, ge=0)

    def for_calculation(self, calculation: Calculation, costs: CostModel) -> dict[str, Any]:
        """Return the manager configuration of the job of a calculation, sized by its expected cost."""
        from wadflow.workflows.costs import size_of

        ranks = max(1, min(self.max_ranks, size_of(calculation).kpoints))
        expected = costs.estimate(calculation, ranks).cpu_seconds / ranks
        seconds = min(self.max_seconds, max(LEAST_SECONDS, math.ceil(CERTAINTY * expected)))
        return self._configuration(self.worker, ranks, seconds)

    def for_arithmetic(self) -> dict[str, Any]:
        """Return the manager configuration of a job that calculates nothing with GPAW."""
        seconds = min(self.max_seconds, LIGHT_SECONDS)
        return self._configuration(self.light_worker or self.worker, 1, seconds)

    def _configuration(self, worker: str, ranks: int, seconds: int) -> dict[str, Any]:
        from jobflow_remote.config.base import ExecutionConfig
        from qtoolkit.core.data_objects import QResources

        # jobflow-remote writes these into a shell script as they are.
        exports = {ARCHIVE_VARIABLE: shlex.quote(self.archive), RANKS_VARIABLE: ranks, "OMP_NUM_THREADS": 1}
        deadline = f"export {DEADLINE_VARIABLE}=$(( $(date +%s) + {seconds - WARNING_SECONDS} ))"
        resources = QResources(
            processes=ranks,
            time_limit=seconds,
            queue_name=self.partition,
            account=self.account,
        )
        return {
            "worker": worker,
            "resources": resources,
            "exec_config": ExecutionConfig.model_validate({"export": exports, "pre_run": deadline}),
        }
