"""Protocols: numerical settings by name, read from TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from wadflow.errors import InputError
from wadflow.interfaces.named_files import available_names, find_file
from wadflow.interfaces.toml_models import read_toml, validate

PROTOCOL_FOLDER = Path(__file__).parent / "protocols"


class _Settings(BaseModel):
    """Frozen settings that know all of their keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ElectronSettings(_Settings):
    """How the electrons are treated.

    =========================  =====  ==============================================
    property                   shape  unit, meaning
    =========================  =====  ==============================================
    functional                 --     name of the exchange-correlation functional
    cutoff                     --     eV, plane waves at a fixed cell
    soft_cutoff                --     eV, the same of ``soft_elements`` alone; None: ``cutoff``
    bulk_cutoff                --     eV, plane waves where a cell relaxes
    grid_spacing               --     angstrom, the most between points of the density's grid in slabs;
                                      None: what GPAW takes for the cutoff
    soft_elements              (n,)   symbols; what consists of these alone, with their default PAW sets, has
                                      ``soft_cutoff``, and slabs do without ``grid_spacing``
    kpoint_density             --     points per inverse angstrom (2 pi included)
    ionic_kpoint_density       --     the same for interfaces without a metal
    mixed_kpoint_density       --     the same for interfaces of a metal with a salt
    scan_kpoint_density        --     the same for registry scans
    bulk_kpoint_density        --     points per inverse angstrom, for crystals
    ionic_bulk_kpoint_density  --     the same for crystals of ions
    smearing                   --     name of the distribution
    smearing_width             --     eV
    =========================  =====  ==============================================

    GPAW's own grid does not hold all plane waves that the density of a hard atom has. Then energy and forces
    of a slab depend on where it lies between the points: at 400 eV and 0.215 angstrom those of Li2O(001) vary
    by 0.02 eV and 0.5 eV/angstrom, and it comes to rest in minima that are none (`benchmarks/egg_box.py`).
    At 400 eV the work of adhesion of Li2O(001) is also 0.03 J/m2 (rigid) and 0.12 J/m2 (relaxed) from that at
    600 eV, which is within 0.002 J/m2 of that at 800 eV (`benchmarks/error_budget.py`).

    Energies are extrapolated to zero width for the Gaussian and Fermi-Dirac distributions;
    Marzari-Vanderbilt's cold smearing is made such that its free energy needs no extrapolation, and GPAW
    makes none. It is for metals only: its occupations rise above one below the Fermi level, so that several
    levels, or one at the edge of a gap, give the right number of electrons (dos Santos and Marzari, Phys.
    Rev. B 107, 195122 (2023), doi 10.1103/PhysRevB.107.195122). GPAW 26.7 then puts it to the top
    of an insulator's valence bands: Li2O2 with its gap of 2 eV came out 0.013 eV too high.
    """

    functional: str
    cutoff: PositiveFloat
    soft_cutoff: PositiveFloat | None = None
    bulk_cutoff: PositiveFloat
    grid_spacing: PositiveFloat | None = None
    soft_elements: tuple[str, ...] = ()
    kpoint_density: PositiveFloat
    ionic_kpoint_density: PositiveFloat
    mixed_kpoint_density: PositiveFloat
    scan_kpoint_density: PositiveFloat
    bulk_kpoint_density: PositiveFloat
    ionic_bulk_kpoint_density: PositiveFloat
    smearing: Literal["gaussian", "fermi-dirac", "marzari-vanderbilt"]
    smearing_width: PositiveFloat

    @model_validator(mode="after")
    def _soft_elements_need_less(self) -> ElectronSettings:
        if self.soft_cutoff is not None and self.soft_cutoff > self.cutoff:
            problem = f"soft_cutoff ({self.soft_cutoff:g} eV) is above cutoff ({self.cutoff:g} eV)"
            raise ValueError(f"{problem}; soft elements need no more plane waves than hard ones")
        return self


