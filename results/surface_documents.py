"""Documents of surface energies, typed and checked.

Units everywhere: energy eV, length angstrom, energy per area J/m2.
"""

from __future__ import annotations

import math
from typing import Final, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from wadflow.results.adhesion import EV_PER_ANGSTROM2
from wadflow.results.records import CalculationRecord, Cell, Document, EnergyKind, TaskerClass

Miller = tuple[int, int, int]

SURFACE_CONVENTION: Final = (
    "E(N) = 2 * surface energy * area + N * bulk energy, fitted over the thickness N "
    "(Fiorentini and Methfessel 1996); per one face, in J/m2; positive = costs energy"
)

CONSISTENT: Final = 1e-8
"""Allowed error of the identities inside a document (J/m2 and eV): rounding."""


class SlopeRecord(Document):
    """The line through the energies of one face's slabs, see `wadflow.results.surface_fit.SlopeFit`.

    ===============  ====  ==========  ====================================================
    property         unit  shape       meaning
    ===============  ====  ==========  ====================================================
    surface_energy   J/m2  -           of one face
    standard_error   J/m2  -           from the scatter about the line
    bulk_energy      eV    -           slope, per formula unit
    bulk_difference  eV    -           slope minus the energy of the bulk calculated apart
    residuals        eV    (slabs,)    energy of each slab minus the line
    pair_energies    J/m2  (slabs-1,)  from each two neighbouring thicknesses alone
    spread           J/m2  -           largest minus smallest of these
    with_bulk        J/m2  (slabs,)    of each slab alone, with the bulk calculated apart
    ===============  ====  ==========  ====================================================
    """

    surface_energy: float
    standard_error: float = Field(ge=0)
    bulk_energy: float
    bulk_difference: float
    residuals: tuple[float, ...]
    pair_energies: tuple[float, ...]
    spread: float = Field(ge=0)
    with_bulk: tuple[float, ...]


class SlabRecord(Document):
    """One slab of a face.

    ===========  =========  ====================================================
    property     unit       meaning
    ===========  =========  ====================================================
    planes       -          atomic planes
    n_units      -          formula units
    thickness    angstrom   distance of the outermost planes as cut
    calculation  -          its relaxation; the first ionic step is the rigid slab
    ===========  =========  ====================================================
    """

    planes: int = Field(ge=1)
    n_units: int = Field(ge=1)
    thickness: float = Field(ge=0)
    calculation: CalculationRecord


class PublishedValue(Document):
    """A published value beside ours.

    ==========  =====  ====================================================
    property    unit   meaning
    ==========  =====  ====================================================
    value       J/m2   surface energy
    kind        -      ``experiment``, or the functional of a calculation
    difference  J/m2   ours - published
    source      -      where it stands
    doi         -      the same for machines; None: not known
    confirmed   -      whether it was read in that source itself
    note        -      what limits it
    ==========  =====  ====================================================
    """

    value: float
    kind: str
    difference: float
    source: str
    doi: str | None = None
    confirmed: bool
    note: str = ""


class FaceRecord(Document):
    """One face: its slabs and its surface energy.

    ========================  =========  ====================================================
    property                  unit       meaning
    ========================  =========  ====================================================
    miller                    -          indices in the conventional cell
    family                    -          the same for all equivalent faces
    termination               -          label of the outermost planes
    tasker_class              -          I, II; None for metals
    area                      angstrom2  of one face of the cell
    slabs                     -          from thin to thick
    bulk                      -          bulk in the in-plane cell of the slabs, static
    bulk_units                -          its formula units
    rigid                     -          all slabs as cut
    relaxed                   -          all slabs relaxed, in-plane cell of the relaxed bulk
    converged                 -          all calculations converged
    converged_with_thickness  -          the relaxed spread is within the document's tolerance
    published                 -          values of other calculations for this face
    ========================  =========  ====================================================
    """

    miller: Miller
    family: Miller
    termination: str
    tasker_class: TaskerClass | None
    area: float = Field(gt=0)
    slabs: tuple[SlabRecord, ...] = Field(min_length=3)
    bulk: CalculationRecord
    bulk_units: int = Field(ge=1)
    rigid: SlopeRecord
    relaxed: SlopeRecord
    converged: bool
    converged_with_thickness: bool
    published: tuple[PublishedValue, ...] = ()

    @property
    def indices(self) -> str:
        """Indices in brackets, ``(1-10)``."""
        return f"({''.join(str(index) for index in self.miller)})"

    def energies(self, kind: EnergyKind) -> list[float]:
        """Energies of the slabs (eV), from thin to thick."""
        records = [slab.calculation for slab in self.slabs]
        if kind == "rigid":
            return [record.initial_energy for record in records]
        return [record.final_energy for record in records]

    @model_validator(mode="after")
    def _on_the_line(self) -> Self:
        for kind, line in (("rigid", self.rigid), ("relaxed", self.relaxed)):
            energies = self.energies("rigid" if kind == "rigid" else "relaxed")
            if not len(line.residuals) == len(line.with_bulk) == len(energies):
                problem = f"the {kind} line does not have one residual for each slab"
                raise ValueError(problem)
            # The first and the last slab fix the line; the surface energy follows from its intercept.
            ends = [
                energies[i] - line.residuals[i] - self.slabs[i].n_units * line.bulk_energy for i in (0, -1)
            ]
            scale = 2 * self.area / EV_PER_ANGSTROM2
            if max(abs(end - line.surface_energy * scale) for end in ends) > CONSISTENT * max(1.0, scale):
                problem = f"the {kind} surface energy does not follow from the energies of the slabs"
                raise ValueError(problem)
        records = [self.bulk, *(slab.calculation for slab in self.slabs)]
        if self.converged != all(record.converged for record in records):
            problem = "converged does not agree with the calculations"
            raise ValueError(problem)
        return self


