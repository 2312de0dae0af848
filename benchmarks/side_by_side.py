"""wadflow and a plain script beside each other: processor seconds, steps, iterations, memory, results.

    python benchmarks/side_by_side.py FOLDER [NAME ...] [--protocol standard] [--ranks 2]
        [--repeated NAME ...] [--matcalc NAME ...] [--moved NAME ...] [--tutorial H] [--cap FACTOR]
        [--at-rest NAME ...] [--convergence NAME ...]

For each interface ``wadflow run`` from an empty archive, then the same calculations by `plain_script.py`,
which starts from the same structures: wadflow's search for the registry and its relaxed crystals are given to
it. All lies in FOLDER; what is finished there is not done again. Interfaces named after --repeated are done
three times, and the run with the median ratio is told. Those named after --matcalc are calculated by
`matcalc_script.py` too, once. Those named after --moved are run once more in the archive that they have
filled, with their sides at another place: crystals and both sides are there. With --tutorial the script runs
once more, with the settings of GPAW's tutorial and a grid of H angstrom. With --cap the script
ends where it has cost so many times what wadflow did: its ratio is a lower bound then. For those
named after --at-rest the script's GPAW calculates AB, A and B where wadflow's atoms came to rest: whether its
forces are at rest there too, and what work of adhesion it finds. For those named after --convergence the
script runs once more with wadflow's criteria of self-consistency. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import geometric_mean, median
from typing import TYPE_CHECKING, Any

from command_cost import command_cost

from wadflow.interfaces.definition import load_definition
from wadflow.interfaces.definition_file import write_definition
from wadflow.results.adhesion import work_of_adhesion
from wadflow.workflows.adhesion_program import adhesion_program
from wadflow.workflows.archive import Archive
from wadflow.workflows.calculation import Calculation
from wadflow.workflows.launch import engine_environment, on_ranks, read_outcome
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wadflow.workflows.outcome import Outcome

REPEATS = 3

SOURCE = ("li110-li110", "li001-li2o001-li-contact", "li001-li2o001-o-contact", "li2o001-li2o001")


def finished(name: str, protocol: str, archive: Archive) -> dict[str, tuple[str, Calculation, Outcome]]:
    """Return role, calculation and outcome of all that an interface took, by key."""
    program = adhesion_program(load_definition(name), load_protocol(protocol))
    requests = next(program)
    found: dict[str, tuple[str, Calculation, Outcome]] = {}
    while True:
        outcomes = {}
        for request in requests:
            calculation = request.calculation
            entry = archive.find(calculation.key)
            if entry is None:
                sys.exit(f"{calculation.label} is not in {archive.root}")
            outcomes[calculation.key] = read_outcome(entry)
            found.setdefault(calculation.key, (request.role, calculation, outcomes[calculation.key]))
        try:
            requests = program.send(outcomes)
        except StopIteration:
            return found


def measure_moved(name: str, protocol: str, ranks: int, folder: Path) -> dict[str, Any]:
    """Add an interface to a filled archive: the same sides and gap, half a cell vector further along b."""
    archive = Archive(folder / "archive")
    document = json.loads(archive.document_path(f"{name}.{protocol}").read_text())
    along_a, along_b = document["registry"]
    definition = load_definition(name).at((along_a, (along_b + 0.5) % 1.0), document["gap"])
    file = folder / f"{name}-moved.toml"
    write_definition(definition.model_copy(update={"name": file.stem, "source": None}), file, overwrite=True)
    report = folder / "moved.json"
    if not report.exists():
        before = {entry.key for entry in archive.entries()}
        command = [sys.executable, "-m", "wadflow", "run", str(file), "-p", protocol, "-n", str(ranks)]
        cost = command_cost([*command, "--json", "--archive", str(archive.root)])
        found = finished(str(file), protocol, archive)
        new = {key: one.label for key, (_, one, _) in found.items() if key not in before}
        added = {entry.key for entry in archive.entries()} - before
        if added != new.keys():
            sys.exit(f"{file.stem}: {len(added)} calculations were added, {len(new)} were new")
        reused = sum(outcome.cpu_seconds for key, (_, _, outcome) in found.items() if key in before)
        counted = {"calculations": len(found), "new": list(new.values()), "reused_cpu_seconds": reused}
        report.write_text(json.dumps(cost | counted))
    return json.loads(report.read_text())


def slab_keys(document: dict[str, Any]) -> list[str]:
    """Return the keys of the calculations of AB, A and B; of equal sides twice the same."""
    return [document[role]["key"] for role in ("ab", "a", "b")]


def run_script(
    calculations: Path, results: Path, ranks: int, more: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Run what is missing of the plain script; return what it says last of each calculation, by key."""
    script = str(Path(__file__).with_name("plain_script.py"))
    command = [sys.executable, script, str(calculations), str(results), *more]
    command_cost(on_ranks(command, ranks), engine_environment(ranks))
    wanted = {Calculation.model_validate(one).key for one in json.loads(calculations.read_text())}
    found = {one["key"]: one for one in map(json.loads, results.read_text().splitlines())}
    return {key: one for key, one in found.items() if key in wanted}


