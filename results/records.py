"""Records: the parts that documents are made of, typed and checked.

All records are frozen pydantic models that refuse unknown keys and numbers that are not
finite, so a record read back from a file is checked like a new one. They hold plain
numbers only (tuples, not numpy arrays) and survive JSON without a change of a single bit.

Units everywhere: energy eV, length angstrom, force eV/angstrom, energy per area J/m2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    field_validator,
    model_validator,
)

if TYPE_CHECKING:
    from ase import Atoms

Role = Literal["AB", "A", "B", "bulk", "slab", "gas", "phonon"]
SlabRole = Literal["AB", "A", "B"]
Task = Literal["static", "relax"]
EnergyKind = Literal["rigid", "relaxed"]
TaskerClass = Literal["I", "II", "III"]
PolarModel = Literal["ideal", "tasker2", "symmetric"]

Vector = tuple[float, float, float]
Cell = tuple[Vector, Vector, Vector]
Strain = tuple[tuple[float, float], tuple[float, float]]

_CELL: Final = TypeAdapter(Cell)

REQUIRED_SETTINGS: Final = (
    "xc",
    "cutoff",
    "kpts",
    "smearing",
    "cell",
    "pbc",
    "dipole_layer",
    "convergence",
    "paw",
)
"""Keys that `CalculationRecord.equal_settings` must hold: a setting that nobody wrote down
could not be compared, and its difference would pass unseen. More keys may be added."""


class Document(BaseModel):
    """Base of all documents: frozen, no unknown keys, finite numbers only."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PawDataset(Document):
    """One PAW data set, as it was read by the code.

    =================  ======  ==============================================
    property           unit    meaning
    =================  ======  ==============================================
    symbol             -       chemical symbol
    name               -       ``default``, or the name of the set as GPAW spells it, ``3e``
    fingerprint        -       checksum of the file's content
    valence_electrons  e       number of electrons treated explicitly
    =================  ======  ==============================================
    """

    symbol: str
    name: str
    fingerprint: str = Field(min_length=1)
    valence_electrons: float = Field(gt=0)


class AtomsRecord(Document):
    """Atoms as plain numbers; `from_atoms` and `to_atoms` convert from and to ASE.

    =========  ========  =======  ===========================================
    property   unit      shape    meaning
    =========  ========  =======  ===========================================
    numbers    -         (n,)     atomic numbers
    positions  angstrom  (n, 3)   Cartesian positions
    cell       angstrom  (3, 3)   cell vectors, one a row
    pbc        -         (3,)     periodic along a, b, c
    side       -         (n,)     0 = lower slab, 1 = upper slab; None where not defined
    plane      -         (n,)     atomic plane, 0 = bottom; None where not defined
    =========  ========  =======  ===========================================
    """

    numbers: tuple[int, ...] = Field(min_length=1)
    positions: tuple[Vector, ...]
    cell: Cell
    pbc: tuple[bool, bool, bool]
    side: tuple[int, ...] | None = None
    plane: tuple[int, ...] | None = None

    @model_validator(mode="after")
    def _equal_lengths(self) -> Self:
        n_atoms = len(self.numbers)
        for name in ("positions", "side", "plane"):
            values = getattr(self, name)
            if values is not None and len(values) != n_atoms:
                problem = f"{name} has {len(values)} rows, but there are {n_atoms} atoms"
                raise ValueError(problem)
        return self

    @classmethod
    def from_atoms(cls, atoms: Atoms) -> Self:
        """Take numbers, positions, cell, pbc and, where present, side and plane from ASE."""
        labels = {
            name: tuple(atoms.arrays[name].tolist()) for name in ("side", "plane") if name in atoms.arrays
        }
        return cls.model_validate(
            {
                "numbers": atoms.numbers.tolist(),
                "positions": atoms.positions.tolist(),
                "cell": atoms.cell.array.tolist(),
                "pbc": atoms.pbc.tolist(),
                **labels,
            }
        )

    def to_atoms(self) -> Atoms:
        """Make `ase.Atoms`, with the arrays ``side`` and ``plane`` where they are defined."""
        from ase import Atoms

        atoms = Atoms(numbers=self.numbers, positions=self.positions, cell=self.cell, pbc=self.pbc)
        for name in ("side", "plane"):
            values = getattr(self, name)
            if values is not None:
                atoms.set_array(name, list(values), dtype=int)
        return atoms


