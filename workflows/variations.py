"""Rigid companions of a work of adhesion: other plane counts, the sides moved apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ase.data import atomic_numbers
from ase.formula import Formula

from wadflow.errors import InputError
from wadflow.interfaces.planes import is_multiple
from wadflow.results.adhesion import check_equal_settings, work_of_adhesion
from wadflow.results.scans import (
    SeparationCurve,
    SeparationPoint,
    ThicknessPoint,
    ThicknessSeries,
    fit_rose,
)
from wadflow.workflows import adhesion_steps as steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.stacking import Interface, InterfaceSide
    from wadflow.results.documents import SlabRole
    from wadflow.results.records import CalculationRecord
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.protocol import Protocol

    Record = Callable[[Calculation, SlabRole], CalculationRecord]


@dataclass(frozen=True)
class SeriesMember:
    """One pair of plane counts and its rigid AB, A and B."""

    lower_planes: int
    upper_planes: int
    area: float
    calculations: dict[SlabRole, Calculation]


def series_pairs(definition: InterfaceDefinition, interface: Interface) -> tuple[tuple[int, int], ...]:
    """Return the plane counts of the thickness series, beside those of the interface itself.

    Where the definition gives none: one formula unit thinner and one thicker on each side that is polar
    and ideal, and nothing where no side is.
    """
    here = plane_counts(definition, interface)
    if definition.series is not None:
        return tuple(pair for pair in definition.series if pair != here)
    changes = tuple(_step(side) if _depends_on_thickness(side) else 0 for side in interface.sides)
    if not any(changes):
        return ()
    pairs = [(here[0] + sign * changes[0], here[1] + sign * changes[1]) for sign in (-1, 1)]
    return tuple(pair for pair in pairs if min(pair) >= 1)


def plane_counts(definition: InterfaceDefinition, interface: Interface) -> tuple[int, int]:
    """Return the plane counts of both sides as definitions count them, before a reconstruction."""
    lower, upper = definition.lower.planes, definition.upper.planes
    return lower or interface.lower.n_planes, upper or interface.upper.n_planes


def series_members(
    definition: InterfaceDefinition,
    interface: Interface,
    protocol: Protocol,
    relaxed: Mapping[str, Structure] | None,
    *,
    dipole_layer: bool,
) -> list[SeriesMember]:
    """Return the members of the thickness series: the interface's registry and gap, other plane counts.

    Parameters
    ----------
    definition : InterfaceDefinition
        With a numeric or bulk registry.
    interface : Interface
        As it was built of the definition.
    protocol : Protocol
        Numerical settings.
    relaxed : mapping of str to Structure, optional
        Relaxed conventional cells by crystal; None takes the crystals as shipped or given.
    dipole_layer : bool
        Whether a dipole layer parts the faces.

    Raises
    ------
    InputError
        A member cannot be built; the message says which.
    """
    members = []
    for lower, upper in series_pairs(definition, interface):
        try:
            built = steps.build(definition.with_planes(lower, upper), protocol, relaxed)
        except InputError as error:
            raise InputError(
                f"thickness series, {lower}+{upper} planes: {error.problem}",
                file=error.file,
                key="series",
                remedy="give other plane counts, or series = [] for none",
            ) from error
        calculations = steps.slab_calculations(
            built,
            protocol,
            dipole_layer=dipole_layer,
            task="static",
            name=f"{definition.name} {lower}+{upper} planes",
        )
        members.append(SeriesMember(lower, upper, built.area, calculations))
    return members


def series_of(
    members: list[SeriesMember],
    interface: Interface,
    rigid: float,
    keys: tuple[str, str, str],
    record: Record,
) -> ThicknessSeries | None:
    """Return the finished series, or None where there are no members.

    Parameters
    ----------
    members : list of SeriesMember
        Beside the interface itself.
    interface : Interface
        The interface itself.
    rigid : float
        Its rigid work of adhesion, J/m2.
    keys : tuple of str
        Its calculations AB, A and B.
    record : callable
        Gives the record of a finished calculation.
    """
    if not members:
        return None
    lower, upper = plane_counts(interface.definition, interface)
    points = [
        ThicknessPoint(
            lower_planes=lower,
            upper_planes=upper,
            work_of_adhesion=rigid,
            keys=keys,
        )
    ]
    for member in members:
        ab, a, b = (record(member.calculations[role], role) for role in steps.SLAB_ROLES)
        check_equal_settings([ab, a, b])
        points.append(
            ThicknessPoint(
                lower_planes=member.lower_planes,
                upper_planes=member.upper_planes,
                work_of_adhesion=work_of_adhesion(
                    ab.final_energy, a.final_energy, b.final_energy, member.area
                ),
                keys=(ab.key, a.key, b.key),
            )
        )
    points.sort(key=lambda point: (point.lower_planes + point.upper_planes, point.lower_planes))
    return ThicknessSeries(points=tuple(points))


@dataclass(frozen=True)
class Separated:
    """The calculations of a separation curve: AB at each separation, A and B, all in one high cell."""

    area: float
    interfaces: dict[float, Calculation]
    a: Calculation
    b: Calculation

    @property
    def calculations(self) -> list[tuple[SlabRole, Calculation]]:
        """All of them with their roles."""
        return [*(("AB", one) for one in self.interfaces.values()), ("A", self.a), ("B", self.b)]


def separated(
    definition: InterfaceDefinition,
    interface: Interface,
    protocol: Protocol,
    relaxed: Mapping[str, Structure] | None,
    *,
    dipole_layer: bool,
) -> Separated | None:
    """Return the calculations of the separation curve that a definition asks for, or None.

    Parameters as in `series_members`.
    """
    if not definition.separations:
        return None
    distances = sorted({0.0, *definition.separations})
    cell_gap = interface.gap + distances[-1]
    calculations: dict[float, dict[SlabRole, Calculation]] = {}
    for distance in distances:
        at = definition.at(interface.registry, interface.gap + distance)
        calculations[distance] = steps.slab_calculations(
            steps.build(at, protocol, relaxed, cell_gap=cell_gap),
            protocol,
            dipole_layer=dipole_layer,
            task="static",
            name=f"{definition.name} apart by {distance:g} angstrom",
            # All of them in one cell: A and B are those of the first distance.
            roles=("AB",) if calculations else steps.SLAB_ROLES,
        )
    first = calculations[distances[0]]
    return Separated(
        area=interface.area,
        interfaces={distance: one["AB"] for distance, one in calculations.items()},
        a=first["A"],
        b=first["B"],
    )


def curve_of(curve: Separated | None, record: Record) -> SeparationCurve | None:
    """Return the finished separation curve with its Rose fit, or None where none was asked for."""
    if curve is None:
        return None
    a, b = record(curve.a, "A"), record(curve.b, "B")
    points = []
    for distance, calculation in curve.interfaces.items():
        ab = record(calculation, "AB")
        check_equal_settings([ab, a, b])
        work = work_of_adhesion(ab.final_energy, a.final_energy, b.final_energy, curve.area)
        points.append(SeparationPoint(separation=distance, work_of_adhesion=work, key=ab.key))
    try:
        fit = fit_rose([p.separation for p in points], [p.work_of_adhesion for p in points])
    except InputError:
        fit = None  # the points are the result, the fit describes them where it can
    return SeparationCurve(points=tuple(points), fit=fit)


def _depends_on_thickness(side: InterfaceSide) -> bool:
    return side.tasker_class == "III" and side.polar_model == "ideal"


def _step(side: InterfaceSide) -> int:
    """Return by how many planes a slab must grow to hold whole formula units again, same faces kept."""
    formulas = side.slab.formulas
    unit = _composition(formulas)
    for count in range(1, len(formulas)):
        if is_multiple(_composition(formulas[:count]), unit):
            return count
    return side.slab.planes_per_repeat


def _composition(formulas: Sequence[str]) -> Counter[int]:
    total: Counter[int] = Counter()
    for formula in formulas:
        total.update({atomic_numbers[symbol]: n for symbol, n in Formula(formula).count().items()})
    return total
