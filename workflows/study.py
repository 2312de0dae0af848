"""Studies: what takes several calculations, some of which decide what the others are.

A study is walked by its program (`wadflow.workflows.requests`), a generator that asks for calculations
and is sent their outcomes. Who drives it decides where these come from: a plan only looks them up
(`wadflow.workflows.plan`), the flow makes a job of each that is missing
(`wadflow.workflows.flows.study`). So plan, flow and the look-up of what is finished cannot disagree about
what is calculated.
"""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from wadflow.workflows.calculation import Calculation
from wadflow.workflows.protocol import Protocol  # noqa: TC001  # pydantic reads it

if typing.TYPE_CHECKING:
    from wadflow.results.records import Document
    from wadflow.workflows.requests import Program

DOCUMENT_METADATA = "wadflow_document"
"""Under this name the metadata of a study's flow hold the name of its document."""

IsFromArchive = Callable[[Calculation], bool]
"""Says whether a calculation was found and not computed in this run."""


class Finished(typing.Protocol):
    """What a program comes to: all that a document is made of."""

    def document(self, is_from_archive: IsFromArchive) -> Document:
        """Assemble the document."""


class Study(BaseModel, ABC):
    """What is to be calculated, and how.

    Attributes
    ----------
    protocol : Protocol
        Numerical settings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: Protocol

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of what is studied."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Title for people."""

    @property
    @abstractmethod
    def document_name(self) -> str:
        """Name under which the archive keeps the document."""

    @property
    def settings(self) -> Protocol:
        """Numerical settings with which its calculations are prepared."""
        return self.protocol

    @abstractmethod
    def program(self) -> Program[Finished]:
        """Walk from the first calculations to all of them.

        Raises
        ------
        wadflow.errors.InputError
            Where the study cannot work; before the first calculation is asked for, as far as can be
            known.
        """
