"""What the queue says of submitted studies: how far each is, and why something failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from wadflow.errors import InputError
from wadflow.workflows.queue_project import as_utc
from wadflow.workflows.study import DOCUMENT_METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobflow_remote import JobController

Progress = Literal["done", "running", "queued", "waiting", "stopped", "failed"]

PROGRESS: Final[Mapping[str, Progress]] = {
    "COMPLETED": "done",
    "RUNNING": "running",
    "BATCH_RUNNING": "running",
    "RUN_FINISHED": "running",
    "DOWNLOADED": "running",
    "READY": "queued",
    "CHECKED_OUT": "queued",
    "UPLOADED": "queued",
    "SUBMITTED": "queued",
    "BATCH_SUBMITTED": "queued",
    "WAITING": "waiting",
    "PAUSED": "stopped",
    "STOPPED": "stopped",
    "USER_STOPPED": "stopped",
    "FAILED": "failed",
    "REMOTE_ERROR": "failed",
}
"""jobflow-remote's states of a job, in words of ours."""


@dataclass(frozen=True)
class Trouble:
    """Why a job does not go on.

    Attributes
    ----------
    job : str
        Its name.
    uuid : str
        By which ``jf job`` finds it.
    reason, remedy : str
        One sentence each; in the remedy UUID and PROJECT stand for themselves.
    """

    job: str
    uuid: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class QueuedStudy:
    """How far a submitted study is.

    Attributes
    ----------
    name : str
        Of the flow: the interface.
    document : str
        Name under which its result will be kept.
    uuid : str
        Of the flow.
    state : str
        jobflow-remote's state of the flow.
    jobs : tuple of (str, int)
        Identity of its jobs: uuid and index.
    progress : dict
        Number of jobs by progress.
    running : tuple of str
        Names of the jobs that run.
    troubles : tuple of Trouble
        What failed, or is tried again.
    """

    name: str
    document: str
    uuid: str
    state: str
    jobs: tuple[tuple[str, int], ...]
    progress: Mapping[Progress, int]
    running: tuple[str, ...]
    troubles: tuple[Trouble, ...]


def submitted_studies(queue: JobController, names: list[str] | None = None) -> list[QueuedStudy]:
    """Return the studies of a queue, the oldest first; other flows are left out.

    Parameters
    ----------
    queue : JobController
        jobflow-remote's queue.
    names : list of str, optional
        Only these; all if not given.

    Raises
    ------
    wadflow.errors.InputError
        Where one of the names was not submitted.
    """
    query: dict[str, Any] = {f"metadata.{DOCUMENT_METADATA}": {"$exists": True}}
    if names:
        known = sorted({flow["name"] for flow in queue.flows.find(query, {"name": 1})})
        unknown = [name for name in names if name not in known]
        if unknown:
            raise InputError(
                f"{', '.join(unknown)}: not submitted to this project",
                remedy=f"submitted are: {', '.join(known) or 'none'}",
            )
        query["name"] = {"$in": names}
    found = []
    for flow in queue.flows.find(query).sort("created_on", 1):
        jobs = queue.get_jobs_info_query({"uuid": {"$in": flow["jobs"]}})
        progress: dict[Progress, int] = {}
        for job in jobs:
            word = PROGRESS[job.state.value]
            progress[word] = progress.get(word, 0) + 1
        found.append(
            QueuedStudy(
                name=flow["name"],
                document=flow["metadata"][DOCUMENT_METADATA],
                uuid=flow["uuid"],
                state=str(flow["state"]),
                jobs=tuple((job.uuid, job.index) for job in jobs),
                progress=progress,
                running=tuple(job.name for job in jobs if PROGRESS[job.state.value] == "running"),
                troubles=tuple(trouble for job in jobs if (trouble := _trouble(job)) is not None),
            )
        )
    return found


LONG_LOCK: Final = timedelta(minutes=15)
"""A runner holds a job for seconds."""

