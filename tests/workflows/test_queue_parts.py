"""Parts of the queue that need none: resources of jobs, explanations of failures, continuations."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Any, get_args

import pytest
from ase.build import bulk
from jobflow import CURRENT_JOB

from wadflow.errors import CalculationError, InputError, OutOfTimeError
from wadflow.workflows import launch, makers
from wadflow.workflows.archive import Archive
from wadflow.workflows.costs import CostModel, Speed
from wadflow.workflows.execution import Execution, use_execution
from wadflow.workflows.makers import GpawTaskDoc, job_for
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol
from wadflow.workflows.queue_placement import Placement
from wadflow.workflows.queue_project import QueueScheduler, Site, project_of, workers_archive
from wadflow.workflows.queue_status import explain

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome

REHEARSAL = load_protocol("rehearsal")
LITHIUM = prepare_calculation(bulk("Li", "bcc", a=3.44), load_protocol("standard"), label="Li", task="relax")


def test_resources_follow_the_expected_cost() -> None:
    placement = Placement(worker="big", light_worker="small", archive="/a", max_ranks=16, partition="short")
    slow, fast = CostModel(Speed(coefficient=1e-3)), CostModel(Speed(coefficient=1e-9))
    long, short = (placement.for_calculation(LITHIUM, model)["resources"] for model in (slow, fast))
    assert long.processes == short.processes == 16
    assert long.time_limit > short.time_limit == 600
    assert long.queue_name == "short"
    assert placement.for_calculation(LITHIUM, slow)["worker"] == "big"
    assert placement.for_arithmetic()["worker"] == "small"
    assert placement.for_arithmetic()["resources"].processes == 1
    limited = placement.model_copy(update={"max_seconds": 900})
    assert limited.for_calculation(LITHIUM, slow)["resources"].time_limit == 900


def test_small_calculations_get_no_more_ranks_than_k_points() -> None:
    small = prepare_calculation(bulk("Li"), REHEARSAL, label="Li", task="static", kpoints=(1, 1, 1))
    placement = Placement(worker="w", archive="/a", max_ranks=16)
    assert placement.for_calculation(small, CostModel())["resources"].processes == 1


def test_a_hostile_archive_does_not_reach_the_shell(tmp_path: Path) -> None:
    archive = f"{tmp_path}/a $(touch {tmp_path}/stolen); touch {tmp_path}/stolen #"
    placement = Placement(worker="w", archive=archive)
    config = placement.for_arithmetic()["exec_config"]
    # As jobflow-remote writes them into a job's script:
    lines = [*(f"export {key}={value}" for key, value in config.export.items()), config.pre_run]
    script = "\n".join([*lines, 'printf "%s\\n" "$WADFLOW_ARCHIVE" "$WADFLOW_DEADLINE" "$WADFLOW_RANKS"'])
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    found, deadline, ranks = said.splitlines()
    assert found == archive
    assert ranks == "1"
    assert 480 < int(deadline) - time.time() <= 510
    assert not (tmp_path / "stolen").exists()


def out_of_time(_calculation: Calculation, _execution: Execution) -> Outcome:
    raise OutOfTimeError("'Li' was stopped at the deadline; its finished ionic steps are kept", progress=True)


def without_progress(_calculation: Calculation, _execution: Execution) -> Outcome:
    raise OutOfTimeError("'Li' was stopped at the deadline; its finished ionic steps are kept")


@pytest.mark.filterwarnings("ignore:cd is deprecated:FutureWarning")  # monty's, which jobflow calls
def test_a_job_that_ran_out_of_time_is_followed_by_one_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobflow import run_locally

    calculation = prepare_calculation(bulk("Li"), REHEARSAL, label="Li", task="static")
    real = launch.obtain
    attempts: list[str] = []

    def twice_out_of_time(wanted: Calculation, execution: Execution) -> Outcome:
        attempts.append(wanted.key)
        return (out_of_time if len(attempts) < 3 else real)(wanted, execution)

    monkeypatch.setattr(makers, "obtain", twice_out_of_time)
    job = job_for(calculation, REHEARSAL, continuations=2)
    with use_execution(Execution(Archive(tmp_path / "archive"), ranks=1)):
        responses = run_locally(job, log=False, raise_immediately=True)
    assert attempts == [calculation.key] * 3
    last = responses[job.uuid][3].output
    assert isinstance(last, GpawTaskDoc)
    assert last.calculation.key == calculation.key


@pytest.mark.filterwarnings("ignore:cd is deprecated:FutureWarning")  # monty's, which jobflow calls
def test_continuations_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobflow import run_locally

    calculation = prepare_calculation(bulk("Li"), REHEARSAL, label="Li", task="static")
    monkeypatch.setattr(makers, "obtain", out_of_time)
    job = job_for(calculation, REHEARSAL, continuations=2)
    with (
        use_execution(Execution(Archive(tmp_path / "archive"), ranks=1)),
        pytest.raises(CalculationError, match="stopped at the deadline"),
    ):
        run_locally(job, log=False, raise_immediately=True)


OURS = """Traceback (most recent call last):
  File "launch.py", line 1, in run_engine
    raise CalculationError(_explain(calculation, directory, code))
wadflow.errors.CalculationError: 'Li AB' failed: KohnShamConvergenceError: not converged
  Directory: /archive/working/ab
  Remedy: the self-consistent field does not converge: look at the structure
