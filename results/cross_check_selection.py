"""Which cross-checks a user means, and what many of them say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.interfaces.suggestions import did_you_mean
from wadflow.results.cross_check_records import Kind  # noqa: TC001  # pydantic reads it
from wadflow.results.records import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.cross_check import CrossCheck, MissingCounterpart


class CrossCheckSummary(Document):
    """Cross-checks of one quantity, method and kind of counterpart together.

    ================  ====  =================================================
    property          unit  meaning
    ================  ====  =================================================
    quantity, method  -     as in the cross-checks
    kind              -     what the counterparts are
    unit              -     of the numbers below
    count             -     cross-checks
    mean              unit  mean of the signed differences
    mean_absolute     unit  mean of their sizes
    largest           unit  the signed difference of the largest size
    within, outside   -     how many are within the combined uncertainty, and outside
    ================  ====  =================================================

    The others have no counterpart that gives an uncertainty. Protocols that only prove the path are left out.
    """

    quantity: str
    method: str
    kind: Kind
    unit: str
    count: int
    mean: float
    mean_absolute: float
    largest: float
    within: int
    outside: int


def summaries(checks: Sequence[CrossCheck]) -> tuple[CrossCheckSummary, ...]:
    """Return one summary for each quantity, method, unit and kind of counterpart, in their order."""
    groups: dict[tuple[str, str, Kind, str], list[CrossCheck]] = {}
    for one in checks:
        if one.production:
            groups.setdefault((one.quantity, one.method, one.kind, one.unit), []).append(one)
    found = []
    for (quantity, method, kind, unit), group in groups.items():
        differences = [one.difference for one in group]
        found.append(
            CrossCheckSummary(
                quantity=quantity,
                method=method,
                kind=kind,
                unit=unit,
                count=len(group),
                mean=sum(differences) / len(group),
                mean_absolute=sum(map(abs, differences)) / len(group),
                largest=max(differences, key=abs),
                within=sum(one.agreement == "within" for one in group),
                outside=sum(one.agreement == "outside" for one in group),
            )
        )
    return tuple(found)


def select(
    checks: Sequence[CrossCheck], missing: Sequence[MissingCounterpart], names: Sequence[str]
) -> tuple[tuple[CrossCheck, ...], tuple[MissingCounterpart, ...]]:
    """Return what a user's names stand for.

    Parameters
    ----------
    checks, missing : sequence
        All there are.
    names : sequence of str
        Each a document (``li110-li110``), a species (``Li2O``), a protocol's document
        (``li110-li110.standard``) or a quantity (``entropy``); capitals do not matter in quantities. None
        given: all.

    Raises
    ------
    wadflow.errors.InputError
        A name that stands for nothing; the message says what there is.
    """
    if not names:
        return tuple(checks), tuple(missing)
    known: dict[str, None] = {}
    for check in checks:
        known |= dict.fromkeys(_names(check.quantity, check.species, (check.document, *check.also_in)))
    for one in missing:
        where = (one.found_in,) if one.side == "not measured" else ()
        known |= dict.fromkeys(_names(one.quantity, one.species, where))
    for name in names:
        if name not in known:
            short = sorted({word for word in known if " " not in word and ":" not in word})
            raise InputError(
                f"there is nothing to compare of {name[:200]!r}",
                remedy=f"{did_you_mean(name, list(known))}there are {', '.join(short)}; calculate what is "
                "missing, or name another archive (--archive, --shipped)",
            )
    wanted = set(names)
    return (
        tuple(
            one
            for one in checks
            if wanted & set(_names(one.quantity, one.species, (one.document, *one.also_in)))
        ),
        tuple(
            one
            for one in missing
            if wanted
            & set(_names(one.quantity, one.species, (one.found_in,) if one.side == "not measured" else ()))
        ),
    )


def _names(quantity: str, species: str, documents: Sequence[str]) -> list[str]:
    """Return the names under which a user may ask: quantity, species, document with and without protocol."""
    found = [quantity, species]
    for document in documents:
        found += [document, document.rpartition(".")[0]]
    # An equation is asked for by any of its species.
    if "->" in species:
        words = species.replace("(c)", "").replace("(g)", "").split()
        found += [word for word in words if word[0].isalpha()]
    return [name for name in found if name]