UNLOCK: Final = "if no runner is at work: jf -p PROJECT job unlock UUID, and jf -p PROJECT flow unlock"


def _trouble(job: Any) -> Trouble | None:
    """Return why a job failed, what its last attempt to be submitted came to, or that it hangs."""
    error = job.error or job.remote.error
    failed = PROGRESS[job.state.value] == "failed"
    if failed or (error and job.state.value != "COMPLETED"):
        reason, remedy = explain(error or "", job.remote.queue_err or "")
        return Trouble(job=job.name, uuid=job.uuid, reason=reason, remedy=remedy)
    if job.lock_time is not None and datetime.now(UTC) - as_utc(job.lock_time) > LONG_LOCK:
        reason = f"a runner has held it since {job.lock_time:%Y-%m-%d %H:%M} and may have died"
        return Trouble(job=job.name, uuid=job.uuid, reason=reason, remedy=UNLOCK)
    return None


RERUN: Final = "jf -p PROJECT job rerun UUID"

OUT_OF_MEMORY: Final = r"(?i)out.of.memory|oom.kill"

KNOWN: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"(?P<what>jf|mpiexec|mpirun): (?:command )?not found",
        "the worker finds no {what}",
        f"activate the environment of wadflow in the worker's pre_run (project file), then {RERUN}",
    ),
    (
        r"No module named '(?P<what>[\w.]+)'|(?P<function>could not be deserialized)",
        "the worker's Python lacks {what}",
        f"activate the environment of wadflow in the worker's pre_run (project file), then {RERUN}",
    ),
    (
        r"No space left on device|Disk quota exceeded|Errno 28",
        "the disk of the worker is full",
        f"make room there, then {RERUN}; finished ionic steps are kept",
    ),
    (
        r"(?i)invalid (?P<what>partition|account|qos)",
        "the queue refused the job: invalid {what}",
        "take the flow out with jf -p PROJECT flow delete, and submit it again with the site's own --{what}",
    ),
    (
        r"(?i)DUE TO TIME LIMIT|walltime .*exceeded",
        "its walltime was over before it could answer",
        f"{RERUN}: it goes on after the last finished ionic step",
    ),
    (
        OUT_OF_MEMORY,
        "it needed more memory than the queue gave it",
        "take the flow out with jf -p PROJECT flow delete, and submit it again with more --memory",
    ),
    (
        r"likely killed before|was not present in the download|is missing in the downloaded|does not exist",
        "it was killed before it could answer: walltime, memory or a failed node",
        f"look at the queue's log in its folder (jf -p PROJECT job info UUID), then {RERUN}: it goes on",
    ),
)
"""Pattern in what the queue says, the reason in words, the remedy; both may hold groups of the pattern.

A flow that is submitted again finds what has finished in the archive.
"""


def explain(error: str, queue_error: str = "") -> tuple[str, str]:
    """Return reason and remedy of a failure, from a traceback and from what the queue wrote.

    >>> explain("ModuleNotFoundError: No module named 'gpaw'")[0]
    "the worker's Python lacks gpaw"
    """
    ours = re.search(r"^wadflow\.errors\.\w+: (?P<message>.*)", error, re.MULTILINE | re.DOTALL)
    if ours and not re.search(OUT_OF_MEMORY, queue_error):  # an engine that was killed cannot say why
        message, _, remedy = ours["message"].partition("\n  Remedy: ")
        reason = " ".join(message.split())
        return reason, f"{' '.join(remedy.split())}; then {RERUN}" if remedy else RERUN
    for text in (queue_error, error):
        for pattern, reason, remedy in KNOWN:
            found = re.search(pattern, text)
            if found:
                words = {key: value for key, value in found.groupdict().items() if value}
                words.setdefault("what", "wadflow")
                return reason.format(**words), remedy.format(**words)
    lines = [line for line in error.strip().splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "it failed without a word"
    return last, f"see jf -p PROJECT job info UUID; when the cause is mended, {RERUN}"