"""


@pytest.mark.parametrize(
    ("error", "log", "reason", "remedy"),
    [
        (
            OURS,
            "",
            "'Li AB' failed: KohnShamConvergenceError",
            "look at the structure; then jf -p PROJECT job rerun",
        ),
        ("OSError: [Errno 28] No space left on device", "", "the disk of the worker is full", "make room"),
        ("ModuleNotFoundError: No module named 'gpaw'", "", "lacks gpaw", "pre_run"),
        (
            "the output file was not present in the download folder",
            "/var/spool/slurmd/job1/slurm_script: line 9: jf: command not found",
            "the worker finds no jf",
            "pre_run",
        ),
        (OURS, "slurmstepd: error: Detected 1 oom_kill event", "more memory", "--memory"),
        ("The function in the Job could not be deserialized: {}", "", "lacks wadflow", "pre_run"),
        (
            "sbatch: error: invalid partition specified: x",
            "",
            "refused the job: invalid partition",
            "--partition",
        ),
        (
            "The job was likely killed before completing",
            "slurmstepd: error: *** JOB 1 CANCELLED DUE TO TIME LIMIT ***",
            "walltime was over",
            "goes on after the last finished ionic step",
        ),
        ("The job was likely killed before completing", "", "killed before it could answer", "goes on"),
        ("it", "slurmstepd: error: Detected 1 oom_kill event", "more memory", "--memory"),
        ("ZeroDivisionError: division by zero", "", "ZeroDivisionError: division by zero", "job info"),
        ("", "", "failed without a word", "job info"),
    ],
)
def test_failures_are_explained(error: str, log: str, reason: str, remedy: str) -> None:
    said, way_out = explain(error, log)
    assert reason in said
    assert remedy in way_out


def test_a_project_has_two_workers_and_its_own_database(tmp_path: Path) -> None:
    site = Site("cluster", "slurm", tmp_path, "db.site.org:27017", "module load x", host="login", user="me")
    project = project_of(site)
    assert sorted(project.workers) == ["arithmetic", "calculations"]
    worker: Any = project.workers["calculations"]
    assert (worker.type, worker.host, worker.user) == ("remote", "login", "me")
    assert worker.pre_run == "module load x"
    assert project.queue.store["host"] == "db.site.org"
    assert project.queue.store["database"] == "wadflow_cluster"


@pytest.mark.parametrize(
    ("mongodb", "folder", "said"),
    [
        ("somewhere", "/a", "no address of a MongoDB server"),
        ("h:1", "a", "cannot be a work directory"),
        ("h:1", "/my jobs", "cannot be a work directory"),
        ("h:1", "/a;b", "cannot be a work directory"),
    ],
)
def test_a_site_that_cannot_work_is_refused(mongodb: str, folder: str, said: str) -> None:
    from pathlib import Path as AnyPath

    with pytest.raises(InputError, match=said):
        project_of(Site("x", "slurm", AnyPath(folder), mongodb))


@pytest.mark.parametrize("name", ["../x", "my.site", "", "a b", "9"])
def test_a_name_that_is_no_file_and_no_database_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be the name of a project"):
        project_of(Site(name, "slurm", tmp_path, "h:1"))


@pytest.mark.filterwarnings("ignore:cd is deprecated:FutureWarning")  # monty's, which jobflow calls
def test_what_finds_no_time_for_a_step_gets_more_until_there_is_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobflow import run_locally

    calculation = prepare_calculation(bulk("Li"), REHEARSAL, label="Li", task="static")
    placement = Placement(worker="w", archive="/a", max_seconds=1500)
    limits: list[int] = []

    def note(wanted: Calculation, execution: Execution) -> Outcome:
        limits.append(CURRENT_JOB.job.config.manager_config["resources"].time_limit)
        return without_progress(wanted, execution)

    monkeypatch.setattr(makers, "obtain", note)
    job = job_for(calculation, REHEARSAL, continuations=9, max_seconds=placement.max_seconds)
    job.config.manager_config = placement.for_calculation(calculation, CostModel())
    with (
        use_execution(Execution(Archive(tmp_path / "archive"), ranks=1)),
        pytest.raises(CalculationError, match="stopped at the deadline"),
    ):
        run_locally(job, log=False, raise_immediately=True)
    assert limits == [600, 1200, 1500]


def test_workers_elsewhere_need_to_know_where_the_archive_is(tmp_path: Path) -> None:
    here: Any = project_of(Site("here", "slurm", tmp_path, "h:1")).workers["calculations"]
    there: Any = project_of(Site("there", "pbs", tmp_path, "h:1", host="login")).workers["calculations"]
    assert workers_archive(here, None, tmp_path) == str(tmp_path)
    assert workers_archive(there, "/scratch/a", tmp_path) == "/scratch/a"
    with pytest.raises(InputError, match="the worker is on login, which does not see"):
        workers_archive(there, None, tmp_path)
    with pytest.raises(InputError, match="each job would have one of its own"):
        workers_archive(here, "$SCRATCH/archive", tmp_path)


@pytest.mark.parametrize("scheduler", get_args(QueueScheduler))
def test_every_scheduler_of_a_project_takes_our_resources(scheduler: QueueScheduler) -> None:
    from qtoolkit.io import scheduler_mapping

    placement = Placement(worker="w", archive="/a", max_ranks=16, partition="short", account="a", memory=900)
    resources = placement.for_calculation(LITHIUM, CostModel())["resources"]
    header = scheduler_mapping[scheduler]().generate_header(resources)
    assert "16" in header
    assert "short" in header
    assert "900" in header