class ConvergenceSettings(_Settings):
    """When a self-consistent field counts as converged.

    Changes between iterations: of the energy in eV, of the density in electrons, and the residual
    of the eigenstates in eV2, each per valence electron; and, in relaxations, the largest change of a
    force in eV/angstrom.
    """

    energy: PositiveFloat
    density: PositiveFloat
    eigenstates: PositiveFloat
    forces: PositiveFloat


class SlabSettings(_Settings):
    """Cell of the slabs: ``vacuum`` in angstrom from the slab's top to its next image."""

    vacuum: float = Field(ge=5.0)


class MoleculeSettings(_Settings):
    """Box of molecules and atoms: ``margin`` in angstrom from the outermost atoms to its faces."""

    margin: float = Field(ge=3.0)


class PhononSettings(_Settings):
    """Phonons by finite displacements.

    ``cutoff`` in eV: plane waves of atoms at rest and displaced; ``min_length`` in angstrom: from an atom to
    its nearest image in the supercell; ``ionic_kpoint_density`` in points per inverse angstrom, of supercells
    of ions, ``ionic_kpoint_offset`` of their mesh from the gamma point in its steps (a quarter: Baldereschi's
    mean-value point, Phys. Rev. B 7, 5212 (1973), doi 10.1103/PhysRevB.7.5212); ``covalent_kpoint_density``
    of crystals that consist neither of ions nor of metal (graphite); metals keep that of their crystals;
    ``displacement`` in angstrom; ``forces`` in eV/angstrom: how far those of displaced atoms converge;
    ``mesh_length`` in angstrom: phonopy's measure of the mesh of wave vectors; ``strains``: of all lengths,
    at the volumes of the quasiharmonic approximation, rising, 0 among them.
    """

    cutoff: PositiveFloat
    min_length: PositiveFloat
    covalent_kpoint_density: PositiveFloat
    ionic_kpoint_density: PositiveFloat
    ionic_kpoint_offset: float = Field(ge=0.0, lt=1.0)
    displacement: PositiveFloat
    forces: PositiveFloat
    mesh_length: PositiveFloat
    strains: tuple[float, ...] = Field(min_length=5)

    @field_validator("strains")
    @classmethod
    def _rising_through_zero(cls, strains: tuple[float, ...]) -> tuple[float, ...]:
        if 0.0 not in strains or list(strains) != sorted(set(strains)) or min(strains) <= -1.0:
            raise ValueError("strains rise, with 0.0 among them, and leave a volume")
        return strains


class ReactionSettings(_Settings):
    """What energies of reactions need beyond those of interfaces.

    Crystals, whose cells relax, and the gases that they are compared with: ``cutoff`` in eV, at which Pulay
    stress is gone; ``ionic_kpoint_density`` in points per inverse angstrom, for crystals of ions; ``paw``:
    names of PAW data sets by element symbol, over those of the protocol.
    """

    cutoff: PositiveFloat
    ionic_kpoint_density: PositiveFloat
    paw: dict[str, str] = Field(default_factory=dict)


class RelaxationSettings(_Settings):
    """When and how atoms move.

    ``fmax`` and ``bulk_fmax`` in eV/angstrom: the largest force on an atom at a fixed cell; and
    where the cell relaxes too, the largest of the forces and of ASE's generalised cell forces
    (stress times volume per atom). ``optimizer``: BFGS, that of atoms in a trust region; its first guess of
    the Hessian are springs between the atoms, see `wadflow.workflows.spring_hessian`, and ``curvature`` in
    eV/angstrom2 against all motion; ``max_step`` in angstrom is the farthest that an atom goes in one step.
    ``gap_stress`` in eV/angstrom3 is the normal stress across a contact below which its gap counts as
    optimised, and ``gap_stiffness`` in eV/angstrom4 the first guess of the second derivative, by the gap, of
    the energy per area.
    """

    fmax: PositiveFloat
    max_steps: PositiveInt
    bulk_fmax: PositiveFloat
    optimizer: Literal["BFGS"]
    curvature: PositiveFloat
    max_step: PositiveFloat
    gap_stress: PositiveFloat
    gap_stiffness: PositiveFloat


