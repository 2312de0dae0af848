"""Data files that a user names: one that is shipped, by its name, or an own one, by its path."""

from __future__ import annotations

from pathlib import Path

from wadflow.errors import InputError
from wadflow.interfaces.suggestions import did_you_mean


def available_names(folder: Path) -> list[str]:
    """Return the names of the TOML files in a folder, sorted and without their ending."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def find_file(name_or_path: str, folder: Path, *, what: str) -> Path:
    """Return the TOML file that the user means.

    Parameters
    ----------
    name_or_path : str
        Name of a shipped file, or the path of any file.
    folder : Path
        Where the shipped files lie.
    what : str
        What such a file is, for the message: ``"definition"``, ``"protocol"``.

    Raises
    ------
    InputError
        There is no such name and it does not look like a path either.
    """
    names = available_names(folder)
    if name_or_path in names:
        return folder / f"{name_or_path}.toml"
    path = Path(name_or_path).expanduser()
    try:
        looks_like_path = path.suffix == ".toml" or len(path.parts) > 1 or path.exists()
    except (OSError, ValueError):  # a name too long, a NUL character
        looks_like_path = False
    if looks_like_path:
        return path
    raise InputError(
        f"there is no {what} {name_or_path[:200]!r}",
        remedy=f"{did_you_mean(name_or_path, names)}shipped are {', '.join(names)}; "
        "or give the path of a TOML file",
    )