class CalculationRecord(Document):
    """One finished calculation: its energies, its settings, its cost.

    All energies are extrapolated to zero smearing. The energy of the first ionic step is kept
    beside that of the last: it is the *rigid* energy, at the interface geometry.

    ==============  ===========  ====================================================
    property        unit         meaning
    ==============  ===========  ====================================================
    key             -            key in the archive
    label           -            name for people
    role            -            part in the interface: AB, A (lower), B (upper), or bulk;
                                 slab: one of a surface; gas: a molecule or an atom;
                                 phonon: a supercell with one atom displaced
    task            -            ``static`` (one energy) or ``relax`` (cell fixed for slabs)
    formula         -            chemical formula of the whole cell, for example ``Li8O4``
    n_atoms         -            atoms in the cell
    initial_energy  eV           energy of the first ionic step, whole cell
    final_energy    eV           energy of the last ionic step, whole cell
    max_force       eV/angstrom  largest force on an atom in the last ionic step
    n_ionic_steps   -            energies computed, 1 for ``static``
    course          -            of a relaxation, each ionic step's energy (eV) and largest force
                                 (eV/angstrom); None: not kept
    converged       -            all criteria of the protocol were met
    equal_settings  mixed        what must agree between AB, A and B (`REQUIRED_SETTINGS`):
                                 cutoff in eV, smearing in eV, cell (3, 3) in angstrom, ...
    paw             -            PAW data sets that were read, one an element
    versions        -            versions of the programs
    cores           -            processor cores
    cpu_seconds     s            processor time of all cores
    wall_seconds    s            elapsed time
    from_archive    -            found in the archive, not computed in this run
    final_atoms     -            atoms after the last ionic step, of crystals that relaxed with their
                                 cell and of molecules; None: not kept
    ==============  ===========  ====================================================
    """

    key: str = Field(min_length=1)
    label: str
    role: Role
    task: Task
    formula: str
    n_atoms: int = Field(gt=0)
    initial_energy: float
    final_energy: float
    max_force: float = Field(ge=0)
    n_ionic_steps: int = Field(ge=1)
    converged: bool
    equal_settings: dict[str, JsonValue]
    paw: tuple[PawDataset, ...]
    versions: dict[str, str]
    cores: int = Field(ge=1)
    cpu_seconds: float = Field(ge=0)
    wall_seconds: float = Field(ge=0)
    from_archive: bool
    final_atoms: AtomsRecord | None = None
    course: tuple[tuple[float, float], ...] | None = None

    @field_validator("equal_settings")
    @classmethod
    def _nothing_unsaid(cls, settings: dict[str, JsonValue]) -> dict[str, JsonValue]:
        missing = [key for key in REQUIRED_SETTINGS if key not in settings]
        if missing:
            problem = f"equal_settings lacks {', '.join(missing)}: it could not be compared"
            raise ValueError(problem)
        _CELL.validate_python(settings["cell"])
        return settings

    @property
    def cell(self) -> Cell:
        """Cell vectors (angstrom), shape (3, 3), one a row; part of `equal_settings`."""
        return _CELL.validate_python(self.equal_settings["cell"])

    @property
    def area(self) -> float:
        """In-plane area ``|a x b|`` of the cell (angstrom2)."""
        a, b, _ = self.cell
        return math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        from ase.formula import Formula

        counts = Formula(self.formula).count()
        if sum(counts.values()) != self.n_atoms:
            problem = f"formula {self.formula} has {sum(counts.values())} atoms, not {self.n_atoms}"
            raise ValueError(problem)
        symbols = [dataset.symbol for dataset in self.paw]
        if sorted(symbols) != sorted(counts):
            problem = f"PAW data sets of {symbols} do not fit the elements of {self.formula}"
            raise ValueError(problem)
        if self.task == "static" and self.initial_energy != self.final_energy:
            problem = "a static calculation has one energy, but initial and final energy differ"
            raise ValueError(problem)
        if self.course is not None and len(self.course) != self.n_ionic_steps:
            problem = f"the course has {len(self.course)} steps, but there were {self.n_ionic_steps}"
            raise ValueError(problem)
        return self


class ChemicalPotentialRecord(Document):
    """Chemical potential that the surface energy of a non-stoichiometric slab refers to.

    =========  ======  ==================================================
    property   unit    meaning
    =========  ======  ==================================================
    element    -       symbol
    reference  -       crystal of that element alone
    value      eV      relative to the energy per atom of the reference
    =========  ======  ==================================================
    """

    element: str
    reference: str
    value: float


class SideRecord(Document):
    """One side of the interface: what was cut, how it was strained, what that costs.

    ====================  =====  ======  ==============================================
    property              unit   shape   meaning
    ====================  =====  ======  ==============================================
    crystal               -      -       name or file of the crystal
    miller                -      (3,)    Miller indices of the plane, conventional cell
    planes                -      -       atomic planes in the slab
    termination           -      -       formula of the plane at the contact
    free_termination      -      -       formula of the plane at the vacuum; None: not recorded
    tasker_class          -      -       I, II, III of the bulk cut; None without formal
                                         charges (metals)
    polar_model           -      -       how a polar slab is treated
    tasker_class_as_run   -      -       the same of the slab that was run; None also for a
                                         slab that is not neutral by its formal charges
    reconstruction        -      -       what was moved, in words; None: nothing
    chemical_potential    -      -       for a symmetric slab; its surface energy needs it, its
                                         work of adhesion does not
    charge_doubt          -      -       why the formal charges may be wrong; None: they are sure
    strain                1      (2, 2)  small strain against the side's own relaxed bulk
    strain_measure        1      -       one number for it, independent of the supercell
    strain_energy         J/m2   -       cost of the strain per interface area; not part of
                                         the work of adhesion. None: see the reason
    strain_energy_reason  -      -       why there is no strain energy
    ====================  =====  ======  ==============================================
    """

    crystal: str
    miller: tuple[int, int, int]
    planes: int = Field(ge=1)
    termination: str
    tasker_class: TaskerClass | None
    polar_model: PolarModel
    strain: Strain
    strain_measure: float = Field(ge=0)
    strain_energy: float | None
    strain_energy_reason: str | None = None
    free_termination: str | None = None
    tasker_class_as_run: TaskerClass | None = None
    reconstruction: str | None = None
    chemical_potential: ChemicalPotentialRecord | None = None
    charge_doubt: str | None = None

    @model_validator(mode="after")
    def _reason_instead_of_number(self) -> Self:
        if (self.strain_energy is None) != bool(self.strain_energy_reason):
            problem = "give either strain_energy or strain_energy_reason (why there is none)"
            raise ValueError(problem)
        return self

    @property
    def name(self) -> str:
        """Crystal and face, for example ``Li2O(001)`` or ``Li(1-10)``."""
        return f"{self.crystal}({''.join(str(index) for index in self.miller)})"
