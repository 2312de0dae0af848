"""What a document keeps of computed energies: phonons, corrections, formation energies."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wadflow.results.records import CalculationRecord, Document


class PhononRecord(Document):
    """Phonons of one crystal.

    ==================  ====  ======================================================================
    property            unit  meaning
    ==================  ====  ======================================================================
    crystal             -     name
    supercell_atoms     -     atoms in the supercell
    supercell_matrix    -     (3, 3), in vectors of the primitive cell
    displacements       -     supercells whose forces were computed
    lowest_frequency    THz   on the mesh; negative: imaginary
    highest_frequency   THz   on the mesh
    imaginary_modes     -     mean number of imaginary modes per wave vector; in all sums they count as
                              real ones of the same size
    imaginary_share     -     Kelvin to kJ/mol per formula unit: the free energy that they have so
    modes               -     modes per wave vector
    ==================  ====  ======================================================================
    """

    crystal: str
    supercell_atoms: int = Field(gt=0)
    supercell_matrix: tuple[tuple[int, int, int], ...]
    displacements: int = Field(gt=0)
    lowest_frequency: float
    highest_frequency: float
    imaginary_modes: float = Field(ge=0)
    imaginary_share: dict[float, float] = Field(default_factory=dict)
    modes: int = Field(gt=0)

    @property
    def is_stable(self) -> bool:
        """Whether no mode is imaginary."""
        return self.imaginary_modes == 0.0


class QuasiharmonicRecord(Document):
    """Thermal expansion of one crystal in the quasiharmonic approximation.

    ===================  ==========  ===================================================
    property             unit        meaning
    ===================  ==========  ===================================================
    crystal              -           name
    volumes              angstrom3   computed, per formula unit
    volume_298           angstrom3   per formula unit at 298.15 K
    expansion_298        1/K         of the volume at 298.15 K
    bulk_modulus_298     GPa         isothermal at 298.15 K
    highest_temperature  K           above it the crystal leaves the computed volumes
    ===================  ==========  ===================================================
    """

    crystal: str
    volumes: tuple[float, ...]
    volume_298: float
    expansion_298: float
    bulk_modulus_298: float
    highest_temperature: float


class HeatCapacityRecord(Document):
    """Heat capacity of one crystal at 298.15 K (J/mol/K), beside that of the tables.

    ``computed`` is at constant volume where vibrations are harmonic, at constant pressure in the
    quasiharmonic approximation; ``measured`` at constant pressure, None where the tables lack the
    crystal. The heat capacity of electrons, about 0.5 J/mol/K in the alkali metals, is not in ``computed``.
    """

    species: str
    at_constant: Literal["volume", "pressure"]
    computed: float
    measured: float | None

    @property
    def relative_error(self) -> float | None:
        """Computed over measured, minus one."""
        return None if self.measured is None else self.computed / self.measured - 1.0


class ComputedSpeciesRecord(Document):
    """Energy of one species: ``energy`` in eV per formula unit, without vibrations."""

    species: str
    energy: float
    key: str


class ComputedRecord(Document):
    """Provenance of the columns from first principles.

    Attributes
    ----------
    protocol : str
        Name of the numerical settings.
    production : bool
        False where the numbers only prove the path.
    selection : str, optional
        What was asked for, which names the document: ``LiF``, ``all``; None: not kept by older versions.
    species : tuple of ComputedSpeciesRecord
        Energies.
    phonons : tuple of PhononRecord
        Of each crystal; in the quasiharmonic approximation at each of its volumes.
    heat_capacities : tuple of HeatCapacityRecord
        Of each crystal.
    quasiharmonic : tuple of QuasiharmonicRecord
        Of each crystal; empty: harmonic vibrations at the computed volume.
    corrections : dict
        Name of a scheme to what it adds to each species (kJ/mol).
    calculations : tuple of CalculationRecord
        Everything that was computed.
    """

    protocol: str
    production: bool
    selection: str | None = None
    species: tuple[ComputedSpeciesRecord, ...]
    phonons: tuple[PhononRecord, ...]
    heat_capacities: tuple[HeatCapacityRecord, ...] = ()
    quasiharmonic: tuple[QuasiharmonicRecord, ...] = ()
    corrections: dict[str, dict[str, float]]
    calculations: tuple[CalculationRecord, ...]

    @property
    def converged(self) -> bool:
        """Whether every calculation met its criteria."""
        return all(one.converged for one in self.calculations)
