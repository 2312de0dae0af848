"""Equal settings: energies may be subtracted only if all that shapes them agrees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from wadflow.errors import SettingsMismatchError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pydantic import JsonValue

    from wadflow.results.records import CalculationRecord

CELL_TOLERANCE: Final = 1e-6
"""Allowed difference of cell vectors (angstrom): rounding of text files, no physics."""

NUMBER_TOLERANCE: Final = 1e-12
"""Allowed relative difference of other numbers: 500 and 500.0 agree, 1e-6 and 1.1e-6 do not."""


def check_equal_settings(records: Sequence[CalculationRecord]) -> None:
    """Check that all records come from equal settings and equal PAW data sets.

    Parameters
    ----------
    records : sequence of CalculationRecord
        AB, A and B; each is compared with the first.

    Raises
    ------
    SettingsMismatchError
        Some setting differs; the message lists every one with both values.
    """
    for record in records[1:]:
        check_pair(records[0], record)


def check_pair(
    first: CalculationRecord,
    second: CalculationRecord,
    *,
    only: Collection[str] | None = None,
) -> None:
    """Check two records against each other.

    Parameters
    ----------
    first, second : CalculationRecord
        The two calculations.
    only : collection of str, optional
        Settings to compare; all by default. PAW data sets of elements that both calculations
        hold are always compared.
    """
    mine, yours = (
        {key: value for key, value in record.equal_settings.items() if only is None or key in only}
        for record in (first, second)
    )
    names = (_name(first), _name(second))
    lines = [*_differences("", mine, yours), *_paw_differences(first, second)]
    if lines:
        listed = "\n".join(
            f"  {key}: {names[0]} has {left}, {names[1]} has {right}" for key, left, right in lines
        )
        message = (
            f"{names[0]} and {names[1]} do not come from equal settings:\n{listed}\n"
            "  Remedy: run all parts of one interface with one protocol and one set of PAW files"
        )
        raise SettingsMismatchError(message)


def _name(record: CalculationRecord) -> str:
    return f"{record.role} '{record.label}'"


def _differences(path: str, left: JsonValue, right: JsonValue) -> Iterator[tuple[str, str, str]]:
    """Walk through two JSON values and give each difference as (dotted key, left, right)."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            inner = f"{path}.{key}" if path else key
            if key in left and key in right:
                yield from _differences(inner, left[key], right[key])
            elif path != "paw":  # an element that only one of them holds cannot differ
                yield inner, _text(left, key), _text(right, key)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (mine, yours) in enumerate(zip(left, right, strict=True)):
            yield from _differences(f"{path}[{index}]", mine, yours)
    elif not _equal(path, left, right):
        yield path, repr(left), repr(right)


def _text(values: dict[str, JsonValue], key: str) -> str:
    return repr(values[key]) if key in values else "nothing"


def _equal(path: str, left: JsonValue, right: JsonValue) -> bool:
    """Compare two JSON values that are not both mappings or equally long lists."""
    # bool is an int in Python, but True is not the number 1 as a setting.
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        absolute = CELL_TOLERANCE if path.startswith("cell[") else 0.0
        return math.isclose(left, right, rel_tol=NUMBER_TOLERANCE, abs_tol=absolute)
    return left == right


def _paw_differences(first: CalculationRecord, second: CalculationRecord) -> Iterator[tuple[str, str, str]]:
    mine = {dataset.symbol: dataset for dataset in first.paw}
    yours = {dataset.symbol: dataset for dataset in second.paw}
    for symbol in sorted(mine.keys() & yours.keys()):
        if mine[symbol] != yours[symbol]:
            left, right = (
                f"{dataset.name} ({dataset.valence_electrons:g} e, {dataset.fingerprint})"
                for dataset in (mine[symbol], yours[symbol])
            )
            yield f"paw data set of {symbol}", left, right
