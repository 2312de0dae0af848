"""What is installed here: programs, GPAW's build, cores; for ``wadflow doctor``."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What was looked at.
    value : str
        What was found.
    remedy : str, optional
        What to do; None where all is well.
    required : bool
        Whether wadflow cannot work without.
    """

    name: str
    value: str
    remedy: str | None = None
    required: bool = True


def examine() -> list[Finding]:
    """Look at everything that a calculation needs, the most basic first."""
    from wadflow import __version__

    findings = [
        Finding("wadflow", __version__),
        Finding("Python", platform.python_version()),
        *_packages(),
        *_gpaw_build(),
        _mpiexec(),
        Finding("cores", str(len(os.sched_getaffinity(0)))),
    ]
    return [*findings, _datasets()]


def _packages() -> list[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    findings = []
    for name in ("gpaw", "gpaw-data", "ase", "jobflow", "atomate2", "pymatgen", "spglib"):
        try:
            findings.append(Finding(name, version(name)))
        except PackageNotFoundError:
            findings.append(Finding(name, "not installed", f"run 'make setup', or pip install {name}"))
    return findings


def gpaw_features() -> dict[str, str]:
    """Return what GPAW was compiled with: ``yes`` or a version, an empty string where it lacks.

    Raises
    ------
    ImportError
        Where GPAW cannot be imported.
    """
    from gpaw import cgpaw, get_libraries
    from gpaw.fftw import have_fftw
    from gpaw.utilities import compiled_with_sl

    return {
        "libxc": get_libraries().get("libxc") or "",
        "FFTW": "yes" if have_fftw() else "",
        "MPI": "yes" if cgpaw.have_mpi else "",
        "ScaLAPACK": "yes" if compiled_with_sl() else "",
    }


def _gpaw_build() -> list[Finding]:
    """Say what GPAW was compiled with; slow parts cost time, missing parts cost the run."""
    try:
        features = gpaw_features()
    except ImportError as error:
        return [Finding("GPAW's build", str(error), "run 'make setup', it builds GPAW")]
    rebuild = "rebuild GPAW with the siteconfig of this project: 'make setup'"
    lacking = {"libxc": "no", "FFTW": "no (slower)", "MPI": "no (one rank only)", "ScaLAPACK": "no"}
    return [
        Finding(
            f"GPAW with {name}",
            value or lacking[name],
            None if value else rebuild,
            required=name == "libxc",
        )
        for name, value in features.items()
    ]


def _mpiexec() -> Finding:
    path = shutil.which("mpiexec")
    if path is None:
        remedy = "install Open MPI or load the MPI module; without it calculations use one core"
        return Finding("mpiexec", "not found", remedy, required=False)
    return Finding("mpiexec", path)


def _datasets() -> Finding:
    from wadflow.errors import InputError
    from wadflow.workflows.paw import find_dataset

    try:
        found = [find_dataset(symbol, "PBE") for symbol in ("Li", "Na", "O", "C", "F")]
    except InputError as error:
        return Finding("PAW data sets", error.problem, "pip install gpaw-data")
    text = ", ".join(f"{data.symbol} ({data.valence_electrons:g} e)" for data in found)
    return Finding("PAW data sets (PBE)", text)
