"""How GPAW is built: C++ compiler of MPI, libxc, OpenBLAS, FFTW and ScaLAPACK.

Executed by GPAW's setup.py (environment variable GPAW_CONFIG), which defines the lists extended here.
`setup/set-up` says where the libraries are: WADFLOW_PREFIX is a conda environment that holds them
(empty: the system's), WADFLOW_SCALAPACK the name of the ScaLAPACK library.
"""

import os

from pybind11.setup_helpers import ParallelCompile

# By itself GPAW compiles one file after the other; its GPAW_BUILD_JOBS makes wheels without the extension
ParallelCompile(default=len(os.sched_getaffinity(0))).install()

mpi = True
compiler = "mpicxx"
fftw = True
scalapack = True
libraries = ["xc", "openblas", "fftw3", os.environ["WADFLOW_SCALAPACK"]]
# Debug symbols of 60 files cost build time and 10 MB and help nobody here
extra_compile_args += ["-g0"]

if prefix := os.environ["WADFLOW_PREFIX"]:
    include_dirs += [f"{prefix}/include"]
    library_dirs += [f"{prefix}/lib"]
    runtime_library_dirs += [f"{prefix}/lib"]
