"""One calculation: one structure, one set of settings, one task; and its key.

The key names a calculation in the archive. It covers all that shapes the answer (structure,
settings, PAW fingerprints, major version of GPAW) and nothing that does not (names, ranks, how
the equations are solved). Positions and cells enter in bins of 1e-5 angstrom, so that numerical
noise makes no new key. The calculation itself uses the numbers as they were given: rounded ones
would break the symmetry of the structure, which costs k-points.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue, NonNegativeFloat, PositiveFloat, PositiveInt

from wadflow.results.documents import AtomsRecord, PawDataset  # noqa: TC001  # pydantic reads them

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import ArrayLike

KEY_FORMAT = 1
"""Version of the key's content; a change makes every older key unknown."""

LENGTH_BIN = 1e-5
"""Width of the bins (angstrom) in which lengths enter the key."""

BIN_OFFSET = 0.3819660112501051
"""Shift of the bin edges (in bins). Fractions of a lattice constant of few decimals (a/2, a/4)
fall upon the edges of unshifted bins, where noise of 1e-16 decides the bin; an irrational shift
(here 2 minus the golden ratio) keeps them off."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ElectronicStructure(_Frozen):
    """What GPAW is to solve; everything here enters the key.

    =======================  =====  ==================================================
    property                 shape  unit
    =======================  =====  ==================================================
    functional               --     name
    cutoff                   --     eV, plane waves
    grid_spacing             --     angstrom, the most between points of the density's grid; None: GPAW's own
    kpoints                  (3,)   mesh of k-points
    kpoint_offset            --     of its first point from the gamma point, in steps of the mesh, along all
                                    three directions; 0: a Monkhorst-Pack mesh with the gamma point
    smearing                 --     name of the distribution
    smearing_width           --     eV; 0: whole occupations (molecules)
    energy_convergence       --     eV per valence electron
    density_convergence      --     electrons per valence electron
    eigenstates_convergence  --     eV2 per valence electron
    force_convergence        --     eV/angstrom; None where the atoms stand still
    dipole_layer             --     whether a dipole layer in the vacuum parts the faces
    spin_polarized           --     whether both spins are treated
    paw                      --     data set and fingerprint of each element
    =======================  =====  ==================================================
    """

    functional: str
    cutoff: PositiveFloat
    grid_spacing: PositiveFloat | None = None
    kpoints: tuple[PositiveInt, PositiveInt, PositiveInt]
    kpoint_offset: float = 0.0
    smearing: str
    smearing_width: NonNegativeFloat
    energy_convergence: PositiveFloat
    density_convergence: PositiveFloat
    eigenstates_convergence: PositiveFloat
    force_convergence: PositiveFloat | None
    dipole_layer: bool
    spin_polarized: bool
    paw: tuple[PawDataset, ...]

    @property
    def mesh_text(self) -> str:
        """The mesh in short, for people: ``9x9x1``, or ``1x1x1 + 0.25``."""
        mesh = "x".join(str(count) for count in self.kpoints)
        return f"{mesh} + {self.kpoint_offset:g}" if self.kpoint_offset else mesh


class Approach(_Frozen):
    """How the atoms come near their rest at fewer k-points, before they relax at all of them.

    ``fmax`` in eV/angstrom ends it, or ``max_steps``; optimizer and steps are those of the relaxation.
    """

    kpoints: tuple[PositiveInt, PositiveInt, PositiveInt]
    fmax: PositiveFloat
    max_steps: PositiveInt


class Relaxation(_Frozen):
    """How the atoms move; everything here enters the key.

    ``fmax`` in eV/angstrom, ``max_step`` (the farthest that an atom goes in one step) in angstrom.
    ``moves``: every atom, or only the gap, in which the upper side moves along z as a rigid body; ``fmax``
    and ``curvature`` are then those of the whole body. ``first_hessian``: what the optimizer starts from,
    ``curvature`` (eV/angstrom2) alone in all directions, or springs between the atoms beside it. With
    ``approach`` the first ionic step is still that of the structure as given, with all k-points.
    """

    fmax: PositiveFloat
    max_steps: PositiveInt
    optimizer: str
    curvature: PositiveFloat
    relax_cell: bool
    moves: Literal["atoms", "gap"] = "atoms"
    max_step: PositiveFloat = 0.2
    first_hessian: Literal["curvature", "springs"] = "curvature"
    approach: Approach | None = None


class Calculation(_Frozen):
    """One structure and what is to be done with it.

    Attributes
    ----------
    label : str
        Name for people; not part of the key.
    protocol : str
        Name of the protocol; not part of the key.
    atoms : AtomsRecord
        Positions and cell in angstrom.
    magnetic_moments : tuple of float, optional
        Initial moment of each atom (Bohr magnetons).
    electrons : ElectronicStructure
        What GPAW is to solve.
    relaxation : Relaxation, optional
        None: one energy at fixed atoms.
    gpaw_major : str
        Major version of GPAW, for example ``"26"``.
    solver : {"gpaw", "lennard-jones"}
        What computes energies and forces; anything but GPAW is a rehearsal.
    """

    label: str
    protocol: str
    atoms: AtomsRecord
    magnetic_moments: tuple[float, ...] | None = None
    electrons: ElectronicStructure
    relaxation: Relaxation | None
    gpaw_major: str
    solver: Literal["gpaw", "lennard-jones"] = "gpaw"

    @property
    def task(self) -> Literal["static", "relax"]:
        """``static`` or ``relax``."""
        return "static" if self.relaxation is None else "relax"

    @property
    def key(self) -> str:
        """sha256 (64 hexadecimal digits) over all that shapes the answer."""
        atoms = self.atoms
        content = {
            "format": KEY_FORMAT,
            "numbers": atoms.numbers,
            "positions": _bins(atoms.positions),
            "cell": _bins(atoms.cell),
            "pbc": atoms.pbc,
            "magnetic_moments": self.magnetic_moments,
            # Without what there is none of: earlier keys do not know it.
            "electrons": self.electrons.model_dump(
                mode="json",
                exclude={
                    name for name in ("kpoint_offset", "grid_spacing") if not getattr(self.electrons, name)
                },
            ),
            # Without defaults: what a later version adds here with one leaves keys as they are.
            "relaxation": self.relaxation and self.relaxation.model_dump(mode="json", exclude_defaults=True),
            "gpaw_major": self.gpaw_major,
        }
        if self.solver != "gpaw":
            content["solver"] = self.solver
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def approaching(self) -> Calculation | None:
        """The relaxation with fewer k-points that comes before this one; None where there is none."""
        if self.relaxation is None or self.relaxation.approach is None:
            return None
        approach = self.relaxation.approach
        how = {"fmax": approach.fmax, "max_steps": approach.max_steps, "approach": None}
        return self.model_copy(
            update={
                "label": f"{self.label}, approach",
                "electrons": self.electrons.model_copy(update={"kpoints": approach.kpoints}),
                "relaxation": self.relaxation.model_copy(update=how),
            }
        )

    @property
    def equal_settings(self) -> dict[str, JsonValue]:
        """What must agree between AB, A and B of one interface; lengths in angstrom."""
        electrons = self.electrons
        return {
            "xc": electrons.functional,
            "cutoff": electrons.cutoff,
            "kpts": list(electrons.kpoints),
            **({"kpoint_offset": electrons.kpoint_offset} if electrons.kpoint_offset else {}),
            **({"grid_spacing": electrons.grid_spacing} if electrons.grid_spacing else {}),
            "smearing": {"name": electrons.smearing, "width": electrons.smearing_width},
            "cell": [list(vector) for vector in self.atoms.cell],
            "pbc": list(self.atoms.pbc),
            "dipole_layer": electrons.dipole_layer,
            "spin_polarized": electrons.spin_polarized,
            "convergence": {
                "energy": electrons.energy_convergence,
                "density": electrons.density_convergence,
                "eigenstates": electrons.eigenstates_convergence,
            },
            "paw": {dataset.symbol: dataset.fingerprint for dataset in electrons.paw},
        }

    def to_atoms(self) -> Atoms:
        """Make `ase.Atoms` with initial magnetic moments where they are given."""
        atoms = self.atoms.to_atoms()
        if self.magnetic_moments is not None:
            atoms.set_initial_magnetic_moments(self.magnetic_moments)
        return atoms


def _bins(lengths: ArrayLike) -> list[list[int]]:
    """Return the numbers of the bins into which lengths (angstrom) fall, in their shape."""
    scaled = np.asarray(lengths, dtype=float) / LENGTH_BIN
    bins: list[list[int]] = np.floor(scaled + BIN_OFFSET).astype(np.int64).tolist()
    return bins
