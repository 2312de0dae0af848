"""Guards: three calculations must belong together before their energies are subtracted.

Equality of settings is in `wadflow.results.settings`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ase.formula import Formula

from wadflow.errors import InputError, SettingsMismatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wadflow.results.records import AtomsRecord, CalculationRecord, Role, SideRecord, SlabRole

AREA_TOLERANCE: Final = 1e-6
"""Allowed relative difference between the area given and ``|a x b|`` of the cells: far above
rounding, far below the factor 2 of counting two interfaces."""


def check_parts(
    ab: CalculationRecord,
    a: CalculationRecord,
    b: CalculationRecord,
    bulk: Sequence[CalculationRecord],
) -> None:
    """Check that roles, tasks and compositions are those of an interface and its slabs."""
    expected: list[tuple[CalculationRecord, Role]] = [(ab, "AB"), (a, "A"), (b, "B")]
    expected += [(record, "bulk") for record in bulk]
    for record, role in expected:
        if record.role != role:
            problem = f"'{record.label}' has the role {record.role}, expected {role}"
            raise InputError(problem)
    if len({record.task for record in (ab, a, b)}) > 1:
        tasks = ", ".join(f"{record.role} {record.task}" for record in (ab, a, b))
        problem = f"AB, A and B must have the same task, but are: {tasks}"
        raise InputError(problem, remedy="run all three static or all three relaxed")
    counts = {record.role: Formula(record.formula).count() for record in (ab, a, b)}
    symbols = counts["AB"].keys() | counts["A"].keys() | counts["B"].keys()
    wrong = [
        f"{symbol}: AB {counts['AB'].get(symbol, 0)}, A + B {together}"
        for symbol in sorted(symbols)
        if (together := counts["A"].get(symbol, 0) + counts["B"].get(symbol, 0))
        != counts["AB"].get(symbol, 0)
    ]
    if wrong:
        problem = f"AB ({ab.formula}) is not A ({a.formula}) and B ({b.formula}): {'; '.join(wrong)}"
        raise InputError(problem, remedy="cut A and B from the cell of AB")


def check_area(area: float, ab: CalculationRecord) -> None:
    """Check the area (angstrom2) against ``|a x b|`` of AB, so that no one divides by 2A."""
    if not math.isclose(area, ab.area, rel_tol=AREA_TOLERANCE):
        problem = f"the area is {area} angstrom2, but the cell of AB has |a x b| = {ab.area:.6f}"
        raise InputError(problem, remedy="give the area of one interface, never 2A")


def check_dipole_layer(
    lower: SideRecord, upper: SideRecord, ab: CalculationRecord, *, faces_differ: bool
) -> None:
    """Refuse slabs with two different faces without a dipole layer."""
    reasons = [
        f"{side.name} is a polar slab (Tasker III)"
        for side in (lower, upper)
        if (side.tasker_class == "III" and side.polar_model == "ideal")
        # A reconstruction that left a part of the dipole, because no simple fraction takes it off.
        or side.tasker_class_as_run == "III"
    ]
    if faces_differ and not reasons:
        reasons.append("the two faces of a slab differ")
    if reasons and not ab.equal_settings["dipole_layer"]:
        problem = (
            f"no dipole layer was used, but {'; '.join(reasons)}: the vacuum would carry an "
            "artificial field and the energies would be wrong\n"
            "  Remedy: run AB, A and B with a dipole layer"
        )
        raise SettingsMismatchError(problem)


def checked_structures(
    structures: Mapping[SlabRole, AtomsRecord],
    ab: CalculationRecord,
    a: CalculationRecord,
    b: CalculationRecord,
) -> dict[SlabRole, AtomsRecord]:
    """Return the structures if each has the composition of its calculation."""
    formulas: dict[SlabRole, str] = {"AB": ab.formula, "A": a.formula, "B": b.formula}
    for role, structure in structures.items():
        found = structure.to_atoms().symbols.formula
        if found.count() != Formula(formulas[role]).count():
            problem = f"the structure of {role} is {found}, its calculation is {formulas[role]}"
            raise InputError(problem, remedy="give the atoms that were calculated")
    return dict(structures)
