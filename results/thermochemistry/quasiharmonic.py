"""The quasiharmonic approximation: harmonic vibrations at several volumes, by phonopy's `PhonopyQHA`.

At each temperature a Vinet equation of state is fitted to E(V) + F_vib(T, V); its minimum is the Gibbs energy
at zero pressure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import CalculationError
from wadflow.results.thermochemistry.computed import KJ_PER_MOL, VibrationalFunctions
from wadflow.results.thermochemistry.records import QuasiharmonicRecord
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from wadflow.results.thermochemistry.tables import FloatArray

FEWEST_VOLUMES = 5
"""The equation of state has four parameters."""


def quasiharmonic(
    crystal: str,
    volumes: Sequence[float],
    energies: Sequence[float],
    vibrations: Sequence[VibrationalFunctions],
    *,
    reference: float,
) -> tuple[VibrationalFunctions, QuasiharmonicRecord]:
    """Return functions at zero pressure, and what is to be said of the expansion.

    Temperatures end where the crystal would leave the volumes that were computed.

    Parameters
    ----------
    crystal : str
        Name, for messages and the record.
    volumes : sequence of float
        angstrom3 per formula unit, rising.
    energies : sequence of float
        Of the electrons at these volumes (eV per formula unit).
    vibrations : sequence of VibrationalFunctions
        At these volumes, all at the same temperatures.
    reference : float
        Energy (eV per formula unit) that the free energies are counted from.

    Returns
    -------
    functions : VibrationalFunctions
        Its free energies are the Gibbs energies above ``reference``, its heat capacities those at
        constant pressure.
    record : QuasiharmonicRecord

    Raises
    ------
    wadflow.errors.CalculationError
        Too few volumes, or none of the temperatures has its minimum among them.
    """
    from phonopy import PhonopyQHA
    from scipy.interpolate import CubicSpline

    if len(volumes) < FEWEST_VOLUMES:
        raise CalculationError(
            f"{crystal}: {len(volumes)} volumes, but the equation of state wants {FEWEST_VOLUMES} or more"
        )
    kelvin = vibrations[0].temperatures
    fitted = PhonopyQHA(
        volumes=list(volumes),
        electronic_energies=list(energies),
        temperatures=kelvin,
        free_energy=np.array([one.free_energies for one in vibrations]).T,
        cv=np.array([one.heat_capacities for one in vibrations]).T,
        entropy=np.array([one.entropies for one in vibrations]).T,
        eos="vinet",
        t_max=float(kelvin[-3]),
    )
    equilibrium = np.asarray(fitted.volume_temperature, dtype=float)
    outside = np.flatnonzero((equilibrium < volumes[0]) | (equilibrium > volumes[-1]))
    count = int(outside[0]) if len(outside) else len(equilibrium)
    if count == 0 or kelvin[count - 1] < REFERENCE_TEMPERATURE:
        raise CalculationError(
            f"{crystal}: already below {REFERENCE_TEMPERATURE:g} K the volume of lowest free energy is not "
            f"among the computed {volumes[0]:.2f} to {volumes[-1]:.2f} angstrom3; compute others"
        )
    kept = kelvin[:count]
    gibbs = np.asarray(fitted.gibbs_temperature, dtype=float)[:count]
    above: FloatArray = (gibbs - reference) * KJ_PER_MOL
    curve = CubicSpline(kept, above)
    functions = VibrationalFunctions(
        temperatures=kept,
        free_energies=above,
        entropies=-1000.0 * curve(kept, 1),
        heat_capacities=-1000.0 * kept * curve(kept, 2),
    )

    def at_298(values: ArrayLike) -> float:
        return float(np.interp(REFERENCE_TEMPERATURE, kept, np.asarray(values, dtype=float)[:count]))

    record = QuasiharmonicRecord(
        crystal=crystal,
        volumes=tuple(volumes),
        volume_298=at_298(equilibrium),
        expansion_298=at_298(fitted.thermal_expansion),
        bulk_modulus_298=at_298(fitted.bulk_modulus_temperature),
        highest_temperature=float(kept[-1]),
    )
    return functions, record
