"""What was searched or varied around one work of adhesion: registry, thickness, separation.

Units: lengths angstrom, works of adhesion J/m2 with negative = bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import numpy as np
from pydantic import Field, model_validator

from wadflow.errors import InputError
from wadflow.results.records import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

THICKNESS_TOLERANCE: Final = 0.05
"""Change of the rigid work of adhesion (J/m2) between neighbouring thicknesses below which it counts
as converged with the thickness: the accuracy that an experiment of wetting has."""

Fractions = tuple[float, float]


class RegistryPoint(Document):
    """One lateral shift at its best gap.

    ================  =========  ================================================================
    property          unit       meaning
    ================  =========  ================================================================
    registry          fractions  shift of the upper side, of the interface's a and b
    images            fractions  shifts that symmetry makes equal to it, itself included
    gap               angstrom   height between the outermost atoms, optimised with rigid slabs
    work_of_adhesion  J/m2       rigid slabs, at that gap
    converged         -          the gap was optimised within the allowed steps
    key               -          its calculation in the archive
    ================  =========  ================================================================
    """

    registry: Fractions
    images: tuple[Fractions, ...]
    gap: float
    work_of_adhesion: float
    converged: bool
    key: str


class RegistryMap(Document):
    """The adhesion map: work of adhesion over the lateral shift, slabs rigid, each at its best gap.

    ========  =========  ================================================================
    property  unit       meaning
    ========  =========  ================================================================
    cell      angstrom   in-plane vectors a and b of the interface, rows, shape (2, 2)
    lattice   angstrom   translations of the upper side that change nothing, rows, shape (2, 2)
    points    -          the shifts that symmetry does not make equal
    best      -          index of the one that is bound most strongly, which was relaxed
    ========  =========  ================================================================
    """

    cell: tuple[tuple[float, float], tuple[float, float]]
    lattice: tuple[tuple[float, float], tuple[float, float]]
    points: tuple[RegistryPoint, ...] = Field(min_length=1)
    best: int = Field(ge=0)

    @model_validator(mode="after")
    def _best_is_there(self) -> Self:
        if self.best >= len(self.points):
            problem = f"the best shift has the index {self.best}, but there are {len(self.points)} shifts"
            raise ValueError(problem)
        return self

    @property
    def corrugation(self) -> float:
        """Difference of the weakest and the strongest work of adhesion, J/m2, not negative."""
        values = [point.work_of_adhesion for point in self.points]
        return max(values) - min(values)


class ThicknessPoint(Document):
    """Rigid work of adhesion (J/m2) at one pair of plane counts; keys of AB, A and B."""

    lower_planes: int = Field(ge=1)
    upper_planes: int = Field(ge=1)
    work_of_adhesion: float
    keys: tuple[str, str, str]


class ThicknessSeries(Document):
    """Rigid work of adhesion over the number of planes, at one registry and one gap.

    ========  ====  ======================================================================
    property  unit  meaning
    ========  ====  ======================================================================
    points    -     thinnest first; the interface itself is among them
    ========  ====  ======================================================================
    """

    points: tuple[ThicknessPoint, ...] = Field(min_length=2)

    @property
    def spread(self) -> float:
        """Difference of the largest and the smallest value, J/m2."""
        values = [point.work_of_adhesion for point in self.points]
        return max(values) - min(values)

    @property
    def last_change(self) -> float:
        """Change from the last but one to the thickest member, J/m2."""
        return self.points[-1].work_of_adhesion - self.points[-2].work_of_adhesion

    @property
    def converged(self) -> bool:
        """Whether the last step of thickness changed less than `THICKNESS_TOLERANCE`."""
        return abs(self.last_change) <= THICKNESS_TOLERANCE

    def sentence(self) -> str:
        """Return the series in words, with its verdict."""
        listed = ", ".join(
            f"{point.work_of_adhesion:.2f} ({point.lower_planes}+{point.upper_planes})"
            for point in self.points
        )
        verdict = (
            f"the last step changes {self.last_change:+.3f} J/m2: converged with thickness"
            if self.converged
            else f"spread {self.spread:.2f} J/m2, the last step still changes {self.last_change:+.2f} J/m2: "
            "NOT converged with thickness"
        )
        return f"Rigid work of adhesion by planes, J/m2: {listed}; {verdict}."


class SeparationPoint(Document):
    """Rigid work of adhesion (J/m2) with the sides moved apart by ``separation`` (angstrom)."""

    separation: float
    work_of_adhesion: float
    key: str


class RoseFit(Document):
    """Universal binding energy relation, fitted to a separation curve.

    ``W(d) = -depth (1 + x) exp(-x)`` with ``x = (d - minimum) / length``: J. H. Rose, J. Ferrante and
    J. R. Smith, Phys. Rev. Lett. 47, 675 (1981), doi 10.1103/PhysRevLett.47.675.

    ========  ========  ===========================================================
    property  unit      meaning
    ========  ========  ===========================================================
    depth     J/m2      separation work at the minimum, positive
    minimum   angstrom  separation of the minimum, from the interface's own gap
    length    angstrom  scaling length; the largest stress is depth / (e length)
    residual  J/m2      root mean square deviation of the points
    ========  ========  ===========================================================
    """

    depth: float = Field(gt=0)
    minimum: float
    length: float = Field(gt=0)
    residual: float = Field(ge=0)

    def work_of_adhesion(self, separation: ArrayLike) -> NDArray[np.float64]:
        """Return the fitted work of adhesion, J/m2, at separations in angstrom, in their shape."""
        return rose(np.asarray(separation, dtype=float), self.depth, self.minimum, self.length)

    @property
    def largest_stress(self) -> float:
        """Largest tensile stress on the way apart, GPa."""
        return self.depth / (np.e * self.length) * 10.0  # J/m2 per angstrom is 10 GPa


class SeparationCurve(Document):
    """Work of adhesion W(d) while the rigid sides are moved apart.

    ========  ====  ================================================================
    property  unit  meaning
    ========  ====  ================================================================
    points    -     by ascending separation; 0 is the interface's own gap
    fit       -     universal binding energy relation; None where it does not fit
    ========  ====  ================================================================
    """

    points: tuple[SeparationPoint, ...] = Field(min_length=2)
    fit: RoseFit | None


def rose(separation: NDArray[np.float64], depth: float, minimum: float, length: float) -> NDArray[np.float64]:
    """Return ``-depth (1 + x) exp(-x)``, ``x = (separation - minimum) / length``; see `RoseFit`."""
    x = (separation - minimum) / length
    result: NDArray[np.float64] = -depth * (1 + x) * np.exp(-x)
    return result


def fit_rose(separations: Sequence[float], works: Sequence[float]) -> RoseFit:
    """Fit the universal binding energy relation to a separation curve.

    Parameters
    ----------
    separations : sequence of float
        Angstrom, at least four.
    works : sequence of float
        Work of adhesion at each, J/m2, negative = bound.

    Raises
    ------
    InputError
        Too few points, no bound one, or the relation does not fit them.
    """
    from scipy.optimize import curve_fit

    if len(separations) < 4:
        problem = f"{len(separations)} points for the three parameters of a Rose curve"
        raise InputError(problem, key="separations", remedy="give at least 3 separations beside 0")
    d, w = np.array(separations, dtype=float), np.array(works, dtype=float)
    deepest = int(np.argmin(w))
    if w[deepest] >= 0:
        problem = "no point of the separation curve is bound"
        raise InputError(problem, key="separations", remedy="no Rose curve describes a repulsive contact")
    try:
        parameters, _ = curve_fit(rose, d, w, p0=(-w[deepest], d[deepest], 0.7), maxfev=5000)
    except RuntimeError as error:
        raise InputError(f"no Rose curve fits the points: {error}", key="separations") from error
    depth, minimum, length = (float(value) for value in parameters)
    if depth <= 0 or length <= 0:
        raise InputError("no Rose curve fits the points", key="separations")
    residual = float(np.sqrt(np.mean((rose(d, depth, minimum, length) - w) ** 2)))
    return RoseFit(depth=depth, minimum=minimum, length=length, residual=residual)
