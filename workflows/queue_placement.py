"""Which worker of a queue runs a job, with what resources: jobflow-remote's part of a job's configuration."""

from __future__ import annotations

import math
import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from wadflow.workflows.execution import ARCHIVE_VARIABLE, DEADLINE_VARIABLE, RANKS_VARIABLE

if TYPE_CHECKING:
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.costs import CostModel

CERTAINTY: Final = 3.0
"""How many times the expected time is asked for; benchmarks/README.md says how far estimates are off."""

LEAST_SECONDS: Final = 600
"""Shortest walltime of a calculation: queues start no job faster for less."""

LIGHT_SECONDS: Final = 600
"""Walltime of jobs that build structures and combine numbers."""

WARNING_SECONDS: Final = 90
"""Before its walltime a calculation is stopped: its engine ends, and the job writes its answer."""

SHORTEST_SECONDS: Final = 2 * WARNING_SECONDS
"""Walltimes leave more than this."""

LONGEST_NAME: Final = 60
"""Characters of a job's name in the queue."""


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
    partition, light_partition, account, qos : str, optional
        As the site calls them; without a partition of their own, light jobs go where calculations go.
    memory : int, optional
        MiB for each rank; None: the site's default.
    continuations : int
        How often a calculation that its walltime stopped goes on by itself, with twice the walltime.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    worker: str
    light_worker: str | None = None
    archive: str
    max_ranks: int = Field(default=1, ge=1)
    max_seconds: int = Field(default=24 * 3600, gt=SHORTEST_SECONDS)
    partition: str | None = None
    light_partition: str | None = None
    account: str | None = None
    qos: str | None = None
    memory: int | None = Field(default=None, ge=1)
    continuations: int = Field(default=10, ge=0)

    def for_calculation(self, calculation: Calculation, costs: CostModel) -> dict[str, Any]:
        """Return the manager configuration of the job of a calculation, sized by its expected cost."""
        from wadflow.workflows.costs import size_of

        ranks = max(1, min(self.max_ranks, size_of(calculation).kpoints))
        expected = costs.estimate(calculation, ranks).cpu_seconds / ranks
        seconds = min(self.max_seconds, max(LEAST_SECONDS, math.ceil(CERTAINTY * expected)))
        return self._configuration(self.worker, ranks, seconds, self.partition)

    def for_arithmetic(self) -> dict[str, Any]:
        """Return the manager configuration of a job that calculates nothing with GPAW."""
        seconds = min(self.max_seconds, LIGHT_SECONDS)
        partition = self.light_partition or self.partition
        return self._configuration(self.light_worker or self.worker, 1, seconds, partition)

    def _configuration(self, worker: str, ranks: int, seconds: int, partition: str | None) -> dict[str, Any]:
        from jobflow_remote.config.base import ExecutionConfig
        from qtoolkit.core.data_objects import QResources

        # jobflow-remote writes these into a shell script as they are.
        exports = {ARCHIVE_VARIABLE: shlex.quote(self.archive), RANKS_VARIABLE: ranks, "OMP_NUM_THREADS": 1}
        resources = QResources(
            processes=ranks,
            time_limit=seconds,
            queue_name=partition,
            account=self.account,
            qos=self.qos,
            memory_per_thread=self.memory,
        )
        return {
            "worker": worker,
            "resources": resources,
            "exec_config": ExecutionConfig.model_validate(
                {"export": exports, "pre_run": _deadline_line(seconds)}
            ),
        }


def with_more_time(configuration: dict[str, Any], max_seconds: int) -> dict[str, Any]:
    """Return a manager configuration with twice the walltime, but no more than ``max_seconds``."""
    from copy import deepcopy

    longer = deepcopy(configuration)
    resources, execution = longer["resources"], longer["exec_config"]
    resources.time_limit = min(max_seconds, 2 * resources.time_limit)
    execution.pre_run = _deadline_line(resources.time_limit)
    return longer


def queue_name_of(label: str) -> str:
    """Return a job's name that every queue takes: a letter, then letters, digits and ``_ . + -``.

    >>> queue_name_of("/home/me/MgO.cif bulk")
    'home_me_MgO.cif_bulk'
    """
    plain = re.sub(r"[^A-Za-z0-9_.+-]", "_", label).lstrip("_.+-0123456789")
    return plain[:LONGEST_NAME] or "calculation"


def _deadline_line(seconds: int) -> str:
    # bash counts SECONDS from the start of the script: what a slow module load took is over.
    return f"export {DEADLINE_VARIABLE}=$(( $(date +%s) - SECONDS + {seconds - WARNING_SECONDS} ))"
