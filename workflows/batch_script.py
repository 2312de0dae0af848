"""Batch scripts: a whole run inside one allocation of a queue, which continues itself where it is asked to.

Headers are qtoolkit's, but for LSF, which qtoolkit does not know, and SGE, for which it writes PBS's words.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from wadflow.errors import InputError
from wadflow.workflows.stopping import CONTINUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SchedulerName = Literal["slurm", "pbs", "lsf", "sge"]

SUBMIT: Final[Mapping[SchedulerName, str]] = {
    "slurm": "sbatch --export=ALL",
    "pbs": "qsub -V",
    "lsf": "bsub <",
    "sge": "qsub -V",
}
"""Commands that submit a script, with the environment."""

RANKS: Final[Mapping[SchedulerName, str]] = {
    "slurm": "${SLURM_NTASKS:-1}",
    "pbs": '$(wc -l < "$PBS_NODEFILE")',
    "lsf": "${LSB_DJOB_NUMPROC:-1}",
    "sge": "${NSLOTS:-1}",
}
"""MPI ranks of the allocation, as the shell finds them."""

WARNING_SECONDS = 120
"""Before the walltime, by default: an engine is ended and an unfinished ionic step abandoned in a second, but
queues look at their clocks only every half minute or so."""


LEFT_VARIABLE = "WADFLOW_RESUBMISSIONS_LEFT"
"""Environment variable by which a script tells the next one how often it may still submit itself."""

PLAIN_WORD = re.compile(r"[A-Za-z0-9_.:+@%/-]+")


@dataclass(frozen=True)
class Allocation:
    """What is asked of the queue.

    Attributes
    ----------
    job_name : str
        For the queue's lists.
    ntasks : int
        MPI ranks of each calculation.
    seconds : int
        Walltime.
    partition, account : str, optional
        As the site calls them.
    warning_seconds : int
        How long before the walltime the run is told to stop.
    parallel_environment : str
        SGE's name for how ranks are spread over nodes; the site chose it.
    """

    job_name: str
    ntasks: int
    seconds: int
    partition: str | None = None
    account: str | None = None
    warning_seconds: int = WARNING_SECONDS
    parallel_environment: str = "mpi"


def batch_script(
    command: Sequence[str],
    allocation: Allocation,
    scheduler: SchedulerName,
    *,
    folder: Path,
    before: str | None = None,
    path: Path | None = None,
    resubmissions: int = 0,
) -> str:
    """Return a script for one run inside one allocation.

    The run is told by SIGUSR1, some time before the walltime, to stop; what has finished is in the archive,
    and the same command goes on after the last ionic step.

    Parameters
    ----------
    command : sequence of str
        What is run; each word is quoted for the shell.
    folder : Path
        Where it is run.
    allocation : Allocation
        What is asked of the queue.
    scheduler : {"slurm", "pbs", "lsf", "sge"}
        Whose header.
    before : str, optional
        Shell commands before the run, as they are (``module load gpaw``).
    path : Path, optional
        Where the script will lie: it must know that to submit itself.
    resubmissions : int
        How often the script submits itself again where the run was told to stop.

    Raises
    ------
    wadflow.errors.InputError
        A word that cannot stand in a header, a walltime that is not longer than the warning, or a
        resubmission without a path.
    """
    _check(allocation)
    if resubmissions and path is None:
        raise InputError(
            "a script that submits itself again must know where it lies", remedy="give --output FILE"
        )
    blocks = [
        "#!/bin/bash",
        _header(allocation, scheduler),
        "set -u",
        f"cd {shlex.quote(str(folder))} || exit 1",
    ]
    if before:
        blocks.append(before)
    blocks.append(f"export OMP_NUM_THREADS=1 WADFLOW_RANKS={RANKS[scheduler]}")
    blocks.append(_run(command, allocation, scheduler))
    if resubmissions:
        blocks.append(_resubmit(scheduler, str(path), resubmissions))
    blocks.append('exit "$code"')
    return "\n\n".join(blocks) + "\n"


def check_words(words: Mapping[str, str | None]) -> None:
    """Refuse words, by what they are, that cannot stand in the header of a batch script.

    Raises
    ------
    wadflow.errors.InputError
        One has other characters than `PLAIN_WORD` allows.
    """
    for what, word in words.items():
        if word is not None and not PLAIN_WORD.fullmatch(word):
            raise InputError(
                f"{word!r} cannot be a {what}: a batch script's header has no quotes",
                remedy="use letters, digits and any of _ . : + @ % / -",
            )


def _check(allocation: Allocation) -> None:
    check_words(
        {
            "job name": allocation.job_name,
            "partition": allocation.partition,
            "account": allocation.account,
            "parallel environment": allocation.parallel_environment,
        }
    )
    if allocation.seconds <= allocation.warning_seconds:
        raise InputError(
            f"a walltime of {allocation.seconds} s leaves nothing before the warning of "
            f"{allocation.warning_seconds} s",
            remedy="ask for a longer --time, or a shorter --warning",
        )


def _header(allocation: Allocation, scheduler: SchedulerName) -> str:
    from qtoolkit.core.data_objects import QResources
    from qtoolkit.io.pbs import PBSIO
    from qtoolkit.io.slurm import SlurmIO

    log = f"{allocation.job_name}.log"
    if scheduler == "lsf":
        minutes = -(-allocation.seconds // 60)
        options = {
            "-J": allocation.job_name,
            "-n": allocation.ntasks,
            "-W": f"{minutes // 60}:{minutes % 60:02d}",
            "-q": allocation.partition,
            "-P": allocation.account,
            "-o": log,
        }
        return "\n".join(f"#BSUB {option} {value}" for option, value in options.items() if value is not None)
    if scheduler == "sge":
        minutes, seconds = divmod(allocation.seconds, 60)
        options = {
            "-N": allocation.job_name,
            "-pe": f"{allocation.parallel_environment} {allocation.ntasks}",
            "-l": f"h_rt={minutes // 60}:{minutes % 60:02d}:{seconds:02d}",
            "-q": allocation.partition,
            "-P": allocation.account,
            "-o": log,
            "-j": "y",
        }
        return "\n".join(f"#$ {option} {value}" for option, value in options.items() if value is not None)
    resources = QResources(
        queue_name=allocation.partition,
        job_name=allocation.job_name,
        processes=allocation.ntasks,
        time_limit=allocation.seconds,
        output_filepath=log,
        account=allocation.account,
    )
    known: dict[str, Any] = {"slurm": SlurmIO, "pbs": PBSIO}
    header = str(known[scheduler]().generate_header(resources)).strip()
    if scheduler == "slurm":
        # A job that goes on after another must not overwrite what that one said.
        header += f"\n#SBATCH --open-mode=append\n#SBATCH --signal=B:USR1@{allocation.warning_seconds}"
    return header


def _run(command: Sequence[str], allocation: Allocation, scheduler: SchedulerName) -> str:
    """Return the shell lines that run the command, and pass signals on to it."""
    words = shlex.join(command)
    if scheduler != "slurm":  # they warn in ways of their own, or not at all: a clock of the script's own
        seconds = allocation.seconds - allocation.warning_seconds
        # In the foreground timeout signals the run alone; else its process group too, and so the run twice.
        words = f"timeout --foreground --preserve-status --signal=USR1 {seconds} {words}"
    return f"""\
{words} &
run=$!
ended=; code=127
trap 'heard=yes; kill -USR1 "$run"' USR1
trap 'heard=yes; ended=yes; kill -TERM "$run"' TERM
while :; do  # a signal ends the wait, not the run: only a wait that heard none tells how the run ended
    heard=
    wait "$run"; status=$?
    [ "$status" -eq 127 ] || code=$status  # 127: how it ended was told before
    [ -n "$heard" ] || break
done"""


def _resubmit(scheduler: SchedulerName, path: str, resubmissions: int) -> str:
    submit = f"{SUBMIT[scheduler]} {shlex.quote(path)}"
    last = f"wadflow: told to stop, and every resubmission of {resubmissions} is used up; to go on: {submit}"
    return f"""\
left=${{{LEFT_VARIABLE}:-{resubmissions}}}
if [ "$code" -eq {CONTINUE} ] && [ -z "$ended" ]; then
    if [ "$left" -gt 0 ]; then
        {LEFT_VARIABLE}=$((left - 1)) {submit}
    else
        echo {shlex.quote(last)}
    fi
fi"""
