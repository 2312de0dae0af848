"""The adhesion flow: bulk crystals, then the registry, then AB, A and B, then the work of adhesion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobflow import Flow, Maker

from wadflow.workflows.adhesion_program import AdhesionStudy
from wadflow.workflows.flows.study import flow_of
from wadflow.workflows.protocol import Protocol, load_protocol

if TYPE_CHECKING:
    from wadflow.interfaces.definition import InterfaceDefinition


@dataclass
class AdhesionFlowMaker(Maker):
    """Makes the flow for the work of adhesion of one interface.

    Parameters
    ----------
    name : str
        Name of the flow.
    protocol : Protocol
        Numerical settings; ``standard`` if not given.
    """

    name: str = "work of adhesion"
    protocol: Protocol = field(default_factory=lambda: load_protocol("standard"))

    def make(self, definition: InterfaceDefinition) -> Flow:
        """Return the flow of one interface; its output is an `AdhesionDocument`.

        The interface is built once here, of the unrelaxed crystals, so that a definition that
        cannot work is refused before anything runs.

        Parameters
        ----------
        definition : InterfaceDefinition
            What to calculate.
        """
        study = AdhesionStudy(definition=definition, protocol=self.protocol)
        return flow_of(study, name=f"{self.name} {definition.name}")
