"""Units of tables and documents into each other."""

from __future__ import annotations

from wadflow.errors import InputError


def convert(value: float, unit: str, into: str) -> float:
    """Return a value in another unit.

    Parameters
    ----------
    value : float
        In ``unit``.
    unit, into : str
        Equal, or both an energy of a particle: ``eV``, ``eV/atom``, ``kJ/mol``, ``kcal/mol``.

    Raises
    ------
    wadflow.errors.InputError
        One cannot be turned into the other.

    Examples
    --------
    >>> convert(1.0, "kcal/mol", "kJ/mol")
    4.184
    """
    from ase import units

    if unit == into:
        return value
    energies = {
        "eV": 1.0,
        "eV/atom": 1.0,
        "kJ/mol": units.kJ / units.mol,
        "kcal/mol": units.kcal / units.mol,
    }
    if unit not in energies or into not in energies:
        problem = f"{unit} cannot be turned into {into}"
        raise InputError(problem, remedy=f"give the same unit, or two of {', '.join(energies)}")
    return value * energies[unit] / energies[into]
