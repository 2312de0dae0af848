"""Write the numbers and pictures of the README from the documents under results/computed.

No number of a result is typed: each block between ``<!-- numbers NAME -->`` and ``<!-- end -->``
is replaced by what the document NAME says, and the picture is drawn from its relaxed structure.

    python docs/write_numbers.py            # write
    python docs/write_numbers.py --check    # exit 1 if the README does not say what the documents say
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wadflow.results.computed_documents import read_computed
from wadflow.results.sentences import settings_text

if TYPE_CHECKING:
    from wadflow.results.documents import AdhesionDocument

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURES = ROOT / "docs" / "pictures"
BLOCK = re.compile(r"(<!-- numbers ([\w.-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def block(document: AdhesionDocument) -> str:
    """Return the table of a document in Markdown; works of adhesion in J/m2."""
    relaxed = document.work_of_adhesion_relaxed
    sides = f"{document.lower.planes} + {document.upper.planes} planes"
    rows = [
        ("rigid", document.work_of_adhesion_rigid),
        ("+ relaxation of AB", document.relaxation_ab),
        ("- relaxation of A", None if document.relaxation_a is None else -document.relaxation_a),
        ("- relaxation of B", None if document.relaxation_b is None else -document.relaxation_b),
        ("**relaxed**", relaxed),
        ("source", document.source.work_of_adhesion if document.source else None),
    ]
    lines = [f"| {document.title} | J/m2 |", "|---|--:|"]
    lines += [f"| {label} | {value:.3f} |" for label, value in rows if value is not None]
    cost = sum({record.key: record.cpu_seconds for record in document.calculations}.values())
    state = "converged" if document.converged else "**not converged**"
    note = (
        f"Negative = bound. Protocol `{document.protocol}`, {state}: {settings_text(document.ab)}; "
        f"{sides}, area {document.area:.3f} angstrom2, {cost:.0f} CPU seconds. "
        "The settings of the source are unknown."
    )
    return "\n".join([*lines, "", note, ""])


def draw(document: AdhesionDocument, file: Path) -> None:
    """Draw the relaxed interface of a document."""
    from wadflow.results.pictures import draw_interface

    atoms = document.relaxed_structures["AB"].to_atoms()
    labels = {"lower_label": document.lower.name, "upper_label": document.upper.name}
    draw_interface(atoms, document.title, **labels).savefig(file, dpi=110)


def main() -> int:
    """Write or check, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only compare, exit 1 on a difference")
    arguments = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda found: found[1] + block(read_computed(found[2])) + found[3], text)
    if arguments.check:
        return int(new != text)
    README.write_text(new, encoding="utf-8")
    for found in BLOCK.finditer(new):
        draw(read_computed(found[2]), PICTURES / f"{found[2]}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