class ApproachSettings(_Settings):
    """How slabs come near their rest at a coarse mesh, before they relax at that of their energies.

    ``kpoint_density`` in points per inverse angstrom; ``fmax`` in eV/angstrom and ``max_steps`` end it.
    """

    kpoint_density: PositiveFloat
    fmax: PositiveFloat
    max_steps: PositiveInt


class Protocol(_Settings):
    """Numerical settings by name.

    Attributes
    ----------
    name, description : str
        What it is called and what it is good for.
    production : bool
        False where the numbers mean nothing and only the path is proven; every result says so.
    solver : {"gpaw", "lennard-jones"}
        What computes energies and forces; anything but GPAW is a rehearsal.
    electrons, convergence, slab, molecules, phonons, relaxation
        The settings, see their classes.
    approach : ApproachSettings, optional
        None: slabs relax at the mesh of their energies from the first step.
    reactions : ReactionSettings, optional
        None: reactions are calculated as the crystals of interfaces are.
    paw : dict[str, str]
        Names of PAW data sets by element symbol, as GPAW spells them in ``setups`` (for
        example ``{"Na": "1"}``); elements that are absent use GPAW's default set.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    description: str
    production: bool
    solver: Literal["gpaw", "lennard-jones"] = "gpaw"
    electrons: ElectronSettings
    convergence: ConvergenceSettings
    slab: SlabSettings
    molecules: MoleculeSettings
    phonons: PhononSettings
    relaxation: RelaxationSettings
    approach: ApproachSettings | None = None
    reactions: ReactionSettings | None = None
    paw: dict[str, str] = Field(default_factory=dict)

    def for_reactions(self) -> Protocol:
        """Return these settings as they are for reactions, under the same name."""
        if self.reactions is None:
            return self
        electrons = self.electrons.model_copy(
            update={
                "bulk_cutoff": self.reactions.cutoff,
                "ionic_bulk_kpoint_density": self.reactions.ionic_kpoint_density,
            }
        )
        return self.model_copy(update={"electrons": electrons, "paw": {**self.paw, **self.reactions.paw}})

    @model_validator(mode="after")
    def _rehearsals_are_not_for_use(self) -> Protocol:
        if self.production and self.solver != "gpaw":
            raise ValueError("only GPAW makes results for production; set production = false")
        return self


def _with_base(content: dict[str, Any], file: Path) -> dict[str, Any]:
    """Fill in what a protocol leaves to the shipped one that it is based on, key by key.

    A cutoff that it gives is that of all elements, unless it gives another for soft ones: a test of
    convergence would otherwise change nothing in a slab of lithium.
    """
    base = content.pop("based_on", None)
    if base is None:
        return content
    if base not in list_protocols():
        raise InputError(
            f"{base!r} is no shipped protocol",
            file=file,
            key="based_on",
            remedy=f"give one of {', '.join(list_protocols())}",
        )
    filled = _with_base(read_toml(PROTOCOL_FOLDER / f"{base}.toml"), file)
    given = content.get("electrons")
    if isinstance(given, dict) and "cutoff" in given:
        filled["electrons"].pop("soft_cutoff", None)
    for key, value in content.items():
        table = isinstance(value, dict) and isinstance(filled.get(key), dict)
        filled[key] = {**filled[key], **value} if table else value
    return filled


def list_protocols() -> list[str]:
    """Names of the shipped protocols."""
    return available_names(PROTOCOL_FOLDER)


def load_protocol(name_or_path: str) -> Protocol:
    """Read a protocol by its shipped name or from the path of a TOML file.

    Raises
    ------
    wadflow.errors.InputError
        Where the file is missing or cannot be a protocol; names file, key and remedy.
    """
    file = find_file(name_or_path, PROTOCOL_FOLDER, what="protocol")
    protocol = validate(Protocol, _with_base(read_toml(file), file), file=file)
    if protocol.name in list_protocols() and file.parent != PROTOCOL_FOLDER:
        problem = f"'{protocol.name}' is the name of a shipped protocol"
        remedy = "give yours another name: results are kept and shown under it"
        raise InputError(problem, file=file, key="name", remedy=remedy)
    return protocol
