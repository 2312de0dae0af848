"""Documents that are shipped with the package: finished production runs."""

from __future__ import annotations

from pathlib import Path

from wadflow.errors import InputError
from wadflow.results.documents import AdhesionDocument

COMPUTED_FOLDER = Path(__file__).parent / "computed"


def list_computed() -> list[str]:
    """Return the names of the shipped documents (``INTERFACE.PROTOCOL``), sorted."""
    return sorted(file.name.removesuffix(".json") for file in COMPUTED_FOLDER.glob("*.json"))


def read_computed(name: str) -> AdhesionDocument:
    """Return a shipped document by its name.

    Raises
    ------
    InputError
        There is none of this name.
    """
    if name not in list_computed():
        problem = f"there is no shipped document {name!r}"
        raise InputError(problem, remedy=f"there are: {', '.join(list_computed())}")
    file = COMPUTED_FOLDER / f"{name}.json"
    return AdhesionDocument.model_validate_json(file.read_bytes())
