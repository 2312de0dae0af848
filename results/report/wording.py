"""Plain texts as HTML: units and formulas as they are printed, digital object identifiers as links."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

# Old identifiers hold parentheses: 10.1016/0039-6028(77)90442-3. One that closes a remark is not theirs.
_DOI: Final = re.compile(r"\b(10\.\d{4,9}/(?:[^\s;,()]|\([^\s()]*\))*(?:[^\s;,().:]|\([^\s()]*\)))")
# Volumes of journals (B40) are no boron; space groups (C12/m1) no carbon.
_WORD: Final = re.compile(r"(?<![\w-])((?:[A-Z][a-z]?\d*)+)(?![\w-]|/[a-z])")
_LETTER: Final = re.compile(r"[A-Z]\d\d+")
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
    found = re.sub(r"(?<![\w)\]])-(?=[\d(])|^-(?= )", "\u2212", found)
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
    >>> formulas("2 Li2O(001), PBE0, LiF, Physical Review B40, C12/m1", "_{}")
    '2 Li_2O(001), PBE0, LiF, Physical Review B40, C12/m1'
    """
    return _WORD.sub(lambda word: _formula(word[1], subscript), text)


def _formula(word: str, subscript: str) -> str:
    from ase.data import atomic_numbers

    symbols = [found[1] for found in _SYMBOL.finditer(word)]
    is_formula = any(letter.isdigit() for letter in word) and all(one in atomic_numbers for one in symbols)
    if not is_formula or _LETTER.fullmatch(word):
        return word
    return _SYMBOL.sub(lambda found: found[1] + (subscript.format(found[2]) if found[2] else ""), word)
