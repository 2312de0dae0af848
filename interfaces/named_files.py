"""Data files that a user names: one that is shipped, by its name, or an own one, by its path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wadflow.errors import InputError
from wadflow.interfaces.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Named = TypeVar("Named")


def available_names(folder: Path) -> list[str]:
    """Return the names of the TOML files in a folder, sorted and without their ending."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def join_named(
    found: dict[str, Named],
    more: Mapping[str, Named],
    *,
    file: Path,
    what: str,
    refusal: Callable[[Named], str],
) -> None:
    """Add what a file defines to what was found before; a name may be repeated, but not change its meaning.

    Parameters
    ----------
    found : dict
        By name; added to.
    more : mapping
        What the file defines, by name.
    file : Path
        The file, for the message.
    what : str
        What the file defines, for the remedy: ``"reaction"``.
    refusal : callable
        Says of what was found before that the file means something else.

    Raises
    ------
    InputError
        A name means two things.
    """
    for key, one in more.items():
        if key in found and found[key] != one:
            raise InputError(
                refusal(found[key]), file=file, key=key, remedy=f"give the {what} of the file another name"
            )
        found[key] = one


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
