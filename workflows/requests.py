"""What a program asks for, and the kind of generator that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import TypeVar

    from wadflow.results.documents import Role
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome

    Result = TypeVar("Result")

    Outcomes = Mapping[str, Outcome]
    """Outcomes by the key of their calculation."""

    Program = Generator[list["Request"], Outcomes, Result]
    """Yields the calculations that are needed next, none of which depends on another of them; is sent
    their outcomes, by key; returns what they come to."""


@dataclass(frozen=True)
class Request:
    """One calculation that is needed next.

    Attributes
    ----------
    role : {"AB", "A", "B", "bulk"}
        Its part in an interface.
    calculation : Calculation
        What is to be calculated.
    """

    role: Role
    calculation: Calculation
