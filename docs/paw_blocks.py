"""Block of the pages that puts equal interfaces with different PAW data sets beside each other.

``<!-- paw-sets SYMBOL NAME ... -->`` to ``<!-- end -->``, filled by ``write_numbers.py``.
"""

from __future__ import annotations

from page_blocks import table

from wadflow.results.computed_documents import list_computed, read_computed
from wadflow.results.computed_quantities import quantities_of_interface


def paw_sets(symbol: str, *names: str) -> str:
    """Return lattice constants (angstrom) and works of adhesion (J/m2) by PAW set of an element."""
    rows, missing = [], []
    for name in names:
        if name not in list_computed():
            missing.append(f"`{name}`")
            continue
        document = read_computed(name)
        (dataset,) = (one for one in document.ab.paw if one.symbol == symbol)
        set_text = f"{dataset.name}, {dataset.valence_electrons:g} e"
        for one in quantities_of_interface(document):
            number = f"{one.value:.4f}" if one.unit == "angstrom" else f"{one.value:.3f}"
            state = "" if document.converged else " (**not converged**)"
            rows.append([f"{one.species}: {one.quantity}, {one.unit}", set_text, number + state])
    text = table(["", f"PAW set of {symbol}", "value"], sorted(rows, key=lambda row: row[0]))
    return text + (f"\nNot computed yet: {', '.join(missing)}.\n" if missing else "")


KINDS = {"paw-sets": paw_sets}
"""Kinds of blocks, as pages name them, and what writes them."""
