"""Comparison with the source: a difference and what it does not mean.

The source gives a number but not its settings (code, functional, cutoff, k-points, slab
thickness). So a small difference is no proof that the same thing was calculated, and this
module never gives such a verdict: it states the difference and the sentence that limits it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.results.records import Document, EnergyKind

if TYPE_CHECKING:
    from wadflow.results.documents import AdhesionDocument


class SourceComparison(Document):
    """Our work of adhesion beside the published one.

    ===================  =====  ====================================================
    property             unit   meaning
    ===================  =====  ====================================================
    ours                 J/m2   our work of adhesion, negative = bound
    kind                 -      which of ours: ``relaxed`` where there is one, else ``rigid``
    rigid                J/m2   our rigid value, always
    source               J/m2   the published value
    doi                  -      where it stands
    difference           J/m2   ours - source; negative: ours is bound more strongly
    relative_difference  1      difference over the size of the source's; None where the source gives zero
    nearest              -      which of our numbers lies nearest: rigid or relaxed, planes, model
    sentence             -      the comparison in words, with its limits
    ===================  =====  ====================================================
    """

    ours: float
    kind: EnergyKind
    rigid: float
    source: float
    doi: str
    difference: float
    relative_difference: float | None
    nearest: str
    sentence: str


def compare_with_source(document: AdhesionDocument) -> SourceComparison:
    """Put our work of adhesion beside the published one.

    Parameters
    ----------
    document : AdhesionDocument
        A document with a source value.

    Returns
    -------
    SourceComparison
        Difference in J/m2 and relative, and a sentence that says what is not known.

    Raises
    ------
    InputError
        The document has no source value.
    """
    source = document.source
    if source is None:
        problem = f"'{document.name}' has no value to compare with"
        remedy = "give work_of_adhesion and doi in the section [source] of the definition"
        raise InputError(problem, key="source", remedy=remedy)
    theirs = source.work_of_adhesion
    relative = source.difference / abs(theirs) if theirs else None
    return SourceComparison(
        ours=document.work_of_adhesion,
        kind=document.energy_kind,
        rigid=document.work_of_adhesion_rigid,
        source=theirs,
        doi=source.doi,
        difference=source.difference,
        relative_difference=relative,
        nearest=nearest_to_source(document, theirs),
        sentence=_sentence(document, theirs, source.difference, relative, source.settings),
    )


def nearest_to_source(document: AdhesionDocument, theirs: float) -> str:
    """Say which of a document's numbers lies nearest to the published one.

    Parameters
    ----------
    document : AdhesionDocument
        Ours: relaxed, rigid, and rigid at the other plane counts of its thickness series.
    theirs : float
        The published work of adhesion, J/m2.
    """
    here = (document.lower.planes, document.upper.planes)
    numbers = [(document.work_of_adhesion_rigid, "rigid", here)]
    if document.work_of_adhesion_relaxed is not None:
        numbers.append((document.work_of_adhesion_relaxed, "relaxed", here))
    if document.thickness_series is not None:
        numbers += [
            (point.work_of_adhesion, "rigid", (point.lower_planes, point.upper_planes))
            for point in document.thickness_series.points
        ]
    value, kind, (lower, upper) = min(numbers, key=lambda number: abs(number[0] - theirs))
    models = dict.fromkeys(
        side.polar_model for side in (document.lower, document.upper) if side.tasker_class == "III"
    )
    model = f", polar model {' and '.join(models)}" if models else ""
    return f"{value:.2f} J/m2 ({kind}, {lower}+{upper} planes{model})"


def _sentence(
    document: AdhesionDocument,
    theirs: float,
    difference: float,
    relative: float | None,
    settings: str,
) -> str:
    """State the difference and its limits, never a verdict."""
    percent = "" if relative is None else f", {100 * relative:+.1f} %"
    text = (
        f"{document.work_of_adhesion:.2f} J/m2 ({document.energy_kind}, protocol "
        f"'{document.protocol}') beside {theirs:.2f} J/m2 of the source: difference "
        f"{difference:+.2f} J/m2{percent}; {settings}, so the difference mixes settings, model "
        "and thickness."
    )
    if len({document.work_of_adhesion, document.work_of_adhesion_rigid}) > 1:
        text += f" Nearest of our numbers: {nearest_to_source(document, theirs)}."
    if not document.converged:
        text += " Our calculations did not all converge."
    if not document.production:
        text += " Our protocol only proves the path: this is no result."
    return text
