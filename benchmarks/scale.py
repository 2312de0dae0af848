"""How wadflow behaves with many definitions, many flows and a large archive; starts no GPAW.

    python benchmarks/scale.py FOLDER [--plans 1000] [--builds 10000] [--entries 100000] [--flows 1000]

Definitions are those of the catalog with more planes, then at given shifts too (in the catalog most search
theirs). The entries of the archive are copies of one made-up calculation with the files and sizes of a real
one. The import of the command line is timed too. Writes into FOLDER, and prints JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import time
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from command_cost import command_cost

from wadflow.interfaces.definition import InterfaceDefinition, load_definition
from wadflow.interfaces.definition_file import write_definition
from wadflow.interfaces.groups import load_groups
from wadflow.workflows.adhesion_program import AdhesionStudy
from wadflow.workflows.adhesion_steps import build
from wadflow.workflows.archive import Archive
from wadflow.workflows.entry import MANIFEST, FileRecord, Manifest
from wadflow.workflows.flows.study import flow_of
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKS = 30_000
"""Names that one file may have: ext4 allows 65,000."""

LOOK_UPS = 500

FILE_SIZES = {"calculation.json": 4_000, "outcome.json": 8_000, "gpaw.txt": 60_000}
"""Bytes of the files of a made-up entry, as a relaxation of a slab leaves them."""


def variants() -> Iterator[InterfaceDefinition]:
    """Yield the interfaces of all groups, with more and more planes, then at shifts of their own too."""
    members = dict.fromkeys(name for group in load_groups().values() for name in group.members)
    catalog = [load_definition(name) for name in members]
    for number in count():
        place, planes = divmod(number, 9)
        for definition in catalog:
            there = definition
            if place and definition.contact.registry == "scan":
                there = definition.at((0.07 * place % 1.0, 0.11 * place % 1.0), None)
            repeat = 3 if definition.lower.miller == (1, 1, 1) else 2  # of the stack of planes of Li2O
            sides = {
                role: side.model_copy(update={"planes": (side.planes or 4) + repeat * more})
                for role, side, more in (
                    ("lower", definition.lower, planes // 3),
                    ("upper", definition.upper, planes % 3),
                )
            }
            changed = {
                "name": f"{definition.name}-{number}",
                "title": f"{definition.title} {number}",
                "source": None,
            }
            yield there.model_copy(update=changed | sides)


def plan_them(folder: Path, number: int) -> dict[str, Any]:
    """Time ``wadflow plan`` of many definition files beside an empty archive."""
    files = folder / "definitions"
    files.mkdir(exist_ok=True)
    names, scans = [], 0
    for definition in islice(variants(), number):
        scans += definition.contact.registry == "scan"
        file = files / f"{definition.name}.toml"
        write_definition(definition, file, overwrite=True)
        names.append(str(file))
    command = [sys.executable, "-m", "wadflow", "plan", "--archive", str(folder / "empty"), *names]
    answer = folder / "plans.json"
    as_json = command_cost([*command, "--json"], answer=answer)
    planned = json.loads(answer.read_text())
    as_tables = command_cost(command, answer=folder / "plans.txt")
    return {
        "definitions": len(planned),
        "of_them_with_a_registry_scan": scans,
        "calculations": sum(len(one["calculations"]) for one in planned),
        "wall_seconds": round(as_json["wall_seconds"], 1),
        "cpu_seconds": round(as_json["cpu_seconds"], 1),
        "peak_memory_mib": round(as_json["peak_memory_mib"]),
        "wall_seconds_as_tables": round(as_tables["wall_seconds"], 1),
    }


def import_command_line() -> dict[str, float]:
    """Time the import of the command line and its help, each with the start of Python; medians of five."""
    import_it = [sys.executable, "-c", "import wadflow.workflows.cli.app"]
    help_it = [sys.executable, "-m", "wadflow", "--help"]
    walls = {
        "import_seconds": [command_cost(import_it)["wall_seconds"] for _ in range(5)],
        "help_seconds": [command_cost(help_it)["wall_seconds"] for _ in range(5)],
    }
    return {what: round(median(found), 2) for what, found in walls.items()}


def build_them(number: int) -> dict[str, Any]:
    """Time the building of many interfaces in one process."""
    settings = load_protocol("standard")
    started = time.perf_counter()
    atoms = sum(len(build(definition, settings).ab) for definition in islice(variants(), number))
    wall = time.perf_counter() - started
    return {"definitions": number, "atoms": atoms, "wall_seconds": round(wall, 1)}


def fill(root: Path, number: int) -> list[str]:
    """Fill an archive with copies of one made-up calculation under many keys; return the keys."""
    keys = [hashlib.sha256(str(index).encode()).hexdigest() for index in range(number)]
    templates = root / "templates"
    template, records = templates, {}
    for index, key in enumerate(keys):
        if index % LINKS == 0:
            template = templates / str(index)
            template.mkdir(parents=True, exist_ok=True)
            for name, size in FILE_SIZES.items():
                content = np.random.default_rng(size).bytes(size)
                (template / name).write_bytes(content)
                records[name] = FileRecord(sha256=hashlib.sha256(content).hexdigest(), size=size)
        entry = root / "entries" / key[:2] / key
        if entry.exists():
            continue
        entry.mkdir(parents=True)
        for name in FILE_SIZES:
            (entry / name).hardlink_to(template / name)
        manifest = Manifest(key=key, created="2026-01-01T00:00:00Z", files=records)
        (entry / MANIFEST).write_bytes(manifest.to_bytes())
    return keys


def look_up(root: Path, number: int) -> dict[str, Any]:
    """Time the look-up of keys that an archive has and has not, its list, and its verification."""
    keys = fill(root, number)
    archive = Archive(root)
    chosen = np.random.default_rng(0).choice(keys, min(LOOK_UPS, number), replace=False).tolist()
    found, missing = [], []
    for index, key in enumerate(chosen):
        for wanted, times in ((key, found), (hashlib.sha256(f"no {index}".encode()).hexdigest(), missing)):
            started = time.perf_counter()
            entry = archive.find(wanted)
            times.append(time.perf_counter() - started)
            if (entry is not None) != (wanted == key):
                sys.exit(f"the archive is wrong about {wanted}")
    started = time.perf_counter()
    listed = len(archive.keys())
    listing = time.perf_counter() - started
    started = time.perf_counter()
    if not archive.verify(jobs=os.cpu_count() or 1).ok:
        sys.exit("the archive does not verify")
    return {
        "entries": listed,
        "median_found_milliseconds": round(1000 * median(found), 2),
        "slowest_of_100_found_milliseconds": round(1000 * sorted(found)[int(0.99 * len(found))], 2),
        "median_missing_milliseconds": round(1000 * median(missing), 3),
        "list_seconds": round(listing, 2),
        "verify_seconds": round(time.perf_counter() - started, 1),
    }


def flows(number: int) -> dict[str, Any]:
    """Time the making of the flows of many interfaces; all are kept, as a submission of all would."""
    settings = load_protocol("standard")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    made = [
        flow_of(AdhesionStudy(definition=definition, protocol=settings), name=definition.name)
        for definition in islice(variants(), number)
    ]
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "interfaces": number,
        "jobs": sum(len(flow.jobs) for flow in made),
        "wall_seconds": round(wall, 1),
        "more_memory_mib": (after - before) // 1024,
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plans", type=int, default=1000)
    parser.add_argument("--builds", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--flows", type=int, default=1000)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    report = {
        "flows": flows(arguments.flows),  # first: more memory is over the most that was used before
        "command_line": import_command_line(),
        "plan": plan_them(arguments.folder, arguments.plans),
        "build": build_them(arguments.builds),
        "small_archive": look_up(arguments.folder / "small", max(arguments.entries // 100, 1)),
        "archive": look_up(arguments.folder / "large", arguments.entries),
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
