"""PAW data sets: which one a symbol and a functional name, and its fingerprint.

The fingerprint is GPAW's own (md5 of the unzipped file, printed in its log as ``id``), so that a
record here can be compared with any GPAW log. The file is read here, and not through
``gpaw.setup_data``, because planning must not cost the import of GPAW; the engine compares this
fingerprint with the one that GPAW used and refuses a difference.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from wadflow.errors import InputError
from wadflow.results.documents import PawDataset

DATASETS = Path(__file__).parent / "datasets"
"""Data sets that come with wadflow; GPAW's own search path goes before."""


def show_datasets_to_gpaw() -> None:
    """Put the data sets that come with wadflow at the end of GPAW's search path."""
    import gpaw

    if str(DATASETS) not in gpaw.setup_paths:
        gpaw.setup_paths.append(str(DATASETS))


@cache
def find_dataset(symbol: str, functional: str, name: str | None = None) -> PawDataset:
    """Identify the PAW data set that GPAW will use.

    Parameters
    ----------
    symbol : str
        Chemical symbol.
    functional : str
        Name of the functional, which must be one that GPAW's file names spell, for example ``PBE``.
    name : str, optional
        Data set name, None for GPAW's default.

    Raises
    ------
    wadflow.errors.InputError
        Where no such file lies on GPAW's search path.
    """
    import gpaw

    file_name = ".".join(part for part in (symbol, name, functional) if part)
    folders = [Path(folder) for folder in (*gpaw.setup_paths, DATASETS)]
    for folder in folders:
        for path in (folder / file_name, folder / f"{file_name}.gz"):
            if path.is_file():
                content = path.read_bytes()
                xml = gzip.decompress(content) if path.suffix == ".gz" else content
                return PawDataset(
                    symbol=symbol,
                    name=name or "default",
                    fingerprint=hashlib.md5(xml, usedforsecurity=False).hexdigest(),
                    valence_electrons=_valence_electrons(xml, path),
                )
    searched = ", ".join(str(folder) for folder in folders)
    raise InputError(
        f"GPAW has no PAW data set '{file_name}' (searched: {searched})",
        key="paw",
        remedy="name another set in the protocol, or add its folder to GPAW_SETUP_PATH",
    )


def has_basis(dataset: PawDataset) -> bool:
    """Whether GPAW's search path has a basis of atomic orbitals ("dzp") for a data set."""
    import gpaw

    name = f".{dataset.name}" if dataset.name != "default" else ""
    files = (f"{dataset.symbol}{name}.dzp.basis", f"{dataset.symbol}{name}.dzp.basis.gz")
    return any((Path(folder) / file).is_file() for folder in gpaw.setup_paths for file in files)


def _valence_electrons(xml: bytes, path: Path) -> int:
    match = re.search(rb"<atom [^>]*valence=\"([0-9.]+)\"", xml)
    if match is None:
        raise InputError(
            "no <atom ... valence=...> in this PAW data set",
            file=path,
            remedy="generate it again with 'gpaw dataset'",
        )
    return round(float(match[1]))
