"""Say what the GPAW in this environment was built with; exit 1 when FFTW, MPI or ScaLAPACK is missing.

Run on several ranks it also shows that they find each other: ``mpiexec -n 2 python setup/check_gpaw.py 2``.
"""

import sys

from gpaw import __version__, cgpaw
from gpaw.mpi import world

from wadflow.workflows.installation import gpaw_features


def main() -> int:
    """Print one line and return the exit status."""
    features: dict[str, object] = dict(gpaw_features())
    features[f"{sys.argv[1]} ranks"] = world.size == int(sys.argv[1])
    missing = [name for name, present in features.items() if not present]
    if world.rank == 0:
        print(f"GPAW {__version__} with {', '.join(name for name in features if name not in missing)}")
        if missing:
            print(f"GPAW lacks: {', '.join(missing)} (extension: {cgpaw.get_extension_module_path()})")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
