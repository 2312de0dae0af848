"""jobflow-remote's project file: which workers there are, and where queue and outputs are kept."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from wadflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project

QueueScheduler = Literal["slurm", "pbs"]

PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
PLAIN_PATH: Final = re.compile(r"/[A-Za-z0-9_.+@%/-]*")

INSTALL: Final = "pip install 'wadflow[queue]'"


@dataclass(frozen=True)
class Site:
    """What a project file needs to know of a cluster.

    Attributes
    ----------
    name : str
        Of the project.
    scheduler : {"slurm", "pbs"}
        What runs jobs there.
    work_dir : Path
        Absolute directory there, in which each job gets a folder.
    mongodb : str
        Address of the MongoDB server, ``host:port``, as it is seen from here.
    environment : str, optional
        Shell commands there that activate the environment of wadflow.
    host, user : str, optional
        Reached by ssh; without a host the queue is on this machine.
    poll : float
        Seconds between two looks at queue and database.
    """

    name: str
    scheduler: QueueScheduler
    work_dir: Path
    mongodb: str
    environment: str | None = None
    host: str | None = None
    user: str | None = None
    poll: float = 30.0


def project_of(site: Site) -> Project:
    """Return a project of jobflow-remote with one worker for calculations and one for arithmetic.

    Raises
    ------
    wadflow.errors.InputError
        Where something cannot be part of a project.
    """
    _require_jobflow_remote()
    from jobflow_remote.config.base import Project
    from pydantic import ValidationError

    address, _, port = site.mongodb.rpartition(":")
    if not address or not port.isdecimal():
        raise InputError(
            f"{site.mongodb!r} is no address of a MongoDB server",
            key="mongodb",
            remedy="write host:port, for example localhost:27017",
        )
    if not PLAIN_NAME.fullmatch(site.name):
        raise InputError(
            f"{site.name!r} cannot be the name of a project, a file and a database",
            key="name",
            remedy="use letters, digits, _ and -, a letter first, 40 at most",
        )
    if not site.work_dir.is_absolute() or not PLAIN_PATH.fullmatch(str(site.work_dir)):
        # jobflow-remote writes it into shell lines without quotes.
        raise InputError(
            f"'{site.work_dir}' cannot be a work directory",
            key="work_dir",
            remedy="give an absolute path of letters, digits and any of _ . + @ % / -",
        )
    database = {"host": address, "port": int(port), "database": f"wadflow_{site.name}"}
    worker: dict[str, Any] = {
        "type": "local",
        "scheduler_type": site.scheduler,
        "work_dir": str(site.work_dir),
        "pre_run": site.environment,
        "timeout_execute": 60,
    }
    if site.host is not None:
        worker |= {"type": "remote", "host": site.host, "user": site.user}
    looks = ("delay_checkout", "delay_check_run_status", "delay_advance_status")
    content = {
        "name": site.name,
        "workers": {"calculations": worker, "arithmetic": dict(worker)},
        "runner": dict.fromkeys(looks, site.poll),
        "queue": {"store": {"type": "MongoStore", **database, "collection_name": "jobs"}},
        "jobstore": {
            "docs_store": {"type": "MongoStore", **database, "collection_name": "outputs"},
            "additional_stores": {
                "data": {"type": "GridFSStore", **database, "collection_name": "outputs_blobs"}
            },
        },
    }
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        problem = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise InputError(problem, remedy="see wadflow queue init --help") from error


def write_project(site: Site) -> Path:
    """Write the project file of a site into jobflow-remote's folder of projects; return its path.

    Raises
    ------
    wadflow.errors.InputError
        Where there is one of this name.
    """
    project = project_of(site)
    from jobflow_remote.config.base import ConfigError
    from jobflow_remote.config.manager import ConfigManager

    manager = ConfigManager(exclude_none=True, exclude_unset=True)
    manager.projects_folder.mkdir(parents=True, exist_ok=True)
    try:
        manager.create_project(project)
    except ConfigError as error:
        raise InputError(
            str(error), key="name", remedy="choose another name, or remove that project's file"
        ) from error
    path: Path = manager.projects_folder / f"{site.name}.yaml"
    return path


def find_project(name: str | None) -> Project:
    """Return a project of jobflow-remote by its name; the only one, or the selected one, if not given.

    Raises
    ------
    wadflow.errors.InputError
        Where it is not there.
    """
    _require_jobflow_remote()
    from jobflow_remote.config.base import ConfigError
    from jobflow_remote.config.manager import ConfigManager

    manager = ConfigManager()
    try:
        return manager.get_project(name)
    except ConfigError as error:
        known = ", ".join(sorted(manager.projects)) or "none"
        raise InputError(
            str(error),
            key="project",
            remedy=f"known in {manager.projects_folder}: {known}; 'wadflow queue init' writes one",
        ) from error


@contextmanager
def open_queue(project: Project) -> Iterator[JobController]:
    """Open the queue of a project for the ``with`` block, once its database answers.

    Raises
    ------
    wadflow.errors.InputError
        Where it does not answer, at first or inside the block, or was never set up.
    """
    from jobflow_remote import JobController
    from pymongo.errors import PyMongoError

    try:
        controller = JobController.from_project(project)
        if controller.auxiliary.find_one({"next_id": {"$exists": True}}) is None:
            raise InputError(
                f"the database of project {project.name!r} was never set up",
                remedy=f"once, for a new database: jf -p {project.name} admin reset",
            )
        try:
            yield controller
        finally:
            controller.close()
    except PyMongoError as error:
        raise InputError(
            f"the database of project {project.name!r} does not answer: {error}",
            remedy="start the MongoDB server, or mend its address in the project's file",
        ) from error


def as_utc(moment: datetime) -> datetime:
    """Say that a time is UTC, which MongoDB keeps without saying so."""
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def check_worker(project: Project, worker: str) -> None:
    """Refuse a worker that the project does not have.

    Raises
    ------
    wadflow.errors.InputError
        It is not there.
    """
    if worker not in project.workers:
        raise InputError(
            f"project {project.name!r} has no worker {worker!r}",
            key="worker",
            remedy=f"choose one of {', '.join(sorted(project.workers))}",
        )


def workers_archive(worker: Any, given: str | None, local: Path) -> str:
    """Return the archive as a worker sees it: as given, else the local one where the worker sees this disk.

    Parameters
    ----------
    worker : jobflow_remote WorkerConfig
        Of the project.
    given : str, optional
        What the user said.
    local : Path
        Archive here.

    Raises
    ------
    wadflow.errors.InputError
        Where it is no absolute path, or a worker elsewhere needs one.
    """
    if given is None and worker.type != "local":
        raise InputError(
            f"the worker is on {worker.host}, which does not see {local.resolve()}",
            key="remote-archive",
            remedy="give --remote-archive, an absolute directory that all workers share",
        )
    if given is not None and not given.startswith("/"):
        raise InputError(
            f"{given!r} is no absolute directory: each job would have one of its own",
            key="remote-archive",
            remedy="start it with a /",
        )
    return given or str(local.resolve())


def runner_is_at_work(queue: JobController) -> bool:
    """Whether a runner of jobflow-remote says that it looks after the queue."""
    return isinstance(queue.get_running_runner(), dict)


def _require_jobflow_remote() -> None:
    from importlib.util import find_spec

    if find_spec("jobflow_remote") is None:
        raise InputError("queues need jobflow-remote, which is not installed", remedy=INSTALL)
