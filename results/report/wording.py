"""Plain texts as HTML: units and formulas as they are printed, digital object identifiers as links."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_DOI: Final = re.compile(r"\b(10\.\d{4,9}/[^\s;,()]*[^\s;,().:])")
_WORD: Final = re.compile(r"(?<![\w-])((?:[A-Z][a-z]?\d*)+)(?![\w-])")
_SYMBOL: Final = re.compile(r"([A-Z][a-z]?)(\d*)")

_UNITS: Final = {
    "J/m2": "J/m²",
    "angstrom2": "Å²",
    "angstrom3": "Å³",
    "angstrom": "Å",
    " -&gt; ": " → ",
    " - ": " \u2212 ",
}


def printed(text: str) -> Markup:
    """Return a plain text as HTML.

    Examples
    --------
    >>> str(printed("Li2O(001): -7.85 J/m2 in PBE0, doi 10.1038/s41467-020-19206-w."))
    'Li<sub>2</sub>O(001): −7.85 J/m² in PBE0, doi <a href="https://doi.org/10.1038/s41467-020-19206-w">10.1038/s41467-020-19206-w</a>.'
    """
    parts = _DOI.split(text)
    pieces = [_link(part) if place % 2 else _prose(part) for place, part in enumerate(parts)]
    return Markup("").join(pieces)


def number(text: str) -> str:
    """Return a number with a minus sign in the place of a hyphen."""
    return text.replace("-", "\u2212")


def _link(doi: str) -> Markup:
    return Markup('<a href="https://doi.org/{0}">{0}</a>').format(doi)


def _prose(text: str) -> Markup:
    found = str(escape(text))
    for plain, sign in _UNITS.items():
        found = found.replace(plain, sign)
    found = re.sub(r"(?<![\w)\]])-(?=\d)|^-(?= )", "\u2212", found)
    return Markup(formulas(found, "<sub>{}</sub>"))  # noqa: S704  # escaped above


def formulas(text: str, subscript: str) -> str:
    """Return a text whose chemical formulas have subscripts.

    Parameters
    ----------
    text : str
        Any.
    subscript : str
        How a number is written as one, with ``{}`` in its place.

    Examples
    --------
    >>> formulas("2 Li2O(001), PBE0, LiF", "_{}")
    '2 Li_2O(001), PBE0, LiF'
    """
    return _WORD.sub(lambda word: _formula(word[1], subscript), text)


def _formula(word: str, subscript: str) -> str:
    from ase.data import atomic_numbers

    symbols = [found[1] for found in _SYMBOL.finditer(word)]
    if not any(letter.isdigit() for letter in word) or any(one not in atomic_numbers for one in symbols):
        return word
    return _SYMBOL.sub(lambda found: found[1] + (subscript.format(found[2]) if found[2] else ""), word)
