"""Pack finished calculations into results/calculations.tar.xz: what shipped documents rest on.

    python docs/pack_calculations.py ARCHIVE

Adds the entries of an archive to those that are packed already: what shipped documents name, and what else
was calculated by a protocol for production. The file is the same whenever its entries are. Unpack it with
``tar -xJf results/calculations.tar.xz -C ARCHIVE``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import read_outcome
from wadflow.workflows.protocol import list_protocols, load_protocol

KEY = re.compile(r"\b[0-9a-f]{64}\b")

PACKED = Path(__file__).resolve().parent.parent / "results" / "calculations.tar.xz"


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Forget who packed a file, and when."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() else 0o644
    return member


def main() -> None:
    """Merge, verify and pack."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path)
    documents = PACKED.parent.joinpath("computed").glob("*.json")
    named = {key for file in documents for key in KEY.findall(file.read_text(encoding="utf-8"))}
    production = {name for name in list_protocols() if load_protocol(name).production}
    with tempfile.TemporaryDirectory() as folder:
        merged = Archive(Path(folder))
        if PACKED.exists():
            with tarfile.open(PACKED) as packed:
                packed.extractall(folder, filter="data")
        for entry in Archive(parser.parse_args().archive).entries():
            target = merged.root / "entries" / entry.key[:2] / entry.key
            wanted = entry.key in named or read_outcome(entry).protocol in production
            if wanted and not target.exists():
                shutil.copytree(entry.path, target)
        report = merged.verify()
        if not report.ok:
            sys.exit(f"damaged: {report.damaged or report.incomplete}")
        with tarfile.open(PACKED, "w:xz", preset=9) as packed:
            packed.add(merged.root / "entries", "entries", filter=anonymous)
    sys.stdout.write(f"{len(report.valid)} calculations, {PACKED.stat().st_size / 1024:.0f} KiB\n")


if __name__ == "__main__":
    main()
