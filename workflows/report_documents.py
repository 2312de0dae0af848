"""Which documents a report is about, by the names that a user gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.interfaces.groups import load_groups
from wadflow.interfaces.suggestions import did_you_mean
from wadflow.results.documents import AdhesionDocument
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.results.thermochemistry.conditions import find_conditions
from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.reactions import find_reactions

if TYPE_CHECKING:
    from collections.abc import Sequence

CONDITIONS = ("ambient", "vacuum")
"""At which salts are heated where no document says otherwise."""


@dataclass(frozen=True, slots=True)
class ReportDocuments:
    """Documents by kind."""

    interfaces: tuple[AdhesionDocument, ...]
    surfaces: tuple[SurfaceDocument, ...]
    decompositions: tuple[DecompositionDocument, ...]


def choose_documents(
    documents: Sequence[AdhesionDocument | SurfaceDocument | DecompositionDocument],
    names: Sequence[str],
    *,
    place: str,
) -> ReportDocuments:
    """Return the documents that names stand for, with the tables of experiment on heated salts.

    Parameters
    ----------
    documents : sequence
        All there are.
    names : sequence of str
        Interfaces, groups of the catalog, crystals of surfaces, salts; none: all of it.
    place : str
        Where the documents are, for messages.

    Raises
    ------
    InputError
        A name that stands for nothing that there is.
    """
    interfaces = [one for one in documents if isinstance(one, AdhesionDocument)]
    surfaces = [one for one in documents if isinstance(one, SurfaceDocument)]
    computed = [one for one in documents if isinstance(one, DecompositionDocument)]
    tables = decomposition_from_tables(find_reactions([]), find_conditions(list(CONDITIONS)))
    if not names:
        return ReportDocuments(tuple(interfaces), tuple(surfaces), (tables, *computed))
    groups = load_groups()
    salts = list(dict.fromkeys(verdict.salt for verdict in tables.verdicts))
    wanted = {member for name in names for member in (groups[name].members if name in groups else (name,))}
    known = [*(one.name for one in interfaces), *(one.name for one in surfaces)]
    for name in names:
        found = name in known or name in salts
        found |= name in groups and any(member in known for member in groups[name].members)
        if not found:
            there = ", ".join(sorted({*known, *salts}))
            raise InputError(
                f"{place} has no result of {name[:200]!r}",
                remedy=f"{did_you_mean(name, [*known, *salts, *groups])}there are {there}; "
                f"or calculate it: wadflow run {name[:200]}",
            )
    asked = [salt for salt in salts if salt in wanted]
    decompositions = (
        (decomposition_from_tables(find_reactions(asked), find_conditions(list(CONDITIONS))),)
        if asked
        else ()
    )
    return ReportDocuments(
        tuple(one for one in interfaces if one.name in wanted),
        tuple(one for one in surfaces if one.name in wanted),
        (
            *decompositions,
            *(one for one in computed if any(verdict.salt in wanted for verdict in one.verdicts)),
        ),
    )
