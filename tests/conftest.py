"""Settings of every test, and the header that says which engines were found."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from gpaw_runs import Finished, run
from hypothesis import settings
from shared_machine import all_cores, divide_cores

# Pictures are drawn into files, whatever screen there is
os.environ.setdefault("MPLBACKEND", "Agg")

# No deadline: a noisy machine is no failure. The same examples everywhere: a failure can be repeated
settings.register_profile("wadflow", deadline=None, derandomize=True)
settings.load_profile("wadflow")

PROBE = """
from wadflow.workflows.installation import gpaw_features
print(", ".join(f"{name}: {value or 'no'}" for name, value in gpaw_features().items()))
"""


def pytest_configure() -> None:
    """Give each of several test processes cores of its own."""
    divide_cores()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a fixture that takes long: a file, or all of Slurm and of the smoke run."""
    for item in items:
        shares = {"slurm", "smoke_archive"}.intersection(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.xdist_group("slurm" if shares else str(item.path)))


def pytest_report_header() -> list[str]:
    """Engines: a GPAW without FFTW or MPI explains slow tests better than their names do."""
    # In a process of its own: importing GPAW here would hide a test's own missing import
    probe = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    build = probe.stdout.strip() if probe.returncode == 0 else "cannot be imported"
    mpiexec = shutil.which("mpiexec") or "not found"
    return [f"engines: GPAW {installed('gpaw')} ({build}); ASE {installed('ase')}; mpiexec: {mpiexec}"]


def installed(package: str) -> str:
    """Return the version of a package, or say that there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@pytest.fixture(scope="session")
def smoke_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archive of one run with real GPAW, which tests look at but leave as it is."""
    return tmp_path_factory.mktemp("smoke") / "archive"


@pytest.fixture(scope="session")
def smoke_run(smoke_archive: Path) -> Finished:
    """Fill the archive: Li(110)/Li(110) at smoke settings, about a minute, with MPI where there are cores."""
    with all_cores():
        return run(smoke_archive)


@pytest.fixture
def own_archive(smoke_archive: Path, smoke_run: Finished, tmp_path: Path) -> Path:
    """Copy the filled archive, to be broken."""
    assert smoke_run.code == 0
    return shutil.copytree(smoke_archive, tmp_path / "archive")
