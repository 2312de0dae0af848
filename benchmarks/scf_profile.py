"""Where the wall time of `side_by_side.py` went, from the texts that GPAW wrote: the profile of both ways.

    python benchmarks/scf_profile.py FOLDER/NAME.0

For each calculation: wall time (s) before the first iteration, self-consistent iterations and wall time of
the first ionic step and of a later one in the mean, and how many there were. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from statistics import mean
from typing import Any

from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import read_outcome

LOOP = re.compile(r"Converged in (\d+) steps\nSCF loop duration: ([\d.]+) s")
START = re.compile(r"Initialization done in: ([\d.]+) s")


def profile(text: str) -> dict[str, Any]:
    """Return what one of GPAW's texts says of its self-consistent loops."""
    loops = [(int(iterations), float(seconds)) for iterations, seconds in LOOP.findall(text)]
    starts = [float(seconds) for seconds in START.findall(text)]
    later = loops[1:]
    return {
        "starts": len(starts),
        "start_seconds": round(sum(starts), 1),
        "ionic_steps": len(loops),
        "first_iterations": loops[0][0],
        "first_seconds": loops[0][1],
        "later_iterations": round(mean(one for one, _ in later), 1) if later else None,
        "later_seconds": round(mean(seconds for _, seconds in later), 1) if later else None,
    }


def main() -> None:
    """Read, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of one interface, as side_by_side.py leaves it")
    folder = parser.parse_args().folder
    entries = {entry.key: entry for entry in Archive(folder / "archive").entries()}
    rows = []
    for line in (folder / "plain.jsonl").read_text(encoding="utf-8").splitlines():
        key, label = (json.loads(line)[name] for name in ("key", "label"))
        texts = {
            "wadflow": entries[key].path / "gpaw.txt",
            "script": folder / f"plain.{key[:12]}.txt",
        }
        atoms = len(read_outcome(entries[key]).forces)
        for way, file in texts.items():
            found = profile(file.read_text(encoding="utf-8"))
            rows.append({"label": label, "atoms": atoms, "by": way} | found)
    print(json.dumps({"name": folder.name.rpartition(".")[0], "calculations": rows}, indent=1))


if __name__ == "__main__":
    main()
