"""Common cells of two oriented crystals, with their strain and the angle between the sides."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.matching import MAX_STRAIN, Supercell, shared_cell, small_strain
from wadflow.interfaces.superlattices import (
    NOISE,
    coinciding_superlattices,
    interface_keys,
    lengths_and_angles,
)

if TYPE_CHECKING:
    from wadflow.interfaces.orientation import OrientedCrystal

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Candidates are sorted by numbers rounded to these steps, so that noise does not order equal ones.
AREA_STEP = 1e-3  # angstrom2
STRAIN_STEP = 1e-5
ANGLE_STEP = 1e-2  # degrees
# Twists within this of the one that is asked for are it.
TWIST_TOLERANCE = 0.5  # degrees
# The widest limits of a search that explains why a narrower one found nothing.
WIDE_LENGTH, WIDE_ANGLE = 0.15, 10.0
MAX_AREA = 1000.0  # angstrom2; hundreds of atoms in a plane


@dataclass(frozen=True)
class MatchLimits:
    """What a common cell may cost.

    Attributes
    ----------
    max_area : float
        Largest area of the common cell, angstrom2.
    max_strain : float
        Largest principal strain of either side, dimensionless, at most 0.10.
    max_length_mismatch : float
        Largest relative difference of the lengths of corresponding cell vectors, dimensionless.
    max_angle_mismatch : float
        Largest difference of the angles between the cell vectors, degrees.
    """

    max_area: float = 150.0
    max_strain: float = 0.05
    max_length_mismatch: float = 0.06
    max_angle_mismatch: float = 4.0

    def __post_init__(self) -> None:
        """Refuse limits that nothing can meet."""
        highest = {
            "max_area": (MAX_AREA, "angstrom2"),
            "max_strain": (MAX_STRAIN, "(dimensionless)"),
            "max_length_mismatch": (WIDE_LENGTH, "(dimensionless)"),
            "max_angle_mismatch": (WIDE_ANGLE, "degrees"),
        }
        for field in fields(self):
            value = getattr(self, field.name)
            most, unit = highest[field.name]
            if not isfinite(value) or not 0 < value <= most:
                raise InputError(
                    f"{field.name} = {value!r}: more than 0 and at most {most:g} {unit} is expected",
                    key=field.name,
                    remedy=f"give for example {field.default}",
                )


@dataclass(frozen=True)
class Candidate:
    """A common cell of two oriented crystals.

    Attributes
    ----------
    lower, upper : tuple of tuple of int
        Supercells of the primitive in-plane cells, rows, right-handed, shape (2, 2): the keys
        ``supercell`` of a definition.
    area : float
        Area of the common cell, angstrom2.
    lower_strain, upper_strain : numpy.ndarray
        In-plane strain of each side as `matching.small_strain` gives it: axes x along the common cell's
        a, positive = stretched, dimensionless, shape (2, 2).
    strain_measure : float
        Mean of the absolute principal strains, both sides added, dimensionless; the same in every
        supercell, and in good approximation however the misfit is shared.
    max_strain : float
        Largest absolute principal strain of either side, dimensionless.
    twist : float
        Angle by which the upper crystal is turned about the normal, from the orientation in which the
        primitive a of both lie along +x, degrees, -180 to 180; of all equivalent ones the smallest.
    length_mismatch : float
        Largest relative difference of corresponding cell vectors, dimensionless.
    angle_mismatch : float
        Difference of the angles between the cell vectors, degrees.
    """

    lower: Supercell
    upper: Supercell
    area: float
    lower_strain: FloatArray
    upper_strain: FloatArray
    strain_measure: float
    max_strain: float
    twist: float
    length_mismatch: float
    angle_mismatch: float

    @property
    def lower_cells(self) -> int:
        """Number of primitive in-plane cells of the lower side."""
        return _determinant(self.lower)

    @property
    def upper_cells(self) -> int:
        """Number of primitive in-plane cells of the upper side."""
        return _determinant(self.upper)


def find_candidates(
    lower: OrientedCrystal,
    upper: OrientedCrystal,
    limits: MatchLimits | None = None,
    *,
    lower_share: float = 0.0,
    twist: float | None = None,
) -> list[Candidate]:
    """Return the common cells of two oriented crystals within limits.

    Parameters
    ----------
    lower, upper : OrientedCrystal
        The two sides.
    limits : MatchLimits, optional
        Limits; default ``MatchLimits()``.
    lower_share : float
        Fraction of the misfit that the lower side takes, 0 to 1.
    twist : float, optional
        Keep only candidates turned by this angle (degrees) or one equivalent to it, within 0.5 degrees.

    Returns
    -------
    list of Candidate
        By area, then strain, then angle. No two are equivalent, and none is a supercell of another.

    Raises
    ------
    InputError
        Nothing is found; the message names the limit to relax.
    """
    limits = MatchLimits() if limits is None else limits
    groups = _groups(lower, upper, limits, lower_share)
    if not groups:
        raise _nothing_found(lower, upper, limits, lower_share)
    turned = {_least_turned(group): group for group in groups}
    if twist is not None:
        groups = [
            [pair for pair in group if abs(_fold(pair.twist - twist)) <= TWIST_TOLERANCE] for group in groups
        ]
    chosen = [_least_turned(group) for group in groups if group]
    if not chosen:
        angles = sorted({round(pair.twist, 1) for pair in turned})
        raise InputError(
            f"no common cell has a twist of {twist:g} degrees; within the limits are "
            + ", ".join(f"{angle:g}" for angle in angles),
            key="twist",
            remedy="give one of these angles, or raise max_area",
        )
    return sorted((_candidate(lower, upper, pair, lower_share) for pair in chosen), key=_order)


class _Pair(NamedTuple):
    """Supercells of both sides and the angle between the sides in degrees."""

    lower: Supercell
    upper: Supercell
    twist: float


def _groups(
    lower: OrientedCrystal, upper: OrientedCrystal, limits: MatchLimits, lower_share: float
) -> list[list[_Pair]]:
    """Return all common cells within the limits; equivalent ones in one group."""
    own, other = coinciding_superlattices(
        lower.in_plane,
        upper.in_plane,
        max_area=limits.max_area * (1 + 2 * limits.max_strain),
        max_length_mismatch=limits.max_length_mismatch,
        max_angle_mismatch=limits.max_angle_mismatch,
    )
    cells = own @ lower.in_plane, other @ upper.in_plane
    cell = (1 - lower_share) * _upright(cells[0]) + lower_share * _upright(cells[1])
    strain = np.max([np.abs(_principal_strains(one, cell)) for one in cells], axis=(0, 2))
    within = (np.linalg.det(cell) <= limits.max_area * (1 + NOISE)) & (strain <= limits.max_strain + NOISE)
    own, other = own[within], other[within]
    twists = _turn(cells[1][within], cell[within]) - _turn(cells[0][within], cell[within])
    keys = interface_keys(own, other, lower.in_plane_operations, upper.in_plane_operations)
    groups: dict[tuple[int, ...], list[_Pair]] = {}
    for key, one, two, twist in zip(keys, own, other, twists.tolist(), strict=True):
        groups.setdefault(key, []).append(_Pair(_supercell(one), _supercell(two), _fold(twist)))
    return list(groups.values())


def _upright(cells: FloatArray) -> FloatArray:
    """Return many in-plane cells as `matching.upright` returns one, shape (cells, 2, 2)."""
    lengths = np.linalg.norm(cells[:, 0], axis=1)
    turned = np.zeros_like(cells)
    turned[:, 0, 0] = lengths
    turned[:, 1, 0] = (cells[:, 0] * cells[:, 1]).sum(axis=1) / lengths
    turned[:, 1, 1] = np.linalg.det(cells) / lengths
    return turned


def _principal_strains(own: FloatArray, cell: FloatArray) -> FloatArray:
    """Return the principal strains (dimensionless) from ``own`` to ``cell``, shape (cells, 2)."""
    stretches: FloatArray = np.linalg.svd(np.linalg.solve(own, cell), compute_uv=False).astype(float)
    return stretches - 1


def _turn(own: FloatArray, cell: FloatArray) -> FloatArray:
    """Return the angle (degrees, shape (cells,)) by which ``own`` is turned into ``cell``, strain apart."""
    change = np.linalg.solve(own, cell)  # row vectors: the transpose of the deformation gradient
    return np.degrees(np.arctan2(change[:, 0, 1] - change[:, 1, 0], change[:, 0, 0] + change[:, 1, 1]))


def _candidate(lower: OrientedCrystal, upper: OrientedCrystal, pair: _Pair, lower_share: float) -> Candidate:
    cells = np.array(pair.lower) @ lower.in_plane, np.array(pair.upper) @ upper.in_plane
    cell = shared_cell(*cells, lower_share)
    strains = [small_strain(one, cell) for one in cells]
    lengths, angles = lengths_and_angles(np.array(cells))
    principal = [np.abs(np.linalg.eigvalsh(strain)) for strain in strains]
    return Candidate(
        lower=pair.lower,
        upper=pair.upper,
        area=float(np.linalg.det(cell)),
        lower_strain=strains[0],
        upper_strain=strains[1],
        strain_measure=float(principal[0].mean() + principal[1].mean()),
        max_strain=float(np.max(principal)),
        twist=pair.twist,
        length_mismatch=float(np.abs(lengths[1] / lengths[0] - 1).max()),
        angle_mismatch=float(abs(angles[1] - angles[0])),
    )


def _least_turned(group: list[_Pair]) -> _Pair:
    return min(group, key=_turned)


def _turned(candidate: _Pair | Candidate) -> tuple[float, ...]:
    """Order equivalent candidates: the least turned first, then that with the simplest supercells."""
    twist = round(candidate.twist / ANGLE_STEP)
    (p, q), (r, s) = candidate.lower
    (t, u), (v, w) = candidate.upper
    return (abs(twist), twist < 0, -p, -s, abs(q), abs(r), -t, -w, abs(u), abs(v), q, r, u, v)


def _order(candidate: Candidate) -> tuple[float, ...]:
    """Order candidates that are not equivalent: area, strain, angle, then anything that is unique."""
    return (
        round(candidate.area / AREA_STEP),
        round(candidate.strain_measure / STRAIN_STEP),
        *_turned(candidate),
    )


def _nothing_found(
    lower: OrientedCrystal, upper: OrientedCrystal, limits: MatchLimits, lower_share: float
) -> InputError:
    """Explain an empty list: which limit has to be relaxed, and how far."""
    needed = max(lower.area, upper.area) * (1 - limits.max_strain)
    if needed > limits.max_area:
        return InputError(
            f"the primitive in-plane cells have {lower.area:.1f} and {upper.area:.1f} angstrom2, max_area is "
            f"{limits.max_area:g}",
            key="max_area",
            remedy=f"raise it to at least {needed:.0f}, or choose planes with smaller cells",
        )
    wide = MatchLimits(limits.max_area, MAX_STRAIN, WIDE_LENGTH, WIDE_ANGLE)
    groups = _groups(lower, upper, wide, lower_share)
    others = [_candidate(lower, upper, _least_turned(group), lower_share) for group in groups]
    if not others:
        return InputError(
            f"no common cell up to {limits.max_area:g} angstrom2 has less than {MAX_STRAIN:.0%} strain",
            key="max_area",
            remedy=f"raise max_area (at most {MAX_AREA:g}), or choose other planes",
        )
    best = min(others, key=lambda one: (round(one.max_strain / STRAIN_STEP), *_order(one)))
    excess = {
        "max_strain": (best.max_strain, limits.max_strain),
        "max_length_mismatch": (best.length_mismatch, limits.max_length_mismatch),
        "max_angle_mismatch": (best.angle_mismatch, limits.max_angle_mismatch),
    }
    broken = [f"{name} to {_above(value):g}" for name, (value, limit) in excess.items() if value > limit]
    return InputError(
        f"no common cell within the limits; the closest up to {limits.max_area:g} angstrom2 has "
        f"{best.area:.1f} angstrom2, {best.max_strain:.1%} strain, {best.length_mismatch:.1%} length "
        f"mismatch and {best.angle_mismatch:.1f} degrees angle mismatch",
        key=next(name for name, (value, limit) in excess.items() if value > limit),
        remedy=f"raise {' and '.join(broken)}, or raise max_area",
    )


def _above(value: float) -> float:
    """Return a limit of three decimals that lets a value through."""
    return float(np.ceil(value * 1000 + 0.01) / 1000)


def _fold(angle: float) -> float:
    """Return an angle in degrees between -180 (excluded) and 180; noise does not change its sign."""
    folded = (angle + 180.0 - ANGLE_STEP / 10) % 360.0 - 180.0 + ANGLE_STEP / 10
    return 0.0 if abs(folded) < ANGLE_STEP / 10 else folded


def _determinant(matrix: Supercell | IntArray) -> int:
    (p, q), (r, s) = matrix
    return int(p * s - q * r)


def _supercell(matrix: IntArray) -> Supercell:
    (p, q), (r, s) = matrix.tolist()
    return (p, q), (r, s)
