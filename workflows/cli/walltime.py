"""Walltimes as queues write them."""

from __future__ import annotations

import re

from wadflow.errors import InputError

TIME = re.compile(r"(?:(\d+)-)?(\d+):(\d\d)(?::(\d\d))?")


def walltime_seconds(text: str, *, option: str, more_than: int = 0) -> int:
    """Return the seconds of a walltime, ``HH:MM``, ``HH:MM:SS`` or ``D-HH:MM:SS``.

    Raises
    ------
    wadflow.errors.InputError
        Where it is none, or too short; names the option.
    """
    found = TIME.fullmatch(text)
    if found is None:
        raise InputError(f"{option} {text!r} is no walltime", remedy="write HH:MM:SS, for example 12:00:00")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = ((24 * days + hours) * 60 + minutes) * 60 + seconds
    if total <= more_than:
        raise InputError(f"{option} {text!r} is too short", remedy=f"give more than {more_than} s")
    return total
