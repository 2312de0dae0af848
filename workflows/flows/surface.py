"""The surface flow: the crystal, then slabs of several thicknesses for each face, then the energies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobflow import Flow, Maker

from wadflow.workflows.flows.study import flow_of
from wadflow.workflows.protocol import Protocol, load_protocol
from wadflow.workflows.surface_program import SurfaceStudy

if TYPE_CHECKING:
    from wadflow.interfaces.surface_definition import SurfaceDefinition


@dataclass
class SurfaceFlowMaker(Maker):
    """Makes the flow for the surface energies of one crystal.

    Each slab is relaxed in one job; the rigid energies are the first ionic steps.

    Parameters
    ----------
    name : str
        Name of the flow.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    """

    name: str = "surface energies"
    protocol: Protocol = field(default_factory=lambda: load_protocol("standard"))

    def make(self, definition: SurfaceDefinition) -> Flow:
        """Return the flow of one crystal; its output is a `SurfaceDocument`.

        The slabs are cut once here, of the unrelaxed crystal, so that a definition that cannot work
        is refused before anything runs.

        Parameters
        ----------
        definition : SurfaceDefinition
            What to calculate.
        """
        study = SurfaceStudy(definition=definition, protocol=self.protocol)
        return flow_of(study, name=f"{self.name} {definition.name}")
