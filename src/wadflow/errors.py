"""Exceptions of wadflow, one tree for all rooms.

::

    WadflowError                     exit code 1: something failed
    ├── InputError                   exit code 2: the user's input cannot work
    ├── SettingsMismatchError        energies of unequal settings were to be combined
    ├── CalculationError             a calculation failed
    │   └── OutOfTimeError           it was stopped before its time was over; it can go on
    └── ArchiveError                 the archive cannot be read or written

Every message says what was given, what is allowed (with the unit) and the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WadflowError(Exception):
    """Base of all errors that wadflow raises on purpose."""

    exit_code = 1


class InputError(WadflowError):
    """Input that cannot work: a definition, a protocol, a crystal, an option.

    Parameters
    ----------
    problem : str
        What is wrong: the value given and what was expected.
    file : Path or str, optional
        File in which the input stands.
    key : str, optional
        Dotted key inside the file, for example ``lower.miller``.
    remedy : str, optional
        What to do about it.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        key: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.key = key
        self.remedy = remedy
        place = ", ".join(part for part in (self.file, key and f"key '{key}'") if part)
        message = f"{place}: {problem}" if place else problem
        super().__init__(f"{message}\n  Remedy: {remedy}" if remedy else message)


class SettingsMismatchError(WadflowError):
    """Energies that were to be combined do not come from equal settings."""


class CalculationError(WadflowError):
    """A calculation failed; the message names its directory."""


class OutOfTimeError(CalculationError):
    """A calculation was stopped because its time is nearly over; the same one goes on later.

    Parameters
    ----------
    message : str
        What was stopped, and what to do.
    progress : bool
        Whether it came further in the time that it had.
    """

    def __init__(self, message: str, *, progress: bool = False) -> None:
        self.progress = progress
        super().__init__(message)


class ArchiveError(WadflowError):
    """The archive cannot be read or written."""