class WulffFace(Document):
    """One family of faces of the Wulff shape.

    ==============  ====  ===========================================
    property        unit  meaning
    ==============  ====  ===========================================
    miller          -     indices; the whole family is meant
    surface_energy  J/m2  relaxed
    area_fraction   1     share of the family in the whole surface
    ==============  ====  ===========================================
    """

    miller: Miller
    surface_energy: float = Field(gt=0)
    area_fraction: float = Field(ge=0, le=1)


class WulffRecord(Document):
    """The shape of lowest surface energy at given volume, of the faces that were calculated.

    =======================  ========  ====================================================
    property                 unit      meaning
    =======================  ========  ====================================================
    lattice                  angstrom  conventional cell, shape (3, 3), one vector a row
    faces                    -         one a family
    weighted_surface_energy  J/m2      mean over the surface of the shape
    anisotropy               1         standard deviation over the surface / mean
    shape_factor             1         surface / volume^(2/3); sphere 4.836
    =======================  ========  ====================================================
    """

    lattice: Cell
    faces: tuple[WulffFace, ...] = Field(min_length=1)
    weighted_surface_energy: float = Field(gt=0)
    anisotropy: float = Field(ge=0)
    shape_factor: float = Field(gt=0)

    @model_validator(mode="after")
    def _whole_surface(self) -> Self:
        total = math.fsum(face.area_fraction for face in self.faces)
        if abs(total - 1) > 1e-6:
            problem = f"the area fractions add up to {total}, not to 1"
            raise ValueError(problem)
        return self


class SurfaceDocument(Document):
    """Surface energies of one crystal, with all that is needed to judge them.

    Made by `wadflow.results.surfaces.combine_surfaces`.

    ===================  =====  ====================================================
    property             unit   meaning
    ===================  =====  ====================================================
    schema_version       -      version of this class
    name, title          -      of the definition
    crystal              -      shipped name or path
    formula              -      reduced formula; the unit of "formula unit"
    space_group          -      number of the crystal
    protocol             -      name of the numerical settings
    production           -      False: the protocol only proves the path
    convention           -      `SURFACE_CONVENTION`
    thickness_tolerance  J/m2   spread up to which a face counts as converged
    bulk                 -      relaxation of the crystal
    faces                -      the faces
    wulff                -      Wulff shape; None: see ``wulff_reason``
    wulff_reason         -      why there is none
    experiment           -      measured values, compared with the Wulff-weighted one
    converged            -      all calculations converged
    warnings             -      sentences for people
    created              -      time with time zone
    wadflow_version      -      version that made the document
    ===================  =====  ====================================================
    """

    schema_version: Literal[1] = 1
    name: str
    title: str
    crystal: str
    formula: str
    space_group: int = Field(ge=1, le=230)
    protocol: str
    production: bool
    convention: str = SURFACE_CONVENTION
    thickness_tolerance: float = Field(gt=0)
    bulk: CalculationRecord
    faces: tuple[FaceRecord, ...] = Field(min_length=1)
    wulff: WulffRecord | None
    wulff_reason: str | None = None
    experiment: tuple[PublishedValue, ...] = ()
    converged: bool
    warnings: tuple[str, ...] = ()
    created: AwareDatetime
    wadflow_version: str

    @property
    def calculations(self) -> tuple[CalculationRecord, ...]:
        """All calculations: the relaxed crystal, then bulk and slabs of each face."""
        of_faces = [
            record
            for face in self.faces
            for record in (face.bulk, *(slab.calculation for slab in face.slabs))
        ]
        return (self.bulk, *of_faces)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.converged != all(record.converged for record in self.calculations):
            problem = "converged does not agree with the calculations"
            raise ValueError(problem)
        if (self.wulff is None) != bool(self.wulff_reason):
            problem = "give either wulff or wulff_reason (why there is none)"
            raise ValueError(problem)
        return self
