"""Numbers as texts of tables: as many digits as are read."""

from __future__ import annotations

from typing import Final

ABSENT: Final = "--"
"""Where there is no number."""


def significant(value: float, *, signed: bool = False) -> str:
    """Return a number with three significant digits, without an exponent where it can be read."""
    size = abs(value)
    decimals = next((number for number, least in enumerate((1000, 100, 10)) if size >= least), 3)
    return f"{value:+z.{decimals}f}" if signed else f"{value:z.{decimals}f}"


def percent(relative: float | None) -> str:
    """Return a relative difference in per cent; nothing to say where the counterpart is zero."""
    if relative is None:
        return ABSENT
    return f"{100 * relative:+.1f}" if abs(relative) < 1 else f"{100 * relative:+.0f}"