def by_script(
    document: dict[str, Any], folder: Path, results: Path, ranks: int, more: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do all by the plain script; return its sums, and what it says of each calculation."""
    found = run_script(folder / "calculations.json", results, ranks, more)
    works = {}
    for kind, energy in (("rigid", "initial"), ("relaxed", "final")):
        energies = [found[key][f"{energy}_energy"] for key in slab_keys(document)]
        works[kind] = None if None in energies else work_of_adhesion(*energies, document["area"])
    sums = {
        count: sum(one[count] for one in found.values())
        for count in ("cpu_seconds", "wall_seconds", "ionic_steps", "scf_iterations")
    }
    memory = max(one["peak_memory_mib"] for one in found.values())
    converged = all(one["converged"] for one in found.values())
    stopped = any(one["stopped"] for one in found.values())
    return {**sums, "peak_memory_mib": memory, **works, "converged": converged, "stopped": stopped}, found


def script_at_rest(
    document: dict[str, Any],
    finished: Mapping[str, tuple[str, Calculation, Outcome]],
    folder: Path,
    ranks: int,
) -> dict[str, Any]:
    """Return work of adhesion (J/m2) and largest forces of the script where wadflow's atoms came to rest."""
    still = {}
    for role in ("ab", "a", "b"):
        _, calculation, outcome = finished[document[role]["key"]]
        still[role] = calculation.model_copy(update={"atoms": outcome.atoms, "relaxation": None})
    file = folder / "at-rest.calculations.json"
    file.write_text(json.dumps([one.model_dump(mode="json") for one in still.values()]))
    found = run_script(file, folder / "at-rest.jsonl", ranks, ["--forces"])
    energies = [found[one.key]["final_energy"] for one in still.values()]
    return {
        "relaxed": work_of_adhesion(*energies, document["area"]),
        "largest_forces": {role.upper(): found[one.key]["largest_force"] for role, one in still.items()},
        "cpu_seconds": sum(one["cpu_seconds"] for one in found.values()),
    }


def ratio_without_scan(
    ours: float,
    script: float,
    found: Mapping[str, tuple[str, Calculation, Outcome]],
    plain: Mapping[str, dict[str, Any]],
) -> float:
    """Return processor seconds of the script over wadflow's, without the gaps of a registry scan.

    How a script would look for them is more a matter of taste than the rest of it.
    """
    gaps = [key for key, (_, one, _) in found.items() if one.relaxation and one.relaxation.moves == "gap"]
    return (script - sum(plain[key]["cpu_seconds"] for key in gaps)) / (
        ours - sum(found[key][2].cpu_seconds for key in gaps)
    )


def by_matcalc(document: dict[str, Any], folder: Path, ranks: int) -> dict[str, Any]:
    """Run matcalc unless it has run; return what it wrote."""
    report = folder / "matcalc.json"
    if not report.exists():
        script = str(Path(__file__).with_name("matcalc_script.py"))
        command = [
            sys.executable,
            script,
            str(folder / "calculations.json"),
            *slab_keys(document),
            str(report),
        ]
        command_cost(on_ranks(command, ranks), engine_environment(ranks))
    return json.loads(report.read_text())


def measure(
    name: str,
    protocol: str,
    ranks: int,
    folder: Path,
    *,
    matcalc: bool,
    tutorial: float | None,
    cap: float | None,
    at_rest: bool,
    convergence: bool,
) -> dict[str, Any]:
    """Measure one interface in a folder of its own, in every way that is wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = Archive(folder / "archive")
    cost = folder / "wadflow.json"
    if not cost.exists():
        if archive.keys():
            sys.exit(
                f"{archive.root} is of a run that did not end: move it away, or this one will seem cheaper"
            )
        command = [sys.executable, "-m", "wadflow", "run", name, "-p", protocol, "-n", str(ranks), "--json"]
        cost.write_text(json.dumps(command_cost([*command, "--archive", str(archive.root)])))
    ours = json.loads(cost.read_text())
    found = finished(name, protocol, archive)
    calculations = [one.model_dump(mode="json") for _, one, _ in found.values()]
    (folder / "calculations.json").write_text(json.dumps(calculations))
    document = json.loads(archive.document_path(f"{name}.{protocol}").read_text())
    most = [] if cap is None else ["--most", str(cap * ours["cpu_seconds"])]
    sums, plain = by_script(document, folder, folder / "plain.jsonl", ranks, most)
    by_tutorial = None
    if tutorial is not None:
        results = folder / f"tutorial-{tutorial:g}.jsonl"
        more = ["--tutorial", str(tutorial), "--first", *slab_keys(document), *most]
        by_tutorial, _ = by_script(document, folder, results, ranks, more)
        by_tutorial["spacing"] = tutorial
    converged_alike = None
    if convergence:
        results = folder / "convergence.jsonl"
        converged_alike, _ = by_script(document, folder, results, ranks, ["--convergence", *most])
    return {
        "name": name,
        "cutoff": found[document["ab"]["key"]][1].electrons.cutoff,
        "grid_spacing": found[document["ab"]["key"]][1].electrons.grid_spacing,
        "wadflow": {
            **ours,
            "ionic_steps": sum(one.n_ionic_steps for _, _, one in found.values()),
            "coarse_steps": sum(one.approach_steps for _, _, one in found.values()),
            "scf_iterations": sum(one.scf_iterations for _, _, one in found.values()),
            "peak_memory_mib": max(one.peak_memory for _, _, one in found.values()),
            "rigid": document["work_of_adhesion_rigid"],
            "relaxed": document["work_of_adhesion_relaxed"],
            "converged": document["converged"],
        },
        "plain": sums,
        "ratio": sums["cpu_seconds"] / ours["cpu_seconds"],
        "ratio_without_scan": ratio_without_scan(ours["cpu_seconds"], sums["cpu_seconds"], found, plain),
        "matcalc": by_matcalc(document, folder, ranks) if matcalc else None,
        "tutorial": by_tutorial,
        "convergence": converged_alike,
        "at_rest": script_at_rest(document, found, folder, ranks) if at_rest else None,
        "calculations": [
            {
                "label": one.label,
                "wadflow_cpu_seconds": outcome.cpu_seconds,
                "plain_cpu_seconds": plain[key]["cpu_seconds"],
                "wadflow_ionic_steps": outcome.n_ionic_steps,
                "wadflow_coarse_steps": outcome.approach_steps,
                "plain_ionic_steps": plain[key]["ionic_steps"],
                "energy_difference": None
                if plain[key]["final_energy"] is None
                else plain[key]["final_energy"] - outcome.energy,
            }
            for key, (_, one, outcome) in found.items()
        ],
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=SOURCE)
    parser.add_argument("--protocol", default="standard")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--repeated", nargs="*", default=(), metavar="NAME", help="three times")
    parser.add_argument("--matcalc", nargs="*", default=(), metavar="NAME", help="by matcalc too")
    parser.add_argument("--moved", nargs="*", default=(), metavar="NAME", help="at another place too")
    parser.add_argument("--tutorial", type=float, metavar="H", help="also a grid of this spacing, angstrom")
    parser.add_argument("--cap", type=float, metavar="FACTOR", help="of the script, over wadflow's time")
    parser.add_argument("--convergence", nargs="*", default=(), metavar="NAME", help="wadflow's criteria too")
    parser.add_argument("--at-rest", nargs="*", default=(), metavar="NAME", help="the script there too")
    arguments = parser.parse_args()
    interfaces, moved = [], {}
    for name in arguments.names:
        runs = [
            measure(
                name,
                arguments.protocol,
                arguments.ranks,
                arguments.folder / f"{name}.{repeat}",
                matcalc=name in arguments.matcalc and repeat == 0,
                tutorial=arguments.tutorial if repeat == 0 else None,
                cap=arguments.cap,
                at_rest=name in arguments.at_rest and repeat == 0,
                convergence=name in arguments.convergence and repeat == 0,
            )
            for repeat in range(REPEATS if name in arguments.repeated else 1)
        ]
        if name in arguments.moved:
            folder = arguments.folder / f"{name}.0"
            moved[name] = measure_moved(name, arguments.protocol, arguments.ranks, folder)
        once = {way: runs[0][way] for way in ("matcalc", "tutorial", "convergence", "at_rest")}
        for found in (once["matcalc"], once["tutorial"], once["convergence"]):
            if found is not None:
                found["ratio"] = found["cpu_seconds"] / runs[0]["wadflow"]["cpu_seconds"]
        runs.sort(key=lambda run: run["ratio"])
        ratios = [run["ratio"] for run in runs]
        interfaces.append(runs[len(runs) // 2] | {"ratios": ratios} | once)
    ratios = [median(one["ratios"]) for one in interfaces]
    report = {
        "protocol": arguments.protocol,
        "ranks": arguments.ranks,
        "geometric_mean_ratio": geometric_mean(ratios),
        "interfaces": interfaces,
        "moved": moved,
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
